//! Upcasters from annotations: one private struct per old version, converted directly to the current one.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::Ident;
use syn::spanned::Spanned;

use crate::event::model::{EventField, Model, RemovedField};
use crate::event::timeline::Retyped;
use crate::support::args::DefaultArg;
use crate::support::expansion::{local, serde_path};
use crate::support::layout::shape_of;

/// The structs of the old versions; a version without fields needs none.
pub(super) fn old_versions(model: &Model) -> TokenStream {
    (1..model.version).map(|version| old_version(model, version)).collect()
}

fn old_version(model: &Model, version: u32) -> TokenStream {
    let fields: Vec<_> = model.fields.iter().filter_map(|field| old_field(field, version)).collect();
    let removed: Vec<_> = removed_in(model, version).collect();
    if fields.is_empty() && removed.is_empty() {
        return TokenStream::new();
    }
    let ident = old_ident(version);
    let container = model.serde.without(&["crate", "rename", "default", "expecting"]);
    let serde = serde_path(&model.runtime);
    let unread = (!removed.is_empty()).then(
        || quote!(#[allow(dead_code, reason = "what was removed is checked against its type, and not read again")]),
    );
    let removed = removed.into_iter().map(|(index, removed)| {
        // Not its own name, which a later field may have taken.
        let (ident, ty, name) = (removed_ident(index), &removed.annotation.ty, &removed.stored);
        quote!(#[serde(rename = #name)] #ident: #ty)
    });
    quote! {
        #[derive(__private::Deserialize)]
        #[serde(crate = #serde)]
        #container
        #unread
        struct #ident { #(#fields,)* #(#removed,)* }
    }
}

fn old_field(field: &EventField, version: u32) -> Option<TokenStream> {
    let EventField { ident, ty, serde, timeline, .. } = field;
    if timeline.absent(version).is_some() {
        return None;
    }
    let ty = timeline.conversions(version).next().map_or(ty, |retyped| &retyped.ty);
    let was = timeline.was(version);
    let rename = was.map(|was| quote!(#[serde(rename = #was)]));
    let dropped: &[&str] = if was.is_some() { &["rename", "alias"] } else { &[] };
    let serde = serde.without(dropped);
    Some(quote!(#rename #serde #ident: #ty))
}

fn removed_in(model: &Model, version: u32) -> impl Iterator<Item = (usize, &RemovedField)> {
    model.removed.iter().enumerate().filter(move |(_, removed)| removed.annotation.is_in(version))
}

pub(super) fn decode(model: &Model) -> TokenStream {
    let current = super::decode_current(model);
    let (raw, old_event) = (local("raw"), local("old"));
    let arms = (1..model.version).map(|version| {
        let fields = model.fields.iter().map(|field| {
            let (ident, value) = (&field.ident, converted(field, version));
            quote!(#ident: #value)
        });
        let reads = model.fields.iter().any(|field| field.timeline.absent(version).is_none());
        let has_fields = reads || removed_in(model, version).next().is_some();
        let ident = old_ident(version);
        let old = if has_fields { quote!(#ident) } else { quote!(__private::NoFields) };
        let binding = if reads { quote!(#old_event) } else { quote!(_) };
        let this = if model.unit { quote!(Self) } else { quote!(Self { #(#fields),* }) };
        quote!(#version => __private::decode_old(#raw, |#binding: #old| __private::Ok(#this)))
    });
    quote! {
        match #raw.schema_version {
            #(#arms,)*
            _ => #current,
        }
    }
}

/// The current value of a field, from an old version: through every later change of its type.
fn converted(field: &EventField, version: u32) -> TokenStream {
    let EventField { ident, ty, timeline, .. } = field;
    let from = local("old");
    let stored = match timeline.absent(version) {
        Some(DefaultArg::Std(span)) => quote_spanned!(*span=> __private::Default::default()),
        Some(DefaultArg::Text(text)) => quote_spanned!(text.span()=> __private::From::from(#text)),
        Some(DefaultArg::Expr(expr)) => quote!(#expr),
        None => quote!(#from.#ident),
    };
    let mut conversions = timeline.conversions(version).peekable();
    let mut value = stored;
    while let Some(Retyped { ty: old, with, .. }) = conversions.next() {
        let next = conversions.peek().map_or(ty, |next| &next.ty);
        value = if let Some(with) = with {
            quote_spanned!(with.span()=> __private::converted::<#next, _>(#with(#value))?)
        } else {
            quote_spanned!(old.span()=> __private::convert::<#old, #next>(#value)?)
        };
    }
    value
}

/// The shapes of all versions; the shape of each type is asked for once, at the type.
pub(super) fn history(model: &Model) -> TokenStream {
    let mut shapes = TokenStream::new();
    for (index, field) in model.fields.iter().enumerate() {
        let (ident, shape) = (current_shape(index), shape_of(&field.ty));
        shapes.extend(quote!(let #ident = #shape;));
        for retyped in field.timeline.conversions(1) {
            let (ident, shape) = (past_shape(index, retyped), shape_of(&retyped.ty));
            shapes.extend(quote!(let #ident = #shape;));
        }
    }
    for (index, removed) in model.removed.iter().enumerate() {
        let (ident, shape) = (removed_ident(index), shape_of(&removed.annotation.ty));
        shapes.extend(quote!(let #ident = #shape;));
    }
    let versions = (1..=model.version).map(|version| {
        let fields = fields_in(model, version);
        quote!(__private::event_schema::<Self>(#version, __private::record([#(#fields),*])))
    });
    quote!(#shapes __private::Vec::from([#(#versions),*]))
}

fn fields_in(model: &Model, version: u32) -> Vec<TokenStream> {
    let fields = model.fields.iter().enumerate().filter_map(|(index, field)| {
        let name = field.stored_in(version)?;
        let retyped = field.timeline.conversions(version).next();
        let shape = retyped.map_or_else(|| current_shape(index), |retyped| past_shape(index, retyped));
        Some(quote!((#name, #shape.clone())))
    });
    let removed = removed_in(model, version).map(|(index, removed)| {
        let (name, shape) = (&removed.stored, removed_ident(index));
        quote!((#name, #shape.clone()))
    });
    fields.chain(removed).collect()
}

fn old_ident(version: u32) -> Ident {
    format_ident!("__V{version}")
}

fn current_shape(index: usize) -> Ident {
    format_ident!("shape_{index}")
}

fn past_shape(index: usize, retyped: &Retyped) -> Ident {
    format_ident!("shape_{index}_until_{}", retyped.until)
}

fn removed_ident(index: usize) -> Ident {
    format_ident!("__removed_{index}")
}
