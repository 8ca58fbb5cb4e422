//! Where events go.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Ident;
use syn::spanned::Spanned;

use crate::read_model::model::{Listed, Model, Partition, Source};
use crate::support::input::plain;

pub(super) fn expand(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let Some(source) = &model.source else { return without_events(ident) };
    let partition = match &source.partition {
        Partition::Stream => quote!(Stream),
        Partition::Tenant => quote!(Tenant),
        Partition::All => quote!(All),
        Partition::Field(field) => {
            let name = plain(field);
            quote!(Field(#name))
        }
    };
    let routes = source.listed.iter().map(|listed| route(listed, source, ident));
    let lookups = source.lookups.iter().map(|lookup| quote!(__private::lookup::<#ident, #lookup>()));
    let (kept, keys) = (kept(ident, source), partition_keys(ident, source));
    quote! {
        #[automatically_derived]
        impl __private::Projection for #ident {
            const PARTITION: __private::PartitionBy = __private::PartitionBy::#partition;
            fn routes() -> __private::Vec<__private::Route<Self>> {
                __private::Vec::from([#(#routes),*])
            }
            fn lookups() -> __private::Vec<__private::Lookup> {
                __private::Vec::from([#(#lookups),*])
            }
        }
        #kept
        #keys
    }
}

/// That it can be a lookup.
pub(in crate::read_model) fn without_events(ident: &Ident) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl __private::WithoutEvents for #ident {}
    }
}

/// With all tokens at the listed event, so that the compiler points there when a bound is not met.
fn route(Listed { aggregate, event }: &Listed, source: &Source, ident: &Ident) -> TokenStream {
    let span = event.span();
    let function = match source.partition {
        Partition::Field(_) => Ident::new("route_by_field", span),
        Partition::Stream | Partition::Tenant | Partition::All => Ident::new("route", span),
    };
    let mut ident = ident.clone();
    ident.set_span(span);
    let aggregate = respanned(quote!(#aggregate), span);
    quote_spanned!(span=> __private::#function::<#ident, #aggregate, #event>())
}

/// The same names at another place.
fn respanned(tokens: TokenStream, span: proc_macro2::Span) -> TokenStream {
    let at = |mut token: proc_macro2::TokenTree| {
        token.set_span(span.resolved_at(token.span()));
        token
    };
    tokens.into_iter().map(at).collect()
}

/// That the projection keeps each lookup.
pub(in crate::read_model) fn kept(ident: &Ident, source: &Source) -> TokenStream {
    let lookups = &source.lookups;
    quote! {
        #(
            #[automatically_derived]
            impl __private::LookupOf<#ident> for #lookups {}
        )*
    }
}

/// The field that each event has in common with the others of its sequence.
fn partition_keys(ident: &Ident, source: &Source) -> Option<TokenStream> {
    let Partition::Field(field) = &source.partition else { return None };
    let keys = source.events().into_iter().map(|event| {
        let value = quote_spanned!(field.span()=> event.#field);
        quote! {
            #[automatically_derived]
            impl __private::PartitionKey<#event> for #ident {
                fn partition_key(event: &#event) -> __private::String { __private::partition_key(&#value) }
            }
        }
    });
    Some(quote!(#(#keys)*))
}
