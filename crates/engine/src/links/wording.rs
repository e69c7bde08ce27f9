//! What a mandate says: the words that whoever begins a link is shown, and answers for. They are in Spanish,
//! as the person whose data it is reads them. What was shown before in other words stays proven: a consent
//! keeps the hash of what was shown then, and no text is ever made again to be compared with it.

use cartola_model::{Catalogue, ConsentData, InstitutionId, Principal};
use cartola_primitives::{Date, Rut, SignedDuration, Timestamp, santiago};

use super::{Extent, PaysFor};
use crate::consents::purposes;
use crate::{Engine, EngineError};

/// Days after today on which a mandate holds at most, and unless said otherwise: twelve months.
pub const MANDATE_DAYS: u16 = 365;

/// The same at most: 36 months ([`cartola_model::consent::MAX_TERM_MONTHS`]).
pub const MAX_MANDATE_DAYS: u16 = 3 * 365;

/// Longest purpose, in characters.
pub const MAX_PURPOSE: usize = 200;

/// What a link is for that stands for a session on a person's device: what their app does.
pub const DEVICE_PURPOSE: &str = purposes::DEVICE;

/// What a link is for where nobody says so.
pub fn usual_purpose(institution: &InstitutionId) -> &'static str {
    let row = Catalogue::bundled().find(institution);
    if row.is_none_or(|row| row.kind.is_bank()) { purposes::BANK } else { purposes::NO_BANK }
}

/// The last day on which a mandate of so many days holds.
pub fn last_day(now: Timestamp, days: u16) -> Date {
    santiago::today(now).saturating_add(SignedDuration::from_hours(24 * i64::from(days)))
}

/// Whether payouts can be made from accounts at the institution: it is a bank.
pub fn can_pay(institution: &InstitutionId) -> bool {
    Catalogue::bundled().find(institution).is_none_or(|row| row.kind.is_bank())
}

/// What somebody says that a person allowed, payments too where it `pays`. The consent keeps the hash of this
/// text with the line that [`Engine::kept_words`] adds.
pub fn mandate_text(
    tenant: &str,
    institution: &InstitutionId,
    rut: Rut,
    (purpose, pays): (&str, PaysFor),
    last: Date,
) -> String {
    let row = Catalogue::bundled().find(institution);
    let name = row.map_or(institution.as_str(), |row| &row.name);
    let read = match row {
        Some(row) if !row.kind.is_bank() => format!("lo que {name} informa del titular"),
        _ => format!("sus cuentas, saldos, movimientos y otros productos en {name}"),
    };
    let paid = match pays {
        PaysFor::Nobody => "",
        PaysFor::Holder => ", y pagar desde sus cuentas allí lo que pida,",
        PaysFor::Tenant => ", y pagar desde sus cuentas allí,",
    };
    format!(
        "{tenant} declara que el titular del RUT {} le permite leer {read}{paid} con sus \
         credenciales, hasta el {last}, para: {}",
        rut.dotted(),
        purposes::as_read(purpose)
    )
}

/// A product as the person reads it, with its name in `/v1`, as a phone shows it too.
fn called(name: &str) -> String {
    let spanish = ConsentData::spanish(name);
    spanish.map_or_else(|| name.to_owned(), |spanish| format!("{spanish} ({name})"))
}

/// The text of a mandate that is about some data alone, or to somebody beside the tenant.
pub fn about(text: String, extent: Extent<'_>) -> String {
    let data = extent.data.map(|data| {
        let names = data.names().into_iter();
        let names: Vec<_> = names.map(called).collect();
        format!("; de eso, solo: {}", names.join(", "))
    });
    let recipient = extent.recipient.map(|name| format!("; se entrega también a: {name}"));
    [Some(text), data, recipient].into_iter().flatten().collect()
}

impl Engine {
    /// What the caller's tenant is called.
    pub async fn tenant_name(&self, who: &Principal) -> Result<String, EngineError> {
        let row = self.store().tenant(who.tenant).await?;
        Ok(row.map(|row| row.name).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use cartola_model::{ConsentData, InstitutionId};
    use cartola_primitives::{Date, Rut};
    use expect_test::{Expect, expect};

    use super::{DEVICE_PURPOSE, PaysFor, about, mandate_text};
    use crate::consents::purposes::{BANK, NO_BANK};
    use crate::links::Extent;

    fn check(institution: &str, of: (&str, PaysFor), extent: Extent<'_>, expected: &Expect) {
        let institution = InstitutionId::parse(institution).unwrap();
        let (rut, last) = (Rut::parse("11.111.111-1").unwrap(), Date::constant(2027, 4, 10));
        let text = mandate_text("Empresa", &institution, rut, of, last);
        expected.assert_eq(&about(text, extent));
    }

    /// The person whose data it is reads it, whatever words of ours it is for.
    #[test]
    fn a_mandate_is_read_in_spanish() {
        let all = Extent::default();
        check(
            "banco-chile",
            (BANK, PaysFor::Nobody),
            all,
            &expect![
                "Empresa declara que el titular del RUT 11.111.111-1 le permite leer sus cuentas, saldos, movimientos y otros productos en Banco de Chile con sus credenciales, hasta el 2027-04-10, para: leer cuentas, saldos y movimientos por encargo de quien lo declara"
            ],
        );
        check(
            "banco-chile",
            (DEVICE_PURPOSE, PaysFor::Holder),
            all,
            &expect![
                "Empresa declara que el titular del RUT 11.111.111-1 le permite leer sus cuentas, saldos, movimientos y otros productos en Banco de Chile, y pagar desde sus cuentas allí lo que pida, con sus credenciales, hasta el 2027-04-10, para: mostrar al titular en su dispositivo sus cuentas, movimientos y otros productos, y hacer los pagos y dar las instrucciones que allí pida"
            ],
        );
        check(
            "sii",
            (NO_BANK, PaysFor::Nobody),
            all,
            &expect![
                "Empresa declara que el titular del RUT 11.111.111-1 le permite leer lo que Servicio de Impuestos Internos informa del titular con sus credenciales, hasta el 2027-04-10, para: leer lo que se informa del titular por encargo de quien lo declara"
            ],
        );
        let data = ConsentData::parse(["movements", "cards"]);
        let some = Extent { data, recipient: Some("Contadores Ltda.") };
        check(
            "banco-chile",
            ("contabilidad", PaysFor::Tenant),
            some,
            &expect![
                "Empresa declara que el titular del RUT 11.111.111-1 le permite leer sus cuentas, saldos, movimientos y otros productos en Banco de Chile, y pagar desde sus cuentas allí, con sus credenciales, hasta el 2027-04-10, para: contabilidad; de eso, solo: Cuentas, saldos y movimientos (movements), Tarjetas de crédito (cards); se entrega también a: Contadores Ltda."
            ],
        );
    }
}
