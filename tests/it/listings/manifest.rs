//! What the README and the book say of `Cargo.toml` is what their listings are compiled with.

use crate::workspace::read;

/// The block of `Cargo.toml` on a page: a line per dependency, without comments.
fn block(page: &str) -> Vec<String> {
    let text = read(page);
    let (_, block) = text.split_once("```toml\n").unwrap_or_else(|| panic!("{page} has no block of Cargo.toml"));
    let (block, _) = block.split_once("```").expect("an end of the block");
    let lines = block.lines().map(|line| line.split('#').next().unwrap_or_default().trim().to_owned());
    lines.filter(|line| line.contains('=')).collect()
}

/// The line of a dependency in a manifest.
fn line_of(name: &str, manifest: &str) -> Option<String> {
    let names = |line: &&str| line.split(['=', '.']).next().is_some_and(|found| found.trim() == name);
    read(manifest).lines().find(names).map(str::to_owned)
}

/// The quoted texts behind a key of a dependency's line; of `name = "1"`, the version is behind no key.
fn quoted(line: &str, key: &str) -> Vec<String> {
    let Some((_, behind)) = line.split_once(key) else { return Vec::new() };
    let end = behind.find(if behind.starts_with('[') { ']' } else { ',' }).unwrap_or(behind.len());
    behind[..end].split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

fn version(line: &str) -> Option<String> {
    let key = if line.contains('{') { "version = " } else { "= " };
    quoted(line, key).pop()
}

#[test]
fn the_pages_name_the_same_dependencies() {
    assert_eq!(block("README.md"), block("book/src/domain.md"));
}

#[test]
fn every_dependency_is_one_that_the_listings_are_compiled_with() {
    for line in block("README.md") {
        let name = line.split('=').next().expect("a name").trim().to_owned();
        let ours = line_of(&name, "Cargo.toml").unwrap_or_else(|| panic!("`{name}` is no dependency here"));
        let tests = line_of(&name, "tests/Cargo.toml").unwrap_or_else(|| panic!("no listing can name `{name}`"));
        let features = [quoted(&ours, "features = "), quoted(&tests, "features = ")].concat();
        for feature in quoted(&line, "features = ") {
            assert!(features.contains(&feature), "`{name}` has not been compiled with `{feature}`");
        }
        if let Some(said) = version(&line) {
            let used = version(&ours).expect("a version");
            assert!(used == said || used.starts_with(&format!("{said}.")), "`{name}` is {used}, not {said}");
        }
    }
}

#[test]
fn the_readme_names_no_other_crate() {
    let named: Vec<_> = block("README.md").iter().filter_map(|line| Some(line.split_once(' ')?.0.to_owned())).collect();
    let tests = read("tests/Cargo.toml");
    let (_, dependencies) = tests.split_once("[dependencies]").expect("dependencies");
    let (dependencies, _) = dependencies.split_once("[lints]").expect("an end of the dependencies");
    let others = dependencies.lines().filter_map(|line| Some(line.split_once(['.', ' '])?.0));
    let readme = read("README.md");
    // What serde's derives write names serde, though the prelude brings them along.
    assert!(named.iter().any(|name| name == "serde"));
    for other in others.filter(|other| !named.iter().any(|name| name == other)) {
        let path = format!("{}::", other.replace('-', "_"));
        assert!(!readme.contains(&path), "the README's example needs `{other}`");
    }
}

#[test]
fn the_chapter_on_specifications_names_what_the_readme_names() {
    let readme = block("README.md");
    let specs = block("book/src/specs.md");
    assert!(specs.iter().all(|line| readme.contains(line)), "{specs:?}");
    assert!(!specs.is_empty());
}
