use super::super::options::Limits;
use super::super::refusal::Refusal;

/// Counts the lexical tokens of a document and its open brackets, in one pass without recursion: the parser recurses by
/// them.
pub(in super::super) fn check_tokens(document: &str, limits: &Limits) -> Result<(), Refusal> {
    let bytes = document.as_bytes();
    let (mut at, mut tokens, mut open) = (0, 0_usize, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => {
                at += 1;
                continue;
            }
            b'#' => {
                at = end_of_line(bytes, at);
                continue;
            }
            b'"' => end_of_string(bytes, at),
            byte if is_of_a_word(byte) => end_of_word(bytes, at),
            _ => at + 1,
        };
        tokens += 1;
        match byte {
            b'{' | b'[' | b'(' => open += 1,
            b'}' | b']' | b')' => open = open.saturating_sub(1),
            _ => {}
        }
        if tokens > limits.tokens {
            return Err(Refusal::TooComplex { limit: "tokens", maximum: limits.tokens });
        }
        if open > limits.nesting {
            return Err(Refusal::TooComplex { limit: "brackets within each other", maximum: limits.nesting });
        }
        debug_assert!(at > start, "each token moves on");
    }
    Ok(())
}

fn is_of_a_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'+') || !byte.is_ascii()
}

fn end_of_word(bytes: &[u8], from: usize) -> usize {
    from + bytes.iter().skip(from).take_while(|byte| is_of_a_word(**byte)).count()
}

fn end_of_line(bytes: &[u8], from: usize) -> usize {
    from + bytes.iter().skip(from).take_while(|byte| !matches!(byte, b'\r' | b'\n')).count()
}

/// Behind the string that begins here; one that does not end is the parser's to complain of.
fn end_of_string(bytes: &[u8], from: usize) -> usize {
    let starts_with = |at: usize, text: &[u8]| bytes.get(at..).is_some_and(|rest| rest.starts_with(text));
    let block = starts_with(from, b"\"\"\"");
    let mut at = from + if block { 3 } else { 1 };
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if block && starts_with(at, b"\\\"\"\"") => at += 4,
            b'\\' if !block => at += 2,
            b'"' if block && starts_with(at, b"\"\"\"") => return at + 3,
            b'"' if !block => return at + 1,
            b'\r' | b'\n' if !block => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn tokens(document: &str, expect: usize) {
        let limits = |tokens| Limits { tokens, ..Limits::default() };
        assert_eq!(check_tokens(document, &limits(expect)), Ok(()), "not more than {expect}");
        let fewer = check_tokens(document, &limits(expect - 1));
        assert_eq!(fewer, Err(Refusal::TooComplex { limit: "tokens", maximum: expect - 1 }));
    }

    #[test]
    fn words_strings_and_signs_are_tokens() {
        tokens("{ a, b }", 4);
        tokens("query($n: Int = -1.5e+3) { a(first: $n) @b }", 20);
        tokens("{ a(b: \"} # {{\") }", 8);
        tokens("{ a(b: \"\"\"x \\\"\"\" \" {{{ \"\"\") }", 8);
        tokens("{ a # { { {\n }", 3);
        tokens("{ a(b: \"\\\"{{\") }", 8);
        tokens("{ a(b: \"never ends", 6);
        tokens("\"\\", 1);
    }

    #[test]
    fn brackets_count_while_they_are_open() {
        let limits = Limits { nesting: 3, ..Limits::default() };
        assert_eq!(check_tokens("{ a { b } c { d(e: []) } }", &Limits { nesting: 4, ..limits.clone() }), Ok(()));
        assert_eq!(check_tokens("{ a { b } c { d } e { f } }", &limits), Ok(()));
        let refused = Err(Refusal::TooComplex { limit: "brackets within each other", maximum: 3 });
        assert_eq!(check_tokens("{ a(b: [[1]]) }", &limits), refused);
        assert_eq!(check_tokens(&"[".repeat(100_000), &limits), refused);
    }
}
