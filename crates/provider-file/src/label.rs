//! The form in which labels are compared: upper case, single blanks, no accents, no colon.

use cartola_model::glosa;

/// Folds `Sr(a).: ` to `SR(A)`, `Fecha  de Facturación` to `FECHA DE FACTURACION`, `Nº Doc.` to
/// `N° DOC`.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = glosa::fold(text);
    if folded.contains(is_variant) {
        folded = folded.replace('º', "°");
        folded.retain(|c| !is_combining(c));
    }
    let end = folded.trim_end_matches([':', '.', ' ']).len();
    folded.truncate(end);
    folded
}

/// Whether a folded header cell is the column of that folded name: `CARGOS (CLP)` is `CARGOS`,
/// `MONTO MONEDA ORIGEN` is not `MONTO`.
pub(crate) fn names(header: &str, column: &str) -> bool {
    header.strip_prefix(column).is_some_and(|rest| rest.is_empty() || rest.starts_with(" ("))
}

const fn is_variant(c: char) -> bool {
    c == 'º' || is_combining(c)
}

/// The accents of texts that some systems write as letter and accent apart.
const fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use super::{fold, names};

    #[test]
    fn folds_what_banks_vary() {
        for (raw, folded) in [
            ("Sr(a).: ", "SR(A)"),
            ("Fecha  de Facturación", "FECHA DE FACTURACION"),
            ("Nº Doc.", "N° DOC"),
            ("Descripcio\u{301}n", "DESCRIPCION"),
            ("\u{a0}Rut:", "RUT"),
        ] {
            assert_eq!(fold(raw), folded);
        }
    }

    #[test]
    fn a_unit_belongs_to_the_header_and_a_word_does_not() {
        assert!(names("CARGOS (CLP)", "CARGOS"));
        assert!(names("SALDO", "SALDO"));
        assert!(!names("MONTO MONEDA ORIGEN", "MONTO"));
        assert!(!names("SALDOS", "SALDO"));
    }
}
