//! What is shown of an operation: lines of text that are what they look like.

/// Longest value of a line, in characters.
pub const MAX_VALUE: usize = 140;

/// Labels with their values, in the order in which they are shown.
#[derive(Default)]
pub struct Lines(Vec<(&'static str, String)>);

impl Lines {
    pub fn text(&mut self, label: &'static str, value: &str) {
        self.0.push((label, value.to_owned()));
    }

    pub fn maybe(&mut self, label: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(label, value);
        }
    }

    pub fn into_inner(self) -> Vec<(&'static str, String)> {
        self.0
    }
}

/// Whether a value is shown as it is: no line of its own making, nothing that cannot be seen, nothing
/// that turns around what stands beside it (Unicode's bidirectional controls, as in "Trojan Source",
/// CVE-2021-42574).
pub fn showable(value: &str) -> bool {
    let is_hidden = |c: char| c.is_control() || is_invisible(c);
    let length = value.chars().count();
    (1..=MAX_VALUE).contains(&length)
        && value.trim().len() == value.len()
        && !value.chars().any(is_hidden)
}

/// Format characters, blanks that are none or break a line, joiners, fillers, variation selectors,
/// tags, and what has no meaning.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffd}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e000}'..='\u{f8ff}'
            | '\u{e0000}'..='\u{10ffff}'
    )
}
