//! What the parts of a context need of each other, told at the part that lacks it.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, Path};

use super::of;
use crate::context::model::Model;

pub(super) fn expand(model: &Model) -> TokenStream {
    let Model { aggregates, read_models, projections, .. } = model;
    let parts = || aggregates.iter().chain(read_models);
    let checks = [
        each(aggregates, "check_aggregate_type", |index, _| quote!(__TYPES, #index)),
        each(read_models, "check_table", |index, _| quote!(__TABLES, #index)),
        each(aggregates, "check_mutations", |index, _| quote!(__COMMANDS, #index)),
        each(parts(), "check_client_names", |index, _| quote!(__NAMES, #index)),
        each(read_models, "check_streams", |_, path| {
            let (name, streams) = (written(path), of(path, "ListedReadModel", "STREAM_TYPES"));
            quote!(__TYPES, #streams, #name)
        }),
        each(projections, "check_streams", |_, path| {
            let (name, streams) = (written(path), of(path, "ListedProjection", "STREAM_TYPES"));
            quote!(__TYPES, #streams, #name)
        }),
        each(read_models, "check_references", |_, path| {
            let (name, references) = (written(path), of(path, "ListedReadModel", "REFERENCES"));
            quote!(__TABLES, #references, #name)
        }),
        each(read_models, "check_own_id", |_, path| {
            let (name, fields) = (written(path), of(path, "ListedReadModel", "FIELDS"));
            quote!(#fields, #name)
        }),
    ];
    let lists = lists(model);
    quote!(#lists #(#checks)*)
}

/// What the checks read.
fn lists(Model { aggregates, read_models, .. }: &Model) -> TokenStream {
    let of_aggregates = |item| aggregates.iter().map(move |path| of(path, "ListedAggregate", item));
    let of_models = |item| read_models.iter().map(move |path| of(path, "ListedReadModel", item));
    let (types, tables, commands) = (of_aggregates("TYPE"), of_models("TABLE"), of_aggregates("COMMANDS"));
    let names = of_aggregates("NAMES").chain(of_models("NAMES"));
    quote! {
        const __TYPES: &[&__private::str] = &[#(#types),*];
        const __TABLES: &[&__private::str] = &[#(#tables),*];
        const __COMMANDS: &[&[&__private::str]] = &[#(#commands),*];
        const __NAMES: &[&[&[&__private::str]]] = &[#(#names),*];
    }
}

/// A check of each, with all its tokens there.
fn each<'p>(
    paths: impl IntoIterator<Item = &'p Path>,
    function: &str,
    arguments: impl Fn(Literal, &Path) -> TokenStream,
) -> TokenStream {
    let checks = paths.into_iter().enumerate().map(|(index, path)| {
        let (span, function) = (path.span(), Ident::new(function, path.span()));
        let arguments = arguments(Literal::usize_unsuffixed(index), path);
        quote_spanned!(span=> const _: () = __private::#function(#arguments);)
    });
    checks.collect()
}

fn written(path: &Path) -> String {
    path.to_token_stream().to_string().replace(' ', "")
}
