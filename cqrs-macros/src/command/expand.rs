use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::model::{Model, Target};
use crate::support::expansion::sealed;
use crate::support::told::{api_by, api_record};

pub(super) fn expand(model: &Model) -> TokenStream {
    let Model { ident, name, .. } = model;
    let (new_id, id, target) = target(model);
    let (enrichment, unenriched) = match &model.enrichment {
        None => (quote!(()), quote!(__private::Some(()))),
        Some(ty) => (quote!(#ty), quote!(__private::None)),
    };
    let timeout = model.timeout.map(|timeout| {
        let millis = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
        quote!(const ENRICH_TIMEOUT: __private::Duration = __private::Duration::from_millis(#millis);)
    });
    let access = model.roles.as_ref().map(|roles| {
        let access = roles.expand(&[]);
        quote!(const ACCESS: __private::Access = #access;)
    });
    let deprecated = model
        .deprecated
        .as_ref()
        .map(|why| quote!(const DEPRECATED: __private::Option<&'static __private::str> = __private::Some(#why);));
    let fields = model.fields.iter().map(|field| (field.name.as_str(), &field.told, api_by("SentValue", &field.ty)));
    let (types, record) = api_record(name, &model.description, fields);
    let command = quote! {
        #[automatically_derived]
        impl __private::Command for #ident {
            const NAME: &'static __private::str = #name;
            #timeout
            #access
            const NEW_ID: __private::bool = #new_id;
            #deprecated
            type Id = #id;
            type Enrichment = #enrichment;
            #target
            fn unenriched() -> __private::Option<#enrichment> { #unenriched }
            fn api(#types: &mut __private::ApiTypes) -> __private::ApiRecord {
                #record
            }
        }
    };
    let sealed = sealed(&model.runtime, &command);
    let allowed = model
        .deprecated
        .is_some()
        .then(|| quote!(#[allow(deprecated, reason = "what should not be sent any more is executed all the same")]));
    quote!(#allowed #sealed)
}

/// Whether the server makes the id, its type, and how to get it.
fn target(model: &Model) -> (bool, TokenStream, TokenStream) {
    match &model.target {
        Target::Field { ident, ty } => {
            let target = quote! {
                fn target(&self, _: impl __private::FnOnce() -> __private::Uuid) -> __private::Cow<'_, #ty> {
                    __private::Cow::Borrowed(&self.#ident)
                }
            };
            (false, quote!(#ty), target)
        }
        Target::New(path) => {
            let generate = quote_spanned!(path.span()=> __private::generate::<#path>);
            let target = quote! {
                fn target(&self, fresh: impl __private::FnOnce() -> __private::Uuid) -> __private::Cow<'_, #path> {
                    __private::Cow::Owned(#generate(fresh()))
                }
            };
            (true, quote!(#path), target)
        }
    }
}
