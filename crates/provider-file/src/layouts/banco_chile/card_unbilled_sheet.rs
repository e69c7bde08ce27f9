//! "Saldos y Movimientos No Facturados" of a credit card: what is bought and not billed yet.

use cartola_connector::{AccountClaim, Batch, Holder, Layout, Line, Place, Provenance, Warning};
use cartola_model::movement::MovementDetails;
use cartola_model::{
    AccountKind, AccountNumber, BalanceKind, CardUse, Instalment, MovementStatus, Observation,
    SourceKind,
};
use cartola_primitives::{Currency, Date, Money};

use super::{balances, day_of_title, holder, institution, is_total, warn_of_total};
use crate::chain;
use crate::day::{DayProblem, Days};
use crate::heading::{Header, Heading, Span};
use crate::label;
use crate::layouts::{Entry, Shape, SheetShape};
use crate::line::{self, Warnings};
use crate::refusal::{self, Decoded};
use crate::sheet::{Cell, Sheet};

const ID: &str = "banco-chile/card-unbilled-sheet";
const TITLE: &str = "SALDOS Y MOVIMIENTOS NO FACTURADOS";
const NACIONAL: [&str; 6] =
    ["FECHA", "TIPO DE TARJETA", "DESCRIPCION", "CIUDAD", "CUOTAS", "MONTO"];
const INTERNACIONAL: [&str; 4] = ["FECHA", "DESCRIPCION", "PAIS", "MONTO (USD)"];

/// The layout.
pub(in crate::layouts) const ENTRY: Entry = Entry {
    layout: Layout {
        id: ID,
        summary: "Banco de Chile, credit card, \"Saldos y Movimientos No Facturados\" as XLS or XLSX",
        provenance: Provenance::SecondHand,
    },
    shape: Shape::Sheet(SheetShape { title: TITLE, headers: &[&NACIONAL, &INTERNACIONAL], decode }),
};

const BALANCES: [(&str, BalanceKind); 3] = [
    ("CUPO DISPONIBLE", BalanceKind::CreditAvailable),
    ("CUPO UTILIZADO", BalanceKind::CreditUsed),
    ("CUPO TOTAL", BalanceKind::CreditLimit),
];

/// Digits of a card that the bank prints.
const CARD_DIGITS: usize = 4;

/// The columns of one section, nacional or internacional.
struct Columns {
    header_row: u32,
    currency: Currency,
    date: Span,
    description: Span,
    card: Option<Span>,
    city: Option<Span>,
    instalment: Option<Span>,
    amount: Span,
}

fn decode(heading: &Heading<'_>, days: Days) -> Decoded<Vec<Batch>> {
    let sections = sections(heading);
    let mut warnings = Warnings::default();
    let holder = holder(heading, &mut warnings);
    let printed = day_of_title(heading, TITLE, days)?;
    let mut batches = Vec::new();
    for (index, columns) in sections.iter().enumerate() {
        let end = sections.get(index + 1).map_or(u32::MAX, |next| next.header_row);
        let section = Section { sheet: heading.sheet(), columns, days };
        let lines = section.lines(end, &mut warnings)?;
        let made_on = printed.or_else(|| last_day(&lines)).map(|day| day.min(days.today()));
        let as_of = made_on.ok_or_else(|| {
            let reason = "expected movements or a date such as al 31/01/2026 in the title";
            refusal::malformed(Place::File, reason)
        })?;
        // The credit limits are in the currency of the section that the sheet begins with.
        let labels: &[_] = if index == 0 { &BALANCES } else { &[] };
        let balances = balances(heading, labels, columns.currency, as_of)?;
        let mut batch = batch(columns.currency, as_of, lines, holder.clone());
        batch.account.number = number(heading);
        batch.balances = balances;
        batch.warnings = std::mem::take(&mut warnings).into_vec();
        batches.push(batch);
    }
    Ok(batches)
}

fn batch(currency: Currency, as_of: Date, lines: Vec<Line>, holder: Holder) -> Batch {
    let coverage = chain::coverage(&lines, None, as_of, false);
    let account = AccountClaim {
        institution: Some(institution()),
        kind: Some(AccountKind::CreditCard),
        currency,
        number: None,
        holder,
    };
    Batch {
        layout: ID,
        source: SourceKind::StatementFile,
        account,
        as_of,
        coverage,
        period: None,
        lines,
        balances: Vec::new(),
        warnings: Vec::<Warning>::new(),
    }
}

/// The sections in the order of the sheet.
fn sections(heading: &Heading<'_>) -> Vec<Columns> {
    let nacional = heading.header(&NACIONAL).map(nacional);
    let internacional = heading.header(&INTERNACIONAL).map(internacional);
    let mut sections: Vec<Columns> = nacional.into_iter().chain(internacional).collect();
    sections.sort_by_key(|columns| columns.header_row);
    sections
}

fn nacional(header: Header<6>) -> Columns {
    let [date, card, description, city, instalment, amount] = header.columns;
    Columns {
        header_row: header.row,
        currency: Currency::CLP,
        date,
        description,
        card: Some(card),
        city: Some(city),
        instalment: Some(instalment),
        amount,
    }
}

fn internacional(header: Header<4>) -> Columns {
    let [date, description, _, amount] = header.columns;
    Columns {
        header_row: header.row,
        currency: Currency::USD,
        date,
        description,
        card: None,
        city: None,
        instalment: None,
        amount,
    }
}

