//! "Saldos y movimientos" of an account, XLS and XLSX (personas).

use cartola_connector::{AccountClaim, Batch, Layout, Line, Place, Provenance};
use cartola_model::movement::MovementDetails;
use cartola_model::{
    AccountKind, AccountNumber, BalanceKind, MovementStatus, Observation, SourceKind,
    StatementPeriod,
};
use cartola_primitives::{Currency, Date, Money};

use super::{balances, day_of_title, holder, institution, is_total, warn_of_total};
use crate::chain;
use crate::day::{DayProblem, Days};
use crate::heading::{Header, Heading, Span};
use crate::layouts::{Entry, Shape, SheetShape};
use crate::line::{self, Warnings};
use crate::refusal::{self, Decoded};
use crate::sheet::{Cell, Sheet, Value};

const ID: &str = "banco-chile/account-sheet";
const TITLE: &str = "MOVIMIENTOS";
const COLUMNS: [&str; 6] =
    ["FECHA", "DESCRIPCION", "CANAL O SUCURSAL", "CARGOS", "ABONOS", "SALDO"];

/// The layout.
pub(in crate::layouts) const ENTRY: Entry = Entry {
    layout: Layout {
        id: ID,
        summary: "Banco de Chile, account, \"Saldos y movimientos\" as XLS or XLSX",
        provenance: Provenance::SecondHand,
    },
    shape: Shape::Sheet(SheetShape { title: TITLE, headers: &[&COLUMNS], decode }),
};

const BALANCES: [(&str, BalanceKind); 5] = [
    ("SALDO DISPONIBLE", BalanceKind::Available),
    ("SALDO CONTABLE", BalanceKind::Ledger),
    ("LINEA DE CREDITO", BalanceKind::Overdraft),
    ("RETENCIONES 24 HRS", BalanceKind::Held),
    ("RETENCIONES 48 HRS", BalanceKind::Held),
];

fn decode(heading: &Heading<'_>, days: Days) -> Decoded<Vec<Batch>> {
    let header = heading.header(&COLUMNS).expect("the signature asks for this header");
    let currency = currency(heading, &header)?;
    let mut warnings = Warnings::default();
    let table = Table { sheet: heading.sheet(), header, currency, days };
    let mut lines = table.lines(&mut warnings)?;
    chain::oldest_first(&mut lines);
    let as_of = as_of(heading, days, &lines, &mut warnings)?;
    let complete = chain::is_unbroken(&lines);
    let coverage = chain::coverage(&lines, None, as_of, complete);
    let period = period(heading, currency, coverage.from, coverage.to)?;
    warn_of_totals(period.as_ref(), &lines, &mut warnings);
    let account = AccountClaim {
        institution: Some(institution()),
        kind: Some(kind(heading, table.header.row)),
        currency,
        number: number(heading)?,
        holder: holder(heading, &mut warnings),
    };
    Ok(vec![Batch {
        layout: ID,
        source: SourceKind::StatementFile,
        account,
        as_of,
        coverage,
        period,
        lines,
        balances: balances(heading, &BALANCES, currency, as_of)?,
        warnings: warnings.into_vec(),
    }])
}

/// What `Moneda:` says and the unit of the amount columns repeats; either may lack, not both.
fn currency(heading: &Heading<'_>, header: &Header<6>) -> Decoded<Currency> {
    let unit = heading.header_text(header.row, header.columns[3]);
    let unit = unit.split_once('(').and_then(|(_, unit)| named_currency(unit));
    let Some(cell) = heading.right_of(&["MONEDA"]) else {
        return unit.ok_or_else(|| {
            let place = refusal::cell(header.row, header.columns[3].column());
            refusal::malformed(place, "expected the currency, as Moneda: or as Cargos (CLP)")
        });
    };
    let refuse = |reason| refusal::malformed(cell.place(), reason);
    let named = cell.value.text().and_then(|text| named_currency(&crate::label::fold(text)));
    match (named, unit) {
        (Some(named), Some(unit)) if named != unit => {
            Err(refuse("expected the same currency here and in the table header"))
        }
        (Some(named), _) => Ok(named),
        (None, _) => Err(refuse("expected a currency that is known, such as Pesos or US Dollar")),
    }
}

fn named_currency(folded: &str) -> Option<Currency> {
    const NAMES: [(&str, Currency); 8] = [
        ("CLP", Currency::CLP),
        ("PESO", Currency::CLP),
        ("USD", Currency::USD),
        ("DOLAR", Currency::USD),
        ("DOLLAR", Currency::USD),
        ("EUR", Currency::EUR),
        ("CLF", Currency::CLF),
        ("FOMENTO", Currency::CLF),
    ];
    NAMES.iter().find(|(name, _)| folded.contains(name)).map(|(_, currency)| *currency)
}

/// The file does not name the kind; this export is the checking account's unless a text above
/// the table says otherwise.
fn kind(heading: &Heading<'_>, header_row: u32) -> AccountKind {
    let says = |words: &str| heading.texts_above(header_row).any(|text| text.contains(words));
    if says("CUENTA VISTA") || says("CUENTA FAN") {
        AccountKind::Sight
    } else if says("CUENTA DE AHORRO") {
        AccountKind::Savings
    } else {
        AccountKind::Checking
    }
}

