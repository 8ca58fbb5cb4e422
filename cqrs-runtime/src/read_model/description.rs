use sha2::{Digest, Sha256};

use crate::access::Access;
use crate::api::{ApiType, ApiTypes, field_name};
use crate::column::{Column, ColumnPart, ColumnType};
use crate::schema::{Definition, Field, Shape, Shapes};
use crate::store::{TableColumn, TableShape};

/// What a read model's table is made of.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The name of the struct.
    pub type_name: &'static str,
    /// What clients call the list of its rows, where that is not the plural of the struct's name.
    pub plural: Option<&'static str>,
    /// The version that the user gives what the projection makes of the events.
    pub version: u32,
    /// What the struct's documentation says.
    pub description: &'static str,
    /// Why it should not be used any more; empty where it does not say.
    pub deprecated: Option<&'static str>,
    /// Who may see which rows.
    pub access: Access,
    /// Its fields, in the order of the struct.
    pub fields: &'static [TableField],
    /// Which fields are the key, in their order.
    pub key: &'static [usize],
}

/// A field of a read model.
#[derive(Clone, Copy, Debug)]
pub struct TableField {
    /// Its name.
    pub name: &'static str,
    /// What clients call it, where that is not its name in their spelling.
    pub client: Option<&'static str>,
    /// The columns that it takes.
    pub column: Column,
    /// The shape of its value.
    pub shape: fn(&mut Shapes) -> Shape,
    /// How clients are told of its value.
    pub api: fn(&mut ApiTypes) -> ApiType,
    /// Whether rows can be chosen by it.
    pub filter: bool,
    /// Whether rows can be ordered by it.
    pub order: bool,
    /// The read model whose key it holds.
    pub references: Option<fn() -> &'static Table>,
    /// Who may know it, of those who may see the row; all of them where nothing is said.
    pub access: Access,
    /// What the field's documentation says.
    pub description: &'static str,
    /// Why it should not be used any more; empty where it does not say.
    pub deprecated: Option<&'static str>,
}

impl Table {
    /// Tells tables of other columns, other keys or another version apart: 16 hexadecimal digits.
    ///
    /// What can be filtered and ordered counts, for it decides on indices; what documents hold counts too.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut shapes = Shapes::default();
        let fields = self.fields.iter().map(|field| Field { name: field.name, shape: (field.shape)(&mut shapes) });
        let shape = Definition::Record(fields.collect()).fingerprint(&shapes);
        let mut digest = Sha256::new();
        digest.update(shape.to_le_bytes());
        digest.update(self.version.to_le_bytes());
        for index in self.key {
            digest.update((*index as u64).to_le_bytes());
        }
        for field in self.fields {
            digest.update([field.filter.into(), field.order.into(), (!field.column.is_single()).into()]);
        }
        first_digits(digest.finalize().into())
    }

    /// The names, types and presence of its columns, in their order.
    pub fn columns(&self) -> impl Iterator<Item = (String, ColumnType, bool)> {
        self.fields.iter().flat_map(TableField::columns)
    }

    /// The first column of a field, and how many columns it takes.
    #[must_use]
    pub fn columns_of(&self, field: usize) -> (usize, usize) {
        let count = |field: &TableField| field.column.parts.len();
        let first = self.fields.iter().take(field).map(count).sum();
        (first, self.fields.get(field).map_or(0, count))
    }

    /// The table as it is in the database, under a name of there.
    #[must_use]
    pub fn shape(&self, name: String) -> TableShape {
        let columns = self.columns().map(|(name, ty, optional)| TableColumn { name, ty, optional }).collect();
        let of = |field: usize| {
            let (first, count) = self.columns_of(field);
            first..first + count
        };
        let key: Vec<usize> = self.key.iter().flat_map(|field| of(*field)).collect();
        let searched = self.fields.iter().enumerate().filter(|(_, field)| field.filter || field.order);
        let indices = searched.map(|(field, _)| of(field).collect::<Vec<_>>());
        // The key is an index itself.
        let indices = indices.filter(|columns| !key.starts_with(columns)).collect();
        TableShape { name, columns, key, indices }
    }

    /// The fields of its key.
    pub fn key_fields(&self) -> impl Iterator<Item = &'static TableField> {
        let fields = self.fields;
        self.key.iter().filter_map(move |index| fields.get(*index))
    }
}

impl TableField {
    /// What clients call it.
    #[must_use]
    pub fn client_name(&self) -> String {
        self.client.map_or_else(|| field_name(self.name), str::to_owned)
    }

    /// The names, types and presence of its columns; a part of a value is named behind its field: `balance_minor`.
    pub fn columns(&self) -> impl Iterator<Item = (String, ColumnType, bool)> + use<> {
        let Self { name, column, .. } = *self;
        column.parts.iter().map(move |ColumnPart { name: part, ty, optional }| {
            let name = if part.is_empty() { name.to_owned() } else { format!("{name}_{part}") };
            (name, *ty, *optional || column.optional)
        })
    }
}

/// The first 16 hexadecimal digits of a SHA-256.
pub(crate) fn first_digits(digest: [u8; 32]) -> String {
    let [first, ..] = digest.as_chunks().0 else { return String::new() };
    format!("{:016x}", u64::from_be_bytes(*first))
}
