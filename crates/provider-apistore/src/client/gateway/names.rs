//! What everything is called at the gateway. All of it is second-hand, so all of it can be set.

use std::collections::BTreeMap;
use std::fmt;

use cartola_connector::HeaderName;

use super::lots::PLACE;

/// Longest name or value that is taken, in characters.
const MAX_TEXT: usize = 200;

/// Every name, and what it is where nothing else is said. Those that end in `_path` are appended to
/// `prefix`; those that end in `_header` are headers.
pub const NAMES: [(&str, &str); 51] = [
    ("prefix", "/banco-chile/v1"),
    ("client_id_header", "client-id"),
    ("client_secret_header", "client-secret"),
    ("movements_path", "/movimientos-cuenta/obtener"),
    ("holder", "rutOrigen"),
    ("product", "productoCuenta"),
    ("product_value", "CTD"),
    ("account", "cuenta"),
    ("attorneys", "rutApoderado"),
    ("attorney", "value"),
    ("count", "cantidadRegistros"),
    ("offset", "paginacionDesde"),
    ("answer", "glosaRespuesta"),
    ("answer_success", "EXITO"),
    ("movements", "movimientos"),
    ("sequence", "secuencial"),
    ("amount", "monto"),
    ("sign", "indicadorCreditoDebito"),
    ("sign_credit", "C"),
    ("sign_debit", "D"),
    ("short_text", "descripcionCorta"),
    ("long_text", "descripcionLarga"),
    ("origin", "codigoOrigen"),
    ("branch", "descripcionOficina"),
    ("document", "numeroDocumento"),
    ("booked_on", "fechaContable"),
    ("counterparty", "campoComplementario1"),
    ("lots_path", "/abono-rescate/servicios/transferencias/rescate/lotes"),
    ("lot_status_path", ""),
    ("lot_head", "cabecera"),
    ("lot_consumer", "consumidor"),
    ("lot_user", "usuario"),
    ("lot_body", "cuerpo"),
    ("lot_account", "cuentaOrigen"),
    ("lot_holder", "rutOrigen"),
    ("lot_id", "idLote"),
    ("lot_total", "montoTotalLote"),
    ("lot_attorneys", "rutApoderado"),
    ("lot_lines", "movimientos"),
    ("line_id", "nroTrxCliente"),
    ("line_amount", "monto"),
    ("line_payer", "rutBeneficiarioClienteComercio"),
    ("line_rut", "rutDestino"),
    ("line_account", "cuentaDestino"),
    ("line_name", "nombreClienteDestino"),
    ("line_bank", "codigoBancoDestino"),
    ("line_product", "productoCuentaDestino"),
    ("line_product_value", "CTD"),
    ("lot_state", "estado"),
    ("lot_state_paid", "PAGADO"),
    ("lot_state_refused", "RECHAZADO"),
];

/// Keys whose values must differ: words between which is decided, and members of one object, of which
/// the second would take the place of the first.
const DISTINCT: [&[&str]; 10] = [
    &["sign_credit", "sign_debit"],
    &["lot_state_paid", "lot_state_refused"],
    &["client_id_header", "client_secret_header"],
    &["holder", "product", "account", "attorneys", "count", "offset"],
    &["answer", "movements"],
    &["sequence", "amount", "sign", "booked_on"],
    &["lot_head", "lot_body", "lot_lines"],
    &["lot_account", "lot_holder", "lot_id", "lot_total", "lot_attorneys"],
    &[
        "line_id",
        "line_amount",
        "line_payer",
        "line_rut",
        "line_account",
        "line_name",
        "line_bank",
        "line_product",
    ],
    &["answer", "lot_state"],
];

/// What everything is called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    set: BTreeMap<&'static str, String>,
}

/// Why there are no such names. Quotes no value: it may be a secret in the wrong place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamesError {
    /// There is no such key.
    Unknown,
    /// The value of a key cannot be.
    Value {
        /// Which key.
        key: &'static str,
        /// What is expected.
        expected: &'static str,
    },
    /// Two keys have the same value, and one could not be told from the other.
    Same {
        /// The one.
        key: &'static str,
        /// The other.
        other: &'static str,
    },
}

