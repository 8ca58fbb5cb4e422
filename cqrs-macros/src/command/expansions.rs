//! What the derive writes, formatted, for a reviewer to read: `snapshots`.

use super::derive;
use crate::support::testing::expand;

#[test]
fn with_an_enrichment() {
    let input = r#"
        #[command(enrich = RiskScore, enrich_timeout = "2s")]
        pub struct Deposit { #[command(id)] pub account_id: AccountId, pub amount: Money }
    "#;
    insta::assert_snapshot!(expand(derive, input));
}

#[test]
fn with_a_new_id() {
    let input =
        "#[command(new_id = AccountId, roles(\"teller\", signed_in))] pub struct OpenAccount { pub owner: String }";
    insta::assert_snapshot!(expand(derive, input));
}
