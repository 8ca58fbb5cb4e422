//! The stored shape of a struct or an enum, and how it is told to the schema.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Field, Fields, Ident, Type};

use super::errors::Errors;
use super::expansion::local;
use super::input::{only_unnamed, plain};
use super::names::Case;
use super::serde::SerdeAttrs;
use super::told::{Told, api_of, check_names, types};

/// The stored shape of a type.
pub(crate) enum Layout {
    Record(Vec<StoredField>),
    Alias(Box<Type>),
    Choice(Vec<StoredVariant>),
}

/// A field under its stored name.
pub(crate) struct StoredField {
    pub(crate) name: String,
    pub(crate) ty: Type,
    pub(crate) told: Told,
}

/// A variant under its stored name, with its content.
pub(crate) struct StoredVariant {
    name: String,
    told: Told,
    content: Option<Layout>,
}

impl Layout {
    /// Reads the shape; what can't be stored is reported.
    pub(crate) fn read(input: &DeriveInput, what: &str, errors: &Errors) -> Option<Self> {
        let serde = SerdeAttrs::read_told(&input.attrs, errors);
        let case = serde.case("rename_all");
        match &input.data {
            Data::Struct(data) => {
                let mut layout = Self::of_fields(&data.fields, case, what, errors)?;
                if let (Self::Record(fields), Some(_)) = (&mut layout, serde.find("default")) {
                    for field in &mut *fields {
                        field.told.defaulted = true;
                    }
                }
                Some(layout)
            }
            Data::Enum(data) if data.variants.is_empty() => {
                errors.push(&input.ident, format!("{what} without variants has no values"));
                None
            }
            Data::Enum(data) => {
                let inherited = serde.case("rename_all_fields");
                let variants =
                    data.variants.iter().filter_map(|v| StoredVariant::read(v, case, inherited, what, errors));
                Some(Self::Choice(variants.collect()))
            }
            Data::Union(data) => {
                errors.push_at(data.union_token.span, format!("{what} is a struct or an enum, not a union"));
                None
            }
        }
    }

    fn of_fields(fields: &Fields, case: Option<Case>, what: &str, errors: &Errors) -> Option<Self> {
        match fields {
            Fields::Named(fields) => {
                Some(Self::Record(fields.named.iter().filter_map(|f| StoredField::read(f, case, errors)).collect()))
            }
            Fields::Unit => Some(Self::Record(Vec::new())),
            Fields::Unnamed(unnamed) => {
                let Some(field) = only_unnamed(&unnamed.unnamed) else {
                    errors.push(
                        fields,
                        format!("{what} holds one unnamed value or names its fields: `{{ a: .., b: .. }}`"),
                    );
                    return None;
                };
                SerdeAttrs::read_told(&field.attrs, errors);
                Some(Self::Alias(Box::new(field.ty.clone())))
            }
        }
    }

    /// Whether it is an enum without data.
    pub(crate) fn is_without_data(&self) -> bool {
        matches!(self, Self::Choice(variants) if variants.iter().all(|variant| variant.content.is_none()))
    }

    /// Reports the names of fields and variants that clients can't be told.
    pub(crate) fn check_names(&self, errors: &Errors) {
        match self {
            Self::Record(fields) => check_names(fields.iter().map(|field| &field.told), &[], errors),
            Self::Choice(variants) if self.is_without_data() => {
                check_names(variants.iter().map(|variant| &variant.told), &[], errors);
            }
            Self::Alias(_) | Self::Choice(_) => {}
        }
    }

    /// Whether clients know it under a name of its own.
    pub(crate) fn is_named(&self) -> bool {
        match self {
            Self::Record(fields) => !fields.is_empty(),
            Self::Alias(_) => false,
            Self::Choice(_) => self.is_without_data(),
        }
    }

