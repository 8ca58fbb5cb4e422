use cqrs_runtime::prelude::*;

#[derive(Value)]
#[value(columns)]
struct Name(String);

struct Text;

impl Adapter<std::time::Duration> for Text {
    type Stored = String;
    type Error = std::convert::Infallible;

    fn store(value: &std::time::Duration) -> String {
        value.as_millis().to_string()
    }

    fn restore(_: String) -> Result<std::time::Duration, Self::Error> {
        Ok(std::time::Duration::ZERO)
    }
}

#[derive(Value)]
#[value(with = Text, columns)]
struct Timeout(std::time::Duration);

fn main() {}
