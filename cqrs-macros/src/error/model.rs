use std::collections::BTreeMap;

use proc_macro2::Span;
use syn::{Data, DeriveInput, Ident, Path};

use super::attrs::{Attrs, Domain};
use crate::support::errors::Errors;
use crate::support::expansion;
use crate::support::input::{plain, refuse_generics};
use crate::support::names::Case;

/// A refusal, or several.
pub(super) struct Model {
    pub(super) runtime: Path,
    pub(super) ident: Ident,
    /// One per variant; of a struct, one without a variant.
    pub(super) cases: Vec<Refusal>,
}

/// How one refusal is told to clients.
pub(super) struct Refusal {
    pub(super) variant: Option<Ident>,
    pub(super) code: String,
    pub(super) field: Option<String>,
}

impl Model {
    pub(super) fn validate(input: &DeriveInput, attrs: &Attrs, errors: &Errors) -> Option<Self> {
        refuse_generics(input, "a domain error", errors);
        let cases = match &input.data {
            Data::Struct(_) => vec![Refusal::read(&input.ident, None, &attrs.container, errors).0],
            Data::Enum(_) => variants(attrs, errors),
            Data::Union(data) => {
                errors.push_at(data.union_token.span, "a domain error is an enum or a struct, not a union");
                return None;
            }
        };
        Some(Self { runtime: expansion::runtime(attrs.container.runtime.as_ref()), ident: input.ident.clone(), cases })
    }
}

fn variants(attrs: &Attrs, errors: &Errors) -> Vec<Refusal> {
    for misplaced in [&attrs.container.code, &attrs.container.field].into_iter().flatten() {
        errors.push_at(misplaced.span, "each variant is told on its own: move `#[domain(..)]` to the variant");
    }
    let mut taken = BTreeMap::new();
    let mut cases = Vec::new();
    for (ident, domain) in &attrs.variants {
        let (case, span) = Refusal::read(ident, Some(ident.clone()), domain, errors);
        if let Some(first) = taken.insert(case.code.clone(), ident) {
            let message = format!(
                "`{first}` already has the code {:?}: clients could not tell them apart; write `#[domain(code = \"..\")]`",
                case.code
            );
            errors.push_at(span, message);
        }
        cases.push(case);
    }
    cases
}

impl Refusal {
    fn read(ident: &Ident, variant: Option<Ident>, domain: &Domain, errors: &Errors) -> (Self, Span) {
        for text in [&domain.code, &domain.field].into_iter().flatten() {
            if text.value.is_empty() {
                errors.push_at(text.span, "this can't be empty; leave the key out instead");
            }
        }
        let code = domain.code.as_ref();
        let default = || Case::ScreamingSnake.of_variant(&plain(ident));
        let span = code.map_or_else(|| ident.span(), |code| code.span);
        let refusal = Self {
            variant,
            code: code.map_or_else(default, |code| code.value.clone()),
            field: domain.field.as_ref().map(|field| field.value.clone()),
        };
        (refusal, span)
    }
}
