//! What the derive writes, formatted, for a reviewer to read: `snapshots`.

use super::derive;
use crate::support::testing::expand;

#[test]
fn first_version() {
    insta::assert_snapshot!(expand(derive, "pub struct MoneyDeposited { pub amount: Money }"));
}

#[test]
fn after_a_struct() {
    let input = "
        #[event(version = 3, previous = MoneyDepositedV2)]
        pub struct MoneyDeposited { pub amount: Money }
    ";
    insta::assert_snapshot!(expand(derive, input));
}

#[test]
fn generated_upcasters() {
    let input = r#"
        #[event(version = 3, removed(legacy: Option<bool>, until = 2))]
        #[serde(rename_all = "camelCase")]
        pub struct EmailChanged {
            #[event(was = "mail", until = 2)]
            pub new_email: String,
            #[event(since = 2, default = "unknown")]
            pub changed_by: String,
            #[event(until = 3, ty = f64, with = whole)]
            pub tries: i64,
        }
    "#;
    insta::assert_snapshot!(expand(derive, input));
}

#[test]
fn with_public_fields() {
    let input = r"
        /// Money came in.
        #[event(version = 2)]
        pub struct MoneyDeposited {
            /// How much.
            #[event(public)]
            pub amount: Money,
            #[event(since = 2, default, public)]
            pub description: Option<String>,
            pub teller: String,
        }
    ";
    insta::assert_snapshot!(expand(derive, input));
}
