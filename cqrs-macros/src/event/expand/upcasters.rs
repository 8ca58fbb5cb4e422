//! Upcasters from annotations: one private struct per old version, converted directly to the current one.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::Ident;
use syn::spanned::Spanned;

use crate::event::model::{EventField, Model};
use crate::event::timeline::{Form, Past};
use crate::support::args::DefaultArg;
use crate::support::expansion::{local, serde_path};
use crate::support::layout::shape_of;

/// The structs of the old versions; a version without fields needs none.
pub(super) fn old_versions(model: &Model) -> TokenStream {
    (1..model.version).map(|version| old_version(model, version)).collect()
}

fn old_version(model: &Model, version: u32) -> TokenStream {
    let fields: Vec<_> = model.fields.iter().filter_map(|field| old_field(field, version)).collect();
    let removed: Vec<_> = model.removed.iter().filter(|removed| removed.is_in(version)).collect();
    if fields.is_empty() && removed.is_empty() {
        return TokenStream::new();
    }
    let ident = old_ident(version);
    let container = model.serde.without(&["crate", "rename", "default", "expecting"]);
    let serde = serde_path(&model.runtime);
    // What was removed is checked against its type, and not read again.
    let unread = (!removed.is_empty()).then(|| quote!(#[allow(dead_code)]));
    let removed = removed.iter().map(|removed| {
        let (ident, ty) = (&removed.ident, &removed.ty);
        let name = crate::support::input::plain(ident);
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
    let stored = match timeline.at(version) {
        Form::Absent(_) => return None,
        Form::Current => {
            let serde = serde.without(&[]);
            quote!(#serde #ident: #ty)
        }
        Form::Past(Past { was, ty: old, .. }) => {
            let ty = old.as_ref().unwrap_or(ty);
            let rename = was.as_ref().map(|was| quote!(#[serde(rename = #was)]));
            let dropped: &[&str] = if was.is_some() { &["rename", "alias"] } else { &[] };
            let serde = serde.without(dropped);
            quote!(#rename #serde #ident: #ty)
        }
    };
    Some(stored)
}

pub(super) fn decode(model: &Model) -> TokenStream {
    let current = super::decode_current(model);
    let (raw, old_event) = (local("raw"), local("old"));
    let arms = (1..model.version).map(|version| {
        let fields = model.fields.iter().map(|field| {
            let (ident, value) = (&field.ident, converted(field, version));
            quote!(#ident: #value)
        });
        let has_fields = model.fields.iter().any(|field| !matches!(field.timeline.at(version), Form::Absent(_)))
            || model.removed.iter().any(|removed| removed.is_in(version));
        let reads = model.fields.iter().any(|field| !matches!(field.timeline.at(version), Form::Absent(_)));
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

/// The current value of a field, from an old version.
fn converted(field: &EventField, version: u32) -> TokenStream {
    let EventField { ident, ty, timeline, .. } = field;
    let from = local("old");
    match timeline.at(version) {
        Form::Absent(DefaultArg::Std(span)) => quote_spanned!(*span=> __private::Default::default()),
        Form::Absent(DefaultArg::Text(text)) => quote_spanned!(text.span()=> __private::From::from(#text)),
        Form::Absent(DefaultArg::Expr(expr)) => quote!(#expr),
        Form::Past(Past { ty: Some(_), with: Some(with), .. }) => {
            quote_spanned!(with.span()=> __private::converted::<#ty, _>(#with(#from.#ident))?)
        }
        Form::Past(Past { ty: Some(old), with: None, .. }) => {
            quote_spanned!(old.span()=> __private::convert::<#old, #ty>(#from.#ident)?)
        }
        Form::Past(_) | Form::Current => quote!(#from.#ident),
    }
}

/// The shapes of all versions; the shape of each type is asked for once, at the type.
pub(super) fn history(model: &Model) -> TokenStream {
    let mut shapes = TokenStream::new();
    for (index, field) in model.fields.iter().enumerate() {
        let (ident, shape) = (current_shape(index), shape_of(&field.ty));
        shapes.extend(quote!(let #ident = #shape;));
        for past in &field.timeline.past {
            if let Some(ty) = &past.ty {
                let (ident, shape) = (past_shape(index, past), shape_of(ty));
                shapes.extend(quote!(let #ident = #shape;));
            }
        }
    }
    for (index, removed) in model.removed.iter().enumerate() {
        let (ident, shape) = (removed_shape(index), shape_of(&removed.ty));
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
        let shape = match field.timeline.at(version) {
            Form::Past(past @ Past { ty: Some(_), .. }) => past_shape(index, past),
            _ => current_shape(index),
        };
        Some(quote!((#name, #shape.clone())))
    });
    let removed =
        model.removed.iter().enumerate().filter(|(_, removed)| removed.is_in(version)).map(|(index, removed)| {
            let (name, shape) = (crate::support::input::plain(&removed.ident), removed_shape(index));
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

fn past_shape(index: usize, past: &Past) -> Ident {
    format_ident!("shape_{index}_until_{}", past.until.value)
}

fn removed_shape(index: usize) -> Ident {
    format_ident!("removed_{index}")
}
