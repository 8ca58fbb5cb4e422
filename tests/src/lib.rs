//! Compiles the listings of `README.md` and of the book as doctests: `cargo test -p cqrs-tests --doc`.
//!
//! Each file stands here by name; the test `listings` fails when one is missing.

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
    Store: "book/src/store.md",
}