    /// What clients see of it, an expression of type `ApiType`, with [`types`] in scope; nothing for what they see as it is
    /// stored.
    pub(crate) fn api(&self, name: &str, description: &str) -> Option<TokenStream> {
        let types = types();
        match self {
            Self::Record(fields) if !fields.is_empty() => {
                let fields = fields.iter().map(|StoredField { name, ty, told }| told.field(name, &api_of(ty)));
                Some(quote! {
                    #types.define(#name, |#types| __private::api_record(#description, [#(#fields),*]))
                })
            }
            Self::Alias(ty) => Some(api_of(ty)),
            Self::Choice(variants) if self.is_without_data() => {
                let variants = variants.iter().map(|StoredVariant { name, told, .. }| told.variant(name));
                Some(quote!(#types.define(#name, |_| __private::api_enum(#description, [#(#variants),*]))))
            }
            Self::Record(_) | Self::Choice(_) => None,
        }
    }

    /// An expression of type `Definition`; [`shapes`] is in scope.
    pub(crate) fn definition(&self) -> TokenStream {
        match self {
            Self::Record(fields) => {
                let names = fields.iter().map(|field| &field.name);
                let shapes = fields.iter().map(|field| shape_of(&field.ty));
                quote!(__private::record([#((#names, #shapes)),*]))
            }
            Self::Alias(ty) => {
                let shape = shape_of(ty);
                quote!(__private::Definition::Alias(#shape))
            }
            Self::Choice(variants) => {
                let variants = variants.iter().map(|StoredVariant { name, content, .. }| match content {
                    None => quote!((#name, __private::None)),
                    Some(content) => {
                        let definition = content.definition();
                        quote!((#name, __private::Some(#definition)))
                    }
                });
                quote!(__private::choice([#(#variants),*]))
            }
        }
    }
}

/// The columns of a type, asked at the type itself, so that the compiler complains there.
pub(crate) fn column_of(ty: &Type) -> TokenStream {
    quote_spanned!(ty.span()=> <#ty as __private::StoredValue>::COLUMN)
}

/// The variable that collects the definitions of the types.
pub(crate) fn shapes() -> Ident {
    local("shapes")
}

/// The shape of a type, asked at the type itself, so that the compiler complains there.
pub(crate) fn shape_of(ty: &Type) -> TokenStream {
    // At the type, but the same variable even where a `macro_rules!` wrote the type.
    let mut shapes = shapes();
    shapes.set_span(ty.span().resolved_at(shapes.span()));
    // As `column_of` asks: of a type that is none of our values, the compiler says so once.
    quote_spanned!(ty.span()=> <#ty as __private::StoredValue>::shape(#shapes))
}

impl StoredField {
    /// `None` for a field without a name.
    pub(crate) fn read(field: &Field, case: Option<Case>, errors: &Errors) -> Option<Self> {
        SerdeAttrs::read_told(&field.attrs, errors);
        let told = Told::of_field(field, field.ident.as_ref()?);
        Some(Self { name: stored_field_name(field, case)?, ty: field.ty.clone(), told })
    }
}

/// The name under which serde stores a named field.
pub(crate) fn stored_field_name(field: &Field, case: Option<Case>) -> Option<String> {
    let name = plain(field.ident.as_ref()?);
    Some(
        SerdeAttrs::read(&field.attrs)
            .rename()
            .unwrap_or_else(|| case.map_or_else(|| name.clone(), |case| case.of_field(&name))),
    )
}

impl StoredVariant {
    fn read(
        variant: &syn::Variant,
        case: Option<Case>,
        inherited: Option<Case>,
        what: &str,
        errors: &Errors,
    ) -> Option<Self> {
        let serde = SerdeAttrs::read_told(&variant.attrs, errors);
        let name = plain(&variant.ident);
        let name = serde.rename().unwrap_or_else(|| case.map_or_else(|| name.clone(), |case| case.of_variant(&name)));
        let content = match &variant.fields {
            Fields::Unit => None,
            fields => Some(Layout::of_fields(fields, serde.case("rename_all").or(inherited), what, errors)?),
        };
        Some(Self { name, told: Told::of_variant(variant), content })
    }
}
