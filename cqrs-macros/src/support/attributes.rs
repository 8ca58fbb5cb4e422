//! Attributes: what is understood is kept, each mistake is reported on its own.

use darling::FromMeta;
use darling::ast::NestedMeta;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Attribute, Ident, Meta};

use super::errors::Errors;

/// What an attribute may hold.
pub(crate) trait Keys: FromMeta + Default {
    /// The keys that there are.
    const KEYS: &'static [&'static str];
}

/// Reads every `#[name(..)]` among the attributes, together, as `T`.
///
/// An item that is wrong is reported and left out, so that the rest still counts.
pub(crate) fn read<T: Keys>(attrs: &[Attribute], name: &str, errors: &Errors) -> T {
    let items = named(attrs, name).flat_map(|attribute| nested(attribute, name, T::KEYS, errors)).collect();
    keep_valid(items, errors)
}

/// Reads each `#[name(..)]` on its own: annotations that may stand several times.
pub(crate) fn read_each<T: Keys>(attrs: &[Attribute], name: &str, errors: &Errors) -> Vec<(Attribute, T)> {
    named(attrs, name)
        .map(|attribute| (attribute.clone(), keep_valid(nested(attribute, name, T::KEYS, errors), errors)))
        .collect()
}

fn named<'a>(attrs: &'a [Attribute], name: &'a str) -> impl Iterator<Item = &'a Attribute> {
    attrs.iter().filter(move |attribute| attribute.path().is_ident(name))
}

fn nested(attribute: &Attribute, name: &str, keys: &[&str], errors: &Errors) -> Vec<NestedMeta> {
    let Meta::List(list) = &attribute.meta else {
        errors.push(&attribute.meta, format!("write `#[{name}(..)]`"));
        return Vec::new();
    };
    let items = NestedMeta::parse_meta_list(list.tokens.clone()).unwrap_or_else(|error| {
        errors.push_error(error);
        Vec::new()
    });
    items.into_iter().filter_map(|item| known(item, name, keys, errors)).collect()
}

/// The item, if its key is known; taken for the nearest key, if there is a near one.
fn known(mut item: NestedMeta, name: &str, keys: &[&str], errors: &Errors) -> Option<NestedMeta> {
    let path = match &mut item {
        NestedMeta::Meta(Meta::Path(path)) => path,
        NestedMeta::Meta(Meta::List(list)) => &mut list.path,
        NestedMeta::Meta(Meta::NameValue(pair)) => &mut pair.path,
        NestedMeta::NameValueInvalidExpr(pair) => &mut pair.path,
        NestedMeta::Lit(literal) => {
            errors.push(literal, format!("write a key of `#[{name}(..)]`: {}", listed(keys)));
            return None;
        }
    };
    if keys.iter().any(|key| path.is_ident(key)) {
        return Some(item);
    }
    let key = path.to_token_stream().to_string();
    let nearest = nearest(&key, keys);
    let advice =
        nearest.map_or_else(|| format!("there are {}", listed(keys)), |near| format!("did you mean `{near}`?"));
    errors.push(&*path, format!("`{key}` is no key of `#[{name}(..)]`: {advice}"));
    *path = Ident::new(nearest?, path.span()).into();
    Some(item)
}

fn listed(keys: &[&str]) -> String {
    keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
}

/// The key that was probably meant: as far away as a slip or two, for keys of some length.
pub(crate) fn nearest<'a>(key: &str, keys: &[&'a str]) -> Option<&'a str> {
    let near = |candidate: &&str| distance(key, candidate) <= 2.min(candidate.len() / 2);
    keys.iter().copied().filter(near).min_by_key(|candidate| distance(key, candidate))
}

/// How many characters must be typed, deleted or replaced to get from one word to the other.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (line, typed) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (column, wanted) in to.chars().enumerate() {
            let replaced = diagonal + usize::from(typed != wanted);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.chars().count()]
}

fn keep_valid<T: Keys>(items: Vec<NestedMeta>, errors: &Errors) -> T {
    let mut valid = Vec::with_capacity(items.len());
    let mut value = T::default();
    for item in items {
        valid.push(item);
        match T::from_list(&valid) {
            Ok(parsed) => value = parsed,
            Err(error) => {
                errors.push_darling(error);
                valid.pop();
            }
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_key_is_found() {
        let keys = ["name", "version", "previous", "id"];
        let check = |typed, meant| assert_eq!(nearest(typed, &keys), meant, "{typed}");
        check("verison", Some("version"));
        check("nmae", Some("name"));
        check("nam", Some("name"));
        check("previuos", Some("previous"));
        check("di", None);
        check("i", Some("id"));
        check("table", None);
    }
}
