//! How a name is written: the conventions that serde and error codes know.

/// A convention for names, as in serde's `rename_all`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Case {
    /// The convention of this name in serde.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "snake_case" => Self::Snake,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            _ => return None,
        })
    }

    /// A variant's name (`PascalCase` in the source), as serde would write it.
    pub(crate) fn of_variant(self, name: &str) -> String {
        match self {
            Self::Pascal => name.to_owned(),
            Self::Lower => name.to_ascii_lowercase(),
            Self::Upper => name.to_ascii_uppercase(),
            Self::Camel => lower_first(name),
            Self::Snake => snake(name),
            Self::ScreamingSnake => snake(name).to_ascii_uppercase(),
            Self::Kebab => snake(name).replace('_', "-"),
            Self::ScreamingKebab => snake(name).to_ascii_uppercase().replace('_', "-"),
        }
    }

    /// A field's name (`snake_case` in the source), as serde would write it.
    pub(crate) fn of_field(self, name: &str) -> String {
        match self {
            Self::Lower | Self::Snake => name.to_owned(),
            Self::Upper | Self::ScreamingSnake => name.to_ascii_uppercase(),
            Self::Pascal => pascal(name),
            Self::Camel => lower_first(&pascal(name)),
            Self::Kebab => name.replace('_', "-"),
            Self::ScreamingKebab => name.to_ascii_uppercase().replace('_', "-"),
        }
    }
}

/// What clients call a field: `account_id` is `accountId`.
pub(crate) fn client_field(name: &str) -> String {
    let mut client = String::with_capacity(name.len());
    for (index, part) in name.split('_').filter(|part| !part.is_empty()).enumerate() {
        let mut characters = part.chars();
        match characters.next() {
            Some(first) if index > 0 => client.extend(first.to_uppercase()),
            Some(first) => client.extend(first.to_lowercase()),
            None => {}
        }
        client.push_str(characters.as_str());
    }
    client
}

/// What clients call a variant: `HighRisk` is `HIGH_RISK`.
pub(crate) fn client_variant(name: &str) -> String {
    let mut client = String::with_capacity(name.len() + 2);
    let mut before: Option<char> = None;
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        let begins_word = character.is_uppercase()
            && before.is_some_and(|before| {
                let ends_acronym = before.is_uppercase() && characters.peek().is_some_and(|next| next.is_lowercase());
                before.is_lowercase() || before.is_ascii_digit() || ends_acronym
            });
        if begins_word {
            client.push('_');
        }
        client.extend(character.to_uppercase());
        before = Some(character);
    }
    client
}

fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + chars.as_str())
}

fn pascal(name: &str) -> String {
    let mut pascal = String::new();
    let mut upper = true;
    for character in name.chars() {
        if character == '_' {
            upper = true;
        } else if upper {
            pascal.push(character.to_ascii_uppercase());
            upper = false;
        } else {
            pascal.push(character);
        }
    }
    pascal
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for (index, character) in name.char_indices() {
        if index > 0 && character.is_uppercase() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::{Case, client_field, client_variant};

    /// The names that serde writes, for a variant `UsDollar2` and a field `us_dollar_2`.
    const CASES: &[(&str, &str, &str)] = &[
        ("lowercase", "usdollar2", "us_dollar_2"),
        ("UPPERCASE", "USDOLLAR2", "US_DOLLAR_2"),
        ("PascalCase", "UsDollar2", "UsDollar2"),
        ("camelCase", "usDollar2", "usDollar2"),
        ("snake_case", "us_dollar2", "us_dollar_2"),
        ("SCREAMING_SNAKE_CASE", "US_DOLLAR2", "US_DOLLAR_2"),
        ("kebab-case", "us-dollar2", "us-dollar-2"),
        ("SCREAMING-KEBAB-CASE", "US-DOLLAR2", "US-DOLLAR-2"),
    ];

    #[test]
    fn names_are_written_as_serde_writes_them() {
        for (name, variant, field) in CASES {
            let case = Case::parse(name).expect("a convention of serde");
            assert_eq!(
                (case.of_variant("UsDollar2"), case.of_field("us_dollar_2")),
                ((*variant).into(), (*field).into())
            );
        }
        assert_eq!(Case::parse("Snake_Case"), None);
    }

    /// As `cqrs_runtime::api` spells them, which its tests hold to the same names.
    #[test]
    fn clients_know_names_in_their_spelling() {
        for (rust, client) in [("account_id", "accountId"), ("at", "at"), ("_x_y2", "xY2"), ("HTTP_code", "hTTPCode")] {
            assert_eq!(client_field(rust), client);
        }
        for (rust, client) in [("Active", "ACTIVE"), ("HighRisk", "HIGH_RISK"), ("HTTPError2Go", "HTTP_ERROR2_GO")] {
            assert_eq!(client_variant(rust), client);
        }
    }
}
