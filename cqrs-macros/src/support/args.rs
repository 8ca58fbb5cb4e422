//! The values of attribute keys, with their spans.

use std::time::Duration;

use darling::ast::MetaNameValueInvalidExpr;
use darling::{Error, FromMeta, Result};
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, Lit, Meta, Path, Type};

/// A text: `name = "Renamed"`.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) value: String,
    pub(crate) span: Span,
}

impl FromMeta for Text {
    fn from_meta(item: &Meta) -> Result<Self> {
        match literal(item) {
            Some(Lit::Str(text)) => Ok(Self { value: text.value(), span: text.span() }),
            _ => Err(expects(item, "a text in quotes", "\"..\"")),
        }
    }
}

/// A key that stands alone: `key`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    pub(crate) span: Span,
}

impl FromMeta for Word {
    fn from_meta(item: &Meta) -> Result<Self> {
        match item {
            Meta::Path(path) => Ok(Self { span: path.span() }),
            Meta::List(_) | Meta::NameValue(_) => {
                let key = item.path().to_token_stream();
                Err(Error::custom(format!("`{key}` stands alone: write `{key}`")).with_span(item))
            }
        }
    }
}

/// A whole number: `version = 3`.
#[derive(Clone, Debug)]
pub(crate) struct Number {
    pub(crate) value: u32,
    pub(crate) span: Span,
}

impl FromMeta for Number {
    fn from_meta(item: &Meta) -> Result<Self> {
        let Some(Lit::Int(number)) = literal(item) else {
            return Err(expects(item, "a whole number", "1"));
        };
        match number.base10_parse() {
            Ok(value) => Ok(Self { value, span: number.span() }),
            Err(_) => Err(expects(item, "a whole number up to 4294967295", "1")),
        }
    }
}

/// A length of time: `enrich_timeout = "2s"`, in `ms`, `s` or `m`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeout(pub(crate) Duration);

impl FromMeta for Timeout {
    fn from_meta(item: &Meta) -> Result<Self> {
        let text = Text::from_meta(item)?;
        parse_duration(&text.value).map(Self).ok_or_else(|| {
            Error::custom("write a time that is not zero, as \"500ms\", \"2s\" or \"1m\"").with_span(&text.span)
        })
    }
}

fn parse_duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let number: u64 = number.parse().ok().filter(|number| *number > 0)?;
    match unit {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => number.checked_mul(60).map(Duration::from_secs),
        _ => None,
    }
}

/// The name of an item, or the path to it: `id = AccountId`.
#[derive(Clone, Debug)]
pub(crate) struct PathArg(pub(crate) Path);

impl FromMeta for PathArg {
    fn from_meta(item: &Meta) -> Result<Self> {
        match value(item) {
            Some(Expr::Path(path)) if path.qself.is_none() => Ok(Self(path.path.clone())),
            _ => Err(expects(item, "a name or a path, without quotes", "Name")),
        }
    }
}

/// A type: `ty = Option<f64>`.
#[derive(Clone, Debug)]
pub(crate) struct TypeArg(pub(crate) Type);

impl TypeArg {
    fn parse(tokens: TokenStream) -> Result<Self> {
        let span = tokens.span();
        syn::parse2(tokens).map(Self).map_err(|_| Error::custom("write a type, without quotes").with_span(&span))
    }
}

impl FromMeta for TypeArg {
    fn from_word() -> Result<Self> {
        Err(Error::custom("name a type: `.. = Type`"))
    }

    fn from_expr(expr: &Expr) -> Result<Self> {
        Self::parse(expr.to_token_stream())
    }

    fn from_invalid_expr(value: &MetaNameValueInvalidExpr) -> Result<Self> {
        Self::parse(value.value.clone())
    }
}

/// What a field gets where the stored event has none: `default`, `default = "unknown"`, `default = Currency::Usd`.
#[derive(Clone, Debug)]
pub(crate) enum DefaultArg {
    /// `Default::default()`.
    Std(Span),
    /// A text, through `From<&str>`.
    Text(syn::LitStr),
    /// Any other expression, as it stands.
    Expr(Box<Expr>),
}

impl ToTokens for DefaultArg {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Std(span) => tokens.extend(quote::quote_spanned!(*span=> default)),
            Self::Text(text) => text.to_tokens(tokens),
            Self::Expr(expr) => expr.to_tokens(tokens),
        }
    }
}

impl FromMeta for DefaultArg {
    fn from_meta(item: &Meta) -> Result<Self> {
        match item {
            Meta::Path(path) => Ok(Self::Std(path.span())),
            Meta::NameValue(pair) => Ok(match &pair.value {
                Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) => Self::Text(text.clone()),
                other => Self::Expr(Box::new(other.clone())),
            }),
            Meta::List(_) => Err(expects(item, "an expression", "..")),
        }
    }
}

fn value(item: &Meta) -> Option<&Expr> {
    let Meta::NameValue(pair) = item else { return None };
    match &pair.value {
        // Where a `macro_rules!` passed the attribute on, a group without delimiters surrounds the value.
        Expr::Group(group) => Some(&group.expr),
        other => Some(other),
    }
}

fn literal(item: &Meta) -> Option<&Lit> {
    match value(item)? {
        Expr::Lit(literal) => Some(&literal.lit),
        _ => None,
    }
}

fn expects(item: &Meta, what: &str, example: &str) -> Error {
    let key = item.path().to_token_stream();
    Error::custom(format!("`{key}` takes {what}: write `{key} = {example}`")).with_span(item)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::parse_duration;

    #[test]
    fn durations_have_a_unit() {
        let check =
            |text, millis: Option<u64>| assert_eq!(parse_duration(text), millis.map(Duration::from_millis), "{text}");
        check("500ms", Some(500));
        check("2s", Some(2_000));
        check("1m", Some(60_000));
        for wrong in ["", "2", "s", "0s", "2 s", "2h", "-1s", "1.5s", "99999999999999999999s", "999999999999999999m"] {
            check(wrong, None);
        }
    }
}
