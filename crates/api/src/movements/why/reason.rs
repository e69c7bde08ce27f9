//! The reasons of a merge in words.

use cartola_http::problem::Text;
use cartola_model::MergeReason;

/// Why a source record stands under its movement.
pub fn sentence(reason: MergeReason) -> Text {
    match reason {
        MergeReason::First => Text::fixed(
            "It was the first source to tell of this movement.",
            "Fue la primera fuente que informó este movimiento.",
        ),
        MergeReason::SameReference => Text::fixed(
            "The bank's own reference is the same.",
            "La referencia propia del banco es la misma.",
        ),
        MergeReason::IdenticalLine => Text::fixed(
            "Day, amount, balance after, text and document are the same.",
            "El día, el monto, el saldo posterior, la glosa y el documento son iguales.",
        ),
        MergeReason::SameBalance => Text::fixed(
            "Day, amount and balance after are the same; the text differs.",
            "El día, el monto y el saldo posterior son iguales; la glosa difiere.",
        ),
        MergeReason::SameLine => Text::fixed(
            "Day, amount, text and document are the same, and one of the two has no balance; the n-th equal line of one file is the n-th of the other.",
            "El día, el monto, la glosa y el documento son iguales, y una de las dos líneas no trae saldo; la n-ésima línea igual de un archivo es la n-ésima del otro.",
        ),
        MergeReason::TruncatedText => Text::fixed(
            "Day, amount and document are the same, one text is the other cut short, and no other line could be meant.",
            "El día, el monto y el documento son iguales, una glosa es la otra recortada y no puede tratarse de otra línea.",
        ),
        MergeReason::OnlyCandidate => Text::fixed(
            "Day and amount are the same, and within a complete statement of that day neither could be anything else.",
            "El día y el monto son iguales y, dentro de una cartola completa de ese día, ninguno puede corresponder a otra cosa.",
        ),
        MergeReason::Absent => Text::fixed(
            "A complete statement of that day does not have the movement.",
            "Una cartola completa de ese día no trae el movimiento.",
        ),
        MergeReason::Split => Text::fixed(
            "Somebody decided that this line is a movement of its own.",
            "Alguien decidió que esta línea es un movimiento aparte.",
        ),
    }
}
