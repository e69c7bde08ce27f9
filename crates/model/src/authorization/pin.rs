//! The PIN that a person approves with.

use cartola_primitives::{Rut, Secret};

/// Digits of a PIN, as Mi Pass has it ("create a 6-digit code to authorize operations").
pub const PIN_DIGITS: usize = 6;

/// PINs that no rule below refuses and that yet are among those which most people choose: rows,
/// columns and crosses of the keys, and doubled digits.
const COMMON: [&str; 10] = [
    "112233", "332211", "123654", "456123", "789456", "147852", "258741", "159753", "753159",
    "102030",
];

/// Six digits that only one person knows. It has no `Debug`, and is wiped when dropped.
pub struct Pin(Secret<String>);

/// Why a text is no PIN. No message repeats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// Not six digits.
    #[error("a PIN has {PIN_DIGITS} digits")]
    Form,
    /// One of those that are tried first.
    #[error("the PIN is too easy to guess: no repeated, consecutive or mirrored digits")]
    Trivial,
    /// Part of the holder's RUT, which is on their identity card.
    #[error("the PIN is part of the RUT")]
    OfRut,
}

impl Pin {
    /// Reads six digits.
    pub fn parse(text: &str) -> Result<Self, PinError> {
        let is_pin = text.len() == PIN_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_pin { Ok(Self(Secret::new(text.to_owned()))) } else { Err(PinError::Form) }
    }

    /// Refuses what whoever has the phone would try first, when a person chooses it.
    pub fn check_choice(&self, rut: Rut) -> Result<(), PinError> {
        let digits = self.expose();
        if is_trivial(digits.as_bytes()) || COMMON.contains(&digits) {
            return Err(PinError::Trivial);
        }
        if format!("{:08}", rut.body()).contains(digits) { Err(PinError::OfRut) } else { Ok(()) }
    }

    /// Shows the PIN.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// Two digits or fewer, a constant step (`123456`, `975319`), a half that is repeated or mirrored.
fn is_trivial(digits: &[u8]) -> bool {
    let mut distinct = digits.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let step = |pair: &[u8]| (pair[1] + 10 - pair[0]) % 10;
    let is_even = digits.windows(2).all(|pair| step(pair) == step(&digits[..2]));
    let (first, second) = digits.split_at(PIN_DIGITS / 2);
    distinct.len() <= 2 || is_even || first == second || first.iter().eq(second.iter().rev())
}

#[cfg(test)]
mod tests {
    use cartola_primitives::Rut;

    use super::{COMMON, Pin, PinError};

    fn check(pin: &str, expected: Result<(), PinError>) {
        let rut = Rut::parse("12.345.678-5").unwrap();
        let chosen = Pin::parse(pin).and_then(|pin| pin.check_choice(rut));
        assert_eq!(chosen, expected, "{pin}");
    }

    #[test]
    fn a_pin_is_six_digits() {
        for wrong in ["", "12345", "1234567", "12345a", "12 456", "１２３４５６", "-12345"] {
            check(wrong, Err(PinError::Form));
        }
    }

    #[test]
    fn what_is_tried_first_is_refused() {
        let trivial = [
            "000000", "111111", "123456", "654321", "012345", "890123", "135791", "975319",
            "121212", "112112", "123123", "123321", "110110", "998899",
        ];
        for pin in trivial.into_iter().chain(COMMON) {
            check(pin, Err(PinError::Trivial));
        }
    }

    #[test]
    fn part_of_the_rut_is_refused() {
        let rut = Rut::parse("17.402.958-5").or_else(|_| Rut::from_body(17_402_958)).unwrap();
        let chosen = |pin| Pin::parse(pin).unwrap().check_choice(rut);
        for pin in ["174029", "740295", "402958"] {
            assert_eq!(chosen(pin), Err(PinError::OfRut));
        }
        assert_eq!(chosen("029581"), Ok(()));
    }

    #[test]
    fn others_are_taken() {
        for pin in ["483920", "705116", "908172", "100287"] {
            check(pin, Ok(()));
        }
    }
}
