//! What a mandate says: the words that whoever begins a link is shown, and answers for.

use cartola_model::{Catalogue, InstitutionId, Principal};
use cartola_primitives::{Date, Rut, SignedDuration, Timestamp, santiago};

use super::Extent;
use crate::{Engine, EngineError};

/// Days after today on which a mandate holds at most, and unless said otherwise: twelve months.
pub const MANDATE_DAYS: u16 = 365;

/// The same at most: 36 months ([`cartola_model::consent::MAX_TERM_MONTHS`]).
pub const MAX_MANDATE_DAYS: u16 = 3 * 365;

/// Longest purpose, in characters.
pub const MAX_PURPOSE: usize = 200;

/// What a link to a bank is for unless said otherwise. It stays: a mandate is renewed for the same
/// purpose alone.
const BANK_PURPOSE: &str = "reading accounts, balances and movements for the tenant";

/// The same of what is no bank.
const PURPOSE: &str = "reading what is told of the holder for the tenant";

/// What a link is for that stands for a session on a person's device: what their app does. It stays, too.
pub const DEVICE_PURPOSE: &str = "showing the holder their accounts, movements and other products on \
                                  their device, and making the payments and giving the \
                                  instructions that they ask for there";

/// What a link is for where nobody says so.
pub fn usual_purpose(institution: &InstitutionId) -> &'static str {
    let row = Catalogue::bundled().find(institution);
    if row.is_none_or(|row| row.kind.is_bank()) { BANK_PURPOSE } else { PURPOSE }
}

/// The last day on which a mandate of so many days holds.
pub fn last_day(now: Timestamp, days: u16) -> Date {
    santiago::today(now).saturating_add(SignedDuration::from_hours(24 * i64::from(days)))
}

/// Whether payouts can be made from accounts at the institution: it is a bank.
pub fn can_pay(institution: &InstitutionId) -> bool {
    Catalogue::bundled().find(institution).is_none_or(|row| row.kind.is_bank())
}

/// What somebody says that a person allowed, payouts too where `pays`. The consent keeps the hash of this
/// text with the line that [`Engine::kept_words`] adds.
pub fn mandate_text(
    tenant: &str,
    institution: &InstitutionId,
    rut: Rut,
    (purpose, pays): (&str, bool),
    last: Date,
) -> String {
    let row = Catalogue::bundled().find(institution);
    let name = row.map_or(institution.as_str(), |row| &row.name);
    let read = match row {
        Some(row) if !row.kind.is_bank() => format!("what {name} tells of them"),
        _ => format!("their accounts, balances, movements and other products at {name}"),
    };
    let paid = if pays { ", and to pay from their accounts there," } else { "" };
    format!(
        "{tenant} says that the holder of RUT {} allows it to read {read}{paid} with their \
         credentials until {last}, for: {purpose}",
        rut.dotted()
    )
}

/// The text of a mandate that is about some data alone, or to somebody beside the tenant.
pub fn about(text: String, extent: Extent<'_>) -> String {
    let data = extent.data.map(|data| format!("; of that, only: {}", data.names().join(", ")));
    let recipient = extent.recipient.map(|name| format!("; it is passed on to: {name}"));
    [Some(text), data, recipient].into_iter().flatten().collect()
}

impl Engine {
    /// What the caller's tenant is called.
    pub async fn tenant_name(&self, who: &Principal) -> Result<String, EngineError> {
        let row = self.store().tenant(who.tenant).await?;
        Ok(row.map(|row| row.name).unwrap_or_default())
    }
}
