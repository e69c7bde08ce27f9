//! Credit cards and credit lines.

use cartola_primitives::Currency;
use cartola_provider_mibanco::wire::{
    Card, CardBrand, CardLimit, CardStatement, Cards, CreditLine, CreditLines, InstalmentPlan,
};

use super::told::Asking;
use crate::account::Account;
use crate::credit;
use crate::holding::instalment;
use crate::key::Product;
use crate::market;
use crate::month::Month;
use crate::plan;
use crate::resident::Resident;

/// A statement is closed on the last day of each month.
const BILLING_DAY: u8 = 31;
/// Of a hundred pesos of the national limit, what may be used abroad.
const ABROAD_PERCENT: i64 = 25;
/// Of a hundred pesos billed, what is to be paid at least.
const MINIMUM_PERCENT: i64 = 5;

/// `GET cards`
pub(crate) fn cards(asking: &Asking) -> Cards {
    let accounts = asking.accounts(Product::CreditCard);
    Cards { cards: accounts.iter().filter_map(|account| card(asking, account)).collect() }
}

fn card(asking: &Asking, account: &Account) -> Option<Card> {
    let owner = Resident::of(asking.seed(), account.key.owner)?;
    let credit = credit::of(&asking.world, account, asking.now);
    let abroad = market::in_cents(credit.limit * ABROAD_PERCENT / 100, asking.now.date()) / 10_000;
    let due_day = plan::card_due_day(&owner);
    Some(Card {
        card_id: account.number.written().to_owned(),
        masked_number: masked(account),
        brand: brand(account),
        name: account.product_name.to_owned(),
        national: CardLimit {
            currency: Currency::CLP,
            limit: credit.limit,
            used: credit.used,
            available: credit.available,
        },
        international: CardLimit {
            currency: Currency::USD,
            limit: abroad * 10_000,
            used: 0,
            available: abroad * 10_000,
        },
        billing_day: BILLING_DAY,
        due_day: due_day.unsigned_abs(),
        statement: statement(asking, account, due_day),
        instalment_plans: plans(&owner, asking.now),
    })
}

/// `**** **** **** 1234`
pub(crate) fn masked(account: &Account) -> String {
    format!("**** **** **** {}", account.card_digits.as_deref().unwrap_or("****"))
}

pub(crate) fn brand(account: &Account) -> CardBrand {
    let name = account.product_name.to_lowercase();
    if name.contains("mastercard") {
        CardBrand::Mastercard
    } else if name.contains("visa") {
        CardBrand::Visa
    } else {
        CardBrand::Own
    }
}

/// The statement of the month before: what was owed at its end.
fn statement(asking: &Asking, account: &Account, due_day: i8) -> Option<CardStatement> {
    let month = Month::of(asking.now.date());
    let billed = month.plus(-1);
    let closed = billed.last_day().at(23, 59, 59, 0);
    let total = -asking.world.balance_at(account.key, closed)?.ledger;
    Some(CardStatement {
        from_date: billed.first_day(),
        billed_date: billed.last_day(),
        due_date: month.bank_day_from(due_day),
        minimum: total * MINIMUM_PERCENT / 100,
        total,
    })
}

fn plans(owner: &Resident, now: jiff::civil::DateTime) -> Vec<InstalmentPlan> {
    let open = instalment::open(owner, now);
    open.iter()
        .map(|purchase| InstalmentPlan {
            description: purchase.shop.name.clone(),
            date: purchase.began_on(),
            total: purchase.instalment * i64::from(purchase.instalments),
            instalment: purchase.instalment,
            charged: purchase.charged_by(now),
            instalments: purchase.instalments,
            next_due_date: purchase.next_due(now),
        })
        .collect()
}

/// `GET credit-lines`
pub(crate) fn lines(asking: &Asking) -> CreditLines {
    let checking = asking.accounts(Product::Checking);
    let lines = asking.accounts(Product::CreditLine);
    let line = |account: &Account| {
        let credit = credit::of(&asking.world, account, asking.now);
        let backed = checking.iter().find(|each| each.key.owner == account.key.owner)?;
        Some(CreditLine {
            line_id: account.number.clone(),
            account_id: backed.number.clone(),
            name: account.product_name.to_owned(),
            currency: Currency::CLP,
            limit: credit.limit,
            used: credit.used,
            available: credit.available,
        })
    };
    CreditLines { credit_lines: lines.iter().filter_map(line).collect() }
}
