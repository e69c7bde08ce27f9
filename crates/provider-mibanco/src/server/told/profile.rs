//! Who the customer is, masked.

use cartola_model::records::Identity;
use serde::Serialize;
use utoipa::ToSchema;

/// Letters of an address, in front of its domain, and digits of a number that are shown.
const SHOWN_LETTERS: usize = 2;
const SHOWN_DIGITS: usize = 4;

/// A mobile number of Chile: nine digits, the first of them 9, behind the country's 56 or without it
/// (SUBTEL, Plan Técnico Fundamental de Numeración).
const MOBILE: &str = "9";
const CHILE: &str = "56";
const MOBILE_DIGITS: usize = 9;
const LONG_DIGITS: usize = CHILE.len() + MOBILE_DIGITS;

/// 200 of `GET profile`.
#[derive(Serialize, ToSchema)]
pub struct Profile {
    /// The customer's RUT, with dots.
    #[schema(example = "12.345.678-5")]
    rut: String,
    /// The name, as the bank has it.
    name: String,
    /// Such as `ma***@correo.cl`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ma***@correo.cl")]
    masked_email: Option<String>,
    /// Such as `+56 9 **** 1234`; `**** 1234` of what is no mobile number of Chile.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "+56 9 **** 1234")]
    masked_mobile: Option<String>,
    /// `personas` or `empresas`.
    #[schema(example = "personas")]
    customer_segment: &'static str,
}

/// An identity in the words of the protocol.
pub fn profile(identity: &Identity, customer_segment: &'static str) -> Profile {
    Profile {
        rut: identity.rut.dotted(),
        name: identity.name.clone(),
        masked_email: identity.email.as_deref().and_then(masked_email),
        masked_mobile: identity.phone.as_deref().and_then(masked_mobile),
        customer_segment,
    }
}

/// The first letters and the domain. What is no address is not shown at all.
fn masked_email(email: &str) -> Option<String> {
    let (name, domain) = email.split_once('@')?;
    let shown: String = name.chars().take(SHOWN_LETTERS).filter(|letter| *letter != '*').collect();
    (!domain.is_empty()).then(|| format!("{shown}***@{domain}"))
}

/// The last digits, and of a mobile number of Chile that it is one: of any other nothing is made up. A
/// number of so few that they are all of it is not shown.
fn masked_mobile(mobile: &str) -> Option<String> {
    let digits: String = mobile.chars().filter(char::is_ascii_digit).collect();
    let last = digits.len().checked_sub(SHOWN_DIGITS).filter(|hidden| *hidden >= SHOWN_DIGITS)?;
    let national = match digits.len() {
        LONG_DIGITS => digits.strip_prefix(CHILE).unwrap_or_default(),
        _ => digits.as_str(),
    };
    let is_mobile = national.len() == MOBILE_DIGITS && national.starts_with(MOBILE);
    let prefix = if is_mobile { "+56 9 " } else { "" };
    Some(format!("{prefix}**** {}", &digits[last..]))
}

#[cfg(test)]
mod tests {
    use super::{masked_email, masked_mobile};

    #[test]
    fn little_is_shown_of_an_address() {
        let shown = |email| masked_email(email).unwrap_or_default();
        assert_eq!(shown("maria.perez@correo.cl"), "ma***@correo.cl");
        assert_eq!(shown("m@correo.cl"), "m***@correo.cl");
        assert_eq!(shown("ma***@correo.cl"), "ma***@correo.cl");
        assert_eq!(masked_email("maria.perez"), None);
        assert_eq!(masked_email("maria@"), None);
    }

    #[test]
    fn little_is_shown_of_a_number() {
        let shown = |mobile| masked_mobile(mobile).unwrap_or_default();
        assert_eq!(shown("+56 9 8765 4321"), "+56 9 **** 4321");
        assert_eq!(shown("987654321"), "+56 9 **** 4321");
        assert_eq!(masked_mobile("4321"), None);
        // Of what is no mobile number of Chile nothing is made up.
        assert_eq!(shown("+56 2 2345 4321"), "**** 4321");
        assert_eq!(shown("+54 9 11 2345 4321"), "**** 4321");
        assert_eq!(shown("22345 4321"), "**** 4321");
    }
}
