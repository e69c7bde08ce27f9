//! What is asked, once it is known to make sense.

use cartola_engine::readings::ReadScope;
use cartola_model::AccountNumber;
use cartola_primitives::{Currency, Date};
use serde::{Deserialize, Serialize};

use crate::request::{Days, Months};
use crate::{Month, Operation, Request, RequestError, Segment};

/// What is wanted, of which side of a bank.
#[derive(Serialize, Deserialize)]
pub struct Question {
    pub segment: Segment,
    pub asked: Asked,
}

/// What is wanted. Days and months are both ends included.
#[derive(Serialize, Deserialize)]
pub enum Asked {
    Accounts,
    Balance(Which),
    Statements(Which, Date, Date),
    Transactions(Which, Date, Date),
}

/// Which account is meant. It is personal data: it is kept sealed only.
#[derive(Serialize, Deserialize)]
pub struct Which {
    number: String,
    pub currency: Option<Currency>,
}

impl Which {
    fn of(request: &Request) -> Result<Self, RequestError> {
        let number = request.required_account()?.written().to_owned();
        Ok(Self { number, currency: request.currency })
    }

    /// The number, read again.
    pub fn number(&self) -> AccountNumber {
        AccountNumber::parse(&self.number).expect("it was read from a number")
    }
}

impl Question {
    /// What a request asks of an operation; none of `token`, which asks for no records.
    pub fn of(
        segment: Segment,
        operation: Operation,
        request: &Request,
        today: Date,
    ) -> Result<Self, RequestError> {
        let asked = match operation {
            Operation::Accounts | Operation::Token => Asked::Accounts,
            Operation::Balance => Asked::Balance(Which::of(request)?),
            Operation::Statements => {
                let which = Which::of(request)?;
                let Months { from, to } = request.months(today)?;
                Asked::Statements(which, from.first(), to.first())
            }
            Operation::Transactions => {
                let which = Which::of(request)?;
                let Days { from, to } = request.days(today)?;
                Asked::Transactions(which, from, to)
            }
        };
        Ok(Self { segment, asked })
    }

    /// What is to be read at the bank: no day that has not begun.
    pub fn scope(&self, today: Date) -> ReadScope {
        let days = |from: Date, to: Date| {
            if from > today {
                return ReadScope::ACCOUNTS;
            }
            ReadScope::movements(from, to.min(today))
        };
        match &self.asked {
            Asked::Accounts => ReadScope::ACCOUNTS,
            Asked::Balance(_) => ReadScope::BALANCES,
            Asked::Transactions(_, from, to) => days(*from, *to),
            Asked::Statements(_, from, to) => days(*from, Month::of(*to).last()),
        }
    }
}
