//! 64 tasks withdraw 200 times each, from one purse and from many, in one process and in two: nothing is lost, doubled,
//! or accepted that one after the other would have been refused.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use cqrs_runtime::dispatch::Dispatcher;
use cqrs_runtime::repository::Repository;
use cqrs_runtime::store::{EventStore, Until};
use cqrs_tests::purse::{Fill, Purse, PurseEvent, PurseId};
use futures_util::TryStreamExt;
use uuid::Uuid;

use crate::database::Database;

const TASKS: u64 = 64;
const EACH: u64 = 200;
const OVERDRAFT: i64 = 50;

/// Where and by how many the money is taken.
#[derive(Clone, Copy)]
struct Crowd {
    purses: u64,
    processes: u64,
    /// What is in each purse; with the overdraft, less than is asked for.
    balance: i64,
}

const ONE_PURSE: i64 = 10_000;
const MANY_PURSES: i64 = 500;
/// Fewer than tasks, so that two processes meet at each.
const PURSES: u64 = 16;

#[tokio::test]
async fn on_one_purse_of_sqlite() {
    for processes in [1, 2] {
        Crowd { purses: 1, processes, balance: ONE_PURSE }.withdraws(&Database::sqlite()).await;
    }
}

#[tokio::test]
async fn on_many_purses_of_sqlite() {
    for processes in [1, 2] {
        Crowd { purses: PURSES, processes, balance: MANY_PURSES }.withdraws(&Database::sqlite()).await;
    }
}

#[tokio::test]
async fn on_one_purse_of_postgres() {
    for processes in [1, 2] {
        Crowd { purses: 1, processes, balance: ONE_PURSE }.withdraws(&Database::postgres().await).await;
    }
}

#[tokio::test]
async fn on_many_purses_of_postgres() {
    for processes in [1, 2] {
        Crowd { purses: PURSES, processes, balance: MANY_PURSES }.withdraws(&Database::postgres().await).await;
    }
}

impl Crowd {
    async fn withdraws(self, database: &Database) {
        let store = EventStore::open(&database.url).await.expect("the database can be opened");
        let dispatcher = Dispatcher::<Purse>::new(store.clone());
        for purse in self.all() {
            let fill = Fill { purse, balance: self.balance, overdraft: OVERDRAFT };
            dispatcher.dispatch(fill).await.expect("it is new");
        }
        let (accepted, refused) = self.run(&database.url);
        let (expected, asked) = (self.one_after_the_other(), TASKS * EACH);
        assert_eq!((accepted, refused), (expected, asked - expected));
        self.check_log(&store, expected).await;
        store.close().await;
    }

    fn all(self) -> impl Iterator<Item = PurseId> {
        (0..u128::from(self.purses)).map(|number| Uuid::from_u128(number).into())
    }

    /// How many withdrawals of 1 are accepted when they come one after the other.
    fn one_after_the_other(self) -> u64 {
        let mut accepted = 0;
        for _ in 0..self.purses {
            let mut balance = self.balance;
            for _ in 0..TASKS * EACH / self.purses {
                if balance + OVERDRAFT >= 1 {
                    balance -= 1;
                    accepted += 1;
                }
            }
        }
        accepted
    }

    /// Starts the processes together, and adds up what they say.
    fn run(self, url: &str) -> (u64, u64) {
        let tasks = TASKS / self.processes;
        let mut children: Vec<_> = (0..self.processes)
            .map(|_| {
                let mut command = Command::new(env!("CARGO_BIN_EXE_withdraw"));
                command.args([url, &self.purses.to_string(), &tasks.to_string(), &EACH.to_string()]);
                let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
                Process::start(command.spawn().expect("the process can be started"))
            })
            .collect();
        children.iter_mut().for_each(Process::go);
        let said = children.into_iter().map(Process::end);
        said.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    }

    async fn check_log(self, store: &EventStore, accepted: u64) {
        let purses = Repository::<Purse>::new(store.clone());
        let mut ids = HashSet::new();
        let mut taken = 0;
        for purse in self.all() {
            let events: Vec<_> = purses.events(&purse).try_collect().await.expect("the events can be read");
            let mut balance = 0;
            for (event, version) in events.iter().zip(1..) {
                assert_eq!(event.version, version, "versions have no holes");
                assert!(ids.insert(event.metadata.event_id), "no event is doubled");
                match &event.event {
                    PurseEvent::Filled(filled) => balance = filled.balance,
                    PurseEvent::Taken(one) => {
                        balance -= one.amount;
                        taken += 1;
                    }
                }
                assert!(balance >= -OVERDRAFT, "never below the overdraft");
            }
            assert!(events.windows(2).all(|pair| pair[0].position < pair[1].position), "order is by version");
            let loaded = purses.load(&purse).await.expect("it can be loaded");
            let replayed = purses.replay(&purse, Until::Head).await.expect("it can be replayed");
            assert_eq!(loaded.state.as_ref().map(|state| state.balance), Some(balance));
            assert_eq!((loaded.version, loaded.state), (replayed.version, replayed.state));
        }
        assert_eq!(taken, accepted, "no event is lost");
    }
}

/// A process that withdraws.
struct Process {
    child: Child,
    said: BufReader<std::process::ChildStdout>,
}

impl Process {
    /// Waits until it has opened the store.
    fn start(mut child: Child) -> Self {
        let mut said = BufReader::new(child.stdout.take().expect("its output is piped"));
        let mut line = String::new();
        said.read_line(&mut line).expect("it says something");
        assert_eq!(line, "ready\n");
        Self { child, said }
    }

    fn go(&mut self) {
        let input = self.child.stdin.as_mut().expect("its input is piped");
        input.write_all(b"\n").expect("it listens");
    }

    fn end(mut self) -> (u64, u64) {
        let mut said = String::new();
        self.said.read_to_string(&mut said).expect("it says text");
        let status = self.child.wait().expect("it ends");
        assert!(status.success(), "{status}: {said}");
        let (accepted, refused) = said.trim().split_once(' ').expect("two numbers");
        (accepted.parse().expect("a number"), refused.parse().expect("a number"))
    }
}