fn number(heading: &Heading<'_>) -> Decoded<Option<AccountNumber>> {
    let Some(cell) = heading.right_of(&["CUENTA", "CUENTA N°"]) else { return Ok(None) };
    let parsed = match &cell.value {
        Value::Text(text) => AccountNumber::parse(text),
        Value::Number(number) => AccountNumber::parse(&format!("{number:.0}")),
    };
    parsed.map(Some).map_err(|problem| refusal::malformed(cell.place(), problem.to_string()))
}

fn as_of(
    heading: &Heading<'_>,
    days: Days,
    lines: &[Line],
    warnings: &mut Warnings,
) -> Decoded<Date> {
    if let Some(day) = day_of_title(heading, TITLE, days)? {
        return Ok(day.min(days.today()));
    }
    let last = lines.iter().map(|line| line.observation.booked_on).max();
    warnings.push(None, "no_date", "the title has no date; the last movement's day stands for it");
    last.map(|day| day.min(days.today())).ok_or_else(|| {
        let reason = "expected movements or a title such as Movimientos al 31/01/2026";
        refusal::malformed(Place::File, reason)
    })
}

fn period(
    heading: &Heading<'_>,
    currency: Currency,
    from: Date,
    to: Date,
) -> Decoded<Option<StatementPeriod>> {
    let total_debits = heading.amount_below("TOTAL CARGOS", currency)?;
    let total_credits = heading.amount_below("TOTAL ABONOS", currency)?;
    let declared = total_debits.is_some() || total_credits.is_some();
    let period =
        StatementPeriod { from, to, opening: None, closing: None, total_debits, total_credits };
    Ok(declared.then_some(period))
}

/// Totals that differ do not refuse a file: a synthetic one with a sound chain has wrong totals.
fn warn_of_totals(period: Option<&StatementPeriod>, lines: &[Line], warnings: &mut Warnings) {
    let Some(period) = period else { return };
    let amounts = || lines.iter().map(|line| line.observation.amount.minor());
    let cargos: i64 = amounts().filter(|minor| *minor < 0).sum();
    let abonos: i64 = amounts().filter(|minor| *minor > 0).sum();
    let differs = period.total_debits.is_some_and(|total| total.abs() != -cargos)
        || period.total_credits.is_some_and(|total| total != abonos);
    if differs {
        let text = "the totals printed are not the sums of the movements listed";
        warnings.push(None, "totals_differ", text);
    }
}

struct Table<'a> {
    sheet: &'a Sheet,
    header: Header<6>,
    currency: Currency,
    days: Days,
}

impl Table<'_> {
    fn lines(&self, warnings: &mut Warnings) -> Decoded<Vec<Line>> {
        let mut lines: Vec<Line> = Vec::new();
        let mut day = None;
        for row in self.sheet.rows_after(self.header.row) {
            if is_total(row) {
                warn_of_total(row, warnings);
                day = None;
                continue;
            }
            day = self.day(row, day)?;
            if let Some(line) = self.line(row, day, warnings)? {
                lines.push(line);
            }
        }
        Ok(lines)
    }

    /// The row's own day, or the day above where it has none. A text without figures, such as the
    /// legal note at the end, ends the table, and no day reaches past it.
    fn day(&self, row: &[Cell], above: Option<Date>) -> Decoded<Option<Date>> {
        let [date, _, _, cargo, abono, balance] = self.header.columns;
        let Some(cell) = date.first(row) else { return Ok(above) };
        let has_figures = [cargo, abono, balance].iter().any(|span| span.first(row).is_some());
        match self.sheet.day(&cell.value) {
            Err(DayProblem::Form) if !has_figures => Ok(None),
            _ => cell.day(self.sheet, self.days).map(Some),
        }
    }

    fn line(
        &self,
        row: &[Cell],
        day: Option<Date>,
        warnings: &mut Warnings,
    ) -> Decoded<Option<Line>> {
        let [date, description, channel, cargo, abono, balance] = self.header.columns;
        let amount =
            |span: Span| span.first(row).map_or(Ok(None), |cell| cell.amount(self.currency));
        let figures = (amount(cargo)?, amount(abono)?, amount(balance)?);
        if figures == (None, None, None) && day.is_none() {
            return Ok(None);
        }
        let place = refusal::cell(row[0].row, date.column());
        let sides = line::sides(figures.0, figures.1).map_err(|reason| {
            let cell = cargo.first(row).or_else(|| abono.first(row));
            refusal::malformed(cell.map_or(place.clone(), Cell::place), reason)
        })?;
        let Some(minor) = sides else {
            let text = "the row has neither a cargo nor an abono; it is left out";
            warnings.push(Some(place), "no_amount", text);
            return Ok(None);
        };
        let booked_on = day.ok_or_else(|| {
            let reason = "expected a date here: the row has an amount and no row above has a date";
            refusal::malformed(place.clone(), reason)
        })?;
        let text =
            |span: Span| span.first(row).and_then(|cell| cell.value.text()).unwrap_or_default();
        let details = MovementDetails {
            channel: line::detail(text(channel), "channel", || place.clone())?,
            ..MovementDetails::default()
        };
        let observation = Observation {
            booked_on,
            value_on: None,
            amount: Money::new(minor, self.currency),
            balance_after: figures.2,
            status: MovementStatus::Booked,
            glosa: line::glosa(text(description), || place.clone())?,
            details,
        };
        Ok(Some(Line { place, observation: observation.into(), counterparty: None }))
    }
}
