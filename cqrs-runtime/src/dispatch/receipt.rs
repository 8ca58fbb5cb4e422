//! Recognising a repeated command, and answering it as the first time.

use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};

use super::{CommandError, CommandOptions, Executed, Refusal};
use crate::aggregate::Aggregate;
use crate::command::Command;
use crate::json::{self, EncodeError};
use crate::repository::Repository;
use crate::store::{EventQuery, Receipt, ReceiptAnswer, ReceiptKey, StreamKey};

/// What a command is recognised by, where it has an idempotency key.
pub(super) struct Identity {
    pub(super) key: ReceiptKey,
    input_hash: [u8; 32],
}

impl Identity {
    pub(super) fn of<A: Aggregate, C: Command>(
        command: &C,
        options: &CommandOptions,
    ) -> Result<Option<Self>, EncodeError> {
        let Some(key) = &options.idempotency_key else { return Ok(None) };
        let mut hash = Sha256::new();
        let mut document = json::document(command)?;
        // A program that knows one more optional field of the command recognises what an older one was sent.
        if let serde_json::Value::Object(fields) = &mut document {
            fields.retain(|_, value| !value.is_null());
        }
        canonical(&document, &mut hash);
        let key = ReceiptKey {
            tenant: options.metadata.tenant.clone(),
            principal: options.metadata.principal.clone(),
            // Two aggregates may have commands of one name.
            command: format!("{}.{}", A::TYPE, C::NAME).into(),
            key: key.clone(),
        };
        Ok(Some(Self { key, input_hash: hash.finalize().into() }))
    }

    pub(super) fn receipt(&self, stream: StreamKey, answer: ReceiptAnswer) -> Receipt {
        Receipt { key: self.key.clone(), input_hash: self.input_hash, stream, answer }
    }
}

/// Hashes a document independently of the order of its keys.
fn canonical(value: &serde_json::Value, hash: &mut Sha256) {
    match value {
        serde_json::Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            hash.update(b"{");
            for (name, value) in fields {
                hash.update(serde_json::Value::from(name.as_str()).to_string());
                hash.update(b":");
                canonical(value, hash);
                hash.update(b",");
            }
            hash.update(b"}");
        }
        serde_json::Value::Array(items) => {
            hash.update(b"[");
            for item in items {
                canonical(item, hash);
                hash.update(b",");
            }
            hash.update(b"]");
        }
        scalar => hash.update(scalar.to_string()),
    }
}

/// The answer that `receipt` keeps.
pub(super) async fn answer_again<A: Aggregate, C: Command>(
    repository: &Repository<A>,
    identity: &Identity,
    receipt: Receipt,
) -> Result<Executed<A>, CommandError<A::Error>> {
    if receipt.input_hash != identity.input_hash || receipt.stream.stream_type != A::TYPE {
        return Err(CommandError::IdempotencyKeyReused { command: C::NAME, key: receipt.key.key });
    }
    let id = receipt
        .stream
        .id
        .parse()
        .map_err(|source| CommandError::ReceiptTarget { stream: receipt.stream.clone(), source })?;
    match receipt.answer {
        ReceiptAnswer::Nothing { version } => {
            Ok(Executed { id, version, position: None, events: Vec::new(), repeated: true })
        }
        ReceiptAnswer::Events { first, last } => {
            let query = EventQuery::stream(receipt.stream).from_version(first).to_version(last);
            let events: Vec<_> = repository.events_of(query).try_collect().await?;
            let position = events.last().map(|event| event.position);
            Ok(Executed { id, version: last, position, events, repeated: true })
        }
        ReceiptAnswer::Refused { error, .. } => {
            let refusal: Refusal<A::Error> = serde_json::from_str(&error).map_err(CommandError::ReceiptAnswer)?;
            Err(CommandError::Refused(refusal))
        }
    }
}
