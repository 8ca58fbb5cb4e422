//! The enum of the commands: conversions both ways, reading by name, and routing to `Create` and `Handle`.

use proc_macro2::TokenStream;
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
        #[allow(clippy::enum_variant_names, clippy::large_enum_variant)]
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
    let visits = commands.iter().map(|Member { path, variant, .. }| {
        let visit = at("visit", path, model, &quote!(, V));
        let call = quote_spanned!(path.span()=> #visit(visitor, command));
        quote!(Self::#variant(command) => #call)
    });
    quote! {
        #[automatically_derived]
        impl __private::CommandSet<#ident> for #command_enum {
            const NAMES: &'static [&'static str] = &[#(<#paths as __private::Command>::NAME),*];
            fn from_json(name: &str, json: &str) -> __private::Result<Self, __private::CommandJsonError> {
                match name {
                    #(<#paths as __private::Command>::NAME => __private::command_from_json(json, Self::#variants),)*
                    _ => __private::Err(__private::unknown_command::<#ident>(name)),
                }
            }
            fn name(&self) -> &'static str {
                match self { #(Self::#variants(_) => <#paths as __private::Command>::NAME),* }
            }
            fn visit<V: __private::CommandVisitor<#ident>>(self, visitor: V) -> V::Output {
                match self { #(#visits),* }
            }
        }
    }
}

/// From the command to the enum, and back.
pub(in crate::aggregate) fn conversions(model: &Model, Member { path, variant, .. }: &Member) -> TokenStream {
    let Model { command_enum, commands, .. } = model;
    let otherwise = (commands.len() > 1).then(|| quote!(other => __private::Err(other)));
    quote! {
        #[automatically_derived]
        impl __private::From<#path> for #command_enum {
            fn from(command: #path) -> Self { Self::#variant(command) }
        }
        #[automatically_derived]
        impl __private::TryFrom<#command_enum> for #path {
            type Error = #command_enum;
            fn try_from(command: #command_enum) -> __private::Result<Self, #command_enum> {
                match command { #command_enum::#variant(command) => __private::Ok(command), #otherwise }
            }
        }
    }
}

/// That the aggregate decides on the command, by `body`.
pub(in crate::aggregate) fn decide(model: &Model, member: &Member, body: &TokenStream) -> TokenStream {
    let (ident, Member { path, begins, .. }) = (&model.ident, member);
    quote! {
        #[automatically_derived]
        impl __private::Decide<#path> for #ident {
            const CREATES: bool = #begins;
            fn decide(
                state: __private::Option<&Self>,
                command: #path,
                cx: &__private::Context<Self, <#path as __private::Command>::Enrichment>,
            ) -> __private::Result<__private::Events<Self>, __private::DecideError<Self::Error>> {
                #body
            }
        }
    }
}

fn member(model: &Model, member: &Member) -> TokenStream {
    let decide_on = at(if member.begins { "create" } else { "handle" }, &member.path, model, &quote!());
    let decide = decide(model, member, &quote!(#decide_on(state, command, cx)));
    let conversions = conversions(model, member);
    quote!(#conversions #decide)
}
