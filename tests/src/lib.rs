//! Compiles the listings of `README.md` and of the book as doctests: `cargo test -p cqrs-tests --doc`.
//!
//! Each file stands here by name; the test `listings` fails when one is missing.

pub mod account;
pub mod appending;
pub mod folders;
pub mod orders;
pub mod purse;
pub mod shelf;
pub mod together;

/// Files whose listings are doctests.
macro_rules! listings {
    ($($name:ident: $path:literal),+ $(,)?) => {$(
        #[cfg(doctest)]
        #[doc = include_str!(concat!("../../", $path))]
        pub struct $name;
    )+};
}

listings! {
    Readme: "README.md",
    Access: "book/src/access.md",
    Commands: "book/src/commands.md",
    Domain: "book/src/domain.md",
    Evolution: "book/src/evolution.md",
    Graphql: "book/src/graphql.md",
    Reading: "book/src/reading.md",
    ReadModels: "book/src/read_models.md",
    Running: "book/src/running.md",
    Server: "book/src/server.md",
    Specs: "book/src/specs.md",
    Store: "book/src/store.md",
    Subscriptions: "book/src/subscriptions.md",
    Transactional: "book/src/transactional.md",
}
