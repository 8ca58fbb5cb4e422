//! What the derive writes, formatted, for a reviewer to read: `snapshots`.

use super::derive;
use crate::support::testing::expand;

#[test]
fn whole() {
    let input = "
        /// What an account looks like
        /// from outside.
        #[read_model(table = \"account_summary\", version = 2, events(Account(AccountOpened, MoneyDeposited)))]
        pub struct AccountSummary {
            #[read_model(key)] pub account_id: AccountId,
            /// Who has opened it.
            #[read_model(filter, order)] pub owner: String,
            #[read_model(order)] pub balance: Money,
            #[read_model(references = Branch)] branch: Option<BranchId>,
        }
    ";
    insta::assert_snapshot!(expand(derive, input));
}

#[test]
fn of_several_aggregates() {
    let input = "
        #[read_model(events(Order(OrderPlaced), Customer(CustomerRenamed)), lookups(OrderCustomer), partition = region)]
        struct Sales {
            #[read_model(key)] r#type: String,
            #[read_model(key)] day: NaiveDate,
            total: Decimal,
        }
    ";
    insta::assert_snapshot!(expand(derive, input));
}

#[test]
fn a_lookup() {
    let input = "struct OrderCustomer { #[read_model(key)] order: OrderId, customer: CustomerId }";
    insta::assert_snapshot!(expand(derive, input));
}

#[test]
fn with_roles() {
    let input = "
        #[read_model(roles(
            \"teller\",
            \"customer\" if owner = principal.id && branch = principal.claims.branch,
            signed_in if owner = principal.claims.r#type,
            anyone,
        ))]
        struct AccountSummary {
            #[read_model(key)] account_id: AccountId,
            owner: String,
            branch: i64,
            #[read_model(roles(\"teller\"))] email: String,
        }
    ";
    insta::assert_snapshot!(expand(derive, input));
}
