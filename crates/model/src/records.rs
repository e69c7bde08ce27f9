//! Canonical records: what an institution tells of one product at one time.
//!
//! A record is a snapshot. It is read as a whole, kept as a whole, and the next one takes its place;
//! accounts, balances and movements, which are compared line by line, are no records. Shapes are
//! ours; each names the documents whose models it can fill. Everything in them is about somebody,
//! so `Debug` tells what a value is and nothing of what it says.
//!
//! A field that is added is optional, and [`RecordKind::version`] is raised where the meaning of one
//! changes: what is stored is read for as long as it is kept.

mod afc;
mod authorization_event;
mod beneficiary;
mod card;
mod crypto;
mod debt;
mod identity;
mod investment;
mod kind;
mod loan;
mod mandate;
mod mortgage;
mod service_account;
mod tax_folder;
mod tax_form;
mod tax_status;
mod transfer;
mod withdrawal;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use afc::{AfcAffiliate, AfcContribution, AfcEmployer, Contributor};
pub use authorization_event::{AuthorizationDecision, AuthorizationEvent};
pub use beneficiary::Beneficiary;
pub use card::{CardAmounts, CreditCard, CreditLine, InstalmentPlan};
pub use crypto::{CryptoBalance, CryptoHoldings};
pub use debt::{AvailableCredit, Debt, DebtReport};
pub use identity::{Address, Identity};
pub use investment::{Instrument, InstrumentKind, Investments, InvestorProfile};
pub use kind::{RecordKind, RecordKinds};
pub use loan::{ConsumerLoan, Liability, LoanState};
pub use mandate::{CardMandate, CardMandateLimit, DebitMandate};
pub use mortgage::{Mortgage, MortgagedProperty};
pub use service_account::{Bill, ServiceAccount};
pub use tax_folder::{BoletasMonth, CompanyShare, Property, TaxFolder, Taxpayer};
pub use tax_form::{IncomeDeclaration, VatDeclaration};
pub use tax_status::{EconomicActivity, StampedDocument, TaxStatus};
pub use transfer::{Transfer, TransferDirection, TransferParty, Transfers};
pub use withdrawal::{Withdrawal, WithdrawalState};

/// Says what a value is, and nothing of what it says.
macro_rules! silent {
    ($($name:ident)*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}
use silent;

/// What an institution told of one product. Serialized as `{"product": …, "content": …}`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "product", content = "content", rename_all = "snake_case")]
pub enum Record {
    /// Who the customer is.
    Identity(Identity),
    /// Accounts at companies whose bills are paid there, such as electricity.
    ServiceAccounts(Vec<ServiceAccount>),
    /// Whom the customer may transfer to.
    Beneficiaries(Vec<Beneficiary>),
    /// Mandates that charge an account (PAC).
    DebitMandates(Vec<DebitMandate>),
    /// Mandates that charge a card (PAT).
    CardMandates(Vec<CardMandate>),
    /// Transfers of some days.
    Transfers(Transfers),
    /// Consumer loans.
    ConsumerLoans(Vec<ConsumerLoan>),
    /// Mortgages.
    Mortgages(Vec<Mortgage>),
    /// Credit cards.
    Cards(Vec<CreditCard>),
    /// Credit lines of current accounts.
    CreditLines(Vec<CreditLine>),
    /// Investments.
    Investments(Investments),
    /// The SII's tax folder (carpeta tributaria).
    TaxFolder(TaxFolder),
    /// The SII's tax status (situación tributaria).
    TaxStatus(TaxStatus),
    /// The CMF's report of debts.
    Debts(DebtReport),
    /// Contributions to unemployment insurance (AFC).
    AfcContributions(Vec<AfcContribution>),
    /// Employers that contributed to it.
    AfcEmployers(Vec<AfcEmployer>),
    /// What the AFC knows of the person.
    AfcAffiliate(AfcAffiliate),
    /// What is held at a crypto exchange.
    CryptoHoldings(CryptoHoldings),
    /// What was bought with cards in instalments of which some are still to come.
    InstalmentPlans(Vec<InstalmentPlan>),
    /// Cash that was put aside for others at ATMs.
    Withdrawals(Vec<Withdrawal>),
    /// What the customer was asked to approve, and how they decided.
    AuthorizationEvents(Vec<AuthorizationEvent>),
}

impl Record {
    /// Which product it is of.
    pub const fn kind(&self) -> RecordKind {
        match self {
            Self::Identity(_) => RecordKind::Identity,
            Self::ServiceAccounts(_) => RecordKind::ServiceAccounts,
            Self::Beneficiaries(_) => RecordKind::Beneficiaries,
            Self::DebitMandates(_) => RecordKind::DebitMandates,
            Self::CardMandates(_) => RecordKind::CardMandates,
            Self::Transfers(_) => RecordKind::Transfers,
            Self::ConsumerLoans(_) => RecordKind::ConsumerLoans,
            Self::Mortgages(_) => RecordKind::Mortgages,
            Self::Cards(_) => RecordKind::Cards,
            Self::CreditLines(_) => RecordKind::CreditLines,
            Self::Investments(_) => RecordKind::Investments,
            Self::TaxFolder(_) => RecordKind::TaxFolder,
            Self::TaxStatus(_) => RecordKind::TaxStatus,
            Self::Debts(_) => RecordKind::Debts,
            Self::AfcContributions(_) => RecordKind::AfcContributions,
            Self::AfcEmployers(_) => RecordKind::AfcEmployers,
            Self::AfcAffiliate(_) => RecordKind::AfcAffiliate,
            Self::CryptoHoldings(_) => RecordKind::CryptoHoldings,
            Self::InstalmentPlans(_) => RecordKind::InstalmentPlans,
            Self::Withdrawals(_) => RecordKind::Withdrawals,
            Self::AuthorizationEvents(_) => RecordKind::AuthorizationEvents,
        }
    }

    /// Whether it says that the customer has nothing of the kind.
    pub const fn is_empty(&self) -> bool {
        match self {
            Self::ServiceAccounts(list) => list.is_empty(),
            Self::Beneficiaries(list) => list.is_empty(),
            Self::DebitMandates(list) => list.is_empty(),
            Self::CardMandates(list) => list.is_empty(),
            Self::Transfers(transfers) => transfers.transfers.is_empty(),
            Self::ConsumerLoans(list) => list.is_empty(),
            Self::Mortgages(list) => list.is_empty(),
            Self::Cards(list) => list.is_empty(),
            Self::CreditLines(list) => list.is_empty(),
            Self::Investments(held) => held.instruments.is_empty(),
            Self::AfcContributions(list) => list.is_empty(),
            Self::AfcEmployers(list) => list.is_empty(),
            Self::CryptoHoldings(held) => held.balances.is_empty(),
            Self::InstalmentPlans(list) => list.is_empty(),
            Self::Withdrawals(list) => list.is_empty(),
            Self::AuthorizationEvents(list) => list.is_empty(),
            Self::Identity(_)
            | Self::TaxFolder(_)
            | Self::TaxStatus(_)
            | Self::Debts(_)
            | Self::AfcAffiliate(_) => false,
        }
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Record({})", self.kind().name())
    }
}
