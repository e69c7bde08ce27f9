//! Reports over several products of a bank.

use cartola_model::records::{
    CardAmounts, CreditCard, CreditLine, Instrument, InstrumentKind, Investments, InvestorProfile,
};
use cartola_model::{AccountKind, BalanceKind, BalanceReading};
use cartola_primitives::{Currency, Money};

use super::text::{account_type, iso};
use crate::wire::{
    AccountReport, AccountsReport, CardReport, CardUsage, CardsReport, CreditLineReport, Decimal,
    FinancialReport, InstrumentReport, Instruments, InvestmentsReport,
};

/// An account with its balances.
pub struct AccountSource<'a> {
    /// Its number, as the bank writes it.
    pub number: &'a str,
    /// What it is.
    pub kind: AccountKind,
    /// Its currency.
    pub currency: Currency,
    /// One of each kind that the bank tells.
    pub balances: &'a [BalanceReading],
}

/// *Reporte Financiero*.
pub fn financial_report(
    accounts: &[AccountSource<'_>],
    lines: &[CreditLine],
    cards: &[CreditCard],
) -> FinancialReport {
    FinancialReport {
        accounts: AccountsReport {
            total_balance: sum(accounts.iter().filter_map(available)),
            accounts: accounts.iter().map(account).collect(),
        },
        credit_line: (!lines.is_empty()).then(|| CreditLineReport {
            total_amount: sum(lines.iter().map(|line| line.limit)),
            used_amount: sum(lines.iter().map(|line| line.used)),
            available_amount: sum(lines.iter().map(|line| line.available)),
        }),
        credit_cards: (!cards.is_empty()).then(|| cards_report(cards)),
    }
}

fn balance(account: &AccountSource<'_>, kind: BalanceKind) -> Option<Money> {
    account.balances.iter().find(|reading| reading.kind == kind).map(|reading| reading.amount)
}

fn available(account: &AccountSource<'_>) -> Option<Money> {
    balance(account, BalanceKind::Available)
}

fn account(account: &AccountSource<'_>) -> AccountReport {
    AccountReport {
        account_number: account.number.to_owned(),
        account_type: account_type(Some(account.kind)),
        currency: account.currency.code(),
        available_balance: available(account).map(Decimal::of_money),
        accounting_balance: balance(account, BalanceKind::Ledger).map(Decimal::of_money),
    }
}

fn cards_report(cards: &[CreditCard]) -> CardsReport {
    let national = || cards.iter().filter_map(|card| card.national.as_ref());
    CardsReport {
        total_amount: sum(national().map(|amounts| amounts.limit)),
        used_amount: sum(national().map(|amounts| amounts.used)),
        available_amount: sum(national().map(|amounts| amounts.available)),
        cards: cards.iter().map(card).collect(),
    }
}

fn card(card: &CreditCard) -> CardReport {
    CardReport {
        card_number: card.number.clone(),
        card_type: card.brand.clone(),
        national: card.national.as_ref().map(usage),
        international: card.international.as_ref().map(usage),
        billed_amount: card.billed.map(Decimal::of_money),
        minimum_payment: card.minimum_payment.map(Decimal::of_money),
        due_date: card.due_on.map(iso),
    }
}

fn usage(amounts: &CardAmounts) -> CardUsage {
    CardUsage {
        total_amount: Decimal::of_money(amounts.limit),
        used_amount: Decimal::of_money(amounts.used),
        available_amount: Decimal::of_money(amounts.available),
    }
}

/// The sum of those in pesos; what is in other currencies is told beside it.
fn sum(amounts: impl Iterator<Item = Money>) -> Decimal {
    let pesos = amounts.filter(|amount| amount.currency() == Currency::CLP);
    Decimal::of_whole(pesos.fold(0_i64, |sum, amount| sum.saturating_add(amount.minor())))
}

/// *Reporte de Inversiones*.
pub fn investments(held: &Investments) -> InvestmentsReport {
    let of =
        |kind| held.instruments.iter().filter(|held| held.kind == kind).map(instrument).collect();
    InvestmentsReport {
        total_investment_amount_clp: Decimal::of_money(held.total),
        totals_by_currency: held
            .totals
            .iter()
            .map(|total| (total.currency().code(), Decimal::of_money(*total)))
            .collect(),
        instruments: Instruments {
            mutual_funds: of(InstrumentKind::MutualFund),
            time_deposits: of(InstrumentKind::TimeDeposit),
            stocks: of(InstrumentKind::Stock),
            others: of(InstrumentKind::Other),
        },
        investor_profile: held.profile.map(|profile| match profile {
            InvestorProfile::Conservative => "conservative",
            InvestorProfile::Moderated => "moderated",
            InvestorProfile::Balanced => "balanced",
            InvestorProfile::Decided => "decided",
            InvestorProfile::Audacious => "audacious",
        }),
    }
}

fn instrument(held: &Instrument) -> InstrumentReport {
    InstrumentReport {
        name: held.name.clone(),
        number: held.number.clone(),
        currency: held.value.currency().code(),
        amount: Decimal::of_money(held.value),
        invested_amount: held.invested.map(Decimal::of_money),
        units: held.units.map(Decimal::of_quantity),
        interest_rate: held.rate.map(Decimal::of_quantity),
        start_date: held.begun_on.map(iso),
        maturity_date: held.matures_on.map(iso),
    }
}
