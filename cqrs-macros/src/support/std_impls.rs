//! `Clone`, `Debug` and `PartialEq`, as the standard derives write them.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Fields, Ident};

use super::input::plain;

/// One struct, or one variant of an enum: its constructor and its fields.
pub(crate) struct Case {
    path: TokenStream,
    name: String,
    fields: Fields,
}

/// The cases of a type: one of a struct, as many as there are variants of an enum.
pub(crate) fn cases(input: &DeriveInput) -> Vec<Case> {
    match &input.data {
        Data::Struct(data) => {
            vec![Case { path: quote!(Self), name: plain(&input.ident), fields: data.fields.clone() }]
        }
        Data::Enum(data) => data
            .variants
            .iter()
            .map(|variant| {
                let ident = &variant.ident;
                Case { path: quote!(Self::#ident), name: plain(ident), fields: variant.fields.clone() }
            })
            .collect(),
        Data::Union(_) => Vec::new(),
    }
}

impl Case {
    fn bindings(&self, prefix: &str) -> Vec<Ident> {
        (0..self.fields.len()).map(|index| format_ident!("__{prefix}{index}")).collect()
    }

    /// The constructor around one expression or pattern per field.
    fn construct<T: quote::ToTokens>(&self, parts: &[T]) -> TokenStream {
        let path = &self.path;
        match &self.fields {
            Fields::Unit => quote!(#path),
            Fields::Unnamed(_) => quote!(#path(#(#parts),*)),
            Fields::Named(fields) => {
                let names = fields.named.iter().map(|field| &field.ident);
                quote!(#path { #(#names: #parts),* })
            }
        }
    }

    fn clone_arm(&self) -> TokenStream {
        let bindings = self.bindings("a");
        let pattern = self.construct(&bindings);
        let clones: Vec<_> = bindings.iter().map(|binding| quote!(__private::Clone::clone(#binding))).collect();
        let clone = self.construct(&clones);
        quote!(#pattern => #clone)
    }

    fn debug_arm(&self) -> TokenStream {
        let (name, bindings) = (&self.name, self.bindings("a"));
        let pattern = self.construct(&bindings);
        match &self.fields {
            Fields::Unit => quote!(#pattern => __private::Formatter::write_str(f, #name)),
            Fields::Unnamed(_) => quote!(#pattern => f.debug_tuple(#name)#(.field(#bindings))*.finish()),
            Fields::Named(fields) => {
                let names = fields.named.iter().filter_map(|field| field.ident.as_ref().map(plain));
                quote!(#pattern => f.debug_struct(#name)#(.field(#names, #bindings))*.finish())
            }
        }
    }

    fn eq_arm(&self) -> TokenStream {
        let (mine, theirs) = (self.bindings("a"), self.bindings("b"));
        let (left, right) = (self.construct(&mine), self.construct(&theirs));
        if mine.is_empty() {
            return quote!((#left, #right) => true);
        }
        quote!((#left, #right) => #(__private::PartialEq::eq(#mine, #theirs))&&*)
    }
}

/// The three impls.
pub(crate) fn expand(ident: &Ident, cases: &[Case]) -> TokenStream {
    let clone = cases.iter().map(Case::clone_arm);
    let debug = cases.iter().map(Case::debug_arm);
    let eq = cases.iter().map(Case::eq_arm);
    let otherwise = (cases.len() > 1).then(|| quote!(_ => false));
    quote! {
        #[automatically_derived]
        impl __private::Clone for #ident {
            fn clone(&self) -> Self {
                match self { #(#clone),* }
            }
        }
        #[automatically_derived]
        impl __private::Debug for #ident {
            fn fmt(&self, f: &mut __private::Formatter<'_>) -> __private::fmt::Result {
                match self { #(#debug),* }
            }
        }
        #[automatically_derived]
        impl __private::PartialEq for #ident {
            fn eq(&self, other: &Self) -> __private::bool {
                match (self, other) { #(#eq,)* #otherwise }
            }
        }
    }
}
