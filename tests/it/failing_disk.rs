//! A disk that fails at the commit to an SQLite file: the answer is the truth, or that it is not known.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use cqrs_runtime::store::{EventQuery, EventStore};
use futures_util::TryStreamExt;
use tempfile::TempDir;
use uuid::Uuid;

use crate::database::Database;
use crate::process::Process;

const PROGRAM: &str = env!("CARGO_BIN_EXE_commit_when_told");
const UNKNOWN: &str = "unknown: the database can't be reached";

/// A program whose flushes fail while a file is there: what it wrote stays written.
struct FailingFlush {
    program: Process,
    sign: PathBuf,
    _folder: TempDir,
}

impl FailingFlush {
    fn before(database: &Database) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (library, sign) = (folder.path().join("failing_flush.so"), folder.path().join("fail"));
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/failing_flush.c");
        let compiled = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).status().unwrap();
        assert!(compiled.success(), "this test needs a C compiler: {compiled}");
        let preload = format!("LD_PRELOAD={}", library.display());
        let failing = format!("FAILING_FLUSH={}", sign.display());
        let program = Process::start("env", &[&preload, &failing, PROGRAM, &database.url]);
        Self { program, sign, _folder: folder }
    }

    async fn answer(&mut self, line: &str) -> String {
        answer(&mut self.program, line).await
    }

    fn fail(&self) {
        fs::write(&self.sign, "").unwrap();
    }

    fn recover(&self) {
        fs::remove_file(&self.sign).unwrap();
    }

    /// Comes back once a flush has failed.
    async fn has_failed(&self) {
        while !self.sign.with_extension("seen").exists() {
            tokio::task::yield_now().await;
        }
    }
}

async fn answer(program: &mut Process, line: &str) -> String {
    program.tell(line);
    program.hear().await.unwrap()
}

fn ids<const N: usize>() -> [Uuid; N] {
    std::array::from_fn(|_| Uuid::now_v7())
}

/// What the file holds for a program that opens it after the last one is gone.
async fn stored(database: &Database) -> Vec<Uuid> {
    let store = EventStore::open(&database.url).await.unwrap();
    let events: Vec<_> = store.read(EventQuery::log()).try_collect().await.unwrap();
    store.close().await;
    events.iter().map(|event| event.event_id).collect()
}

/// Why the outcome is unknown: nobody sees the event, and yet it is in the file when the program crashes.
#[tokio::test]
async fn what_a_failed_flush_leaves_in_the_file_may_come_back() {
    let (database, [first, lost]) = (Database::sqlite(), ids());
    let mut disk = FailingFlush::before(&database);
    assert_eq!(disk.answer(&format!("commit {first}")).await, "written");
    disk.fail();
    assert_eq!(disk.answer(&format!("commit {lost}")).await, UNKNOWN);
    disk.program.kill().await;
    assert_eq!(stored(&database).await, [first, lost]);
}

#[tokio::test]
async fn what_has_been_settled_does_not_come_back() {
    let (database, [first, lost]) = (Database::sqlite(), ids());
    let mut disk = FailingFlush::before(&database);
    assert_eq!(disk.answer(&format!("commit {first}")).await, "written");
    disk.fail();
    assert_eq!(disk.answer(&format!("commit {lost}")).await, UNKNOWN);
    assert_ne!(disk.answer("settle").await, "settled", "not while the disk fails");
    disk.recover();
    assert_eq!(disk.answer("settle").await, "settled");
    disk.program.kill().await;
    assert_eq!(stored(&database).await, [first]);
}

#[tokio::test]
async fn an_append_is_answered_truly_once_the_disk_is_well_again() {
    let (database, [first, second]) = (Database::sqlite(), ids());
    let mut disk = FailingFlush::before(&database);
    assert_eq!(disk.answer(&format!("append {first}")).await, "written");
    disk.fail();
    disk.program.tell(&format!("append {second}"));
    disk.has_failed().await;
    disk.recover();
    assert_eq!(disk.program.hear().await.unwrap(), "written");
    assert_eq!(disk.answer(&format!("append {second}")).await, "repeated");
    disk.program.kill().await;
    assert_eq!(stored(&database).await, [first, second]);
}

/// The last write of a commit ends in its middle.
#[tokio::test]
async fn a_file_that_may_not_grow_is_no_false_answer() {
    let database = Database::sqlite();
    // As a signal, the limit would end the program; ignored, it is an error of the write.
    let script = r#"trap "" XFSZ; ulimit -S -f 300; exec "$0" "$1""#;
    let mut program = Process::start("sh", &["-c", script, PROGRAM, &database.url]);
    let mut written = Vec::new();
    let lost = loop {
        let id = Uuid::now_v7();
        match answer(&mut program, &format!("commit {id}")).await.as_str() {
            "written" => written.push(id),
            UNKNOWN => break id,
            other => panic!("{other}"),
        }
    };
    // What settles is smaller than a commit: for a few there may be room.
    let mut settled = 0;
    while answer(&mut program, "settle").await == "settled" {
        settled += 1;
        assert!(settled < 20, "not while there is no room");
    }
    let grown = Command::new("prlimit").args(["--pid", &program.id().to_string(), "--fsize=unlimited:"]).status();
    assert!(grown.unwrap().success());
    assert_eq!(answer(&mut program, "settle").await, "settled");
    assert_eq!(answer(&mut program, &format!("commit {lost}")).await, "written");
    assert_eq!(answer(&mut program, &format!("commit {lost}")).await, "repeated");
    written.push(lost);
    program.kill().await;
    assert_eq!(stored(&database).await, written);
}
