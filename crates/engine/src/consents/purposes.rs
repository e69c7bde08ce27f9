//! What consents are for that we word ourselves, and how the person reads it whose data it is.
//!
//! A consent keeps the English words, and they stay: by them a mandate is known to be for the same as
//! another one.

/// A link to a bank, unless its tenant says what it is for.
pub(crate) const BANK: &str = "reading accounts, balances and movements for the tenant";

/// The same of what is no bank.
pub(crate) const NO_BANK: &str = "reading what is told of the holder for the tenant";

/// A link that stands for a session on a person's device: what their app does.
pub(crate) const DEVICE: &str = "showing the holder their accounts, movements and other products on \
                                 their device, and making the payments and giving the \
                                 instructions that they ask for there";

/// One call that brings the person's credentials along.
pub(crate) const CALL: &str = "one call of the tenant with the person's credentials";

/// A statement file.
pub(crate) const FILE: &str = "statement file imported by the tenant";

/// One payment to the merchant.
pub(crate) const PAYMENT: &str = "one payment of the customer to the tenant's account";

/// One payment that the customer asks for where they signed in.
pub(crate) const TRANSFER: &str = "one payment of the customer from an account of their own";

/// One payment of the tenant's own.
pub(crate) const PAYOUT: &str = "one payment of the tenant from an account of its own";

/// One instruction: cash, a bill, a beneficiary.
pub(crate) const INSTRUCTION: &str = "one instruction of the customer to their bank";

/// What allows one payment or instruction through a link, and nothing else of the link.
pub(crate) const OF_ONE_OPERATION: &[&str] = &[PAYMENT, TRANSFER, PAYOUT, INSTRUCTION];

/// Each as the person reads it.
const SPANISH: [(&str, &str); 9] = [
    (BANK, "leer cuentas, saldos y movimientos por encargo de quien lo declara"),
    (NO_BANK, "leer lo que se informa del titular por encargo de quien lo declara"),
    (
        DEVICE,
        "mostrar al titular en su dispositivo sus cuentas, movimientos y otros productos, y hacer los \
         pagos y dar las instrucciones que allí pida",
    ),
    (CALL, "una consulta de la empresa con las credenciales del titular"),
    (FILE, "un archivo de cartola que importó la empresa"),
    (PAYMENT, "un pago del cliente a la cuenta de la empresa"),
    (TRANSFER, "un pago del cliente desde una cuenta suya"),
    (PAYOUT, "un pago de la empresa desde una cuenta propia"),
    (INSTRUCTION, "una instrucción del cliente a su banco"),
];

/// A purpose as the person reads it: ours in Spanish, a tenant's own as they gave it.
pub fn as_read(purpose: &str) -> &str {
    let ours = SPANISH.iter().find(|(kept, _)| *kept == purpose);
    ours.map_or(purpose, |(_, spanish)| spanish)
}

#[cfg(test)]
mod tests {
    use super::{CALL, SPANISH, as_read};

    #[test]
    fn what_is_ours_is_read_in_spanish_and_what_is_theirs_as_it_is() {
        assert_eq!(as_read(CALL), "una consulta de la empresa con las credenciales del titular");
        assert_eq!(as_read("contabilidad"), "contabilidad");
        for (place, (kept, spanish)) in SPANISH.iter().enumerate() {
            assert_eq!(as_read(kept), *spanish, "{kept} is there twice");
            let mut others = SPANISH.iter().skip(place + 1);
            assert!(others.all(|(_, other)| other != spanish), "{spanish}");
        }
    }
}
