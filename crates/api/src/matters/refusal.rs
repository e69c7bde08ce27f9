//! Why a matter is not opened or decided, as it is answered.

use cartola_engine::matters::MatterError;
use cartola_http::problem::{Code, Text};
use cartola_http::{Problem, Refusal, of_write};

/// What a caller is told.
pub fn refused(error: MatterError) -> Refusal {
    match error {
        MatterError::Unknown => Problem::not_found("matter").into(),
        MatterError::Transition(_) => Problem::new(Code::MatterDecided).into(),
        // Texts were looked at before: what is left is about the entry in the register.
        MatterError::Content(why) => {
            let why_es = "solo una brecha tiene un registro, cuyos textos no son vacíos ni pasan de \
                          4000 caracteres";
            Problem::new(Code::JsonInvalid).named("breach", Text::fixed(why, why_es)).into()
        }
        MatterError::TooManySteps => {
            let why = Text::fixed(
                "the matter has as many steps as it may have",
                "el caso ya tiene todos los pasos que puede tener",
            );
            Problem::new(Code::JsonInvalid).named("decision", why).into()
        }
        MatterError::ToldLater(name) => {
            let why = Text::fixed(
                "is later than now: it says when they were told, once they were",
                "es posterior a ahora: dice cuándo se les avisó, una vez avisados",
            );
            Problem::new(Code::JsonInvalid).named(name, why).into()
        }
        MatterError::Engine(error) => of_write(error),
    }
}
