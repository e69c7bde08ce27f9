//! A bank's own statement, complete for its days: what mapped files cannot be. Line by line
//! `day;status;glosa;amount;balance`, behind a heading `%STATEMENT from to as_of`.

use cartola_connector::{
    AccountClaim, Batch, Connector, DecodeError, Holder, Layout, Line, Manifest, Place, Provenance,
    Recognition, SourceFile,
};
use cartola_model::movement::MovementDetails;
use cartola_model::{
    AccountKind, AccountNumber, BalanceKind, BalanceReading, CardUse, Coverage, Instalment,
    InstitutionId, MovementStatus, Observation, SourceKind, StatementPeriod,
};
use cartola_primitives::{Currency, Date, Money};

use crate::files::Form;

const SIGNATURE: &str = "%STATEMENT ";
const LAYOUT: Layout =
    Layout { id: "test/statement", summary: "for tests", provenance: Provenance::Standard };

pub struct Statements(Manifest);

impl Statements {
    pub fn new() -> Self {
        Self(Manifest::new("statements", "for tests").decoding(vec![LAYOUT]))
    }
}

impl Connector for Statements {
    fn manifest(&self) -> &Manifest {
        &self.0
    }

    fn recognise(&self, file: &SourceFile<'_>) -> Recognition {
        let known = file.bytes.starts_with(SIGNATURE.as_bytes());
        if known { Recognition::Certain } else { Recognition::No }
    }

    fn decode(&self, file: &SourceFile<'_>) -> Result<Vec<Batch>, DecodeError> {
        let text = std::str::from_utf8(&file.bytes).unwrap();
        let mut lines = text.lines();
        let heading = lines.next().unwrap().strip_prefix(SIGNATURE).unwrap();
        assert_ne!(heading, "PANIC", "a defect of a connector");
        let days: Vec<Date> = heading.split(' ').map(|day| day.parse().unwrap()).collect();
        let lines: Vec<Line> = lines.enumerate().map(|(index, row)| line(index, row)).collect();
        let ledger = lines.last().map(|line| BalanceReading {
            kind: BalanceKind::Ledger,
            amount: Money::new(line.observation.balance_after.unwrap(), Currency::CLP),
            as_of: days[2],
        });
        Ok(vec![Batch {
            layout: LAYOUT.id,
            source: SourceKind::StatementFile,
            account: AccountClaim {
                institution: Some(InstitutionId::parse("banco-estado").unwrap()),
                kind: Some(AccountKind::CreditCard),
                currency: Currency::CLP,
                number: Some(AccountNumber::parse("4321").unwrap()),
                holder: Holder::default(),
            },
            as_of: days[2],
            coverage: Coverage { from: days[0], to: days[1], complete: true },
            period: Some(period([days[0], days[1]], &lines)),
            lines,
            balances: ledger.into_iter().collect(),
            warnings: Vec::new(),
        }])
    }
}

/// What the lines' balances come to.
fn period([from, to]: [Date; 2], lines: &[Line]) -> StatementPeriod {
    let balance = |line: &Line| line.observation.balance_after.unwrap();
    let opening = lines.first().map(|line| balance(line) - line.observation.amount.minor());
    let closing = lines.last().map(balance);
    StatementPeriod { from, to, opening, closing, total_debits: None, total_credits: None }
}

fn line(index: usize, row: &str) -> Line {
    let cells: Vec<&str> = row.split(';').collect();
    let observation = Observation {
        booked_on: cells[0].parse().unwrap(),
        value_on: Some(cells[0].parse().unwrap()),
        amount: Money::new(cells[3].parse().unwrap(), Currency::CLP),
        balance_after: Some(cells[4].parse().unwrap()),
        status: MovementStatus::parse(cells[1]).unwrap(),
        glosa: cells[2].to_owned(),
        details: MovementDetails {
            document: Some("000123".to_owned()),
            reference: None,
            channel: Some("Internet".to_owned()),
            branch: Some("Ñuñoa".to_owned()),
            city: Some("SANTIAGO".to_owned()),
            card: Some(CardUse { last4: "4321".to_owned(), additional: true }),
            instalment: Some(Instalment { number: 1, of: 3 }),
        },
    };
    Line {
        place: Place::Line(index as u64 + 2),
        observation: observation.into(),
        counterparty: None,
    }
}

/// March, as the bank saw it on a day of April.
pub fn march(as_of_april: u8, rows: &[&str]) -> Form {
    let heading = format!("{SIGNATURE}2026-03-01 2026-03-31 2026-04-{as_of_april:02}");
    Form::new().part("file", format!("{heading}\n{}\n", rows.join("\n")))
}

/// What makes the connector panic.
pub fn panicking() -> Form {
    Form::new().part("file", format!("{SIGNATURE}PANIC"))
}
