//! What is invested.

use cartola_model::Record;
use cartola_model::records::{self, Instrument, InstrumentKind};
use cartola_primitives::{Money, Quantity};

use super::told::{Told, each, pesos};
use crate::wire::{Fund, Investments, InvestorProfile, Share, TimeDeposit};

/// What a deposit is called, which has no name of its own.
const TIME_DEPOSIT: &str = "Depósito a plazo";

/// Ten thousandths of a percent in one.
const RATE_SCALE: i128 = 10_000;

impl Told for Investments {
    fn nothing() -> Option<Record> {
        let (totals, instruments, profile) = (Vec::new(), Vec::new(), None);
        let total = pesos(0);
        Some(Record::Investments(records::Investments { total, totals, instruments, profile }))
    }

    fn record(self) -> Result<Record, &'static str> {
        let mut instruments = each(self.time_deposits, deposit)?;
        instruments.extend(each(self.funds, fund)?);
        instruments.extend(each(self.shares, share)?);
        Ok(Record::Investments(records::Investments {
            total: pesos(self.total_clp),
            totals: each(self.totals, |total| Money::new(total.amount, total.currency))?,
            instruments,
            profile: self.investor_profile.as_ref().and_then(profile),
        }))
    }
}

const fn profile(word: &InvestorProfile) -> Option<records::InvestorProfile> {
    match word {
        InvestorProfile::Conservative => Some(records::InvestorProfile::Conservative),
        InvestorProfile::Moderate => Some(records::InvestorProfile::Moderated),
        InvestorProfile::Balanced => Some(records::InvestorProfile::Balanced),
        InvestorProfile::Decided => Some(records::InvestorProfile::Decided),
        InvestorProfile::Audacious => Some(records::InvestorProfile::Audacious),
        InvestorProfile::Other(_) => None,
    }
}

fn instrument(kind: InstrumentKind, name: String, value: Money) -> Instrument {
    Instrument {
        kind,
        name,
        number: None,
        value,
        invested: None,
        units: None,
        rate: None,
        begun_on: None,
        matures_on: None,
    }
}

fn deposit(told: TimeDeposit) -> Instrument {
    let value = Money::new(told.value, told.currency);
    Instrument {
        invested: Some(Money::new(told.capital, told.currency)),
        rate: rate_of_term(&told),
        number: Some(told.operation_id),
        begun_on: Some(told.start_date),
        matures_on: Some(told.maturity_date),
        ..instrument(InstrumentKind::TimeDeposit, TIME_DEPOSIT.to_owned(), value)
    }
}

/// Interest of the whole term: what comes back beyond what was put in, in percent of that with four
/// decimals, rounded down. The bank gives a rate by the month, of months that it does not say.
fn rate_of_term(told: &TimeDeposit) -> Option<Quantity> {
    let gained = i128::from(told.value_at_maturity) - i128::from(told.capital);
    if gained < 0 || told.capital <= 0 {
        return None;
    }
    let scaled = gained * 100 * RATE_SCALE / i128::from(told.capital);
    Quantity::parse(&format!("{}.{:04}", scaled / RATE_SCALE, scaled % RATE_SCALE)).ok()
}

fn fund(told: Fund) -> Instrument {
    let value = Money::new(told.value, told.currency);
    let fund = instrument(InstrumentKind::MutualFund, told.name, value);
    Instrument { units: Some(told.quotas), ..fund }
}

fn share(told: Share) -> Instrument {
    let value = Money::new(told.value, told.currency);
    let share = instrument(InstrumentKind::Stock, told.ticker, value);
    Instrument { units: Some(told.quantity), ..share }
}
