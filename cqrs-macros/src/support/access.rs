//! Who may: `roles("teller", "customer" if owner = principal.id, signed_in)`.

use darling::{Error, FromMeta, Result};
use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Ident, LitStr, Meta, Token};

use super::attributes::nearest;
use super::errors::Errors;
use super::input::plain;

const USAGE: &str = "name who may: `roles(\"teller\", \"customer\" if owner = principal.id)`; `signed_in` is everybody who is known, \
                     `anyone` everybody";

/// `roles(..)`.
#[derive(Clone, Debug)]
pub(crate) struct Roles {
    pub(crate) span: Span,
    grants: Vec<Grant>,
}

/// One of its items.
#[derive(Clone, Debug)]
struct Grant {
    to: Grantee,
    only: Vec<Rule>,
}

#[derive(Clone, Debug)]
enum Grantee {
    Anyone,
    SignedIn,
    Role(LitStr),
}

/// `owner = principal.id`.
#[derive(Clone, Debug)]
struct Rule {
    field: Ident,
    is: Attribute,
}

#[derive(Clone, Debug)]
enum Attribute {
    Id,
    Claim(String),
}

impl FromMeta for Roles {
    fn from_meta(item: &Meta) -> Result<Self> {
        let Meta::List(list) = item else { return Err(Error::custom(USAGE).with_span(item)) };
        let grants = list.parse_args_with(Punctuated::<Grant, Token![,]>::parse_terminated).map_err(Error::from)?;
        if grants.is_empty() {
            return Err(Error::custom(USAGE).with_span(item));
        }
        let grants: Vec<Grant> = grants.into_iter().collect();
        for grant in grants.iter().filter(|grant| !grant.only.is_empty()) {
            if grants.iter().any(|other| other.only.is_empty() && other.to.is(&grant.to)) {
                let message =
                    "the rule restricts nothing, for the same ones are listed without one: remove one of the two";
                return Err(Error::custom(message).with_span(&grant.only[0].field));
            }
        }
        Ok(Self { span: list.path.span(), grants })
    }
}

impl Grantee {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Anyone, Self::Anyone) | (Self::SignedIn, Self::SignedIn) => true,
            (Self::Role(own), Self::Role(other)) => own.value() == other.value(),
            _ => false,
        }
    }
}

impl Parse for Grant {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let to = input.parse()?;
        if !input.peek(Token![if]) {
            return Ok(Self { to, only: Vec::new() });
        }
        input.parse::<Token![if]>()?;
        Ok(Self { to, only: Punctuated::<Rule, Token![&&]>::parse_separated_nonempty(input)?.into_iter().collect() })
    }
}

impl Parse for Grantee {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek(LitStr) {
            let role: LitStr = input.parse()?;
            if role.value().trim().is_empty() {
                return Err(syn::Error::new(role.span(), "a role has a name"));
            }
            return Ok(Self::Role(role));
        }
        if !input.peek(Ident::peek_any) {
            return Err(input.error(USAGE));
        }
        let word = Ident::parse_any(input)?;
        match word.to_string().as_str() {
            "anyone" => Ok(Self::Anyone),
            "signed_in" => Ok(Self::SignedIn),
            other => {
                let meant = nearest(other, &["anyone", "signed_in"]).map_or_else(
                    || format!("write a role as a text, `\"{other}\"`"),
                    |near| format!("did you mean `{near}`?"),
                );
                Err(syn::Error::new(word.span(), format!("`{other}` is nobody: {meant}")))
            }
        }
    }
}

impl Parse for Rule {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let usage = "a rule compares a field with what is known of who asks: `owner = principal.id`, or \
                     `branch = principal.claims.branch`";
        let field = input.call(Ident::parse_any).map_err(|error| syn::Error::new(error.span(), usage))?;
        let parsed = (|| {
            input.parse::<Token![=]>()?;
            let principal: Ident = input.parse()?;
            input.parse::<Token![.]>()?;
            let name = input.call(Ident::parse_any)?;
            let claim = if input.peek(Token![.]) {
                input.parse::<Token![.]>()?;
                Some(input.call(Ident::parse_any)?)
            } else {
                None
            };
            let is = match (name.to_string().as_str(), claim) {
                ("id", None) => Attribute::Id,
                ("claims", Some(claim)) => Attribute::Claim(plain(&claim)),
                _ => return Err(syn::Error::new(name.span(), usage)),
            };
            if principal == "principal" { Ok(is) } else { Err(syn::Error::new(principal.span(), usage)) }
        })();
        let is = parsed.map_err(|error: syn::Error| syn::Error::new(error.span(), usage))?;
        Ok(Self { field, is })
    }
}

impl Roles {
    /// Reports rules, where there is no row that they could be of.
    pub(crate) fn refuse_rules(&self, why: &str, errors: &Errors) {
        for rule in self.rules() {
            errors.push(&rule.field, format!("{why}: write roles alone"));
        }
    }

    /// Reports rules on fields that are not there.
    pub(crate) fn check(&self, fields: &[&Ident], errors: &Errors) {
        let names: Vec<String> = fields.iter().map(|field| plain(field)).collect();
        for rule in self.rules() {
            let name = plain(&rule.field);
            if names.contains(&name) {
                continue;
            }
            let known: Vec<&str> = names.iter().map(String::as_str).collect();
            let advice = match nearest(&name, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "a rule compares a field of the struct".to_owned(),
            };
            errors.push(&rule.field, format!("there is no field `{name}`: {advice}"));
        }
    }

    /// The places of the fields that rules name, each once, and where they are named first.
    pub(crate) fn ruled(&self, fields: &[&Ident]) -> Vec<(usize, Span)> {
        let mut ruled: Vec<(usize, Span)> = Vec::new();
        for rule in self.rules() {
            if let Some(place) = rule.place(fields)
                && ruled.iter().all(|(known, _)| *known != place)
            {
                ruled.push((place, rule.field.span()));
            }
        }
        ruled
    }

    fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.grants.iter().flat_map(|grant| &grant.only)
    }

    /// An expression of type `Access`.
    pub(crate) fn expand(&self, fields: &[&Ident]) -> TokenStream {
        let grants = self.grants.iter().map(|Grant { to, only }| {
            let to = match to {
                Grantee::Anyone => quote!(Anyone),
                Grantee::SignedIn => quote!(SignedIn),
                Grantee::Role(role) => quote!(Role(#role)),
            };
            let rules = only.iter().filter_map(|rule| {
                let (place, is) = (Literal::usize_unsuffixed(rule.place(fields)?), rule.is.expand());
                Some(quote!(__private::Rule { field: #place, is: #is }))
            });
            quote!(__private::Grant { to: __private::Grantee::#to, only: &[#(#rules),*] })
        });
        quote!(__private::Some(&[#(#grants),*]))
    }
}

impl Rule {
    fn place(&self, fields: &[&Ident]) -> Option<usize> {
        let name = plain(&self.field);
        fields.iter().position(|field| plain(field) == name)
    }
}

impl Attribute {
    fn expand(&self) -> TokenStream {
        match self {
            Self::Id => quote!(__private::Attribute::Id),
            Self::Claim(name) => quote!(__private::Attribute::Claim(#name)),
        }
    }
}