impl fmt::Display for NamesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => {
                let known: Vec<_> = NAMES.iter().map(|(key, _)| *key).collect();
                write!(f, "there is a key that is none of {}", known.join(", "))
            }
            Self::Value { key, expected } => write!(f, "`{key}` is wrong: expected {expected}"),
            Self::Same { key, other } => write!(
                f,
                "`{key}` and `{other}` are the same word, so that one could not be told from the \
                 other; give each its own"
            ),
        }
    }
}

impl std::error::Error for NamesError {}

impl Names {
    /// Those of [`NAMES`], but for the ones that are set.
    pub fn read(written: &BTreeMap<String, String>) -> Result<Self, NamesError> {
        let mut set = BTreeMap::new();
        for (key, value) in written {
            let found = NAMES.iter().find(|(name, _)| name == key);
            let (key, _) = *found.ok_or(NamesError::Unknown)?;
            let wrong = |expected| NamesError::Value { key, expected };
            check(key, value).map_err(wrong)?;
            set.insert(key, value.clone());
        }
        let names = Self { set };
        DISTINCT.iter().try_for_each(|group| names.check_distinct(group))?;
        Ok(names)
    }

    /// Words are compared without regard to case: what tells money that came from money that went should
    /// not hang on it.
    fn check_distinct(&self, group: &[&'static str]) -> Result<(), NamesError> {
        for (index, key) in group.iter().enumerate() {
            let is_same = |other: &&&'static str| self.of(other).eq_ignore_ascii_case(self.of(key));
            if let Some(other) = group[index + 1..].iter().find(is_same) {
                return Err(NamesError::Same { key, other });
            }
        }
        Ok(())
    }

    /// What that is called.
    ///
    /// # Panics
    ///
    /// Where it is none of [`NAMES`], which is a slip of ours.
    pub fn of(&self, key: &str) -> &str {
        if let Some(set) = self.set.get(key) {
            return set;
        }
        let usual = NAMES.iter().find(|(name, _)| *name == key);
        usual.expect("what is asked for is in the table").1
    }

    /// The header of that name.
    pub(super) fn header(&self, key: &str) -> HeaderName {
        HeaderName::try_from(self.of(key)).expect("refused when read: it is a header's name")
    }

    /// The path of that name.
    pub(super) fn path(&self, key: &str) -> String {
        format!("{}{}", self.of("prefix"), self.of(key))
    }

    /// Whether where a lot stands can be asked.
    pub(super) fn tells_of_lots(&self) -> bool {
        !self.of("lot_status_path").is_empty()
    }
}

fn check(key: &str, value: &str) -> Result<(), &'static str> {
    let is_short = value.chars().count() <= MAX_TEXT && !value.chars().any(char::is_control);
    if key == "prefix" || key.ends_with("_path") {
        let is_left_out = value.is_empty() && matches!(key, "prefix" | "lot_status_path");
        let is_sound = is_short && (is_left_out || is_path(key, value));
        return is_sound.then_some(()).ok_or(if key == "lot_status_path" {
            "a path such as \"/estado-lote/{id}\""
        } else {
            "a path such as \"/banco-chile/v1\""
        });
    }
    if key.ends_with("_header") {
        let is_header = is_short && HeaderName::try_from(value).is_ok();
        return is_header.then_some(()).ok_or("the name of a header");
    }
    let is_bare = !value.is_empty() && value.trim() == value;
    (is_short && is_bare)
        .then_some(())
        .ok_or("a text of 1 to 200 characters without blanks around it")
}

/// Letters, digits and the signs that stand in a path as they are (RFC 3986, `pchar`). Where a lot's id
/// goes is the one place for braces.
fn is_path(key: &str, value: &str) -> bool {
    let bare =
        if key == "lot_status_path" { value.replacen(PLACE, "", 1) } else { value.to_owned() };
    let is_of_path =
        |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@%".contains(&byte);
    value.starts_with('/') && !value.ends_with('/') && bare.bytes().all(is_of_path)
}
