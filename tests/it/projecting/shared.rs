//! Two processes share the partitions: of one that is killed or paused, the other has them all within the lease time, and
//! the one that is paused commits nothing under what it had.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use cqrs_runtime::store::WorkerId;
use tokio::time::timeout;
use uuid::Uuid;

use super::killed::{LONG, append, start};
use super::tables::Look;
use crate::database::Database;
use crate::process::Process;
use cqrs_tests::orders::Shop;

/// Long enough for the shares to settle, however busy the machine is.
const LEASE: Duration = Duration::from_secs(2);

/// Notes each change of a checkpoint.
const HISTORY: [&str; 3] = [
    "CREATE TABLE history (name text, part bigint, position bigint, worker text, epoch bigint, number INTEGER PRIMARY KEY)",
    "CREATE TRIGGER history AFTER UPDATE ON cqrs_checkpoints BEGIN
        INSERT INTO history (name, part, position, worker, epoch)
        VALUES (NEW.name, NEW.partition, NEW.position, hex(NEW.worker), NEW.epoch);
    END",
    "SELECT coalesce(group_concat(name || ' ' || part || ' ' || position || ' ' || epoch || ' ' || worker, char(10)), '')
        FROM (SELECT * FROM history ORDER BY number)",
];

const POSTGRES_HISTORY: [&str; 3] = [
    "CREATE TABLE history (name text, part bigint, position bigint, worker text, epoch bigint, number bigserial)",
    "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO history (name, part, position, worker, epoch) VALUES
        (NEW.name, NEW.partition, NEW.position, upper(replace(coalesce(NEW.worker::text, ''), '-', '')), NEW.epoch);
        RETURN NULL;
    END $$;
    CREATE TRIGGER history AFTER UPDATE ON cqrs_checkpoints FOR EACH ROW EXECUTE FUNCTION note()",
    "SELECT coalesce(string_agg(name || ' ' || part || ' ' || position || ' ' || epoch || ' ' || worker, chr(10)
        ORDER BY number), '') FROM history",
];

#[tokio::test]
async fn on_sqlite() {
    one_is_killed_and_one_is_paused(Database::sqlite(), HISTORY).await;
}

#[tokio::test]
async fn on_postgres() {
    one_is_killed_and_one_is_paused(Database::postgres().await, POSTGRES_HISTORY).await;
}

async fn one_is_killed_and_one_is_paused(database: Database, [table, trigger, history]: [&str; 3]) {
    let look = Look::of(&database).await;
    let mut shop = Shop::new(0);
    append(&look.store, &mut shop, 300).await;
    database.execute(table).await;
    database.execute(trigger).await;

    let stays = project(&database);
    let owner = within(owners(&look, |shares| shares.values().eq([&8]))).await.into_keys().next().unwrap();
    let appends = start(&database.url, "append", 1, LEASE, 1);
    let killed = project(&database);
    within(owners(&look, |shares| shares.values().eq([&4, &4]))).await;
    killed.kill().await;
    within(owners(&look, |shares| shares.iter().eq([(&owner, &8)]))).await;
    appends.end().await;
    look.all_equal_a_fold().await;

    let appends = start(&database.url, "append", 2, LEASE, 1);
    let paused = project(&database);
    let shares = within(owners(&look, |shares| shares.values().eq([&4, &4]))).await;
    let other = shares.into_keys().find(|worker| *worker != owner).unwrap();
    let pause = pause(&database, &paused).await;
    within(owners(&look, |shares| shares.iter().eq([(&owner, &8)]))).await;
    appends.end().await;
    look.all_equal_a_fold().await;
    let epochs = epochs(&look).await;
    signal(&pause, "CONT");
    within(owners(&look, |shares| shares.get(&other) == Some(&4))).await;
    append(&look.store, &mut shop, 50).await;
    within(async {
        while !look.is_projected().await {
            tokio::task::yield_now().await;
        }
    })
    .await;
    paused.end().await;
    stays.end().await;
    look.all_equal_a_fold().await;
    each_epoch_has_one_owner(&look.text(history).await, other, &epochs);
    look.close().await;
}

fn project(database: &Database) -> Process {
    start(&database.url, "project", 0, LEASE, 10)
}

pub(super) async fn within<T>(condition: impl Future<Output = T>) -> T {
    timeout(LONG, condition).await.expect("it comes to that")
}

/// Waits until the partitions of both read models are shared so; how many each worker has.
pub(super) async fn owners(look: &Look, so: impl Fn(&BTreeMap<WorkerId, usize>) -> bool) -> BTreeMap<WorkerId, usize> {
    loop {
        let mut shares = BTreeMap::new();
        for generation in look.generations().await {
            for partition in look.partitions(&generation).await {
                if let Some(worker) = partition.worker {
                    *shares.entry(worker).or_insert(0) += 1;
                }
            }
        }
        if so(&shares) {
            return shares;
        }
        tokio::task::yield_now().await;
    }
}

/// The epochs of all partitions, those of the turnover among them, as the history tells of them too.
async fn epochs(look: &Look) -> BTreeMap<String, u64> {
    let mut epochs = BTreeMap::new();
    let turnovers = look.turnovers().await.into_iter().map(|(generation, _)| generation);
    for generation in look.generations().await.into_iter().chain(turnovers) {
        for partition in look.partitions(&generation).await {
            epochs.insert(format!("{} {}", generation.key, partition.lease.partition), partition.lease.epoch);
        }
    }
    epochs
}

/// Pauses a process at a moment at which it has not locked the whole database.
async fn pause(database: &Database, process: &Process) -> String {
    let id = process.id().to_string();
    loop {
        signal(&id, "STOP");
        if database.try_execute("CREATE TABLE unlocked (x int); DROP TABLE unlocked").await.is_ok() {
            return id;
        }
        signal(&id, "CONT");
    }
}

fn signal(id: &str, signal: &str) {
    assert!(Command::new("kill").args(["-s", signal, id]).status().unwrap().success());
}

/// Positions of a partition rise, and each epoch is one worker's; what `paused` has written after it had lost a
/// partition, it has written in a later epoch.
fn each_epoch_has_one_owner(history: &str, paused: WorkerId, taken: &BTreeMap<String, u64>) {
    let mut last: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let mut workers: BTreeMap<(String, u64), String> = BTreeMap::new();
    let mut later = 0;
    for line in history.lines() {
        let [name, partition, position, epoch, worker] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let (partition, position, epoch) =
            (format!("{name} {partition}"), position.parse().unwrap(), epoch.parse().unwrap());
        let before = last.insert(partition.clone(), (epoch, position)).unwrap_or_default();
        assert!(before <= (epoch, position) && before.1 <= position, "{line} after {before:?}");
        if worker.is_empty() {
            continue;
        }
        let known = workers.entry((partition.clone(), epoch)).or_insert_with(|| worker.to_owned());
        assert_eq!(known, worker, "{line}");
        let is_paused = Uuid::parse_str(worker).unwrap() == paused.0;
        later += usize::from(is_paused && epoch > taken[&partition]);
    }
    assert!(later > 0, "it has partitions again");
}
