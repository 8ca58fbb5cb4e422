//! What the handling of events has written, beside what was confirmed.

use cqrs_runtime::store::{Sequence, StoredEvent};
use cqrs_runtime::subscription::{Subscriber, SubscriptionError};
use sea_orm::ConnectionTrait;

use crate::database::{execute, row};

/// The table that the positions of handled events are written into, at `url`.
pub(super) struct Sent {
    url: String,
}

impl Sent {
    pub(super) async fn create(url: &str) -> Self {
        let number = if url.starts_with("sqlite") { "INTEGER" } else { "bigserial" };
        execute(url, &format!("CREATE TABLE sent (number {number} PRIMARY KEY, position bigint NOT NULL)")).await;
        Self { url: url.to_owned() }
    }

    /// Writes one, and confirms the event with it.
    pub(super) async fn send(subscriber: &mut Subscriber, event: &StoredEvent) -> Result<(), SubscriptionError> {
        let handling = subscriber.begin(event).await?;
        let sent = format!("INSERT INTO sent (position) VALUES ({})", event.position);
        handling.connection()?.execute_unprepared(&sent).await.map_err(|error| handling.error(error))?;
        handling.commit().await
    }

    /// How many there are.
    pub(super) async fn count(&self) -> usize {
        let count: i64 = row(&self.url, "SELECT count(*) FROM sent").await.try_get_by_index(0).unwrap();
        count.try_into().unwrap()
    }

    /// For each event of `log` that was confirmed there is one, in the order of its partition, and there is no other.
    pub(super) async fn is_what_was_confirmed(&self, log: &[StoredEvent]) {
        let (checkpoints, sent) = self.look().await;
        let partitions = u32::try_from(checkpoints.len()).unwrap();
        for (partition, checkpoint) in (0..).zip(&checkpoints) {
            let of_partition = |event: &&StoredEvent| {
                let stream = &event.stream;
                let sequence = Sequence::of_stream(&stream.tenant, &stream.stream_type, &stream.id);
                sequence.partition(partitions) == partition
            };
            let own: Vec<_> = log.iter().filter(of_partition).map(|event| event.position).collect();
            let sent: Vec<_> = sent.iter().copied().filter(|position| own.contains(position)).collect();
            let confirmed: Vec<_> = own.into_iter().filter(|position| position <= checkpoint).collect();
            assert_eq!(sent, confirmed, "partition {partition} is at {checkpoint}");
        }
    }

    /// Every event of `log` was handled once.
    pub(super) async fn is_all_of(&self, log: &[StoredEvent]) {
        self.is_what_was_confirmed(log).await;
        assert_eq!(self.count().await, log.len());
    }

    /// The checkpoints and what was written, at one moment.
    async fn look(&self) -> (Vec<u64>, Vec<u64>) {
        let list = |of: &str| {
            if self.url.starts_with("sqlite") {
                format!("SELECT coalesce(group_concat(position, ' '), '') FROM (SELECT position {of})")
            } else {
                format!("SELECT coalesce(string_agg(position::text, ' '), '') FROM (SELECT position {of}) found")
            }
        };
        let checkpoints = list("FROM cqrs_checkpoints WHERE name = 'subscription mails' ORDER BY partition");
        let sent = list("FROM sent ORDER BY number");
        let row = row(&self.url, &format!("SELECT ({checkpoints}), ({sent})")).await;
        let numbers = |index| {
            let text: String = row.try_get_by_index(index).unwrap();
            text.split_whitespace().map(|number| number.parse().unwrap()).collect()
        };
        (numbers(0), numbers(1))
    }
}
