//! Folders of notes: who may see which, know what, do what.

use cqrs_runtime::prelude::*;

/// The folder.
#[derive(Id)]
pub struct FolderId(pub String);

/// Somebody opens a folder.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FolderOpened {
    /// Whose it is.
    #[event(public)]
    pub owner: String,
    /// Which team works on it.
    pub team: i64,
    /// What stands on it.
    #[event(public)]
    pub title: String,
    /// What only clerks are to know.
    pub secret: String,
}

/// Somebody puts a note into it.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(public)]
pub struct NoteAdded {
    /// What it says.
    pub text: String,
    /// How confidential it is.
    pub level: i64,
}

/// It belongs to somebody else from now on.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(public)]
pub struct FolderGiven {
    /// To whom.
    pub owner: String,
}

/// Opens a folder.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(roles("clerk", "writer"))]
pub struct OpenFolder {
    /// The folder that is to be.
    #[command(id)]
    pub folder: FolderId,
    /// Whose it will be.
    pub owner: String,
    /// Which team will work on it.
    pub team: i64,
    /// What stands on it.
    pub title: String,
    /// What only clerks are to know.
    pub secret: String,
}

/// Puts a note into it.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(roles("clerk", "writer", "guest"))]
pub struct AddNote {
    /// The folder.
    #[command(id)]
    pub folder: FolderId,
    /// What it says.
    pub text: String,
    /// How confidential it is.
    pub level: i64,
}

/// Gives it to somebody else.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(roles("clerk"))]
pub struct GiveFolder {
    /// The folder.
    #[command(id)]
    pub folder: FolderId,
    /// To whom.
    pub owner: String,
}

/// Does nothing; nobody is said to be allowed to.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
pub struct TouchFolder {
    /// The folder.
    #[command(id)]
    pub folder: FolderId,
}

/// Nothing is refused.
#[derive(Debug, PartialEq, thiserror::Error, DomainError)]
pub enum FolderError {}

/// A folder.
#[derive(Aggregate, Clone)]
#[aggregate(
    id = FolderId,
    events(FolderOpened, NoteAdded, FolderGiven),
    commands(create(OpenFolder), AddNote, GiveFolder, TouchFolder),
    error = FolderError,
    roles("clerk", "writer" if owner = principal.id, "lead" if team = principal.claims.team),
)]
pub struct Folder {
    /// Whose it is.
    #[aggregate(public)]
    pub owner: String,
    /// Which team works on it: known to nobody, and yet it decides.
    pub team: i64,
    /// How many notes there are.
    #[aggregate(public)]
    pub notes: i64,
}

impl Create<OpenFolder> for Folder {
    fn create(command: OpenFolder, _: &Context<Self>) -> Result<Events<Self>, FolderError> {
        let OpenFolder { folder: _, owner, team, title, secret } = command;
        Ok(FolderOpened { owner, team, title, secret }.into())
    }
}

impl Handle<AddNote> for Folder {
    fn handle(&self, AddNote { text, level, .. }: AddNote, _: &Context<Self>) -> Result<Events<Self>, FolderError> {
        Ok(NoteAdded { text, level }.into())
    }
}

impl Handle<GiveFolder> for Folder {
    fn handle(&self, GiveFolder { owner, .. }: GiveFolder, _: &Context<Self>) -> Result<Events<Self>, FolderError> {
        Ok(FolderGiven { owner }.into())
    }
}

impl Handle<TouchFolder> for Folder {
    fn handle(&self, _: TouchFolder, _: &Context<Self>) -> Result<Events<Self>, FolderError> {
        Ok(Events::none())
    }
}

impl Init<FolderOpened> for Folder {
    fn init(FolderOpened { owner, team, .. }: &FolderOpened) -> Self {
        Self { owner: owner.clone(), team: *team, notes: 0 }
    }
}

impl Apply<NoteAdded> for Folder {
    fn apply(&mut self, _: &NoteAdded) {
        self.notes += 1;
    }
}

impl Apply<FolderGiven> for Folder {
    fn apply(&mut self, FolderGiven { owner }: &FolderGiven) {
        self.owner.clone_from(owner);
    }
}

/// A folder on the list.
#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(
    events(Folder(FolderOpened, FolderGiven)),
    roles("clerk", "writer" if owner = principal.id, "lead" if team = principal.claims.team),
)]
pub struct FolderEntry {
    /// The folder.
    #[read_model(key, filter)]
    pub folder: FolderId,
    /// Whose it is.
    #[read_model(filter, order)]
    pub owner: String,
    /// Which team works on it.
    #[read_model(filter, order)]
    pub team: i64,
    /// What stands on it.
    #[read_model(filter, order)]
    pub title: String,
    /// What only clerks are to know.
    #[read_model(filter, order, roles("clerk"))]
    pub secret: String,
}

/// A note.
#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(
    events(Folder(FolderOpened, NoteAdded, FolderGiven)),
    lookups(FolderOfNotes),
    roles(
        "clerk",
        "writer" if owner = principal.id,
        "lead" if team = principal.claims.team && level = principal.claims.level,
    ),
)]
pub struct Note {
    /// The folder.
    #[read_model(key, filter, references = FolderEntry)]
    pub folder: FolderId,
    /// Its place in the folder.
    #[read_model(key, order)]
    pub place: i64,
    /// What it says.
    #[read_model(filter, order)]
    pub text: String,
    /// How confidential it is.
    #[read_model(filter, order)]
    pub level: i64,
    /// Whose the folder is.
    #[read_model(filter, roles("clerk", "lead"))]
    pub owner: String,
    /// Which team works on the folder.
    pub team: i64,
    /// A folder that is about the same.
    #[read_model(references = FolderEntry, roles("clerk", "writer"))]
    pub see_also_id: Option<FolderId>,
}

