//! What the documentation of an item says.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The text of the doc comments, without the space before each line.
pub(crate) fn description(attrs: &[Attribute]) -> String {
    let lines: Vec<String> = attrs.iter().filter_map(line).collect();
    let lines = lines.iter().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end());
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

fn line(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::description;

    #[test]
    fn the_lines_of_a_comment_are_joined() {
        let check = |item: &str, text: &str| {
            let item: syn::ItemStruct = syn::parse_str(item).expect("a struct");
            assert_eq!(description(&item.attrs), text);
        };
        check("struct A;", "");
        check("/// One line.\nstruct A;", "One line.");
        check("/// First.\n///\n///  - indented\n#[must_use]\n/// Last.\nstruct A;", "First.\n\n - indented\nLast.");
        check("/** A block. */ struct A;", "A block.");
    }
}
