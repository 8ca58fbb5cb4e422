//! A snapshot is of one shape, through the values in it: here two programs of one aggregate, which differ in a value alone.

use cqrs_runtime::metadata::CommandMetadata;
use cqrs_runtime::prelude::*;
use cqrs_runtime::repository::Repository;
use cqrs_runtime::store::EventStore;

use crate::database::Database;

macro_rules! program {
    ($program:ident, { $($field:ident: $ty:ty = $value:expr)? }) => {
        mod $program {
            use super::*;

            #[derive(Value)]
            pub(super) struct Label {
                pub text: String,
                $(#[serde(default)] pub $field: $ty,)?
            }

            #[derive(Id)]
            pub(super) struct ShelfId(Uuid);

            #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
            pub(super) struct Labelled {
                pub text: String,
            }

            #[derive(Command, Clone, Debug, Serialize, Deserialize)]
            #[command(new_id = ShelfId)]
            pub(super) struct Build {}

            #[derive(Debug, PartialEq, thiserror::Error, DomainError)]
            pub(super) enum Never {}

            #[derive(Aggregate, Clone, Debug, PartialEq, Serialize, Deserialize)]
            #[aggregate(
                id = ShelfId,
                events(Labelled),
                commands(create(Build)),
                error = Never,
                snapshot(every = 1)
            )]
            pub(super) struct Shelf {
                pub labels: Vec<Label>,
            }

            impl Create<Build> for Shelf {
                fn create(_: Build, _: &Context<Self>) -> Result<Events<Self>, Never> {
                    Ok(Events::none())
                }
            }

            impl Init<Labelled> for Shelf {
                fn init(event: &Labelled) -> Self {
                    Self { labels: vec![Label { text: event.text.clone(), $($field: $value)? }] }
                }
            }
        }
    };
}

program!(before, {});
program!(after, { shade: u8 = 9 });

async fn a_changed_value_sets_the_snapshot_aside(database: &Database) {
    let store = EventStore::open(&database.url).await.unwrap();
    let id = Uuid::from_u128(1);
    let shelves = Repository::<before::Shelf>::new(store.clone());
    let new = shelves.load(&id.into()).await.unwrap();
    let labelled = before::Labelled { text: "a".into() }.into();
    shelves.save(new, labelled, &CommandMetadata::default()).await.unwrap();
    store.snapshots_kept().await;
    assert_eq!(shelves.load(&id.into()).await.unwrap().snapshot_version, 1);
    let loaded = Repository::<after::Shelf>::new(store.clone()).load(&id.into()).await.unwrap();
    assert_eq!((loaded.version, loaded.snapshot_version), (1, 0));
    let labels = vec![after::Label { text: "a".into(), shade: 9 }];
    assert_eq!(loaded.state, Some(after::Shelf { labels }));
    store.close().await;
}

#[tokio::test]
async fn a_changed_value_sets_the_snapshot_aside_on_sqlite() {
    a_changed_value_sets_the_snapshot_aside(&Database::sqlite()).await;
}

#[tokio::test]
async fn a_changed_value_sets_the_snapshot_aside_on_postgres() {
    a_changed_value_sets_the_snapshot_aside(&Database::postgres().await).await;
}
