//! What the derive writes, formatted, for a reviewer to read: `snapshots`.

use super::derive;
use crate::support::testing::expand;

#[test]
fn whole() {
    let input = "
        #[aggregate(
            id = AccountId,
            events(AccountOpened, MoneyDeposited),
            commands(create(OpenAccount), Deposit),
            error = AccountError,
            config = Limits,
            snapshot(every = 100, version = 1),
            retired(FeeWaived),
        )]
        pub struct Account { owner: String, balance: Money }
    ";
    insta::assert_snapshot!(expand(derive, input));
}
