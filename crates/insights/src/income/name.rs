//! Names of payers, as glosas have them.

use cartola_model::glosa;
use cartola_primitives::Rut;

/// Words before and behind a name that are none of it, folded.
const NO_NAME: [&str; 74] = [
    "A",
    "ABO",
    "ABONO",
    "AGUINALDO",
    "AGUINALDOS",
    "AL",
    "ANTICIPO",
    "BANCOS",
    "BOLETA",
    "BONO",
    "CARGO",
    "CTA",
    "CUENTA",
    "DE",
    "DEL",
    "DEP",
    "DEPOSITO",
    "DESDE",
    "EFECTIVO",
    "ELECTRONICA",
    "EN",
    "ENVIADA",
    "FIESTAS",
    "GRATIFICACION",
    "HABERES",
    "HONORARIOS",
    "INMEDIATA",
    "INTERNET",
    "LINEA",
    "LIQ",
    "LIQUIDACION",
    "MES",
    "NAVIDAD",
    "NOMINA",
    "OTRO",
    "OTROS",
    "PAGO",
    "PAGOS",
    "PATRIAS",
    "PENSION",
    "POR",
    "PROVEEDOR",
    "PROVEEDORES",
    "QUINCENA",
    "RECIBIDA",
    "RECIBIDO",
    "REM",
    "REMUN",
    "REMUNERACION",
    "REMUNERACIONES",
    "RUT",
    "SALARIO",
    "SUELDO",
    "SUELDOS",
    "TEF",
    "TRANSF",
    "TRANSFER",
    "TRANSFERENCIA",
    "TRANSFERENCIAS",
    "TRASPASO",
    "TRASPASOS",
    "ENERO",
    "FEBRERO",
    "MARZO",
    "ABRIL",
    "MAYO",
    "JUNIO",
    "JULIO",
    "AGOSTO",
    "SEPTIEMBRE",
    "OCTUBRE",
    "NOVIEMBRE",
    "DICIEMBRE",
    "FINIQUITO",
];

/// After these a number without a hyphen is a RUT, if its verifier fits.
const BEFORE_RUT: [&str; 3] = ["TEF", "RUT", "TRANSF"];

/// The name that a glosa has, folded; none where nothing but words of banks is left.
pub fn of_glosa(written: &str) -> Option<String> {
    let folded = folded(written);
    let words: Vec<&str> = folded.split(' ').filter(|word| !has_digit(word)).collect();
    let is_name = |word: &&str| !NO_NAME.contains(word);
    let first = words.iter().position(is_name)?;
    let last = words.iter().rposition(is_name)?;
    Some(words[first..=last].join(" "))
}

/// A name as it is compared: folded, its words parted by one blank.
pub fn folded(written: &str) -> String {
    let apart: String =
        written.chars().map(|letter| if letter.is_alphanumeric() { letter } else { ' ' }).collect();
    glosa::fold(&apart)
}

/// A glosa without what differs from one payment to the next.
pub fn without_numbers(written: &str) -> String {
    let folded = folded(written);
    folded.split(' ').filter(|word| !has_digit(word)).collect::<Vec<_>>().join(" ")
}

/// The RUT that a glosa has: one with a hyphen anywhere; one without at the beginning, or behind a
/// word that says so, where a number of eleven would fit by chance.
pub fn rut_in(written: &str) -> Option<Rut> {
    let mut before: Option<&str> = None;
    for word in written.split_whitespace() {
        let word = word.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
        let may_be_plain = before.is_none_or(|before| {
            BEFORE_RUT.contains(&before.to_ascii_uppercase().trim_matches('.'))
        });
        if word.len() >= SHORTEST_RUT
            && (may_be_plain || word.contains('-'))
            && let Ok(rut) = Rut::parse(word)
        {
            return Some(rut);
        }
        before = Some(word);
    }
    None
}

/// Digits and verifier of the shortest number that is taken for a RUT.
const SHORTEST_RUT: usize = 8;

/// Whether two names are of one person: the same words in any order, or three of the same with no
/// word of the shorter one left over.
pub fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (folded(one), folded(other));
    let (one, other) = (words(&one), words(&other));
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let enough = if short.len() == long.len() { 2 } else { 3 };
    short.len() >= enough && short.iter().all(|word| long.contains(word))
}

fn words(folded: &str) -> Vec<&str> {
    let mut words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.dedup();
    words
}

fn has_digit(word: &str) -> bool {
    word.is_empty() || word.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(glosa: &str, name: Option<&str>, rut: Option<&str>) {
        assert_eq!(of_glosa(glosa).as_deref(), name, "{glosa}");
        assert_eq!(rut_in(glosa).map(|rut| rut.compact()).as_deref(), rut, "{glosa}");
    }

    #[test]
    fn names_and_ruts_are_taken_out_of_glosas() {
        check("PAGO:DE SUELDOS Minera Añil SpA", Some("MINERA ANIL SPA"), None);
        check("SUELDO OCTUBRE ACME LTDA 10/2026", Some("ACME LTDA"), None);
        check("ACME LTDA SUELDO MES DE OCTUBRE", Some("ACME LTDA"), None);
        check("PAGO:DE SUELDOS AGUINALDO NAVIDAD", None, None);
        check("TEF 12312312-3 SERVICIOS INF.", Some("SERVICIOS INF"), Some("12312312-3"));
        check("12.345.678-5 ABONO REMUNERACION", None, Some("12345678-5"));
        check("TEF 123456785 JUAN DE LA CRUZ", Some("JUAN DE LA CRUZ"), Some("12345678-5"));
        check("0123456785 TRANSF. DE ANA", Some("ANA"), Some("12345678-5"));
        check("DOC 123456785", Some("DOC"), None);
        check("", None, None);
    }

    #[test]
    fn a_name_is_the_same_in_any_order_and_with_one_more() {
        assert!(is_same("Ana Rojas", "ROJAS ANA"));
        assert!(is_same("ANA MARIA ROJAS PINTO", "Ana Rojas Pinto"));
        assert!(!is_same("ANA ROJAS PINTO", "EVA ROJAS PINTO"));
        assert!(!is_same("ANA MARIA ROJAS", "ANA ROJAS"));
        assert!(!is_same("ANA", "ANA"));
        assert!(!is_same("", ""));
    }
}
