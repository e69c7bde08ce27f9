//! Why a matter is not opened or decided, as it is answered.

use cartola_engine::matters::MatterError;
use cartola_http::problem::{Code, Text};
use cartola_http::{Problem, Refusal, of_write};

/// What a caller is told.
pub fn refused(error: MatterError) -> Refusal {
    match error {
        MatterError::Unknown => Problem::not_found("matter").into(),
        MatterError::Transition(_) => Problem::new(Code::MatterDecided).into(),
        MatterError::Content(why) => {
            let why_es = "falta un texto, es demasiado largo o no corresponde a este tipo de caso";
            Problem::new(Code::JsonInvalid).named("text", Text::fixed(why, why_es)).into()
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
