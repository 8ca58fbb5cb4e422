//! Where events go.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::Ident;
use syn::spanned::Spanned;

use super::{Listed, Partition};
use crate::support::input::plain;

/// The partition as the runtime knows it.
pub(crate) fn partition(partition: &Partition) -> TokenStream {
    let partition = match partition {
        Partition::Stream => quote!(Stream),
        Partition::Tenant => quote!(Tenant),
        Partition::All => quote!(All),
        Partition::Field(field) => {
            let name = plain(field);
            quote!(Field(#name))
        }
    };
    quote!(__private::PartitionBy::#partition)
}

/// A call of the runtime's function that routes an event, or of the one that does so by a field. With all tokens at the
/// listed event, so that the compiler points there when a bound is not met.
pub(crate) fn route(
    Listed { aggregate, event }: &Listed,
    partition: &Partition,
    ident: &Ident,
    (plain, by_field): (&str, &str),
) -> TokenStream {
    let span = event.span();
    let function = match partition {
        Partition::Field(_) => by_field,
        Partition::Stream | Partition::Tenant | Partition::All => plain,
    };
    let (function, mut ident) = (Ident::new(function, span), ident.clone());
    ident.set_span(span);
    let aggregate = respanned(quote!(#aggregate), span);
    quote_spanned!(span=> __private::#function::<#ident, #aggregate, #event>())
}

/// The same names at another place.
fn respanned(tokens: TokenStream, span: Span) -> TokenStream {
    let at = |mut token: TokenTree| {
        token.set_span(span.resolved_at(token.span()));
        token
    };
    tokens.into_iter().map(at).collect()
}

/// The field that each event has in common with the others of its sequence.
pub(crate) fn partition_keys(ident: &Ident, partition: &Partition, listed: &[Listed]) -> Option<TokenStream> {
    let Partition::Field(field) = partition else { return None };
    // One that several aggregates have stands once.
    let mut events = Vec::new();
    for Listed { event, .. } in listed {
        if !events.contains(&event) {
            events.push(event);
        }
    }
    let keys = events.into_iter().map(|event| {
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
