//! What the databases' errors mean.

use std::sync::Arc;

use sea_orm::sqlx::error::DatabaseError;
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlxError};

use crate::store::{BoxError, StoreError, Unstorable};

/// The kind of an error, yet without its source.
type Kind = fn(BoxError) -> StoreError;

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match error {
            DbErr::Conn(RuntimeErr::SqlxError(error))
            | DbErr::Exec(RuntimeErr::SqlxError(error))
            | DbErr::Query(RuntimeErr::SqlxError(error)) => of_sqlx(error),
            DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => Self::Closed,
            DbErr::ConnectionAcquire(error @ ConnAcquireErr::Timeout) => Self::Unreachable(Box::new(error)),
            other => Self::Refused(Box::new(other)),
        }
    }
}

/// The library's error below a SeaORM error, if there is one.
pub(super) fn sqlx(error: &DbErr) -> Option<&SqlxError> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

/// What the refusal of what somebody else has written means: [`StoreError::Unstorable`] where the data is the reason.
pub(super) fn of_data(error: DbErr) -> StoreError {
    match (unstorable(&error), error.into()) {
        (Some(why), StoreError::Refused(source)) => StoreError::Unstorable { why, source },
        (_, other) => other,
    }
}

/// What of the data the database does not take, where that is its reason.
pub(super) fn unstorable(error: &DbErr) -> Option<Unstorable> {
    let SqlxError::Database(refusal) = sqlx(error)? else { return None };
    let code = refusal.code()?;
    let constraint = |name: &str| Unstorable::Constraint { name: name.to_owned() };
    #[cfg(feature = "sqlite")]
    if refusal.try_downcast_ref::<sea_orm::SqlxSqliteError>().is_some() {
        // The name stands behind the colon.
        let rule = || constraint(refusal.message().rsplit(": ").next().unwrap_or_default());
        return match code.parse::<i32>().ok()? & 0xff {
            18 => Some(Unstorable::TooLarge),
            19 => Some(rule()),
            20 => Some(Unstorable::Value),
            _ => None,
        };
    }
    match &*code {
        code if code.starts_with("23") => Some(constraint(refusal.constraint().unwrap_or(code))),
        code if code.starts_with("22") => Some(Unstorable::Value),
        code if code.starts_with("54") => Some(Unstorable::TooLarge),
        _ => None,
    }
}

fn of_sqlx(error: Arc<SqlxError>) -> StoreError {
    let kind: Kind = match &*error {
        SqlxError::PoolClosed => return StoreError::Closed,
        SqlxError::Io(_)
        | SqlxError::Tls(_)
        | SqlxError::Protocol(_)
        | SqlxError::PoolTimedOut
        | SqlxError::WorkerCrashed => StoreError::Unreachable,
        SqlxError::Database(refusal) => of_database(&**refusal),
        _ => StoreError::Refused,
    };
    kind(Box::new(error))
}

fn of_database(refusal: &dyn DatabaseError) -> Kind {
    let code = refusal.code().unwrap_or_default();
    // SQLite's codes are numbers in decimal, PostgreSQL's have five characters.
    #[cfg(feature = "sqlite")]
    if refusal.try_downcast_ref::<sea_orm::SqlxSqliteError>().is_some() {
        return code.parse().map_or(StoreError::Refused, |code: i32| of_sqlite(code, refusal.message()));
    }
    of_sqlstate(&code, is_of_this_crate(refusal))
}

/// Whether a constraint of the event store's own tables refused, and not one that somebody else has made.
pub(super) fn is_of_this_crate(refusal: &dyn DatabaseError) -> bool {
    refusal.constraint().is_some_and(|name| name.starts_with("cqrs_"))
}

#[cfg(feature = "sqlite")]
fn of_sqlite(code: i32, message: &str) -> Kind {
    const NO_ROOM_FOR_SHARED_MEMORY: i32 = 10 + 19 * 256;
    match (code, code & 0xff) {
        (NO_ROOM_FOR_SHARED_MEMORY, _) | (_, 13) => StoreError::Full,
        (_, 5 | 6) => StoreError::Busy,
        (_, 8) => StoreError::ReadOnly,
        (_, 10 | 14) => StoreError::Unreachable,
        (_, 11 | 26) => StoreError::Damaged,
        (_, 1) if message.starts_with("no such table") => StoreError::Missing,
        _ => StoreError::Refused,
    }
}

fn of_sqlstate(code: &str, own_constraint: bool) -> Kind {
    match code {
        // Judged under the log's lock, the append broke none of its rules: another transaction went past the lock.
        "23505" if own_constraint => StoreError::Busy,
        // Connection exceptions, shutdown and start of the server, too many connections.
        "57P01" | "57P02" | "57P03" | "53300" => StoreError::Unreachable,
        "53100" => StoreError::Full,
        "25006" => StoreError::ReadOnly,
        "42P01" | "42883" | "3F000" => StoreError::Missing,
        "XX001" | "XX002" => StoreError::Damaged,
        "40001" | "40P01" | "55P03" => StoreError::Busy,
        // Cancelled, mostly because of `statement_timeout`; a transaction that was left alone; out of memory.
        "57014" | "25P03" | "53200" => StoreError::OverLimit,
        code if code.starts_with("08") => StoreError::Unreachable,
        _ => StoreError::Refused,
    }
}