/// What notes are to know of their folder.
#[derive(ReadModel, Clone, Debug, PartialEq)]
pub struct FolderOfNotes {
    /// The folder.
    #[read_model(key)]
    pub folder: FolderId,
    /// Whose it is.
    pub owner: String,
    /// Which team works on it.
    pub team: i64,
    /// How many notes there are.
    pub notes: i64,
}

/// How many folders a team has: for all who are known.
#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(events(Folder(FolderOpened)), plural = "teams", partition = team, roles(signed_in))]
pub struct Team {
    /// The team.
    #[read_model(key, filter, order)]
    pub team: i64,
    /// How many.
    pub folders: i64,
}

/// The same, and nobody is said to be allowed to see it.
#[derive(ReadModel, Clone, Debug, PartialEq)]
#[read_model(events(Folder(FolderOpened)), plural = "unsaids", partition = team)]
pub struct Unsaid {
    /// The team.
    #[read_model(key, filter, order)]
    pub team: i64,
    /// How many.
    pub folders: i64,
}

impl Project<FolderOpened> for FolderEntry {
    fn project(row: &mut Row<Self>, event: &Recorded<FolderOpened>) -> Result<(), ProjectionError> {
        let folder: FolderId = event.stream_id.parse()?;
        let FolderOpened { owner, team, title, secret } = event.event.clone();
        row.insert(|| Self { folder, owner, team, title, secret })
    }
}

impl Project<FolderGiven> for FolderEntry {
    fn project(row: &mut Row<Self>, event: &Recorded<FolderGiven>) -> Result<(), ProjectionError> {
        row.update(|entry| entry.owner.clone_from(&event.owner))
    }
}

impl Project<FolderOpened> for Note {
    fn project(row: &mut Row<Self>, event: &Recorded<FolderOpened>) -> Result<(), ProjectionError> {
        let folder: FolderId = event.stream_id.parse()?;
        let (owner, team) = (event.owner.clone(), event.team);
        row.lookup::<FolderOfNotes>(folder.clone()).insert(|| FolderOfNotes { folder, owner, team, notes: 0 })
    }
}

impl Project<NoteAdded> for Note {
    fn project(row: &mut Row<Self>, event: &Recorded<NoteAdded>) -> Result<(), ProjectionError> {
        let folder: FolderId = event.stream_id.parse()?;
        let Some(of) = row.lookup::<FolderOfNotes>(folder.clone()).get()? else {
            return Err(ProjectionError::refused("a note without a folder"));
        };
        row.lookup::<FolderOfNotes>(folder.clone()).update(|of| of.notes += 1)?;
        let NoteAdded { text, level } = event.event.clone();
        let see_also_id = text.strip_prefix("see ").map(|other| FolderId(other.to_owned()));
        let (place, owner, team) = (of.notes, of.owner, of.team);
        row.at((folder.clone(), place)).insert(|| Self { folder, place, text, level, owner, team, see_also_id })
    }
}

impl Project<FolderGiven> for Note {
    fn project(row: &mut Row<Self>, event: &Recorded<FolderGiven>) -> Result<(), ProjectionError> {
        let folder: FolderId = event.stream_id.parse()?;
        row.lookup::<FolderOfNotes>(folder.clone()).update(|of| of.owner.clone_from(&event.owner))?;
        row.matching(Note::FOLDER, &folder).update(|note| note.owner.clone_from(&event.owner))
    }
}

impl Project<FolderOpened> for Team {
    fn project(row: &mut Row<Self>, event: &Recorded<FolderOpened>) -> Result<(), ProjectionError> {
        row.at(event.team).upsert(|| Self { team: event.team, folders: 0 }, |team| team.folders += 1)
    }
}

impl Project<FolderOpened> for Unsaid {
    fn project(row: &mut Row<Self>, event: &Recorded<FolderOpened>) -> Result<(), ProjectionError> {
        row.at(event.team).upsert(|| Self { team: event.team, folders: 0 }, |team| team.folders += 1)
    }
}

/// Where folders are kept; nobody is said to be allowed to see it.
#[derive(Aggregate, Clone)]
#[aggregate(id = FolderId, events(DrawerMade), commands(create(MakeDrawer), OpenDrawer), error = FolderError)]
pub struct Drawer;

/// Somebody makes a drawer.
#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DrawerMade {}

/// Makes a drawer.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(roles("clerk"))]
pub struct MakeDrawer {
    /// The drawer that is to be.
    #[command(id)]
    pub drawer: FolderId,
}

/// Opens a drawer.
#[derive(Command, Clone, Debug, Serialize, Deserialize)]
#[command(roles("clerk"))]
pub struct OpenDrawer {
    /// The drawer.
    #[command(id)]
    pub drawer: FolderId,
}

impl Init<DrawerMade> for Drawer {
    fn init(_: &DrawerMade) -> Self {
        Self
    }
}

impl Create<MakeDrawer> for Drawer {
    fn create(_: MakeDrawer, _: &Context<Self>) -> Result<Events<Self>, FolderError> {
        Ok(DrawerMade {}.into())
    }
}

impl Handle<OpenDrawer> for Drawer {
    fn handle(&self, _: OpenDrawer, _: &Context<Self>) -> Result<Events<Self>, FolderError> {
        Ok(Events::none())
    }
}

/// All of it, for clients.
#[derive(BoundedContext)]
#[context(aggregates(Folder, Drawer), read_models(FolderEntry, Note, Team, Unsaid))]
pub struct Folders;
