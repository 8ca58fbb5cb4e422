//! Modules import only from their own layer and the ones below it: the table in `ARCHITECTURE.md` is the rule.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Item};

use crate::workspace::{files, read};

const SOURCES: &str = "cqrs-runtime/src";
const DERIVES: &str = "cqrs-macros/src";
const SHARED: &str = "support";
const LEAVES: &str = "leaves";

/// Where a module stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layer {
    Numbered(usize),
    Leaf,
}

impl Layer {
    fn may_import(self, other: Self) -> bool {
        match (self, other) {
            (_, Self::Leaf) => false,
            (Self::Leaf, Self::Numbered(_)) => true,
            (Self::Numbered(own), Self::Numbered(other)) => other <= own,
        }
    }
}

#[test]
fn imports_go_down() {
    let layers = layers(&read("ARCHITECTURE.md"));
    let mut wrong = Vec::new();
    for file in files(SOURCES, "rs") {
        let module = module_path(SOURCES, &file);
        let Some(own) = module.first() else { continue };
        let layer = layers.get(own).unwrap_or_else(|| panic!("`{own}` is in no layer of ARCHITECTURE.md"));
        for import in imports(&read(&file), &module) {
            // What is no module is a macro, which `#[macro_export]` puts at the root.
            let Some(imported) = layers.get(&import) else { continue };
            if import != *own && !layer.may_import(*imported) {
                wrong.push(format!("{}: `{own}` imports `{import}`", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "against the layers of ARCHITECTURE.md:\n{}", wrong.join("\n"));
}

#[test]
fn the_table_names_the_modules_that_there_are() {
    let named: BTreeSet<_> = layers(&read("ARCHITECTURE.md")).into_keys().collect();
    let found: BTreeSet<_> =
        files(SOURCES, "rs").iter().filter_map(|file| module_path(SOURCES, file).into_iter().next()).collect();
    assert_eq!(named, found);
}

#[test]
fn derives_share_only_their_support() {
    let mut wrong = Vec::new();
    for file in files(DERIVES, "rs") {
        let module = module_path(DERIVES, &file);
        let Some(own) = module.first() else { continue };
        let foreign = |import: &String| import != own && (import != SHARED || own == SHARED);
        for import in imports(&read(&file), &module).into_iter().filter(foreign) {
            wrong.push(format!("{}: `{own}` imports `{import}`", file.display()));
        }
    }
    assert!(wrong.is_empty(), "derives don't import each other:\n{}", wrong.join("\n"));
}

#[test]
fn imports_are_found_however_they_are_spelled() {
    let source = r#"
        //! Not `crate::comment`.
        use crate::{a::A, b::{self, B}};
        use super::c::C;
        use super::super::d;
        mod inner { use super::super::e; fn f() { super::super::super::g() } }
        fn f() -> crate::h::H { $crate::not::this(); "crate::text" }
        #[cfg(test)]
        mod tests { use crate::testing; }
    "#
    .replace("$crate::not::this();", "");
    let module = ["store", "writer"].map(str::to_owned);
    let found = imports(&source, &module);
    assert_eq!(found, ["a", "b", "d", "g", "h", "store"].map(str::to_owned).into());
}

/// The layers of `ARCHITECTURE.md`: the rows of the table under `## Layers`, ground up.
fn layers(architecture: &str) -> BTreeMap<String, Layer> {
    let (_, section) = architecture.split_once("\n## Layers\n").expect("a section `Layers`");
    let section = section.split("\n## ").next().unwrap_or(section);
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    let mut layers = BTreeMap::new();
    for (index, row) in rows.enumerate() {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let layer = if cells[1] == LEAVES { Layer::Leaf } else { Layer::Numbered(index) };
        for name in cells[2].split('`').skip(1).step_by(2) {
            let before = layers.insert(name.to_owned(), layer);
            assert_eq!(before, None, "`{name}` is in two layers");
        }
    }
    layers
}

/// `store::writer` of `cqrs-runtime/src/store/writer.rs`; nothing of the root.
fn module_path(sources: &str, file: &Path) -> Vec<String> {
    let file = file.strip_prefix(sources).expect("a file of the crate").with_extension("");
    let names = file.iter().map(|name| name.to_string_lossy().into_owned());
    names.filter(|name| name != "lib" && name != "mod").collect()
}

/// The top-level names that a file reaches through `crate::` and `super::`, outside its tests.
fn imports(source: &str, module: &[String]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if module.last().is_some_and(|name| name == "tests") {
        return found;
    }
    let file = syn::parse_file(source).expect("a file that compiles");
    collect_items(&file.items, module, &mut found);
    found
}

fn collect_items(items: &[Item], module: &[String], found: &mut BTreeSet<String>) {
    for item in items.iter().filter(|item| !is_test(item)) {
        match item {
            Item::Mod(inner) => {
                let path: Vec<_> = module.iter().cloned().chain([inner.ident.to_string()]).collect();
                if let Some((_, items)) = &inner.content {
                    collect_items(items, &path, found);
                }
            }
            item => collect_tokens(item.to_token_stream(), module, found),
        }
    }
}

fn is_test(item: &Item) -> bool {
    let attributes: &[Attribute] = match item {
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        _ => &[],
    };
    attributes.iter().any(|attribute| attribute.to_token_stream().to_string().replace(' ', "") == "#[cfg(test)]")
}

fn collect_tokens(tokens: TokenStream, module: &[String], found: &mut BTreeSet<String>) {
    let mut base: Option<Vec<String>> = None;
    let mut macro_variable = false;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) if ident == "crate" && !macro_variable => base = Some(Vec::new()),
            TokenTree::Ident(ident) if ident == "super" => {
                let mut path = base.take().unwrap_or_else(|| module.to_vec());
                path.pop();
                base = Some(path);
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' => continue,
            TokenTree::Punct(punct) => {
                base = None;
                macro_variable = punct.as_char() == '$';
                continue;
            }
            TokenTree::Ident(ident) => {
                if let Some(path) = base.take() {
                    found.insert(path.first().cloned().unwrap_or_else(|| ident.to_string()));
                }
            }
            TokenTree::Group(group) => match base.take() {
                Some(path) => collect_alternatives(group.stream(), &path, found),
                None => collect_tokens(group.stream(), module, found),
            },
            TokenTree::Literal(_) => base = None,
        }
        macro_variable = false;
    }
}

/// The names in `crate::{a::A, b::{self, B}}`.
fn collect_alternatives(tokens: TokenStream, base: &[String], found: &mut BTreeSet<String>) {
    if let Some(module) = base.first() {
        found.insert(module.clone());
        return;
    }
    let mut first = true;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) if first => {
                found.insert(ident.to_string());
                first = false;
            }
            TokenTree::Punct(punct) => first = punct.as_char() == ',',
            _ => {}
        }
    }
}
