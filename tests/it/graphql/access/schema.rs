//! What the schema offers, as the server tells it.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, ConstDirective, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};
use async_graphql::{Name, Positioned};

/// All types, by their names.
pub(super) struct Offered(BTreeMap<String, Kind>);

pub(super) enum Kind {
    Object { fields: Vec<Field>, implements: BTreeSet<String> },
    Interface { fields: Vec<Field> },
    Input { fields: Vec<Argument>, one_of: bool },
    Enum(Vec<String>),
    Scalar,
}

pub(super) struct Field {
    pub(super) name: String,
    pub(super) ty: Ty,
    pub(super) arguments: Vec<Argument>,
}

/// An argument, or a field of an input.
pub(super) struct Argument {
    pub(super) name: String,
    pub(super) ty: Ty,
}

/// A type where it is used.
#[derive(Clone)]
pub(super) struct Ty {
    /// As it is spelled.
    pub(super) text: String,
    /// What it comes to without `!` and lists.
    pub(super) base: String,
    pub(super) required: bool,
    /// What stands in it, if it is a list.
    pub(super) of: Option<Box<Ty>>,
}

/// What every schema has without saying so.
const BUILT_IN: [&str; 5] = ["Boolean", "Float", "ID", "Int", "String"];

impl Offered {
    pub(super) fn read(sdl: &str) -> Self {
        let types = parse_schema(sdl).unwrap().definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(ty) => Some((ty.node.name.node.to_string(), kind(ty.node))),
            TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
        });
        let built_in = BUILT_IN.map(|name| (name.to_owned(), Kind::Scalar));
        Self(types.chain(built_in).collect())
    }

    pub(super) fn kind(&self, name: &str) -> &Kind {
        self.0.get(name).unwrap_or_else(|| panic!("the schema has no type `{name}`"))
    }

    /// The fields of an object or an interface; none of a leaf.
    pub(super) fn fields(&self, name: &str) -> &[Field] {
        match self.kind(name) {
            Kind::Object { fields, .. } | Kind::Interface { fields } => fields,
            Kind::Input { .. } | Kind::Enum(_) | Kind::Scalar => &[],
        }
    }

    pub(super) fn field(&self, of: &str, name: &str) -> &Field {
        let field = self.fields(of).iter().find(|field| field.name == name);
        field.unwrap_or_else(|| panic!("the schema has no field `{of}.{name}`"))
    }

    /// The objects that may stand where a type is said, itself where it is one.
    pub(super) fn possible(&self, name: &str) -> Vec<&str> {
        let objects = self.0.iter().filter(|(_, kind)| matches!(kind, Kind::Object { .. }));
        objects.map(|(object, _)| object.as_str()).filter(|object| self.applies(name, object)).collect()
    }

    /// Whether a fragment on a type is for an object.
    pub(super) fn applies(&self, condition: &str, object: &str) -> bool {
        condition == object
            || matches!(self.kind(object), Kind::Object { implements, .. } if implements.contains(condition))
    }

    /// What fragments on an object may be on, besides itself.
    pub(super) fn interfaces(&self, name: &str) -> Vec<&str> {
        match self.kind(name) {
            Kind::Object { implements, .. } => implements.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// Everything that can be asked or said: `Note.text`, `Query.notes(filter)`, `StringFilter.eq`, `OrderDirection.ASC`.
    pub(super) fn all(&self) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        for (name, kind) in &self.0 {
            match kind {
                Kind::Object { fields, .. } | Kind::Interface { fields } => {
                    for field in fields {
                        all.insert(format!("{name}.{}", field.name));
                        all.extend(
                            field.arguments.iter().map(|given| format!("{name}.{}({})", field.name, given.name)),
                        );
                    }
                }
                Kind::Input { fields, .. } => all.extend(fields.iter().map(|field| format!("{name}.{}", field.name))),
                Kind::Enum(_) | Kind::Scalar => {}
            }
        }
        all
    }
}

fn kind(ty: TypeDefinition) -> Kind {
    let is_one_of = |directive: &Positioned<ConstDirective>| directive.node.name.node == "oneOf";
    let one_of = ty.directives.iter().any(is_one_of);
    match ty.kind {
        TypeKind::Object(object) => {
            let implements = object.implements.iter().map(|name: &Positioned<Name>| name.node.to_string()).collect();
            Kind::Object { fields: object.fields.into_iter().map(field).collect(), implements }
        }
        TypeKind::Interface(interface) => Kind::Interface { fields: interface.fields.into_iter().map(field).collect() },
        TypeKind::InputObject(input) => {
            Kind::Input { fields: input.fields.into_iter().map(argument).collect(), one_of }
        }
        TypeKind::Enum(values) => {
            Kind::Enum(values.values.into_iter().map(|value| value.node.value.node.to_string()).collect())
        }
        TypeKind::Scalar => Kind::Scalar,
        TypeKind::Union(_) => panic!("the schema has a union `{}`, of which nothing is known here", ty.name.node),
    }
}

fn field(field: Positioned<FieldDefinition>) -> Field {
    let FieldDefinition { name, arguments, ty, .. } = field.node;
    let arguments = arguments.into_iter().map(argument).collect();
    Field { name: name.node.to_string(), ty: Ty::of(&ty.node), arguments }
}

fn argument(argument: Positioned<InputValueDefinition>) -> Argument {
    let InputValueDefinition { name, ty, .. } = argument.node;
    Argument { name: name.node.to_string(), ty: Ty::of(&ty.node) }
}

impl Ty {
    fn of(ty: &Type) -> Self {
        let (base, of) = match &ty.base {
            BaseType::Named(name) => (name.to_string(), None),
            BaseType::List(inner) => {
                let inner = Self::of(inner);
                (inner.base.clone(), Some(Box::new(inner)))
            }
        };
        Self { text: ty.to_string(), base, required: !ty.nullable, of }
    }

    /// The same, where it has to be given.
    pub(super) fn required(&self) -> String {
        if self.required { self.text.clone() } else { format!("{}!", self.text) }
    }
}
