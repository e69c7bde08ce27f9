//! The text of a movement as banks print it, and the forms it is compared in.

use std::borrow::Cow;

/// The glosa for people: trimmed, with runs of blanks made one.
pub fn clean(raw: &str) -> Cow<'_, str> {
    if is_clean(raw) { Cow::Borrowed(raw) } else { Cow::Owned(collapse(raw)) }
}

/// The glosa for comparing: clean, upper case, without accents.
pub fn fold(raw: &str) -> String {
    collapse(raw).chars().flat_map(char::to_uppercase).map(without_accent).collect()
}

/// Shortest common beginning, in characters, that counts as the same text cut by a channel. Below
/// it, `PAGO` would be a truncation of every payment.
pub const SHORTEST_TRUNCATION: usize = 8;

/// Whether one folded glosa is the other, cut short.
pub fn is_truncation(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    short.chars().count() >= SHORTEST_TRUNCATION && long.starts_with(short)
}

fn is_clean(raw: &str) -> bool {
    let bytes = raw.as_bytes();
    // Look at every byte whatever they find, so that the compiler looks at many at once: this is
    // asked of every row of a page.
    let strange =
        bytes.iter().fold(0, |found, byte| found | u8::from(!matches!(byte, b' '..=b'~')));
    let (all_but_last, all_but_first) = match bytes {
        [] => return true,
        [b' ', ..] | [.., b' '] => return false,
        [first @ .., _] => (first, &bytes[1..]),
    };
    let pairs = all_but_last.iter().zip(all_but_first);
    let doubled = pairs
        .fold(0, |found, (one, next)| found | (u8::from(*one == b' ') & u8::from(*next == b' ')));
    strange | doubled == 0
}

fn collapse(raw: &str) -> String {
    let mut clean = String::with_capacity(raw.len());
    for word in raw.split(|c: char| c.is_whitespace() || c.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !clean.is_empty() {
            clean.push(' ');
        }
        clean.push_str(word);
    }
    clean
}

const fn without_accent(c: char) -> char {
    match c {
        'Á' | 'À' | 'Ä' | 'Â' => 'A',
        'É' | 'È' | 'Ë' | 'Ê' => 'E',
        'Í' | 'Ì' | 'Ï' | 'Î' => 'I',
        'Ó' | 'Ò' | 'Ö' | 'Ô' => 'O',
        'Ú' | 'Ù' | 'Ü' | 'Û' => 'U',
        'Ñ' => 'N',
        _ => c,
    }
}
