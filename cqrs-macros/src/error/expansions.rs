//! What the derive writes, formatted, for a reviewer to read: `snapshots`.

use super::derive;
use crate::support::testing::expand;

#[test]
fn variants() {
    let input = r#"
        pub enum AccountError {
            #[domain(code = "NO_FUNDS", field = "amount")]
            InsufficientFunds { available: Money },
            Closed,
        }
    "#;
    insta::assert_snapshot!(expand(derive, input));
}
