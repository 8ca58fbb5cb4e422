//! Output without what differs from run to run: ids are numbered, times stand still. Widths are kept, for the tables.

const ID: &str = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
const TIME: &str = "dddd-dd-dd?dd:dd:dd";

pub(super) fn normal(text: &str) -> String {
    let mut ids: Vec<&str> = Vec::new();
    let (mut normal, mut rest) = (String::new(), text);
    while let Some(next) = rest.chars().next() {
        if let Some(id) = beginning(rest, ID) {
            let number = ids.iter().position(|known| *known == id).unwrap_or_else(|| {
                ids.push(id);
                ids.len() - 1
            });
            let name = format!("id-{}", number + 1);
            normal.extend([name.as_str(), &".".repeat(id.len() - name.len())]);
            rest = &rest[id.len()..];
        } else if let Some(time) = beginning(rest, TIME) {
            rest = &rest[time.len()..];
            normal += if time.contains('T') { "0000-00-00T00:00:00" } else { "0000-00-00 00:00:00" };
            if let Some(fraction) = rest.strip_prefix('.') {
                let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
                // In JSON, there are as many as are needed.
                normal += if time.contains('T') { "" } else { ".000" };
                rest = &fraction[digits..];
            }
        } else if let Some(date) = beginning(rest, "dddd-dd-dd") {
            rest = &rest[date.len()..];
            normal += "0000-00-00";
        } else {
            normal.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    normal
}

/// The beginning of `text` that has the form of `pattern`: `h` and `d` are digits, `?` is anything.
fn beginning<'t>(text: &'t str, pattern: &str) -> Option<&'t str> {
    let found = text.get(..pattern.len())?;
    let fits = |(character, form): (u8, u8)| match form {
        b'h' => character.is_ascii_hexdigit(),
        b'd' => character.is_ascii_digit(),
        b'?' => true,
        other => character == other,
    };
    found.bytes().zip(pattern.bytes()).all(fits).then_some(found)
}

#[test]
fn ids_are_numbered_and_times_stand_still() {
    let text =
        "│ 0190163d-8694-739b-aea5-966c26f8ad91 │ 2026-03-01 10:00:00.123 │ 0190163d-8694-739b-aea5-966c26f8ad91";
    let id = "id-1................................";
    assert_eq!(normal(text), format!("│ {id} │ 0000-00-00 00:00:00.000 │ {id}"));
    assert_eq!(normal("\"2026-03-01T10:00:00.123456Z\" on 2026-03-01"), "\"0000-00-00T00:00:00Z\" on 0000-00-00");
}
