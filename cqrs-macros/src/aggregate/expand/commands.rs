//! The enum of the commands: conversions both ways, reading by name, and routing to `Create` and `Handle`.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::at;
use crate::aggregate::model::{Member, Model};

/// The enum itself; it stands beside the aggregate.
pub(in crate::aggregate) fn definition(model: &Model) -> TokenStream {
    let Model { vis, ident, command_enum, commands, .. } = model;
    let doc = format!("The commands of [`{ident}`].");
    let variants = commands.iter().map(|Member { path, variant, .. }| {
        let doc = format!("[`{variant}`], a command.");
        quote!(#[doc = #doc] #variant(#path))
    });
    quote! {
        #[doc = #doc]
        #[derive(::core::clone::Clone)]
        #[allow(deprecated, clippy::enum_variant_names, clippy::large_enum_variant)]
        #vis enum #command_enum { #(#variants),* }
    }
}

pub(super) fn impls(model: &Model) -> TokenStream {
    let set = set(model);
    let members = model.commands.iter().map(|command| member(model, command));
    quote!(#set #(#members)*)
}

fn set(model: &Model) -> TokenStream {
    let Model { ident, command_enum, commands, .. } = model;
    let paths: Vec<_> = commands.iter().map(|command| &command.path).collect();
    let variants: Vec<_> = commands.iter().map(|command| &command.variant).collect();
    let creates: Vec<_> = commands.iter().map(|command| command.begins).collect();
    let visits = commands.iter().map(|Member { path, variant, .. }| {
        let visit = at("visit", path, model, &quote!(, V));
        // Not the visitor: it is another variable where a `macro_rules!` wrote the type.
        let (visitor, command) = (quote!(visitor), Ident::new("command", path.span()));
        let call = quote_spanned!(path.span()=> #visit(#visitor, #command));
        quote!(Self::#variant(#command) => #call)
    });
    quote! {
        #[automatically_derived]
        impl __private::CommandSet<#ident> for #command_enum {
            const NAMES: &'static [&'static __private::str] = &[#(<#paths as __private::Command>::NAME),*];
            fn api(types: &mut __private::ApiTypes) -> __private::Vec<__private::ApiCommand> {
                __private::Vec::from([#(__private::ApiCommand {
                    name: <#paths as __private::Command>::NAME,
                    input: <#paths as __private::Command>::api(types),
                    creates: #creates,
                    access: <#paths as __private::Command>::ACCESS,
                    deprecated: <#paths as __private::Command>::DEPRECATED,
                }),*])
            }
            fn from_json(name: &__private::str, json: &__private::str) -> __private::Result<Self, __private::CommandJsonError> {
                match name {
                    #(<#paths as __private::Command>::NAME => __private::command_from_json(json, Self::#variants),)*
                    _ => __private::Err(__private::unknown_command::<#ident>(name)),
                }
            }
            fn name(&self) -> &'static __private::str {
                match self { #(Self::#variants(_) => <#paths as __private::Command>::NAME),* }
            }
            fn visit<V: __private::CommandVisitor<#ident>>(self, visitor: V) -> V::Output {
                match self { #(#visits),* }
            }
        }
    }
}

/// The command as a member of the enum, and that the aggregate decides on it by `decide`.
///
/// The impl is written out here, and not by the runtime's macro, for the compiler says less of one mistake in a derive
/// than of one in a macro within a derive.
pub(in crate::aggregate) fn member_by(model: &Model, member: &Member, decide: &TokenStream) -> TokenStream {
    let (Model { ident, command_enum, .. }, Member { path, variant, begins }) = (model, member);
    quote! {
        __private::command_member!(#command_enum::#variant, #path);
        #[automatically_derived]
        impl __private::Decide<#path> for #ident {
            const CREATES: __private::bool = #begins;
            fn decide(
                state: __private::Option<&Self>,
                command: #path,
                cx: &__private::Context<Self, <#path as __private::Command>::Enrichment>,
            ) -> __private::Decision<Self> {
                #decide(state, command, cx)
            }
        }
    }
}

fn member(model: &Model, member: &Member) -> TokenStream {
    let decide = at(if member.begins { "create" } else { "handle" }, &member.path, model, &quote!());
    member_by(model, member, &decide)
}
