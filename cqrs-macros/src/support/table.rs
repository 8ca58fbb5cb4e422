//! Names of tables.

use proc_macro2::Span;
use syn::Ident;

use super::errors::Errors;
use super::input::plain;
use super::names::Case;

/// The longest name of a table, in bytes: PostgreSQL cuts names off at 63, and what belongs to the table is called after
/// it.
const MAX_BYTES: usize = 40;

/// The name of a table that is called as a type.
pub(crate) fn named_as(ident: &Ident) -> String {
    Case::Snake.of_variant(&plain(ident))
}

/// Reports a name that no table can have, and what to do about it.
pub(crate) fn check_name(name: &str, span: Span, advice: &str, errors: &Errors) {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.bytes().all(allowed) {
        let message =
            format!("`{name}` can't be a table: its name consists of `a` to `z`, `_`, and digits behind those{advice}");
        errors.push_at(span, message);
    } else if let Some(prefix) = ["cqrs_", "sqlite_", "pg_"].iter().find(|prefix| name.starts_with(**prefix)) {
        errors.push_at(span, format!("names of tables that begin with `{prefix}` are taken{advice}"));
    } else if name.len() > MAX_BYTES {
        let length = name.len();
        errors
            .push_at(span, format!("a table's name has at most {MAX_BYTES} bytes, and this one has {length}{advice}"));
    }
}
