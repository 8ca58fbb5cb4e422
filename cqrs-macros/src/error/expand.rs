use proc_macro2::TokenStream;
use quote::quote;

use super::model::{Model, Refusal};
use crate::support::expansion::sealed;

pub(super) fn expand(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let codes = choose(model, |refusal| {
        let code = &refusal.code;
        quote!(#code)
    });
    let has_fields = model.cases.iter().any(|refusal| refusal.field.is_some());
    let field = has_fields.then(|| {
        let fields = choose(model, |refusal| {
            let field = refusal.field.iter();
            let told = field.map(|field| quote!(__private::Some(#field))).next();
            told.unwrap_or_else(|| quote!(__private::None))
        });
        quote!(fn field(&self) -> __private::Option<&'static __private::str> { #fields })
    });
    let error = quote! {
        #[automatically_derived]
        impl __private::DomainError for #ident {
            fn code(&self) -> &'static __private::str { #codes }
            #field
        }
    };
    sealed(&model.runtime, &error)
}

/// What a variant is told as; of a struct, what it is told as.
fn choose(model: &Model, told: impl Fn(&Refusal) -> TokenStream) -> TokenStream {
    if let [Refusal { variant: None, .. }] = model.cases.as_slice() {
        return told(&model.cases[0]);
    }
    let arms = model.cases.iter().map(|refusal| {
        let (variant, told) = (&refusal.variant, told(refusal));
        quote!(Self::#variant { .. } => #told)
    });
    quote!(match *self { #(#arms),* })
}
