//! Decimals as texts that sort as the numbers do.
//!
//! A text begins with `1` for zero and above, then the number of digits before the point in two digits, those digits and
//! the fraction: 12.5 is `10212.5`. Below zero it begins with `0`, all digits are taken from 9, and `~`, which comes after
//! every digit and the point, ends it: so more digits mean less.

use std::fmt::Write;

/// The sortable text of a decimal, which is given without superfluous zeros: `-12.5`, `0.25`, `7`.
pub(super) fn sortable(plain: &str) -> String {
    let (negative, digits) = plain.strip_prefix('-').map_or((false, plain), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = whole.trim_start_matches('0');
    let mut text = String::with_capacity(plain.len() + 4);
    let count = if negative { 99 - whole.len() } else { whole.len() };
    // Writing to a string can't fail.
    let _ = write!(text, "{}{count:02}", u8::from(!negative));
    let turned = |digit: u8| char::from(if negative { b'9' - digit + b'0' } else { digit });
    text.extend(whole.bytes().map(turned));
    if !fraction.is_empty() {
        text.push('.');
        text.extend(fraction.bytes().map(turned));
    }
    if negative {
        text.push('~');
    }
    text
}

/// The decimal of a sortable text; `None` where it is none.
pub(crate) fn plain(sortable: &str) -> Option<String> {
    let negative = match sortable.as_bytes().first()? {
        b'0' => true,
        b'1' => false,
        _ => return None,
    };
    let count: usize = sortable.get(1..3)?.parse().ok()?;
    let digits = sortable.get(3..)?;
    let digits = if negative { digits.strip_suffix('~')? } else { digits };
    if digits.find('.').unwrap_or(digits.len()) != if negative { 99 - count } else { count } {
        return None;
    }
    let mut text = String::with_capacity(digits.len() + 2);
    if negative {
        text.push('-');
    }
    if digits.is_empty() || digits.starts_with('.') {
        text.push('0');
    }
    for byte in digits.bytes() {
        match byte {
            b'.' => text.push('.'),
            b'0'..=b'9' if negative => text.push(char::from(b'9' - byte + b'0')),
            b'0'..=b'9' => text.push(char::from(byte)),
            _ => return None,
        }
    }
    Some(text)
}
