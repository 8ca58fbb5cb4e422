mod checks;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, Path};

use super::model::Model;
use crate::support::expansion::sealed;

pub(super) fn expand(model: &Model) -> TokenStream {
    let Model { ident, name, description, aggregates, read_models, projections, .. } = model;
    let lists = aggregates.iter();
    let lists = quote!(#(#[automatically_derived] impl __private::Lists<#lists> for #ident {})*);
    let aggregates = aggregates.iter().map(|path| of(path, "ListedAggregate", "show"));
    let read_models = read_models.iter().map(|path| of(path, "ListedReadModel", "show"));
    let projections = projections.iter().map(|path| of(path, "ListedProjection", "show"));
    let checks = checks::expand(model);
    let body = quote! {
        #[automatically_derived]
        impl __private::BoundedContext for #ident {
            const NAME: &'static __private::str = #name;
            const DESCRIPTION: &'static __private::str = #description;
            fn visit<__V: __private::ContextVisitor>(visitor: &mut __V) {
                #(#aggregates(visitor);)*
                #(#read_models(visitor);)*
                #(#projections(visitor);)*
                let _ = visitor;
            }
        }
        #lists
        #checks
    };
    sealed(&model.runtime, &body)
}

/// What a listed type is asked for, all at the type, so that the compiler complains there, once, of one of another kind.
fn of(path: &Path, interface: &str, item: &str) -> TokenStream {
    let (interface, item) = (Ident::new(interface, path.span()), Ident::new(item, path.span()));
    quote_spanned!(path.span()=> <#path as __private::#interface>::#item)
}
