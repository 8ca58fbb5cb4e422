//! What two recorded shapes have in common: JSON knows no order of fields, and an enum's variants go by name.

/// Whether they differ in nothing but the order of fields and variants.
pub(super) fn same(one: &str, other: &str) -> bool {
    one == other || variants(one) == variants(other)
}

/// Whether every variant of an enum is still there as it was.
pub(super) fn only_adds_variants(was: &str, is: &str) -> bool {
    let (was, is) = (variants(was), variants(is));
    is.len() > was.len() && was.iter().all(|variant| is.contains(variant))
}

/// The variants of an enum, sorted; of another shape, itself.
fn variants(shape: &str) -> Vec<String> {
    let mut variants: Vec<_> = split(shape, " | ").into_iter().map(with_sorted_fields).collect();
    variants.sort_unstable();
    variants
}

fn with_sorted_fields(shape: &str) -> String {
    let Some([name, fields]) = split_once(shape, "{ ") else { return shape.to_owned() };
    let Some(fields) = fields.strip_suffix(" }") else { return shape.to_owned() };
    let mut fields = split(fields, ", ");
    fields.sort_unstable();
    format!("{name}{{ {} }}", fields.join(", "))
}

fn split<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some([part, after]) = split_once(rest, separator) {
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts
}

/// Splits at the first separator outside quotes and brackets.
fn split_once<'a>(text: &'a str, separator: &str) -> Option<[&'a str; 2]> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (index, character) in text.char_indices() {
        if depth == 0
            && !quoted
            && let Some(after) = text[index..].strip_prefix(separator)
        {
            return Some([&text[..index], after]);
        }
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '{' | '[' | '(' if !quoted => depth += 1,
            '}' | ']' | ')' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{only_adds_variants, same};

    #[test]
    fn the_order_of_fields_and_variants_says_nothing() {
        let check = |one, other, expected| assert_eq!(same(one, other), expected, "{one}, {other}");
        check("{ a: i64, b: text }", "{ b: text, a: i64 }", true);
        check("{ a: (i64, text), b: {text: [i64]}? }", "{ b: {text: [i64]}?, a: (i64, text) }", true);
        check("A | B { x: i64, y: u8 } | C(text)", "C(text) | B { y: u8, x: i64 } | A", true);
        check(r#"{ "a, b": i64, c: u8 }"#, r#"{ c: u8, "a, b": i64 }"#, true);
        check("{ a: i64, b: text }", "{ a: text, b: i64 }", false);
        check("{ a: (i64, text) }", "{ a: (text, i64) }", false);
        check(r#"{ "a, b": i64, c: u8 }"#, r#"{ "b, a": i64, c: u8 }"#, false);
        check(r#"{ "a\", b": i64 }"#, r#"{ b": i64, "a\" }"#, false);
        check("{ a: i64 }", "{ a: i64, b: text }", false);
        check("{}", "{ a: i64 }", false);
    }

    #[test]
    fn an_enum_may_grow() {
        let check = |was, is, expected| assert_eq!(only_adds_variants(was, is), expected, "{was}, {is}");
        check("A", "A | B", true);
        check("A | B", "C | B | A", true);
        check("A { x: i64, y: u8 }", "A { y: u8, x: i64 } | B(text)", true);
        check("A | B", "A", false);
        check("A { x: i64 }", "A { x: u8 } | B", false);
        check("{ a: i64 }", "{ a: i64, b: u8 }", false);
    }
}
