use std::any;
use std::collections::BTreeMap;

use super::{ApiDefinition, ApiType};

/// The definitions of the named types met while describing something.
#[derive(Clone, Debug, Default)]
pub struct ApiTypes {
    types: BTreeMap<&'static str, Described>,
    clashes: Vec<&'static str>,
}

#[derive(Clone, Debug)]
struct Described {
    /// What tells the types of the name apart: the paths of their descriptions.
    paths: Vec<&'static str>,
    /// `None` while it is described.
    definition: Option<ApiDefinition>,
}

impl ApiTypes {
    /// Defines `name` unless it is known, and refers to it.
    ///
    /// `describe` may refer to `name` itself. Another type of the name that is defined otherwise is a
    /// [clash](Self::clashes).
    pub fn define<F: FnOnce(&mut Self) -> ApiDefinition>(&mut self, name: &'static str, describe: F) -> ApiType {
        let path = any::type_name::<F>();
        match self.types.get_mut(name) {
            None => {
                self.types.insert(name, Described { paths: vec![path], definition: None });
                let definition = describe(self);
                if let Some(described) = self.types.get_mut(name) {
                    described.definition = Some(definition);
                }
            }
            Some(known) if known.paths.contains(&path) => {}
            Some(known) => {
                // It may refer to itself.
                known.paths.push(path);
                let known = known.definition.clone();
                if known != Some(describe(self)) && !self.clashes.contains(&name) {
                    self.clashes.push(name);
                }
            }
        }
        ApiType::Named(name)
    }

    /// What a name stands for.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&ApiDefinition> {
        self.types.get(name)?.definition.as_ref()
    }

    /// All definitions, by their names.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &ApiDefinition)> {
        self.types.iter().filter_map(|(name, described)| Some((*name, described.definition.as_ref()?)))
    }

    /// Names that several types claim.
    #[must_use]
    pub fn clashes(&self) -> &[&'static str] {
        &self.clashes
    }
}
