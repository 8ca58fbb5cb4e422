//! A proxy in front of a server, that cuts connections at the commit of an append as it is told.

use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

use super::wire::{COMPLETE, Commits, ERROR, FLUSH, Message, READY, SYNC, Statements, startup};

/// Where a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Nowhere.
    Nowhere,
    /// Before the server gets the append.
    Before,
    /// After the server has executed it and the client has got its rows, but before the server gets the word to commit.
    Uncommitted,
    /// As soon as the server has been sent all: it may commit or not.
    AtOnce,
    /// After the server has committed; its answer gets lost.
    After,
    /// Before the server gets the append, which arrives later.
    Held,
    /// The connection stays, but nothing passes any more, beginning with the commit.
    Swallowed,
    /// The connection stays, but nothing passes any more, beginning with the answer to the commit.
    Unanswered,
}

/// The test's hand on the proxy.
#[derive(Clone)]
pub(crate) struct Proxy {
    url: String,
    shared: Arc<Shared>,
}

struct Shared {
    server: String,
    commits: Commits,
    plan: Mutex<VecDeque<(Cut, Then)>>,
    count: watch::Sender<usize>,
    reachable: watch::Sender<bool>,
    silent: watch::Sender<bool>,
    held: (mpsc::UnboundedSender<Held>, tokio::sync::Mutex<mpsc::UnboundedReceiver<Held>>),
}

/// What comes after a cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// New connections are let through.
    Reachable,
    /// The server can't be reached until the test says so.
    Unreachable,
    /// Nothing passes on any connection, old or new, until the test says so.
    Silent,
}

/// A commit that the server has not got yet, on its connection.
pub(super) struct Held {
    server: (OwnedReadHalf, OwnedWriteHalf),
    commit: Vec<u8>,
}

impl Proxy {
    /// A proxy in front of the database at `url`.
    pub(crate) async fn before(url: &str, commits: Commits) -> Self {
        let address = url.rsplit_once('@').unwrap().1;
        let (server, database) = address.split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, receiver) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            server: server.to_owned(),
            commits,
            plan: Mutex::default(),
            count: watch::Sender::new(0),
            reachable: watch::Sender::new(true),
            silent: watch::Sender::new(false),
            held: (sender, tokio::sync::Mutex::new(receiver)),
        });
        tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { url: format!("postgres://postgres@127.0.0.1:{port}/{database}?sslmode=disable"), shared }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Where the next commits are cut; those after them are let through.
    pub(crate) fn cut(&self, cuts: impl IntoIterator<Item = (Cut, Then)>) {
        self.shared.plan.lock().unwrap().extend(cuts);
    }

    /// Ends all connections and takes no new ones; or takes them again.
    pub(crate) fn set_reachable(&self, reachable: bool) {
        self.shared.reachable.send_replace(reachable);
    }

    /// Lets nothing pass on the connections that there are, nor on new ones; or lets new ones pass again.
    pub(crate) fn set_silent(&self, silent: bool) {
        self.shared.silent.send_replace(silent);
    }

    /// Waits until the server can't be reached any more.
    pub(crate) async fn has_vanished(&self) {
        self.shared.reachable.subscribe().wait_for(|reachable| !reachable).await.unwrap();
    }

    /// How many commits have come.
    pub(super) fn commits(&self) -> usize {
        *self.shared.count.borrow()
    }

    /// The next commit that is held back.
    pub(super) async fn held(&self) -> Held {
        self.shared.held.1.lock().await.recv().await.unwrap()
    }

    /// A commit that is held back now, if any.
    pub(super) fn try_held(&self) -> Option<Held> {
        self.shared.held.1.try_lock().ok()?.try_recv().ok()
    }
}

impl Held {
    /// Lets the commit arrive; the SQLSTATE of the error that it meets, if any.
    pub(super) async fn deliver(mut self) -> Option<String> {
        self.server.1.write_all(&self.commit).await.unwrap();
        answer(&mut self.server.0, READY).await.unwrap().iter().find(|m| m.kind == ERROR)?.sqlstate()
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let mut reachable = shared.reachable.subscribe();
            tokio::select! {
                biased;
                _ = reachable.wait_for(|reachable| !reachable) => {}
                // Either side may end the connection.
                _ = serve(client, &shared) => {}
            }
        });
    }
}

