//! The columns of a mapping as positions in a line.

use csv::StringRecord;

use super::mapping::{Column, ColumnKeys};
use crate::label;
use crate::limits::MAX_COLUMNS;
use crate::refusal::{self, Decoded};

/// Positions from 0.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) date: usize,
    pub(super) description: usize,
    pub(super) amounts: Amounts,
    pub(super) balance: Option<usize>,
    pub(super) value_date: Option<usize>,
    pub(super) document: Option<usize>,
    pub(super) reference: Option<usize>,
    pub(super) channel: Option<usize>,
    pub(super) branch: Option<usize>,
    pub(super) counterparty_name: Option<usize>,
    pub(super) counterparty_rut: Option<usize>,
    pub(super) counterparty_account: Option<usize>,
}

/// Where the amount is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Amounts {
    /// In one column with a sign.
    Signed(usize),
    /// In one of two columns.
    Sides {
        /// Cargos.
        debit: usize,
        /// Abonos.
        credit: usize,
    },
}

impl Columns {
    /// Finds every column that the mapping names.
    pub(super) fn resolve(keys: &ColumnKeys, header: Option<&StringRecord>) -> Decoded<Self> {
        let find = |column: &Column, key: &str| position(column, key, header);
        let maybe = |column: &Option<Column>, key: &str| {
            column.as_ref().map(|column| find(column, key)).transpose()
        };
        let amounts = match (&keys.amount, &keys.debit, &keys.credit) {
            (None, Some(debit), Some(credit)) => {
                Amounts::Sides { debit: find(debit, "debit")?, credit: find(credit, "credit")? }
            }
            (Some(amount), None, None) => Amounts::Signed(find(amount, "amount")?),
            _ => {
                return Err(refusal::mapping(
                    "the mapping needs columns.amount, or columns.debit and columns.credit",
                ));
            }
        };
        Ok(Self {
            date: find(&keys.date, "date")?,
            description: find(&keys.description, "description")?,
            amounts,
            balance: maybe(&keys.balance, "balance")?,
            value_date: maybe(&keys.value_date, "value_date")?,
            document: maybe(&keys.document, "document")?,
            reference: maybe(&keys.reference, "reference")?,
            channel: maybe(&keys.channel, "channel")?,
            branch: maybe(&keys.branch, "branch")?,
            counterparty_name: maybe(&keys.counterparty_name, "counterparty_name")?,
            counterparty_rut: maybe(&keys.counterparty_rut, "counterparty_rut")?,
            counterparty_account: maybe(&keys.counterparty_account, "counterparty_account")?,
        })
    }
}

fn position(column: &Column, key: &str, header: Option<&StringRecord>) -> Decoded<usize> {
    match (column, header) {
        (Column::Number(number @ 1..=MAX_COLUMNS), _) => Ok(*number as usize - 1),
        (Column::Number(_), _) => Err(refusal::mapping(format!(
            "the mapping's columns.{key} must be a number from 1 to {MAX_COLUMNS}"
        ))),
        (Column::Header(_), None) => Err(refusal::mapping(format!(
            "the mapping's columns.{key} is a header and file.header is false; give its number"
        ))),
        (Column::Header(name), Some(header)) => {
            let wanted = label::fold(name);
            let found = header.iter().position(|field| label::fold(field) == wanted);
            found.ok_or_else(|| {
                refusal::mapping(format!(
                    "the header line has no column named as the mapping's columns.{key} says; \
                     check file.skip_lines and file.delimiter"
                ))
            })
        }
    }
}
