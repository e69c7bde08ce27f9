//! What is wrong with what is said of a matter, told of the field that it is about.

use cartola_engine::matters::{Breach, MAX_MATTER_TEXT, NewMatter};
use cartola_http::Problem;
use cartola_http::problem::{Code, Text};
use cartola_model::MatterKind;

/// Every kind by its name.
pub static KINDS: [(&str, MatterKind); MatterKind::ALL.len()] = {
    let mut kinds = [("", MatterKind::Access); MatterKind::ALL.len()];
    let mut place = 0;
    while place < kinds.len() {
        kinds[place] = (MatterKind::ALL[place].name(), MatterKind::ALL[place]);
        place += 1;
    }
    kinds
};

/// What is wrong with a field.
pub fn wrong(name: &'static str) -> impl Fn(Text) -> Problem {
    move |why| Problem::new(Code::JsonInvalid).named(name, why)
}

/// Refuses a matter that says too little or too much, or what goes with another kind.
pub fn new_matter(new: &NewMatter) -> Result<(), Problem> {
    text("text", &new.text)?;
    if let Some(contact) = &new.contact {
        text("contact", contact)?;
    }
    let refused = |name, en, es| Err(wrong(name)(Text::fixed(en, es)));
    match (new.kind == MatterKind::Breach, new.rut, &new.breach) {
        (false, Some(_), None) => Ok(()),
        (true, None, Some(entry)) => breach(entry),
        (false, None, _) => refused(
            "rut",
            "expected the RUT of who asks, whose identity you have checked",
            "se esperaba el RUT de quien lo pide, cuya identidad se verificó",
        ),
        (false, Some(_), Some(_)) => refused(
            "breach",
            "it goes with the kind `breach` alone",
            "solo va con el tipo `breach`",
        ),
        (true, Some(_), _) => refused(
            "rut",
            "a breach is nobody's alone, and has none",
            "una brecha no es de una sola persona, y no lleva ninguno",
        ),
        (true, None, None) => refused(
            "breach",
            "expected what the register asks for: `effects`, `data`, `people` and `measures`",
            "se esperaba lo que pide el registro: `effects`, `data`, `people` y `measures`",
        ),
    }
}

fn breach(Breach { effects, data, measures, .. }: &Breach) -> Result<(), Problem> {
    let texts = [("effects", effects), ("data", data), ("measures", measures)];
    texts.into_iter().try_for_each(|(name, said)| text(name, said))
}

/// Refuses a text that says nothing, or is too long.
pub fn text(name: &'static str, said: &str) -> Result<(), Problem> {
    if !said.trim().is_empty() && said.chars().count() <= MAX_MATTER_TEXT {
        return Ok(());
    }
    Err(wrong(name)(Text::new(
        format!("expected 1 to {MAX_MATTER_TEXT} characters, and not blanks alone"),
        format!("se esperaban de 1 a {MAX_MATTER_TEXT} caracteres, y no solo espacios"),
    )))
}
