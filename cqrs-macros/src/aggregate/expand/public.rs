//! What clients are told of the state, and see of it.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::aggregate::model::{Model, PublicField};
use crate::support::input::plain;
use crate::support::told::{api_by, api_record};

pub(super) fn expand(model: &Model) -> TokenStream {
    let fields =
        model.public.iter().map(|field| (field.stored.as_str(), &field.told, api_by("PublicValue", &field.ty)));
    let (types, record) = api_record(&plain(&model.ident), &model.description, fields);
    let values = model.public.iter().map(|PublicField { ident, ty, stored, .. }| {
        let field = quote!(&self.#ident);
        let tell = quote_spanned!(ty.span()=> <#ty as __private::PublicValue>::tell);
        quote!((#stored, #tell(#field)))
    });
    quote! {
        fn api(#types: &mut __private::ApiTypes) -> __private::ApiRecord {
            #record
        }
        fn public_fields(&self) -> __private::Result<__private::Json, __private::EncodeError> {
            __private::public_fields([#(#values),*])
        }
    }
}
