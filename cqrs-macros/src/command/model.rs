use std::time::Duration;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{DeriveInput, Field, Ident, Path, Type};

use super::attrs::{Attrs, Container};
use crate::support::access::Roles;
use crate::support::docs::description;
use crate::support::errors::Errors;
use crate::support::expansion;
use crate::support::input::{named_fields, refuse_generics, stored_name};
use crate::support::layout::stored_field_name;
use crate::support::serde::{Purpose, SerdeAttrs};
use crate::support::told::{Told, check_names, deprecated};

/// An intent.
pub(super) struct Model {
    pub(super) runtime: Path,
    pub(super) ident: Ident,
    pub(super) name: String,
    pub(super) target: Target,
    pub(super) enrichment: Option<Type>,
    pub(super) timeout: Option<Duration>,
    /// Who may send it.
    pub(super) roles: Option<Roles>,
    pub(super) description: String,
    /// Why it should not be sent any more.
    pub(super) deprecated: Option<String>,
    pub(super) fields: Vec<SentField>,
}

/// A field under the name by which serde reads it.
pub(super) struct SentField {
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) told: Told,
}

/// The aggregate that a command is for.
pub(super) enum Target {
    /// The one whose id this field holds.
    Field { ident: Ident, ty: Box<Type> },
    /// A new one, whose id the server makes.
    New(Path),
}

impl Model {
    pub(super) fn validate(input: &DeriveInput, attrs: &Attrs, errors: &Errors) -> Option<Self> {
        refuse_generics(input, "a command", errors);
        let fields = named_fields(input, "a command", errors);
        let check = |attrs| _ = SerdeAttrs::read_for(Purpose::Sent, attrs, errors);
        check(&input.attrs);
        for field in fields.iter().flatten() {
            check(&field.attrs);
            refuse_unordered(field.ty.to_token_stream(), errors);
        }
        let Attrs { container, ids } = attrs;
        if let (Some(_), None) = (&container.enrich_timeout, &container.enrich) {
            errors.push(&input.ident, "`enrich_timeout` limits an enrichment: name it with `enrich = ..`");
        }
        if let Some(roles) = &container.roles {
            roles.refuse_rules("which aggregates a command may go to is said on the aggregate", errors);
        }
        let name = stored_name(&input.ident, container.name.as_ref(), errors);
        let fields = fields?;
        let sent = sent_fields(input, &fields);
        check_names(sent.iter().map(|field| &field.told), &[], errors);
        let target = target(input, &fields, container, ids, errors)?;
        Some(Self {
            runtime: expansion::runtime(container.runtime.as_ref()),
            ident: input.ident.clone(),
            name,
            target,
            enrichment: container.enrich.as_ref().map(|ty| ty.0.clone()),
            timeout: container.enrich_timeout.map(|timeout| timeout.0),
            roles: container.roles.clone(),
            description: description(&input.attrs),
            deprecated: deprecated(&input.attrs),
            fields: sent,
        })
    }
}

fn sent_fields(input: &DeriveInput, fields: &[&Field]) -> Vec<SentField> {
    let serde = SerdeAttrs::read(&input.attrs);
    let (case, defaulted) = (serde.case("rename_all"), serde.find("default").is_some());
    let sent = fields.iter().filter_map(|field| {
        let mut told = Told::of_field(field, field.ident.as_ref()?);
        told.defaulted |= defaulted;
        Some(SentField { name: stored_field_name(field, case)?, ty: field.ty.clone(), told })
    });
    sent.collect()
}

/// Another order in every program run: the repetition of a command could not be recognised by its content.
fn refuse_unordered(ty: TokenStream, errors: &Errors) {
    for token in ty {
        match token {
            TokenTree::Group(group) => refuse_unordered(group.stream(), errors),
            TokenTree::Ident(ident) if ident == "HashSet" => errors.push(
                &ident,
                "a `HashSet` is sent in another order each time, so that a repetition is not recognised: use a `BTreeSet`",
            ),
            _ => {}
        }
    }
}

fn target(
    input: &DeriveInput,
    fields: &[&Field],
    container: &Container,
    ids: &[Field],
    errors: &Errors,
) -> Option<Target> {
    if let Some(second) = ids.get(1) {
        errors.push(&second.ident, "a command is for one aggregate: mark one field with `#[command(id)]`");
        return None;
    }
    match (ids.first(), &container.new_id) {
        (Some(field), None) => Some(Target::Field { ident: field.ident.clone()?, ty: Box::new(field.ty.clone()) }),
        (None, Some(path)) => Some(Target::New(path.0.clone())),
        (Some(field), Some(_)) => {
            errors.push(
                &field.ident,
                "the server makes the id (`new_id`), so no field can hold it: remove one of the two",
            );
            None
        }
        (None, None) => {
            errors.push(&input.ident, missing_id(fields));
            None
        }
    }
}

fn missing_id(fields: &[&Field]) -> String {
    let candidate = fields.iter().filter_map(|field| field.ident.as_ref()).find(|ident| is_id(ident));
    let field = candidate.map_or_else(|| "id".to_owned(), ToString::to_string);
    format!(
        "a command says which aggregate it is for: mark the field that holds the id, `#[command(id)] {field}: ..`, \
         or let the server make it, `#[command(new_id = ..)]`"
    )
}

/// Whether a field is named as one that holds an id.
pub(super) fn is_id(ident: &Ident) -> bool {
    ident == "id" || ident.to_string().ends_with("_id")
}
