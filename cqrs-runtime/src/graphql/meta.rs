//! Short forms of what the engine's registry is made of; the only place that spells its types out.
//!
//! The registry is no stable interface of `async-graphql`: its version is pinned, and an update is felt here.

use async_graphql::CacheControl;
use async_graphql::indexmap::{IndexMap, IndexSet};
use async_graphql::registry::{Deprecation, MetaEnumValue, MetaField, MetaInputValue, MetaType, ScalarValidatorFn};

use crate::api::ApiVariant;

fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn deprecation(reason: Option<&str>) -> Deprecation {
    reason.map_or(Deprecation::NoDeprecated, |reason| Deprecation::Deprecated { reason: text(reason) })
}

/// A field of an object, without arguments.
pub(super) fn field(name: &str, ty: &str, description: &str) -> MetaField {
    MetaField {
        name: name.to_owned(),
        description: text(description),
        args: IndexMap::new(),
        ty: ty.to_owned(),
        deprecation: Deprecation::NoDeprecated,
        cache_control: CacheControl::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: Vec::new(),
        override_from: None,
        compute_complexity: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

/// More of a field.
pub(super) trait FieldExt: Sized {
    /// With an argument more.
    fn argument(self, name: &str, ty: &str, description: &str) -> Self;

    /// Not to be used any more, for a reason.
    fn deprecated(self, reason: Option<&str>) -> Self;
}

impl FieldExt for MetaField {
    fn argument(mut self, name: &str, ty: &str, description: &str) -> Self {
        self.args.insert(name.to_owned(), input(name, ty, description));
        self
    }

    fn deprecated(mut self, reason: Option<&str>) -> Self {
        self.deprecation = deprecation(reason);
        self
    }
}

/// An argument, or a field of an input.
pub(super) fn input(name: &str, ty: &str, description: &str) -> MetaInputValue {
    MetaInputValue {
        name: name.to_owned(),
        description: text(description),
        ty: ty.to_owned(),
        deprecation: Deprecation::NoDeprecated,
        default_value: None,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        is_secret: false,
        directive_invocations: Vec::new(),
    }
}

/// More of an argument, or of a field of an input.
pub(super) trait InputExt: Sized {
    /// Not to be used any more, for a reason.
    fn deprecated(self, reason: Option<&str>) -> Self;
}

impl InputExt for MetaInputValue {
    fn deprecated(mut self, reason: Option<&str>) -> Self {
        self.deprecation = deprecation(reason);
        self
    }
}

/// An object.
pub(super) fn object(name: &str, description: &str, fields: impl IntoIterator<Item = MetaField>) -> MetaType {
    MetaType::Object {
        name: name.to_owned(),
        description: text(description),
        fields: fields.into_iter().map(|field| (field.name.clone(), field)).collect(),
        cache_control: CacheControl::default(),
        extends: false,
        shareable: false,
        resolvable: true,
        keys: None,
        visible: None,
        inaccessible: false,
        interface_object: false,
        tags: Vec::new(),
        is_subscription: name == "Subscription",
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

/// An interface, and the objects that have its fields.
pub(super) fn interface(
    name: &str,
    description: &str,
    fields: impl IntoIterator<Item = MetaField>,
    of: impl IntoIterator<Item = String>,
) -> MetaType {
    MetaType::Interface {
        name: name.to_owned(),
        description: text(description),
        fields: fields.into_iter().map(|field| (field.name.clone(), field)).collect(),
        possible_types: of.into_iter().collect::<IndexSet<_>>(),
        extends: false,
        keys: None,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

/// An input.
pub(super) fn input_object(
    name: &str,
    description: &str,
    one_of: bool,
    fields: impl IntoIterator<Item = MetaInputValue>,
) -> MetaType {
    MetaType::InputObject {
        name: name.to_owned(),
        description: text(description),
        input_fields: fields.into_iter().map(|field| (field.name.clone(), field)).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        oneof: one_of,
        directive_invocations: Vec::new(),
    }
}

/// An enum, from what clients call its values.
pub(super) fn enumeration(name: &str, description: &str, variants: &[ApiVariant]) -> MetaType {
    let value = |variant: &ApiVariant| MetaEnumValue {
        name: variant.name.clone(),
        description: text(variant.description),
        deprecation: deprecation(variant.deprecated),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        directive_invocations: Vec::new(),
    };
    MetaType::Enum {
        name: name.to_owned(),
        description: text(description),
        enum_values: variants.iter().map(|variant| (variant.name.clone(), value(variant))).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

/// A scalar of our own.
pub(super) fn scalar(
    name: &str,
    description: &str,
    specified_by: Option<&str>,
    is_valid: ScalarValidatorFn,
) -> MetaType {
    MetaType::Scalar {
        name: name.to_owned(),
        description: text(description),
        is_valid: Some(is_valid),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        specified_by_url: specified_by.map(str::to_owned),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}
