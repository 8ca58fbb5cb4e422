use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Fields, Ident, Path, Type};

use super::attrs::Attrs;
use crate::support::args::Word;
use crate::support::docs::description;
use crate::support::errors::Errors;
use crate::support::expansion;
use crate::support::input::{plain, refuse_generics};
use crate::support::layout::Layout;
use crate::support::serde::SerdeAttrs;
use crate::support::std_impls::{self, Case};
use crate::support::told::{is_written, unwritten};

/// A type that can be stored.
pub(super) struct Model {
    pub(super) runtime: Path,
    pub(super) ident: Ident,
    /// Under which the schema knows it.
    pub(super) name: String,
    pub(super) cases: Vec<Case>,
    pub(super) form: Form,
    /// How it stands in the table of a read model.
    pub(super) columns: Columns,
    pub(super) description: String,
    /// Through which clients see it.
    pub(super) api: Option<Type>,
}

/// How a value stands in the table of a read model.
pub(super) enum Columns {
    /// In one column, as a document or as what it wraps.
    One,
    /// Each field in a column of its own.
    PerField,
}

/// How it is stored.
pub(super) enum Form {
    /// As it is written, field by field.
    Plain {
        layout: Layout,
        /// The type once more, for serde to derive from.
        mirror: TokenStream,
    },
    /// As an adapter says.
    Adapted { adapter: Box<Type>, inner: Box<Type> },
}

impl Model {
    pub(super) fn validate(input: &DeriveInput, attrs: &Attrs, errors: &Errors) -> Option<Self> {
        refuse_generics(input, "a value", errors);
        let runtime = expansion::runtime(attrs.runtime.as_ref());
        let form = match &attrs.with {
            Some(adapter) => {
                Form::Adapted { adapter: Box::new(adapter.0.clone()), inner: Box::new(adapted(input, errors)?) }
            }
            None => Form::Plain { layout: layout(input, errors)?, mirror: mirror(input, &runtime) },
        };
        let (name, span) = attrs
            .name
            .as_ref()
            .map_or_else(|| (plain(&input.ident), input.ident.span()), |name| (name.value.clone(), name.span));
        // What clients see in another form can be called anything.
        if let (Form::Plain { layout, .. }, None) = (&form, &attrs.api) {
            layout.check_names(errors);
            if layout.is_named() && !is_written(&name) {
                let advice = "give it another one: `#[value(name = \"..\")]`";
                errors.push_at(span, unwritten(&name, advice));
            }
        }
        Some(Self {
            runtime,
            ident: input.ident.clone(),
            name,
            cases: std_impls::cases(input),
            columns: Columns::read(attrs.columns, &form, errors),
            form,
            description: description(&input.attrs),
            api: attrs.api.as_ref().map(|adapter| adapter.0.clone()),
        })
    }
}

impl Columns {
    fn read(columns: Option<Word>, form: &Form, errors: &Errors) -> Self {
        let Some(Word { span }) = columns else { return Self::One };
        match form {
            Form::Plain { layout: Layout::Record(fields), .. } => {
                for field in fields.iter().filter(|field| !is_column(&field.name)) {
                    let message = format!(
                        "{:?} can't be a column: its name consists of ASCII letters, `_`, and digits behind those",
                        field.name
                    );
                    errors.push(&field.ty, message);
                }
                if fields.is_empty() {
                    errors.push_at(span, "`columns` gives each field a column, and there are none: remove it");
                }
            }
            Form::Plain { layout: Layout::Alias(_), .. } | Form::Adapted { .. } => {
                errors.push_at(span, "a newtype takes the columns of what it is stored as: remove `columns`");
            }
            Form::Plain { layout: Layout::Choice(_), .. } => {
                let message = "`columns` gives each field of a struct a column, and this is an enum: remove it; an enum \
                               without data is a text, any other one a document";
                errors.push_at(span, message);
            }
        }
        Self::PerField
    }
}

fn is_column(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn layout(input: &DeriveInput, errors: &Errors) -> Option<Layout> {
    if let Data::Struct(data) = &input.data
        && matches!(data.fields, Fields::Unit)
    {
        errors.push(&input.ident, "a value without fields stores nothing; leave it out");
        return None;
    }
    Layout::read(input, "a value", errors)
}

fn adapted(input: &DeriveInput, errors: &Errors) -> Option<Type> {
    if let Data::Struct(data) = &input.data
        && let Fields::Unnamed(fields) = &data.fields
        && let Some(field) = crate::support::input::only_unnamed(&fields.unnamed)
    {
        return Some(field.ty.clone());
    }
    let message = format!("`with = ..` adapts one foreign type: write `struct {}(Foreign);`", input.ident);
    errors.push(&input.ident, message);
    None
}

/// The type again with serde's attributes alone, from which serde derives for the user's type (`remote`).
fn mirror(input: &DeriveInput, runtime: &Path) -> TokenStream {
    let ident = &input.ident;
    let mut mirror = input.clone();
    mirror.ident = syn::parse_quote!(__Stored);
    mirror.vis = syn::Visibility::Inherited;
    only_serde(&mut mirror.attrs);
    match &mut mirror.data {
        Data::Struct(data) => data.fields.iter_mut().for_each(|field| only_serde(&mut field.attrs)),
        Data::Enum(data) => {
            for variant in &mut data.variants {
                only_serde(&mut variant.attrs);
                variant.fields.iter_mut().for_each(|field| only_serde(&mut field.attrs));
            }
        }
        Data::Union(_) => {}
    }
    let serde_path = expansion::serde_path(runtime);
    let remote = ident.to_string();
    let name = SerdeAttrs::read(&input.attrs).find("rename").is_none().then(|| {
        let name = plain(ident);
        quote!(, rename = #name)
    });
    quote! {
        #[derive(__private::Serialize, __private::Deserialize)]
        #[serde(crate = #serde_path, remote = #remote #name)]
        #mirror
    }
    .into_iter()
    .map(|token| unselfed(token, ident))
    .collect()
}

fn only_serde(attrs: &mut Vec<Attribute>) {
    attrs.retain(|attribute| attribute.path().is_ident("serde"));
}

/// `Self` means the user's type, not the mirror.
fn unselfed(token: proc_macro2::TokenTree, ident: &Ident) -> proc_macro2::TokenTree {
    use proc_macro2::{Group, TokenTree};
    match token {
        TokenTree::Ident(word) if word == "Self" => TokenTree::Ident(ident.clone()),
        TokenTree::Group(group) => {
            let inner = group.stream().into_iter().map(|token| unselfed(token, ident)).collect();
            let mut replaced = Group::new(group.delimiter(), inner);
            replaced.set_span(group.span());
            TokenTree::Group(replaced)
        }
        other => other,
    }
}
