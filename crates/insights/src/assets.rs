//! What somebody has at a bank, and a score of it, as Floid's *Asset report* tells them.
//!
//! Floid's algorithm is its own secret; the score here is ours, a sum of five terms that are all told
//! ([`score`]). What the report says of accounts:
//!
//! | Floid | here |
//! |---|---|
//! | `accountNormal` | there is a cuenta corriente |
//! | `accountSpecial` | there is a cuenta vista, `CuentaRUT`, cuenta de ahorro or chequera electrónica |
//! | `creditCardPresence` | there is a credit card |
//! | `fullCreditLine` | there is a credit line and nothing of it is used, as in the document's example |
//! | `usedCreditLine` | what is used of all credit lines, in pesos |
//! | `totalBalance` | what is available on all accounts in pesos; where the bank does not tell it, the ledger balance |
//! | `currentDay` | the day of the month in Santiago |

pub mod score;

use cartola_model::records::{CreditCard, CreditLine};
use cartola_model::{AccountKind, BalanceKind, BalanceReading};
use cartola_primitives::id::AccountId;
use cartola_primitives::{Currency, Date, Money};

/// An account with its newest balances.
#[derive(Debug, Clone, Copy)]
pub struct AccountBalances<'a> {
    /// Which.
    pub account: AccountId,
    /// What it is.
    pub kind: AccountKind,
    /// One of each kind that the bank tells; of several the first.
    pub balances: &'a [BalanceReading],
}

/// What somebody has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetReport {
    /// The cuentas corrientes.
    pub normal: Vec<AccountId>,
    /// The other accounts that hold money.
    pub special: Vec<AccountId>,
    /// Whether there is a credit card.
    pub has_card: bool,
    /// All credit lines together, if there is one.
    pub line: Option<Line>,
    /// What is there in pesos, below zero where more is owed.
    pub total_balance: i64,
    /// What that is the sum of.
    pub balances: Vec<(AccountId, i64)>,
    /// Accounts that are not in it: in another currency, for which there is no rate here, or of no
    /// known balance.
    pub unread: Vec<AccountId>,
    /// The day of the month, 1 to 31.
    pub current_day: u8,
}

/// Credit lines in pesos.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Line {
    /// In all.
    pub limit: i64,
    /// Used of it.
    pub used: i64,
}

impl AssetReport {
    /// Of all accounts, cards and lines of somebody at one bank, or at several. Lines are those of
    /// the records; where there is none, those that are accounts.
    pub fn of(
        accounts: &[AccountBalances<'_>],
        cards: &[CreditCard],
        lines: &[CreditLine],
        today: Date,
    ) -> Self {
        let of_kind = |fits: fn(AccountKind) -> bool| {
            let fitting = accounts.iter().filter(|account| fits(account.kind));
            fitting.map(|account| account.account).collect::<Vec<_>>()
        };
        let (mut balances, mut unread) = (Vec::new(), Vec::new());
        for account in
            accounts.iter().filter(|account| is_normal(account.kind) || is_special(account.kind))
        {
            match account
                .pesos(BalanceKind::Available)
                .or_else(|| account.pesos(BalanceKind::Ledger))
            {
                Some(pesos) => balances.push((account.account, pesos)),
                None => unread.push(account.account),
            }
        }
        let is_card = |account: &AccountBalances<'_>| account.kind == AccountKind::CreditCard;
        Self {
            normal: of_kind(is_normal),
            special: of_kind(is_special),
            has_card: !cards.is_empty() || accounts.iter().any(is_card),
            line: Line::of_records(lines).or_else(|| Line::of_accounts(accounts)),
            total_balance: balances.iter().fold(0, |sum, (_, pesos)| pesos.saturating_add(sum)),
            balances,
            unread,
            current_day: today.day().unsigned_abs(),
        }
    }

    /// Whether there is a credit line and nothing of it is used.
    pub fn has_full_line(&self) -> bool {
        self.line.is_some_and(|line| line.used == 0)
    }

    /// What is used of all credit lines.
    pub fn used_line(&self) -> i64 {
        self.line.map_or(0, |line| line.used)
    }
}

impl AccountBalances<'_> {
    fn pesos(&self, kind: BalanceKind) -> Option<i64> {
        let reading = self.balances.iter().find(|reading| reading.kind == kind)?;
        in_pesos(reading.amount)
    }
}

impl Line {
    fn of_records(lines: &[CreditLine]) -> Option<Self> {
        let in_pesos = lines.iter().filter_map(|line| {
            Some(Self { limit: in_pesos(line.limit)?, used: in_pesos(line.used)? })
        });
        in_pesos.reduce(Self::plus)
    }

    fn of_accounts(accounts: &[AccountBalances<'_>]) -> Option<Self> {
        let lines = accounts.iter().filter(|account| account.kind == AccountKind::CreditLine);
        let used = |account: &AccountBalances<'_>| account.pesos(BalanceKind::CreditUsed);
        let limit = |account: &AccountBalances<'_>| account.pesos(BalanceKind::CreditLimit);
        let read = lines
            .map(|line| Self { limit: limit(line).unwrap_or(0), used: used(line).unwrap_or(0) });
        read.reduce(Self::plus)
    }

    fn plus(self, other: Self) -> Self {
        Self {
            limit: self.limit.saturating_add(other.limit),
            used: self.used.saturating_add(other.used),
        }
    }
}

const fn is_normal(kind: AccountKind) -> bool {
    matches!(kind, AccountKind::Checking)
}

const fn is_special(kind: AccountKind) -> bool {
    use AccountKind::{ElectronicChequebook, Rut, Savings, Sight};
    matches!(kind, Sight | Rut | Savings | ElectronicChequebook)
}

fn in_pesos(amount: Money) -> Option<i64> {
    (amount.currency() == Currency::CLP).then_some(amount.minor())
}
