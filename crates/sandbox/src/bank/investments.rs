//! What somebody has invested, at the main bank.

use cartola_primitives::Currency;
use cartola_provider_mibanco::wire::{
    Fund as WireFund, Investments, InvestorProfile, Share, TimeDeposit, TotalByCurrency,
};

use super::told::Asking;
use crate::holding::decimal;
use crate::holding::deposit::Deposit;
use crate::holding::fund::Fund;
use crate::holding::stock::{self, Stock};

/// Rates of deposits are in thousandths of a percent.
const RATE_DECIMALS: u32 = 3;
/// Quotas and what they are worth are in ten thousandths.
const QUOTA_DECIMALS: u32 = 4;
/// Prices of shares are in hundredths.
const PRICE_DECIMALS: u32 = 2;

/// `GET investments`
pub(crate) fn tell(asking: &Asking) -> Investments {
    let (resident, today) = (&asking.resident, asking.now.date());
    let here = asking.is_main();
    let deposit = Deposit::open(resident, today).filter(|_| here);
    let fund = Fund::held(resident, today).filter(|fund| here && fund.quotas > 0);
    let stocks = if here { stock::held(resident, today) } else { Vec::new() };
    let total_clp = deposit.map_or(0, |deposit| deposit.worth(today))
        + fund.map_or(0, |fund| fund.worth())
        + stocks.iter().map(Stock::worth).sum::<i64>();
    let row = TotalByCurrency { currency: Currency::CLP, amount: total_clp };
    Investments {
        investor_profile: (total_clp > 0).then(|| profile(asking)),
        total_clp,
        totals: (total_clp > 0).then_some(row).into_iter().collect(),
        time_deposits: deposit.iter().map(|deposit| time_deposit(asking, deposit)).collect(),
        funds: fund.iter().map(told).collect(),
        shares: stocks.iter().map(share).collect(),
    }
}

fn profile(asking: &Asking) -> InvestorProfile {
    let resident = &asking.resident;
    resident.household.dice(resident.seed, "profile", 0).pick(InvestorProfile::ALL).clone()
}

fn time_deposit(asking: &Asking, deposit: &Deposit) -> TimeDeposit {
    TimeDeposit {
        operation_id: deposit.operation.to_string(),
        currency: Currency::CLP,
        capital: deposit.capital,
        value: deposit.worth(asking.now.date()),
        value_at_maturity: deposit.capital + deposit.interest,
        monthly_rate: decimal(deposit.rate, RATE_DECIMALS),
        start_date: deposit.taken_on,
        maturity_date: deposit.due_on,
    }
}

fn told(fund: &Fund) -> WireFund {
    WireFund {
        name: fund.name.to_owned(),
        currency: Currency::CLP,
        quotas: decimal(fund.quotas, QUOTA_DECIMALS),
        quota_value: decimal(fund.quota_value, QUOTA_DECIMALS),
        value: fund.worth(),
    }
}

fn share(stock: &Stock) -> Share {
    Share {
        ticker: stock.ticker.to_owned(),
        currency: Currency::CLP,
        quantity: decimal(stock.count, 0),
        price: decimal(stock.price, PRICE_DECIMALS),
        value: stock.worth(),
    }
}
