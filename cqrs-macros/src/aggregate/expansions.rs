//! What the derive writes, formatted, for a reviewer to read: `snapshots`.

use quote::ToTokens;

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

#[test]
fn of_the_bank() {
    let source = include_str!("../../../examples/bank/src/domain/account.rs");
    let file: syn::File = syn::parse_str(source).expect("the bank is Rust");
    let account = file.items.iter().find(|item| matches!(item, syn::Item::Struct(item) if item.ident == "Account"));
    insta::assert_snapshot!(expand(derive, &account.to_token_stream().to_string()));
}
