//! One movement of money, seen from nowhere: whose it was, whose it is, when and why.

use std::fmt;

use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use crate::data::{Employer, Merchant, Service};
use crate::key::AccountKey;
use crate::month::Month;

/// Names a flow, the same from both its sides.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FlowId {
    /// Whose month it is part of: the body of a RUT. Friends' transfers are the lower one's.
    pub(crate) plan: u32,
    pub(crate) month: Month,
    pub(crate) slot: u32,
}

impl fmt::Debug for FlowId {
    /// Without whose it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FlowId({:?}, {})", self.month, self.slot)
    }
}

/// One end of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// An account of somebody in the box.
    Customer(AccountKey),
    /// An account of the system: where what the base history moves comes from and goes to.
    System(SystemAccount),
}

impl Side {
    /// The customer's account, if it is one.
    pub fn customer(self) -> Option<AccountKey> {
        match self {
            Self::Customer(key) => Some(key),
            Self::System(_) => None,
        }
    }
}

/// A named account of the system, such as `payroll:Viña Valle Hondo S.A.` or `merchant:LIDER`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemAccount {
    /// What it is for.
    pub purpose: Purpose,
    /// Whose.
    pub name: &'static str,
}

/// What a system account is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// An employer's payroll.
    Payroll,
    /// A shop.
    Merchant,
    /// A utility, insurer, landlord or supplier.
    Service,
    /// Cash machines and tills.
    Cash,
    /// What a bank itself earns and pays: interest, dividends, loans.
    Bank,
    /// The treasury.
    Treasury,
    /// Cheques and foreign transfers, through other banks.
    Clearing,
}

/// The other side of what a lever does.
pub(crate) const LEVER: Side = system(Purpose::Clearing, "SANDBOX");

impl fmt::Display for SystemAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let purpose = match self.purpose {
            Purpose::Payroll => "payroll",
            Purpose::Merchant => "merchant",
            Purpose::Service => "service",
            Purpose::Cash => "cash",
            Purpose::Bank => "bank",
            Purpose::Treasury => "treasury",
            Purpose::Clearing => "clearing",
        };
        write!(f, "{purpose}:{}", self.name)
    }
}

/// What kind of movement it is; the names are those of `data/glosas.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Salary,
    Bonus,
    Transfer,
    Own,
    Rent,
    Purchase,
    Atm,
    Pac,
    Bill,
    Cheque,
    ChequeDeposit,
    Mortgage,
    Loan,
    CardPayment,
    CardPurchase,
    Instalment,
    Pat,
    LineDraw,
    LinePayment,
    LineInterest,
    Fee,
    Interest,
    Tax,
    TaxRefund,
    Foreign,
    Remittance,
    Sales,
    Client,
    Supplier,
    Payroll,
    Previred,
    LoanGranted,
    Deposit,
    Fund,
    Honorarium,
    Withdrawal,
    CardFree,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Salary => "salary",
            Self::Bonus => "bonus",
            Self::Transfer => "transfer",
            Self::Own => "own",
            Self::Rent => "rent",
            Self::Purchase => "purchase",
            Self::Atm => "atm",
            Self::Pac => "pac",
            Self::Bill => "bill",
            Self::Cheque => "cheque",
            Self::ChequeDeposit => "cheque_deposit",
            Self::Mortgage => "mortgage",
            Self::Loan => "loan",
            Self::CardPayment => "card_payment",
            Self::CardPurchase => "card_purchase",
            Self::Instalment => "instalment",
            Self::Pat => "pat",
            Self::LineDraw => "line_draw",
            Self::LinePayment => "line_payment",
            Self::LineInterest => "line_interest",
            Self::Fee => "fee",
            Self::Interest => "interest",
            Self::Tax => "tax",
            Self::TaxRefund => "tax_refund",
            Self::Foreign => "foreign",
            Self::Remittance => "remittance",
            Self::Sales => "sales",
            Self::Client => "client",
            Self::Supplier => "supplier",
            Self::Payroll => "payroll",
            Self::Previred => "previred",
            Self::LoanGranted => "loan_granted",
            Self::Deposit => "deposit",
            Self::Fund => "fund",
            Self::Honorarium => "honorarium",
            Self::Withdrawal => "withdrawal",
            Self::CardFree => "card_free",
        }
    }
}

/// When something happened and when the bank books it, always on a bank day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct When {
    pub occurred: DateTime,
    pub booked: DateTime,
}

/// What a glosa can say beside who.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Detail {
    pub what: &'static str,
    /// Comuna, where there was one.
    pub place: Option<&'static str>,
    pub document: Option<u32>,
    /// Which of how many.
    pub part: Option<(u16, u16)>,
}

/// One movement of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flow {
    pub id: FlowId,
    pub kind: Kind,
    pub from: Side,
    pub to: Side,
    /// Above zero, in minor units of the currency of the customer's account.
    pub amount: i64,
    pub when: When,
    pub detail: Detail,
}

impl Flow {
    /// What it adds to an account: below zero where the account pays.
    pub(crate) fn change(&self, key: AccountKey) -> i64 {
        let side = Side::Customer(key);
        let received = if self.to == side { self.amount } else { 0 };
        received - if self.from == side { self.amount } else { 0 }
    }
}

/// The other side of what an employer pays.
pub(crate) fn payroll(employer: &'static Employer) -> Side {
    system(Purpose::Payroll, &employer.name)
}

/// A shop.
pub(crate) fn merchant(merchant: &'static Merchant) -> Side {
    system(Purpose::Merchant, &merchant.name)
}

/// A service.
pub(crate) fn service(service: &'static Service) -> Side {
    system(Purpose::Service, &service.name)
}

/// An account of the system.
pub(crate) const fn system(purpose: Purpose, name: &'static str) -> Side {
    Side::System(SystemAccount { purpose, name })
}
