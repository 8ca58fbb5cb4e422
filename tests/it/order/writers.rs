//! Processes that append, and are killed.

use std::collections::HashSet;

use fastrand::Rng;
use uuid::Uuid;

use crate::process::Process;

const WRITERS: usize = 8;

/// The processes that append to one log.
pub(crate) struct Writers {
    url: String,
    rng: Rng,
    running: Vec<Process>,
    said: Said,
}

/// What the processes said of their events.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) written: HashSet<Uuid>,
    pub(crate) not_written: HashSet<Uuid>,
}

impl Writers {
    pub(crate) fn start(url: &str, rng: Rng) -> Self {
        let mut writers = Self { url: url.to_owned(), rng, running: Vec::new(), said: Said::default() };
        for _ in 0..WRITERS {
            writers.start_one();
        }
        writers
    }

    fn start_one(&mut self) {
        let seed = self.rng.u32(..).to_string();
        self.running.push(Process::start(env!("CARGO_BIN_EXE_keep_appending"), &[&self.url, &seed]));
    }

    /// Kills one, whatever it is doing, and starts another in its place.
    pub(crate) async fn kill_one(&mut self) {
        let victim = self.running.swap_remove(self.rng.usize(..self.running.len()));
        let lines = victim.kill().await;
        self.said.hear(&lines);
        self.start_one();
    }

    /// Lets all end; what they said, those that were killed too.
    pub(crate) async fn end(mut self) -> Said {
        for writer in self.running {
            self.said.hear(&writer.end().await);
        }
        self.said
    }
}

impl Said {
    fn hear(&mut self, lines: &[String]) {
        for line in lines {
            let (sign, id) = line.split_at(1);
            let id = id.parse().unwrap();
            if sign == "+" {
                self.written.insert(id)
            } else {
                self.not_written.insert(id)
            };
        }
    }
}
