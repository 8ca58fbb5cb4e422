use darling::FromMeta;
use darling::util::Flag;
use syn::{Data, DeriveInput, Field};

use crate::support::access::Roles;
use crate::support::args::{PathArg, Text, Timeout, TypeArg};
use crate::support::attributes::{self, Keys};
use crate::support::errors::Errors;

/// All that the annotations say.
pub(super) struct Attrs {
    pub(super) container: Container,
    /// The fields marked `#[command(id)]`.
    pub(super) ids: Vec<Field>,
}

/// `#[command(..)]` on the struct.
#[derive(Default, FromMeta)]
#[darling(default)]
pub(super) struct Container {
    pub(super) name: Option<Text>,
    pub(super) new_id: Option<PathArg>,
    pub(super) enrich: Option<TypeArg>,
    pub(super) enrich_timeout: Option<Timeout>,
    pub(super) roles: Option<Roles>,
    #[darling(rename = "crate")]
    pub(super) runtime: Option<PathArg>,
}

impl Keys for Container {
    const KEYS: &'static [&'static str] = &["name", "new_id", "enrich", "enrich_timeout", "roles", "crate"];
}

/// `#[command(..)]` on a field.
#[derive(Default, FromMeta)]
#[darling(default)]
struct OnField {
    id: Flag,
}

impl Keys for OnField {
    const KEYS: &'static [&'static str] = &["id"];
}

impl Attrs {
    pub(super) fn parse(input: &DeriveInput, errors: &Errors) -> Self {
        let fields = match &input.data {
            Data::Struct(data) => data.fields.iter().collect(),
            Data::Enum(_) | Data::Union(_) => Vec::new(),
        };
        let is_id = |field: &Field| attributes::read::<OnField>(&field.attrs, "command", errors).id.is_present();
        Self {
            container: attributes::read(&input.attrs, "command", errors),
            ids: fields.into_iter().filter(|field| is_id(field)).cloned().collect(),
        }
    }
}
