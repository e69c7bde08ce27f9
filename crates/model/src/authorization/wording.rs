//! What is shown of an operation: lines of text that are what they look like.

/// Longest value of a line, in characters.
pub const MAX_VALUE: usize = 140;

/// One line of what is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is called on the screen.
    pub label: &'static str,
    /// What it says.
    pub value: String,
    /// The member of the operation that says it.
    pub member: &'static str,
}

/// Lines in the order in which they are shown.
#[derive(Default)]
pub struct Lines(Vec<Line>);

impl Lines {
    pub fn text(&mut self, (label, member): (&'static str, &'static str), value: &str) {
        self.0.push(Line { label, value: value.to_owned(), member });
    }

    pub fn maybe(&mut self, named: (&'static str, &'static str), value: Option<&str>) {
        if let Some(value) = value {
            self.text(named, value);
        }
    }

    pub fn into_inner(self) -> Vec<Line> {
        self.0
    }
}

/// Whether a value is shown as it is, and looks like no other one: 1 to [`MAX_VALUE`] characters of
/// those that [`is_plain`] names, no blank in front, behind or beside another. So there are no lines of
/// its own making, no blanks that are not seen, nothing invisible and nothing that turns around what
/// stands beside it ("Trojan Source", CVE-2021-42574), no accents of their own, and no letters of other
/// scripts that look like Latin ones (Unicode Technical Standard 39).
pub fn showable(value: &str) -> bool {
    (1..=MAX_VALUE).contains(&value.chars().count())
        && value.trim().len() == value.len()
        && !value.contains("  ")
        && value.chars().all(is_plain)
}

/// The printable characters of ASCII, `¡`, `¿`, `°`, `·` and the accented letters of Latin-1 and Latin
/// Extended-A, but those that look like others: `Ð` is `Đ`, and ligatures, letters without their dot and
/// those with a dot or apostrophe beside them are drawn as several.
const fn is_plain(character: char) -> bool {
    let is_known = matches!(character, ' '..='~' | '¡' | '¿' | '°' | '·' | 'À'..='ſ');
    let looks_like_others =
        matches!(character, '×' | '÷' | 'Ð' | 'ı' | 'Ĳ' | 'ĳ' | 'ĸ' | 'Ŀ' | 'ŀ' | 'ŉ' | 'ſ');
    is_known && !looks_like_others
}
