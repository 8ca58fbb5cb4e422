//! Which of the waiting appends share the next transaction.

use std::collections::{HashSet, VecDeque};

use tokio::sync::mpsc;
use tokio::task::yield_now;
use uuid::Uuid;

use super::{Message, Pending, WriterOptions};
use crate::store::{Append, Claim, ClaimChange, ReceiptKey};

/// Before writing, other tasks get so many chances to add to a batch that is smaller than the last one.
const GATHERING_ROUNDS: usize = 3;

/// Forms batches of what waits.
pub(super) struct Gatherer {
    waiting: mpsc::Receiver<Message>,
    /// What could not join the last batch, in order.
    set_aside: VecDeque<Pending>,
    options: WriterOptions,
    last_size: usize,
}

impl Gatherer {
    pub(super) fn new(waiting: mpsc::Receiver<Message>, options: WriterOptions) -> Self {
        Self { waiting, set_aside: VecDeque::new(), options, last_size: 0 }
    }

    /// The next batch; `None` when nothing waits and nothing more can come.
    pub(super) async fn next_batch(&mut self) -> Option<Vec<Pending>> {
        loop {
            let mut batch = Batch::default();
            for pending in std::mem::take(&mut self.set_aside) {
                self.offer(&mut batch, pending);
            }
            if batch.members.is_empty() {
                let message = self.waiting.recv().await?;
                self.receive(&mut batch, message);
            }
            self.gather(&mut batch).await;
            if !batch.members.is_empty() {
                self.last_size = batch.members.len();
                return Some(batch.members);
            }
        }
    }

    async fn gather(&mut self, batch: &mut Batch) {
        for round in 0..=GATHERING_ROUNDS {
            while self.has_room(batch) {
                let Ok(message) = self.waiting.try_recv() else { break };
                self.receive(batch, message);
            }
            let complete = batch.members.len() >= self.last_size || !self.has_room(batch);
            if complete || round == GATHERING_ROUNDS {
                return;
            }
            yield_now().await;
        }
    }

    fn has_room(&self, batch: &Batch) -> bool {
        batch.members.len() < self.options.batch_appends
            && batch.bytes < self.options.batch_bytes
            && self.set_aside.len() < self.options.batch_appends
    }

    fn receive(&mut self, batch: &mut Batch, message: Message) {
        match message {
            Message::Append(pending) => self.offer(batch, *pending),
            Message::Close => self.waiting.close(),
        }
    }

    fn offer(&mut self, batch: &mut Batch, pending: Pending) {
        let too_large = !batch.members.is_empty() && batch.bytes + pending.append.bytes() > self.options.batch_bytes;
        if too_large || !self.has_room(batch) || batch.touches(&pending.append) {
            self.set_aside.push_back(pending);
        } else if pending.ticket.take() {
            batch.add(pending);
        }
    }
}

/// Appends that share a transaction: no event id, receipt or claim stands in two of them.
#[derive(Default)]
struct Batch {
    members: Vec<Pending>,
    bytes: usize,
    events: HashSet<Uuid>,
    receipts: HashSet<ReceiptKey>,
    claims: HashSet<(String, Claim)>,
}

impl Batch {
    fn touches(&self, append: &Append) -> bool {
        append.events.iter().any(|event| self.events.contains(&event.id))
            || append.receipt.as_ref().is_some_and(|receipt| self.receipts.contains(&receipt.key))
            || claims(append).any(|claim| self.claims.contains(&claim))
    }

    fn add(&mut self, pending: Pending) {
        let append = &pending.append;
        self.bytes += append.bytes();
        self.events.extend(append.events.iter().map(|event| event.id));
        self.receipts.extend(append.receipt.iter().map(|receipt| receipt.key.clone()));
        self.claims.extend(claims(append));
        self.members.push(pending);
    }
}

fn claims(append: &Append) -> impl Iterator<Item = (String, Claim)> {
    append.claims.iter().map(ClaimChange::claim).map(|claim| (append.stream.tenant.clone(), claim.clone()))
}