async fn serve(client: TcpStream, shared: &Shared) -> io::Result<()> {
    let server = TcpStream::connect(&shared.server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut from_client, to_client) = client.into_split();
    let (from_server, mut to_server) = server.into_split();
    to_server.write_all(&startup(&mut from_client).await?).await?;
    let (mut asked, mut answered) = (Vec::new(), Vec::new());
    let (statements, commit) = (Statements::default(), Vec::new());
    let mut open = Connection { shared, to_client, from_server, to_server, statements, commit };
    let mut silent = shared.silent.subscribe();
    loop {
        tokio::select! {
            biased;
            () = falls(&mut silent) => pending::<()>().await,
            read = open.from_server.read_buf(&mut answered) => {
                if read? == 0 {
                    return Ok(());
                }
                open.to_client.write_all(&answered).await?;
                answered.clear();
            }
            read = from_client.read_buf(&mut asked) => {
                if read? == 0 {
                    return Ok(());
                }
                while let Some(message) = Message::take(&mut asked) {
                    open = match open.pass(message).await? {
                        Some(still_open) => still_open,
                        None => return Ok(()),
                    };
                }
            }
        }
    }
}

async fn falls(silent: &mut watch::Receiver<bool>) {
    if silent.wait_for(|silent| *silent).await.is_err() {
        pending::<()>().await;
    }
}

/// A connection through the proxy, but for what the client sends.
struct Connection<'s> {
    shared: &'s Shared,
    to_client: OwnedWriteHalf,
    from_server: OwnedReadHalf,
    to_server: OwnedWriteHalf,
    statements: Statements,
    /// A commit that is not complete yet.
    commit: Vec<Message>,
}

impl Connection<'_> {
    /// Passes a message of the client on to the server, unless that is where the connection is cut.
    async fn pass(mut self, message: Message) -> io::Result<Option<Self>> {
        if self.commit.is_empty() && !self.statements.begins_commit(&message, self.shared.commits) {
            self.to_server.write_all(&message.bytes).await?;
            return Ok(Some(self));
        }
        let complete = message.kind == SYNC || self.shared.commits == Commits::ByItself;
        self.commit.push(message);
        if !complete {
            return Ok(Some(self));
        }
        let (cut, then) = self.shared.next();
        let commit = std::mem::take(&mut self.commit);
        if cut == Cut::Nowhere {
            self.to_server.write_all(&bytes(&commit)).await?;
            return Ok(Some(self));
        }
        let shared = self.shared;
        let silent = self.cut(cut, &commit).await?;
        match then {
            Then::Reachable => {}
            Then::Unreachable => drop(shared.reachable.send_replace(false)),
            Then::Silent => drop(shared.silent.send_replace(true)),
        }
        if silent.is_some() {
            pending::<()>().await;
        }
        Ok(None)
    }

    /// Cuts the connection; what is left of it, where it stays.
    async fn cut(mut self, cut: Cut, commit: &[Message]) -> io::Result<Option<Self>> {
        match cut {
            Cut::Nowhere | Cut::Before => {}
            Cut::Swallowed => return Ok(Some(self)),
            Cut::Unanswered => {
                self.to_server.write_all(&bytes(commit)).await?;
                answer(&mut self.from_server, READY).await?;
                return Ok(Some(self));
            }
            Cut::Held => {
                let held = Held { server: (self.from_server, self.to_server), commit: bytes(commit) };
                // Without a test there is nobody to let it arrive.
                let _ = self.shared.held.0.send(held);
            }
            Cut::AtOnce => self.to_server.write_all(&bytes(commit)).await?,
            Cut::After => {
                self.to_server.write_all(&bytes(commit)).await?;
                answer(&mut self.from_server, READY).await?;
            }
            Cut::Uncommitted => {
                let executed: Vec<_> = commit.iter().filter(|message| message.kind != SYNC).cloned().collect();
                self.to_server.write_all(&bytes(&executed)).await?;
                self.to_server.write_all(&FLUSH).await?;
                let rows = answer(&mut self.from_server, COMPLETE).await?;
                self.to_client.write_all(&bytes(&rows)).await?;
            }
        }
        Ok(None)
    }
}

impl Shared {
    fn next(&self) -> (Cut, Then) {
        self.count.send_modify(|count| *count += 1);
        self.plan.lock().unwrap().pop_front().unwrap_or((Cut::Nowhere, Then::Reachable))
    }
}

/// The server's messages up to one of this kind, or an error.
async fn answer(server: &mut OwnedReadHalf, last: u8) -> io::Result<Vec<Message>> {
    let (mut buffer, mut messages) = (Vec::new(), Vec::<Message>::new());
    loop {
        while let Some(message) = Message::take(&mut buffer) {
            let ends = message.kind == last || (last == COMPLETE && message.kind == ERROR);
            messages.push(message);
            if ends {
                return Ok(messages);
            }
        }
        if server.read_buf(&mut buffer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

fn bytes(messages: &[Message]) -> Vec<u8> {
    messages.iter().flat_map(|message| &message.bytes).copied().collect()
}
