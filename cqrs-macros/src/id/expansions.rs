//! What the derive writes, formatted, for a reviewer to read: `snapshots`.

use super::derive;
use crate::support::testing::expand;

#[test]
fn newtype() {
    insta::assert_snapshot!(expand(derive, "pub struct AccountId(Uuid);"));
}

#[test]
fn over_a_text() {
    insta::assert_snapshot!(expand(derive, "pub struct Isbn(String);"));
}
