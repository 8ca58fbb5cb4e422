//! What the derive writes, formatted, for a reviewer to read: `snapshots`.

use super::derive;
use crate::support::testing::expand;

#[test]
fn choice() {
    let input = r#"
        #[serde(rename_all = "snake_case")]
        pub enum Movement { None, Cash(Money), Transfer { to: AccountId, note: Option<String> } }
    "#;
    insta::assert_snapshot!(expand(derive, input));
}

#[test]
fn with_an_adapter() {
    insta::assert_snapshot!(expand(derive, "#[value(with = Millis)] pub struct Timeout(Duration);"));
}
