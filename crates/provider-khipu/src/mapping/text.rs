//! Texts that must not be longer than the standard lets them.

/// The text, cut to that many characters; none if nothing is left of it.
pub fn cut(text: &str, longest: usize) -> Option<String> {
    let text = text.trim();
    // No character is shorter than a byte, so that most texts need not be counted.
    let end = match longest.checked_sub(text.len()) {
        Some(_) => text.len(),
        None => text.char_indices().nth(longest).map_or(text.len(), |(end, _)| end),
    };
    (!text.is_empty()).then(|| text[..end].to_owned())
}
