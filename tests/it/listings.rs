//! The README's and the book's listings are all compiled.

use std::path::PathBuf;

use crate::workspace::{files, read};

#[test]
fn every_page_with_a_listing_is_a_doctest() {
    let compiled = read("tests/src/lib.rs");
    let pages =
        [PathBuf::from("README.md"), PathBuf::from("ARCHITECTURE.md")].into_iter().chain(files("book/src", "md"));
    let forgotten: Vec<_> = pages
        .filter(|page| read(page).contains("```rust"))
        .map(|page| format!("\"{}\"", page.display()))
        .filter(|page| !compiled.contains(page))
        .collect();
    assert!(forgotten.is_empty(), "list in tests/src/lib.rs: {}", forgotten.join(", "));
}

#[test]
fn no_listing_is_left_uncompiled() {
    let pages =
        [PathBuf::from("README.md"), PathBuf::from("ARCHITECTURE.md")].into_iter().chain(files("book/src", "md"));
    for page in pages {
        for (number, line) in read(&page).lines().enumerate() {
            let evaded = line.strip_prefix("```rust").is_some_and(|rest| rest.contains("ignore"));
            assert!(!evaded, "{}:{}: a listing that is not compiled", page.display(), number + 1);
        }
    }
}
