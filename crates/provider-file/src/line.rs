//! What every layout does to make a movement.

use cartola_connector::{Place, Warning};

use crate::limits::{MAX_DETAIL_CHARACTERS, MAX_GLOSA_CHARACTERS, MAX_WARNINGS};
use crate::refusal::{self, Decoded};

/// The glosa, if it is not too long.
pub(crate) fn glosa(text: &str, place: impl FnOnce() -> Place) -> Decoded<String> {
    bounded(text, MAX_GLOSA_CHARACTERS, "glosa", place)
}

/// A detail, such as a document number, if it is not too long; `None` where it is blank.
pub(crate) fn detail(
    text: &str,
    name: &str,
    place: impl FnOnce() -> Place,
) -> Decoded<Option<String>> {
    let text = bounded(text, MAX_DETAIL_CHARACTERS, name, place)?;
    Ok((!text.is_empty()).then_some(text))
}

fn bounded(text: &str, limit: usize, name: &str, place: impl FnOnce() -> Place) -> Decoded<String> {
    let text = text.trim();
    // A text of few bytes cannot have too many characters.
    if text.len() > limit && text.chars().nth(limit).is_some() {
        let reason = format!("expected a {name} of at most {limit} characters");
        return Err(refusal::too_large(place(), reason));
    }
    Ok(text.to_owned())
}

/// The amount of a movement from its two columns, each positive or nothing.
///
/// `Ok(None)` where neither side has one. Signed minor units otherwise: a cargo is negative.
pub(crate) fn sides(cargo: Option<i64>, abono: Option<i64>) -> Result<Option<i64>, &'static str> {
    match (cargo.filter(|minor| *minor != 0), abono.filter(|minor| *minor != 0)) {
        (None, None) => Ok(None),
        (Some(cargo), None) if cargo > 0 => Ok(Some(-cargo)),
        (None, Some(abono)) if abono > 0 => Ok(Some(abono)),
        (Some(_), Some(_)) => Err("expected either a cargo or an abono, found both"),
        _ => Err("expected cargo and abono without sign, found a negative one"),
    }
}

/// The warnings of a batch, of which only so many are kept.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    kept: Vec<Warning>,
    dropped: usize,
}

impl Warnings {
    /// One more.
    pub(crate) fn push(&mut self, place: Option<Place>, code: &'static str, text: &str) {
        if self.kept.len() < MAX_WARNINGS {
            self.kept.push(Warning { place, code, text: text.to_owned() });
        } else {
            self.dropped += 1;
        }
    }

    /// All of them, and how many were left out.
    pub(crate) fn into_vec(mut self) -> Vec<Warning> {
        if self.dropped > 0 {
            let text = format!("{} further warnings are left out", self.dropped);
            self.kept.push(Warning { place: None, code: "more_warnings", text });
        }
        self.kept
    }
}
