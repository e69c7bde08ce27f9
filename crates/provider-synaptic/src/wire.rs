//! The models of the document, member by member.
//!
//! Names and types are the document's; where its schema and its printed example disagree, its schema
//! counts. What the document leaves out of a model (`object`, `[ ]`) is ours, and `docs/synaptic.md`
//! says so. A member that there is nothing to say of is left out.

mod analysis;
mod bank;
mod company;
mod decimal;
mod invest;
mod loan;
mod state;
mod tax;
mod transfer;

pub use analysis::{AccountFlowSource, FinancialAnalysis, IncomeSource};
pub use bank::{
    AccountReport, AccountsReport, CardReport, CardUsage, CardsReport, CreditLineReport,
    FinancialReport, Identity, Movement, MovementType, ServiceAccount, TefRecipient,
};
pub use company::{Owner, Pac, Pat, PatLimit};
pub use decimal::Decimal;
pub use invest::{InstrumentReport, Instruments, InvestmentsReport};
pub use loan::{ConsumerLoan, Mortgage, MortgageProperty};
pub use state::{
    AfcContribution, AfcEmployer, AfcPersonalInformation, Credit, CreditTotal, CryptoBalancePair,
    CryptoBalances, Debt, DebtReport, DebtTotal,
};
pub use tax::{
    Boletas, CompanyInfo, Contribuyente, DocumentoTimbrado, Form, Property, TaxActivity, TaxFolder,
    TaxStatus,
};
pub use transfer::{Transfer, TransferAccount, TransferType};
