//! The README's and the book's listings are all compiled.

mod manifest;

use std::path::PathBuf;

use crate::workspace::{files, read};

fn pages() -> impl Iterator<Item = PathBuf> {
    ["README.md", "ARCHITECTURE.md"].into_iter().map(PathBuf::from).chain(files("book/src", "md"))
}

#[test]
fn every_page_with_a_listing_is_a_doctest() {
    let compiled = read("tests/src/lib.rs");
    let forgotten: Vec<_> = pages()
        .filter(|page| read(page).contains("```rust"))
        .map(|page| format!("\"{}\"", page.display()))
        .filter(|page| !compiled.contains(page))
        .collect();
    assert!(forgotten.is_empty(), "list in tests/src/lib.rs: {}", forgotten.join(", "));
}

#[test]
fn no_listing_is_left_uncompiled() {
    for page in pages() {
        for (number, line) in read(&page).lines().enumerate() {
            let evades = line.strip_prefix("```rust").is_some_and(|flags| flags.contains("ignore"));
            assert!(!evades, "{}:{}: a listing that is not compiled", page.display(), number + 1);
        }
    }
}

#[test]
fn the_table_of_contents_has_every_chapter() {
    let contents = read("book/src/SUMMARY.md");
    let mut linked: Vec<_> = contents.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    linked.sort_unstable();
    let chapters: Vec<_> =
        files("book/src", "md").iter().filter_map(|page| Some(page.file_name()?.to_str()?.to_owned())).collect();
    let chapters: Vec<_> = chapters.iter().filter(|chapter| *chapter != "SUMMARY.md").collect();
    assert_eq!(linked, chapters);
}

#[test]
fn the_readme_has_a_whole_domain_in_sixty_lines() {
    let readme = read("README.md");
    let (_, example) = readme.split_once("```rust\n").expect("an example");
    let (example, _) = example.split_once("```").expect("an end of the example");
    let lines = example.lines().filter(|line| !line.trim().is_empty()).count();
    assert!(lines <= 60, "{lines} lines");
    let count = |derive: &str| example.matches(&format!("#[derive({derive},")).count();
    assert_eq!((count("Event"), count("Command"), count("Aggregate")), (2, 2, 1));
}
