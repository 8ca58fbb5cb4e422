//! What a failed specification says.

use std::fmt::Write;

use similar::{ChangeTag, TextDiff};

/// Fails with the whole specification and the difference between what it expects and what has come.
#[track_caller]
pub(super) fn fail(specification: &str, expected: &str, actual: &str) -> ! {
    let mut text = format!("the specification does not hold\n\n{specification}\n");
    let _ = writeln!(text, "Expected\n{}\nActual\n{}", framed(expected), framed(actual));
    assert!(expected != actual, "{text}They read alike, but are not equal: something of them is not stored");
    let _ = writeln!(text, "Difference (- expected, + actual)");
    for change in TextDiff::from_lines(expected, actual).iter_all_changes() {
        let sign = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => ' ',
        };
        let _ = write!(text, "{sign} {}", change.as_str().unwrap_or_default());
    }
    panic!("{text}");
}

fn framed(text: &str) -> String {
    text.lines().fold(String::new(), |mut framed, line| {
        let _ = writeln!(framed, "  {line}");
        framed
    })
}
