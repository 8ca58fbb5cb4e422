use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput};

use super::attrs::Attrs;
use super::model::is_id;
use crate::support::expansion::{runtime, sealed};

pub(super) fn expand(input: &DeriveInput, attrs: &Attrs) -> TokenStream {
    let ident = &input.ident;
    let id = likely_id(input, attrs);
    let enrichment = attrs.container.enrich.as_ref().map_or_else(
        || quote!(()),
        |ty| {
            let ty = &ty.0;
            quote!(#ty)
        },
    );
    let command = quote! {
        impl __private::Command for #ident {
            const NAME: &'static __private::str = "";
            const NEW_ID: __private::bool = false;
            type Id = #id;
            type Enrichment = #enrichment;
            fn target(&self, _: impl __private::FnOnce() -> __private::Uuid) -> __private::Cow<'_, Self::Id> {
                __private::failed()
            }
            fn unenriched() -> __private::Option<Self::Enrichment> { __private::failed() }
            fn api(_: &mut __private::ApiTypes) -> __private::ApiRecord { __private::failed() }
        }
    };
    sealed(&runtime(attrs.container.runtime.as_ref()), &command)
}

/// The id that was probably meant, so that an aggregate that lists the command doesn't complain too.
fn likely_id(input: &DeriveInput, attrs: &Attrs) -> TokenStream {
    if let Some(path) = &attrs.container.new_id {
        let path = &path.0;
        return quote!(#path);
    }
    let fields = match &input.data {
        Data::Struct(data) => data.fields.iter().collect(),
        Data::Enum(_) | Data::Union(_) => Vec::new(),
    };
    let named = fields.into_iter().find(|field| field.ident.as_ref().is_some_and(is_id));
    attrs.ids.first().or(named).map_or_else(
        || quote!(__private::UnknownId),
        |field| {
            let ty = &field.ty;
            quote!(#ty)
        },
    )
}
