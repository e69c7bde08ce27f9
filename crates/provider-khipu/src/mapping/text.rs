//! Texts that must not be longer than the standard lets them.

/// The text, cut to that many characters; none if nothing is left of it.
pub fn cut(text: &str, longest: usize) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.chars().take(longest).collect())
}
