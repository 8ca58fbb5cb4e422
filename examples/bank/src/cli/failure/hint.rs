//! What can be done about failures.

use bank::domain::AccountError;
use cqrs_runtime::dispatch::CommandError;
use cqrs_runtime::event::DecodeError;
use cqrs_runtime::projection::{CatchUpError, GenerationError, LettersError, RebuildError, VerifyError, WaitError};
use cqrs_runtime::repository::LoadError;
use cqrs_runtime::store::StoreError;

use super::Failure;

impl Failure {
    /// What can be done about it.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        if let Self::Open { address, source: StoreError::Unreachable(_) } = self {
            let file = address.starts_with("sqlite:");
            return Some(if file {
                "check that the folder exists and can be written to, or name another file: --database"
            } else {
                "check that the server runs and is the one that was meant: --database"
            });
        }
        if let Some(error) = self.store_error() {
            return store_hint(error);
        }
        match self {
            Self::NoAccount { .. } => Some(NO_ACCOUNT),
            Self::NotYet { .. } | Self::NotSoFar { .. } => Some("`bank history ID` shows its versions and their times"),
            Self::CatchUp(CatchUpError::Changed { .. }) => {
                Some("`bank rebuild` builds it anew while the old one answers")
            }
            Self::CatchUp(CatchUpError::Wait(WaitError::Parked { .. })) => Some(PARKED),
            Self::CatchUp(CatchUpError::Wait(WaitError::Behind { source: None, .. }))
            | Self::Letters(LettersError::NotTried { source: None, .. }) => {
                Some("another program may be stuck with it: `bank projections`")
            }
            Self::Letters(LettersError::NotParked { .. }) => Some("`bank dead-letters list` names the sequences"),
            Self::Letters(LettersError::NotListed { .. }) | Self::Generation(GenerationError::NotListed { .. }) => {
                Some(READ_MODELS)
            }
            Self::Generation(GenerationError::NotFound { .. }) => Some("`bank projections` lists them"),
            Self::Rebuild(error) => rebuild_hint(error),
            Self::Verify(error) => verify_hint(error),
            Self::Load(error) => load_hint(error),
            Self::Command(error) => command_hint(error),
            Self::Listen { .. } => Some("another program may be there already: name another address with --listen"),
            Self::ShortKey { .. } => Some("make one: openssl rand -hex -out FILE 32"),
            _ => None,
        }
    }
}

fn rebuild_hint(error: &RebuildError) -> Option<&'static str> {
    match error {
        RebuildError::NotListed { .. } => Some(READ_MODELS),
        RebuildError::Parked { .. } => Some(PARKED),
        RebuildError::NothingKept { .. } => Some("`bank projections` lists what is there"),
        RebuildError::BeingBuilt { .. } => Some("let it come to its end, or give it up: `bank rebuild --cancel`"),
        _ => None,
    }
}

fn verify_hint(error: &VerifyError) -> Option<&'static str> {
    match error {
        VerifyError::NotListed { .. } => Some(READ_MODELS),
        VerifyError::NotServed { .. } => Some("`bank rebuild` builds it"),
        VerifyError::Running { .. } => Some("wait until the other program is done with it"),
        VerifyError::Replaced { .. } | VerifyError::Cancelled { .. } => Some("start again"),
        VerifyError::Repair { source, .. } => rebuild_hint(source),
        _ => None,
    }
}

fn store_hint(error: &StoreError) -> Option<&'static str> {
    match error {
        StoreError::Unreachable(_) => Some("check that the server runs, or that the disk works; then repeat"),
        StoreError::Busy(_) => Some("another program holds it; try again"),
        StoreError::OverLimit(_) => Some("the server has too much to do, or too low a limit; try again"),
        StoreError::Serving { .. } => Some("another one has to answer first: `bank rebuild`"),
        StoreError::ReadOnly(_) => Some("make the file and its folder writable; nothing was changed"),
        StoreError::Full(_) => Some("free some space and repeat; nothing was changed"),
        StoreError::Damaged(_) | StoreError::Missing(_) => {
            Some("restore it from a backup, or name another: --database")
        }
        _ => None,
    }
}

const PARKED: &str = "look at them with `bank dead-letters list READ_MODEL --generation NUMBER`; then `bank rebuild` with \
    --accept-parked lets it answer without them, and with --cancel gives it up";

const READ_MODELS: &str = "there are account_summary, account_statement and daily_totals";

const NO_ACCOUNT: &str = "`bank accounts` lists the newest accounts, `bank open` opens one";

fn command_hint(error: &CommandError<AccountError>) -> Option<&'static str> {
    match error {
        CommandError::NotFound { .. } => Some(NO_ACCOUNT),
        CommandError::Conflict { .. } => Some("look at what has changed with `bank history ID`, then decide again"),
        CommandError::IdempotencyKeyReused { .. } => {
            Some("use a key once per command, or repeat the very same command with it")
        }
        CommandError::AlreadyExists { .. } => Some("leave out --id to get a new one"),
        CommandError::Indeterminate { .. } => {
            Some("repeat it with the same --idempotency-key, or look at `bank history ID`")
        }
        CommandError::Load(error) => load_hint(error),
        _ => None,
    }
}

fn load_hint(error: &LoadError) -> Option<&'static str> {
    match error {
        LoadError::Undecodable { source: DecodeError::UnknownName | DecodeError::UnknownVersion { .. }, .. } => {
            Some("a newer program has written it: use that one; other accounts are not affected")
        }
        LoadError::Store(error) if !matches!(error, StoreError::CorruptEvent { .. }) => None,
        _ => Some("the stored event is damaged: restore it from a backup; other accounts are not affected"),
    }
}
