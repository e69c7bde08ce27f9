//! A page of movements, written straight from its rows into one buffer.
//!
//! This is the answer that is asked for most, and a general serialiser spends more time on it than
//! the store: keys are escaped again for every row, and ids and days are formatted piece by piece.
//! What is written is, byte for byte, what serde makes of a [`super::view::MovementView`]; a
//! property test holds the two together.

use cartola_engine::rows::{MovementList, MovementRow, StoreError};
use cartola_insights::categories::Label;
use cartola_model::{Counterparty, glosa};
use cartola_primitives::Date;
use cartola_primitives::id::AccountId;

use super::category::CategoryView;
use super::view::{CardView, CounterpartyView, InstalmentView};
use crate::wire::{DayText, IdText};

/// Room for one movement, in bytes: those of a bank statement are 300 to 350.
const ROOM: usize = 384;

/// The page's JSON. `counterparties` is empty, or has an entry for every row; so are `labels`.
pub fn page(
    rows: &MovementList,
    counterparties: &[Option<Counterparty>],
    labels: &[Label<'_>],
    next_cursor: Option<&str>,
) -> Result<Vec<u8>, StoreError> {
    let out = Vec::with_capacity(rows.len() * ROOM + ROOM);
    let mut page = Page { out, account: None, day: None };
    page.raw(br#"{"data":["#);
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            page.raw(b",");
        }
        let counterparty = counterparties.get(index).and_then(Option::as_ref);
        page.movement(&row?, counterparty, labels.get(index));
    }
    page.raw(br#"],"next_cursor":"#);
    page.json(&next_cursor);
    page.raw(b"}");
    Ok(page.out)
}

struct Page {
    out: Vec<u8>,
    /// Account and day of the row before: pages are mostly of one account, and of few days.
    account: Option<(AccountId, IdText)>,
    day: Option<(Date, DayText)>,
}

impl Page {
    fn movement(
        &mut self,
        row: &MovementRow<&str>,
        counterparty: Option<&Counterparty>,
        label: Option<&Label<'_>>,
    ) {
        let movement = &row.movement;
        self.raw(br#"{"id":""#);
        self.raw(IdText::from(movement.id).as_bytes());
        self.raw(br#"","account_id":""#);
        let account = same_or_new(&mut self.account, movement.account);
        self.raw(account.as_bytes());
        self.raw(br#"","booked_on":""#);
        let day = same_or_new(&mut self.day, movement.booked_on);
        self.raw(day.as_bytes());
        if let Some(day) = movement.value_on {
            self.raw(br#"","value_on":""#);
            self.raw(DayText::from(day).as_bytes());
        }
        self.raw(br#"","amount":"#);
        self.json(&movement.amount.minor());
        self.raw(br#","currency":""#);
        self.raw(movement.amount.currency().code().as_bytes());
        self.raw(br#"","balance_after":"#);
        self.json(&movement.balance_after);
        self.raw(br#","status":""#);
        self.raw(movement.status.name().as_bytes());
        self.raw(br#"","description":"#);
        let description = glosa::clean(movement.glosa);
        self.text(&description);
        if description != movement.glosa {
            self.raw(br#","description_raw":"#);
            self.text(movement.glosa);
        }
        self.details(row);
        if let Some(counterparty) = counterparty {
            self.raw(br#","counterparty":"#);
            self.json(&CounterpartyView::from(counterparty));
        }
        if let Some(label) = label {
            self.raw(br#","category":"#);
            self.json(&CategoryView::from(label));
        }
        self.raw(br#","version":"#);
        self.json(&movement.version);
        self.raw(b"}");
    }

    fn details(&mut self, row: &MovementRow<&str>) {
        let details = &row.movement.details;
        self.optional(br#","document":"#, details.document);
        self.optional(br#","reference":"#, details.reference);
        self.optional(br#","channel":"#, details.channel);
        self.optional(br#","branch":"#, details.branch);
        self.optional(br#","city":"#, details.city);
        if let Some(card) = &details.card {
            self.raw(br#","card":"#);
            self.json(&CardView::from(card));
        }
        if let Some(instalment) = details.instalment {
            self.raw(br#","instalment":"#);
            self.json(&InstalmentView::from(instalment));
        }
    }

    fn raw(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    fn optional(&mut self, key: &[u8], text: Option<&str>) {
        if let Some(text) = text {
            self.raw(key);
            self.text(text);
        }
    }

    /// Most texts have nothing to escape.
    fn text(&mut self, text: &str) {
        // Looks at every byte whatever it finds, so that the compiler looks at many at once.
        let special = text.bytes().fold(0, |found, byte| {
            found | u8::from(byte < b' ') | u8::from(byte == b'"') | u8::from(byte == b'\\')
        });
        if special != 0 {
            return self.json(text);
        }
        self.out.push(b'"');
        self.raw(text.as_bytes());
        self.out.push(b'"');
    }

    fn json<T: serde::Serialize + ?Sized>(&mut self, value: &T) {
        serde_json::to_writer(&mut self.out, value)
            .expect("wire shapes have text keys and finite numbers");
    }
}

/// The text of a value, which is mostly that of the row before.
fn same_or_new<Value: Copy + PartialEq, Text: Copy + From<Value>>(
    before: &mut Option<(Value, Text)>,
    value: Value,
) -> Text {
    match before {
        Some((known, text)) if *known == value => *text,
        _ => before.insert((value, value.into())).1,
    }
}

#[cfg(test)]
mod tests {
    use cartola_insights::categories::{Facts, Matcher};
    use cartola_model::movement::MovementDetails;
    use cartola_model::{CardUse, Instalment, InstitutionId, Movement, MovementStatus};
    use cartola_primitives::id::{ConsentSetId, MovementId};
    use cartola_primitives::{Currency, Date, Money, Rut};
    use proptest::prelude::*;

    use super::*;
    use crate::movements::view::MovementView;

    fn some_text() -> impl Strategy<Value = Option<String>> {
        proptest::option::of(".{0,12}|[ \\\\\"\n\u{7f}a-zÑ]{0,12}")
    }

    prop_compose! {
        fn details()(
            texts in prop::array::uniform5(some_text()),
            card in proptest::option::of(("[0-9]{4}", any::<bool>())),
            instalment in proptest::option::of(any::<(u16, u16)>()),
        ) -> MovementDetails {
            let [document, reference, channel, branch, city] = texts;
            let card = card.map(|(last4, additional)| CardUse { last4, additional });
            let instalment = instalment.map(|(number, of)| Instalment { number, of });
            MovementDetails { document, reference, channel, branch, city, card, instalment }
        }
    }

    prop_compose! {
        fn day()(year in 1900_i16..2200, month in 1_i8..=12, day in 1_i8..=28) -> Date {
            Date::new(year, month, day).unwrap()
        }
    }

    prop_compose! {
        fn row()(
            (id, account) in any::<([u8; 16], bool)>(),
            (booked_on, value_on) in (day(), proptest::option::of(day())),
            (amount, balance_after, version) in any::<(i64, Option<i64>, u32)>(),
            (dollars, status) in (any::<bool>(), 0_usize..3),
            glosa in ".{0,30}|[ a-z\"\\\\]{0,30}",
            details in details(),
        ) -> MovementRow {
            let currency = if dollars { Currency::USD } else { Currency::CLP };
            let statuses =
                [MovementStatus::Pending, MovementStatus::Booked, MovementStatus::Removed];
            let movement = Movement {
                id: MovementId::from_bytes(id),
                account: AccountId::from_bytes([u8::from(account); 16]),
                version,
                booked_on,
                value_on,
                amount: Money::new(amount, currency),
                balance_after,
                status: statuses[status],
                glosa,
                details,
            };
            let consents = ConsentSetId::from_bytes([0; 16]);
            MovementRow { movement, consents, counterparty: None }
        }
    }

    prop_compose! {
        fn side()(
            name in some_text(), account in some_text(), rut in proptest::option::of(1_u32..99_999_999),
        ) -> Counterparty {
            let rut = rut.map(|body| Rut::from_body(body).unwrap());
            let bank = account.as_ref().map(|_| InstitutionId::parse("banco-estado").unwrap());
            Counterparty { name, rut, account, bank }
        }
    }

    proptest! {
        #[test]
        fn a_page_is_what_serde_makes_of_its_movements(
            rows in prop::collection::vec((row(), proptest::option::of(side())), 0..4),
            cursor in proptest::option::of("[a-zA-Z0-9_-]{1,104}"),
            labelled in any::<bool>(),
        ) {
            let (rows, sides): (Vec<MovementRow>, Vec<Option<Counterparty>>) =
                rows.into_iter().unzip();
            let (matcher, facts) = (Matcher::bundled(), Facts::default());
            let labels: Vec<Label<'_>> =
                rows.iter().filter(|_| labelled).map(|_| matcher.label(&facts)).collect();
            let views = rows.iter().zip(&sides).enumerate().map(|(index, (row, side))| {
                MovementView::of(row, side.as_ref()).labelled(labels.get(index))
            });
            let list = crate::wire::List { data: views.collect(), next_cursor: cursor.clone() };
            let written = String::from_utf8(page(&rows.iter().collect(), &sides, &labels, cursor.as_deref()).unwrap()).unwrap();
            prop_assert_eq!(written, serde_json::to_string(&list).unwrap());
        }
    }
}
