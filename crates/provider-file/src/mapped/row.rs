//! One line of CSV as a movement.

use cartola_connector::{Line, Place};
use cartola_model::movement::MovementDetails;
use cartola_model::{Counterparty, MovementStatus, Observation};
use cartola_primitives::{Currency, Date, Money, Rut};
use csv::StringRecord;

use super::columns::{Amounts, Columns};
use super::date_format::DateFormat;
use super::mapping::{Mapping, Sign};
use crate::amount::{self, Separators};
use crate::day::{DayProblem, Days};
use crate::line::{self, Warnings};
use crate::refusal::{self, Decoded};

/// How lines are read.
pub(super) struct Rows {
    columns: Columns,
    formats: Vec<DateFormat>,
    separators: Separators,
    sign: Sign,
    currency: Currency,
    days: Days,
}

impl Rows {
    pub(super) fn new(mapping: &Mapping, columns: Columns, days: Days) -> Decoded<Self> {
        let formats = mapping.formats.date.as_slice().iter();
        let formats: Option<Vec<_>> = formats.map(|format| DateFormat::parse(format)).collect();
        let formats = formats.filter(|formats| !formats.is_empty()).ok_or_else(|| {
            refusal::mapping(
                "the mapping's formats.date must be made of D, DD, M, MM, MMM, YY and YYYY, \
                 such as DD/MM/YYYY",
            )
        })?;
        Ok(Self {
            columns,
            formats,
            separators: mapping.separators(),
            sign: mapping.formats.sign,
            currency: mapping.account.currency,
            days,
        })
    }

    /// The movement of a line; none where the line is blank or has no amount.
    pub(super) fn line(
        &self,
        record: &StringRecord,
        line: u64,
        warnings: &mut Warnings,
    ) -> Decoded<Option<Line>> {
        if record.iter().all(|field| field.trim().is_empty()) {
            return Ok(None);
        }
        let fields = Fields { record, line };
        let booked_on = self.day(fields.required(self.columns.date)?, line)?;
        let Some(minor) = self.amount(&fields)? else {
            let text = "the line has no amount; it is left out";
            warnings.push(Some(Place::Line(line)), "no_amount", text);
            return Ok(None);
        };
        let value_date = fields.text(self.columns.value_date);
        let value_on = if value_date.is_empty() { None } else { Some(self.day(value_date, line)?) };
        let place = || Place::Line(line);
        let observation = Observation {
            booked_on,
            value_on,
            amount: Money::new(minor, self.currency),
            balance_after: self.money(fields.text(self.columns.balance), line)?,
            status: MovementStatus::Booked,
            glosa: line::glosa(fields.required(self.columns.description)?, place)?,
            details: self.details(&fields)?,
        };
        let counterparty = self.counterparty(&fields, warnings)?;
        Ok(Some(Line { place: Place::Line(line), observation: observation.into(), counterparty }))
    }

    fn day(&self, text: &str, line: u64) -> Decoded<Date> {
        let mut problem = DayProblem::Form;
        for format in &self.formats {
            match format.read(text, self.days).and_then(|day| self.days.check(day)) {
                Ok(day) => return Ok(day),
                // A date of the right form that is no day tells more than a wrong form.
                Err(DayProblem::Form) => {}
                Err(other) => problem = other,
            }
        }
        let reason = match problem {
            DayProblem::Form => {
                "expected a date in the form of the mapping's formats.date".to_owned()
            }
            other => other.to_string(),
        };
        Err(refusal::malformed(Place::Line(line), reason))
    }

    fn amount(&self, fields: &Fields<'_>) -> Decoded<Option<i64>> {
        match self.columns.amounts {
            Amounts::Signed(column) => {
                let minor = self.money(fields.required(column)?, fields.line)?;
                let minor = minor.filter(|minor| *minor != 0);
                Ok(if self.sign == Sign::PositiveIsDebit { minor.map(|m| -m) } else { minor })
            }
            Amounts::Sides { debit, credit } => {
                // Some banks print cargos with a sign of their own, some without.
                let debit = self.money(fields.required(debit)?, fields.line)?.map(i64::abs);
                let credit = self.money(fields.required(credit)?, fields.line)?;
                line::sides(debit, credit)
                    .map_err(|reason| refusal::malformed(Place::Line(fields.line), reason))
            }
        }
    }

    fn money(&self, text: &str, line: u64) -> Decoded<Option<i64>> {
        amount::from_text(text, self.currency, self.separators).map_err(|problem| {
            let reason = format!("{problem}, with the mapping's decimal and thousands marks");
            refusal::malformed(Place::Line(line), reason)
        })
    }

    fn details(&self, fields: &Fields<'_>) -> Decoded<MovementDetails> {
        Ok(MovementDetails {
            document: fields.detail(self.columns.document, "document")?,
            reference: fields.detail(self.columns.reference, "reference")?,
            channel: fields.detail(self.columns.channel, "channel")?,
            branch: fields.detail(self.columns.branch, "branch")?,
            ..MovementDetails::default()
        })
    }

    fn counterparty(
        &self,
        fields: &Fields<'_>,
        warnings: &mut Warnings,
    ) -> Decoded<Option<Counterparty>> {
        let written = fields.text(self.columns.counterparty_rut);
        let rut = Rut::parse(written).ok();
        if rut.is_none() && !written.is_empty() {
            let text = "the counterparty's RUT is wrong; it is left out";
            warnings.push(Some(Place::Line(fields.line)), "counterparty_rut", text);
        }
        let counterparty = Counterparty {
            name: fields.detail(self.columns.counterparty_name, "counterparty name")?,
            rut,
            account: fields.detail(self.columns.counterparty_account, "counterparty account")?,
            bank: None,
        };
        Ok(Some(counterparty).filter(|counterparty| !counterparty.is_empty()))
    }
}

/// The fields of one line.
struct Fields<'a> {
    record: &'a StringRecord,
    line: u64,
}

impl<'a> Fields<'a> {
    /// The field, which every line must have, blank or not.
    fn required(&self, column: usize) -> Decoded<&'a str> {
        self.record.get(column).ok_or_else(|| {
            let (found, wanted) = (self.record.len(), column + 1);
            let reason = format!("expected at least {wanted} fields, found {found}");
            refusal::malformed(Place::Line(self.line), reason)
        })
    }

    /// The field, trimmed; nothing where the mapping or the line has none.
    fn text(&self, column: Option<usize>) -> &'a str {
        column.and_then(|column| self.record.get(column)).unwrap_or_default().trim()
    }

    fn detail(&self, column: Option<usize>, name: &str) -> Decoded<Option<String>> {
        let Some(column) = column else { return Ok(None) };
        line::detail(self.text(Some(column)), name, || Place::Line(self.line))
    }
}
