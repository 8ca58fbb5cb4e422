//! What the derive writes, formatted, for a reviewer to read: `snapshots`.

use super::derive;
use crate::support::testing::expand;

#[test]
fn whole() {
    let input = "
        /// Accounts that hold money.
        #[derive(BoundedContext)]
        #[context(aggregates(Account), read_models(AccountSummary, AccountStatement), projections(Turnover), name = \"bank\")]
        pub struct Bank;
    ";
    insta::assert_snapshot!(expand(derive, input));
}
