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

#[test]
fn shown_in_another_form() {
    let input = r"
        /// An amount.
        #[value(api = InMajorUnits)]
        pub struct Money { minor: i64 }
    ";
    insta::assert_snapshot!(expand(derive, input));
}

#[test]
fn told_to_clients() {
    let input = r#"
        /// Who somebody is.
        #[serde(rename_all = "kebab-case")]
        pub struct Person {
            /// As in the passport.
            given_name: String,
            #[deprecated = "nobody has one"]
            #[serde(default)]
            fax: Option<String>,
        }
    "#;
    insta::assert_snapshot!(expand(derive, input));
}
