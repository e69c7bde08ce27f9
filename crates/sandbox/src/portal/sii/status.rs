//! Situación tributaria.

use cartola_primitives::{Date, date};
use cartola_provider_portal::wire::sii::{Activity, StampedDocument, TaxStatus};

use crate::data::data;
use crate::household::Habit;
use crate::portal::told::Asking;

/// Primera categoría: business. Segunda: work.
const FIRST_CATEGORY: u8 = 1;
const SECOND_CATEGORY: u8 = 2;

/// `GET tax-status`: everybody has one.
pub(crate) fn tell(asking: &Asking) -> TaxStatus {
    let known = asking.identity();
    let activities = activities(asking);
    TaxStatus {
        rut: known.rut,
        name: known.full_name(),
        asked_at: asking.instant,
        has_activities: !activities.is_empty(),
        activities_began: activities.first().map(|activity| activity.since),
        foreign_currency: false,
        is_pro_pyme: known.is_company,
        stamped_documents: documents(asking, known.is_company, !activities.is_empty()),
        activities,
    }
}

/// What somebody told the tax service that they do.
pub(super) fn activities(asking: &Asking) -> Vec<Activity> {
    let known = asking.identity();
    let freelances = asking.resident.household.has(Habit::Freelances);
    if !known.is_company && !freelances {
        return Vec::new();
    }
    let does = |trade: &str| {
        trade.is_empty() != known.is_company
            && (trade.is_empty() || known.given_names.starts_with(trade))
    };
    let rows = data().forms.activities.iter().filter(|row| does(&row.trade));
    rows.map(|row| Activity {
        code: row.code.clone(),
        name: row.name.clone(),
        category: if known.is_company { FIRST_CATEGORY } else { SECOND_CATEGORY },
        bears_iva: known.is_company,
        since: began(asking, known.is_company, known.born_on),
    })
    .collect()
}

/// A company in the month after it was founded; others years before any history that is shown.
fn began(asking: &Asking, is_company: bool, founded: Date) -> Date {
    let mut dice = asking.resident.household.dice(asking.resident.seed, "activity", 0);
    if is_company {
        return crate::month::Month::of(founded).plus(1).bank_day_from(dice.small(2..=20));
    }
    date(2020 + i16::from(dice.small(0..=2)), dice.small(1..=12), dice.small(1..=28))
}

fn documents(asking: &Asking, is_company: bool, works: bool) -> Vec<StampedDocument> {
    let kinds: &[&str] = match (is_company, works) {
        (true, _) => &["FACTURA ELECTRONICA", "BOLETA ELECTRONICA", "GUIA DE DESPACHO ELECTRONICA"],
        (false, true) => &["BOLETA DE HONORARIOS ELECTRONICA"],
        (false, false) => &[],
    };
    let last_year = asking.now.year();
    let stamped =
        kinds.iter().map(|kind| StampedDocument { document: (*kind).to_owned(), last_year });
    stamped.collect()
}