/// The card's number as `****1234`, from `Titular <brand> <product> ****1234`.
fn number(heading: &Heading<'_>) -> Option<AccountNumber> {
    let last4 = last4(heading.right_of(&["TIPO DE TARJETA"])?.value.text()?)?;
    let masked = AccountNumber::parse(&format!("****{last4}"));
    Some(masked.expect("asterisks and four digits are an account number"))
}

fn last4(text: &str) -> Option<&str> {
    let (_, digits) = text.trim().rsplit_once('*')?;
    let sound = digits.len() == CARD_DIGITS && digits.bytes().all(|b| b.is_ascii_digit());
    sound.then_some(digits)
}

fn last_day(lines: &[Line]) -> Option<Date> {
    lines.iter().map(|line| line.observation.booked_on).max()
}

struct Section<'a> {
    sheet: &'a Sheet,
    columns: &'a Columns,
    days: Days,
}

impl Section<'_> {
    /// Its movements, oldest first, up to the header of the next section.
    fn lines(&self, end: u32, warnings: &mut Warnings) -> Decoded<Vec<Line>> {
        let rows = self.sheet.rows_after(self.columns.header_row);
        let mut lines = Vec::new();
        let mut day = None;
        for row in rows.take_while(|row| row[0].row < end) {
            let amount = self.columns.amount.all(row).next_back();
            if is_total(row) || (amount.is_some() && !self.tells_of_a_movement(row)) {
                warn_of_total(row, warnings);
                day = None;
                continue;
            }
            day = self.day(row, day, amount.is_some())?;
            if let Some(amount) = amount {
                lines.push(self.line(row, day, amount)?);
            }
        }
        chain::oldest_first(&mut lines);
        Ok(lines)
    }

    fn day(&self, row: &[Cell], above: Option<Date>, has_amount: bool) -> Decoded<Option<Date>> {
        let Some(cell) = self.columns.date.first(row) else { return Ok(above) };
        match self.sheet.day(&cell.value) {
            Err(DayProblem::Form) if !has_amount => Ok(None),
            _ => cell.day(self.sheet, self.days).map(Some),
        }
    }

    /// Whether a row with an amount is one of the list: it has a date, or a card or a description in
    /// its column, and not just a figure that belongs to something else.
    fn tells_of_a_movement(&self, row: &[Cell]) -> bool {
        let columns = [Some(self.columns.date), self.columns.card, Some(self.columns.description)];
        columns.into_iter().flatten().any(|span| span.first(row).is_some())
    }

    /// The amount stands in a column without header, behind the one that is headed `Monto ($)`:
    /// the last cell of the row is meant.
    fn line(&self, row: &[Cell], day: Option<Date>, amount: &Cell) -> Decoded<Line> {
        let place = refusal::cell(amount.row, self.columns.date.column());
        let booked_on = day.ok_or_else(|| {
            let reason = "expected a date here: the row has an amount and no row above has a date";
            refusal::malformed(place.clone(), reason)
        })?;
        let charged = amount.amount(self.columns.currency)?.ok_or_else(|| {
            refusal::malformed(amount.place(), "expected an amount in the last column of the row")
        })?;
        let text = |span: Option<Span>| {
            span.and_then(|span| span.first(row)?.value.text()).unwrap_or_default()
        };
        let glosa = line::glosa(text(Some(self.columns.description)), || place.clone())?;
        let minor = if is_payment(&glosa) { charged.abs() } else { -charged };
        let details = MovementDetails {
            city: line::detail(text(self.columns.city), "city", || place.clone())?,
            card: card(text(self.columns.card)),
            instalment: self.instalment(row, amount.column),
            ..MovementDetails::default()
        };
        let observation = Observation {
            booked_on,
            value_on: None,
            amount: Money::new(minor, self.columns.currency),
            balance_after: None,
            status: MovementStatus::Booked,
            glosa,
            details,
        };
        Ok(Line { place, observation: observation.into(), counterparty: None })
    }

    /// `1 / 0` stands under `Cuotas` or, moved by the merged header, under `Monto ($)`.
    fn instalment(&self, row: &[Cell], amount_column: u32) -> Option<Instalment> {
        let from = self.columns.instalment?.column();
        let cells = row.iter().filter(|cell| (from..amount_column).contains(&cell.column));
        cells.filter_map(|cell| cell.value.text()).find_map(instalment)
    }
}

/// Reads `3 / 0` and `01/03`: whichever is the greater is of how many, since the two of the
/// bank's files differ in which comes first.
fn instalment(text: &str) -> Option<Instalment> {
    let (left, right) = text.split_once('/')?;
    let (left, right) = (left.trim().parse::<u16>().ok()?, right.trim().parse::<u16>().ok()?);
    let of = left.max(right);
    (of > 0).then(|| Instalment { number: left.min(right), of })
}

/// `Titular********1234`, or `Adicional` for a card of somebody else.
fn card(text: &str) -> Option<CardUse> {
    let last4 = last4(text)?.to_owned();
    Some(CardUse { last4, additional: label::fold(text).starts_with("ADICIONAL") })
}

/// Payments of the card, `Pago Pesos TEF` and `Pago Dolar TEF`, have the sign of a purchase. A
/// merchant whose name begins with `Pago` is none.
fn is_payment(glosa: &str) -> bool {
    let folded = label::fold(glosa);
    let mut words = folded.split(' ');
    words.next() == Some("PAGO")
        && words.next().is_some_and(|word| matches!(word, "PESOS" | "DOLAR" | "DOLARES" | "TEF"))
}
