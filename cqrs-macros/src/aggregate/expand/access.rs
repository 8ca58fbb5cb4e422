//! Who may see and command it, and the fields by which that is decided.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::Ident;
use syn::spanned::Spanned;

use crate::aggregate::model::Model;

pub(super) fn expand(model: &Model) -> Option<TokenStream> {
    let (roles, fields) = (model.roles.as_ref()?, &model.fields);
    let idents: Vec<&Ident> = fields.iter().filter_map(|field| field.ident.as_ref()).collect();
    let access = roles.expand(&idents);
    let ruled = roles.ruled(&idents).into_iter().filter_map(|(index, _)| {
        let field = fields.get(index)?;
        let (ident, ty, place) = (field.ident.as_ref()?, &field.ty, Literal::usize_unsuffixed(index));
        let tell = quote_spanned!(ty.span()=> __private::ruled::<#ty>);
        Some(quote!(#place => #tell(&self.#ident, value)))
    });
    let ruled: Vec<_> = ruled.collect();
    let ruled = (!ruled.is_empty()).then(|| {
        quote! {
            fn ruled_field_is(
                &self,
                field: __private::usize,
                value: &__private::Json,
            ) -> __private::Result<__private::bool, __private::EncodeError> {
                match field {
                    #(#ruled,)*
                    _ => __private::Ok(false),
                }
            }
        }
    });
    Some(quote! {
        const ACCESS: __private::Access = #access;
        #ruled
    })
}
