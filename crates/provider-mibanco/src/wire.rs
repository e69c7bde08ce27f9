//! The shapes of the protocol: paths, headers and bodies.
//!
//! All bodies are JSON. Names and types are those that the document prints. Amounts are integers
//! in minor units of their currency (whole pesos for CLP, cents for USD), signed where they are
//! movements: a cargo is below zero. Words from a list (`CUENTA_VISTA`, `PENDING`) are read
//! leniently: one that is not known is kept as it came. A field that a sender leaves out is absent,
//! never `null`.

mod account;
mod bank;
mod beneficiary;
mod bill;
mod card;
mod code;
mod credit_line;
mod error;
mod identity;
mod instruction;
mod investment;
mod loan;
mod mandate;
mod mortgage;
mod payment;
mod profile;
mod session;
mod statement;
mod text;
mod transfer;

pub use account::{Account, AccountType, Accounts, Balance, Balances};
pub use bank::{bank_named, bank_word};
pub use beneficiary::{Beneficiaries, Beneficiary};
pub use bill::{Bill, Bills};
pub use card::{Card, CardBrand, CardLimit, CardStatement, Cards, InstalmentPlan};
pub use credit_line::{CreditLine, CreditLines};
pub use error::{ErrorBody, ErrorCode};
pub use identity::{Address, Identity};
pub use instruction::{
    AuthorizationEvent, Authorizations, BeneficiaryChange, BeneficiaryChangeRequest,
    BillPaymentRequest, Decision, OperationResponse, OperationStatus, OperationType, Withdrawal,
    WithdrawalRequest, Withdrawals,
};
pub use investment::{Fund, Investments, InvestorProfile, Share, TimeDeposit, TotalByCurrency};
pub use loan::{ConsumerLoan, ConsumerLoans, LoanState};
pub use mandate::{Pac, PacMandates, Pat, PatMandates, PatOwner, PatState};
pub use mortgage::{Mortgage, Mortgages, Property, RateType};
pub use payment::{
    AuthorizationRequest, ChallengeType, PaymentFailure, PaymentStatus, TransferChallenge,
    TransferRequest, TransferResponse,
};
pub use profile::Profile;
pub use session::{
    CustomerSegment, RefreshRequest, SessionCredential, SessionRequest, SessionResponse,
};
pub use statement::{
    Channel, StatementCounterparty, StatementRequest, StatementResponse, Transaction,
    TransactionStatus,
};
pub use transfer::{
    Direction, Transfer, TransferParty, TransferStatus, TransfersQuery, TransfersResponse,
};

/// `POST` opens a session, `DELETE` ends it (204, no body).
pub const SESSION_PATH: &str = "/api/v1/mibanco/session";
/// `POST` renews a session.
pub const SESSION_REFRESH_PATH: &str = "/api/v1/mibanco/session/refresh";
/// `GET` tells who the customer is.
pub const PROFILE_PATH: &str = "/api/v1/mibanco/profile";
/// `GET` lists the accounts.
pub const ACCOUNTS_PATH: &str = "/api/v1/mibanco/accounts";
/// `GET` lists the balances of all accounts.
pub const BALANCES_PATH: &str = "/api/v1/mibanco/balances";
/// `POST` reads a page of an account's movements.
pub const STATEMENT_PATH: &str = "/api/v1/mibanco/statement";
/// `GET` lists the credit cards.
pub const CARDS_PATH: &str = "/api/v1/mibanco/cards";
/// `GET` lists the credit lines.
pub const CREDIT_LINES_PATH: &str = "/api/v1/mibanco/credit-lines";
/// `GET` lists whom the customer transfers to.
pub const BENEFICIARIES_PATH: &str = "/api/v1/mibanco/beneficiaries";
/// `GET` lists the service accounts that the customer has registered, and what is owed there.
pub const BILLS_PATH: &str = "/api/v1/mibanco/bills";
/// `GET` tells who the customer is, unmasked. Ours.
pub const IDENTITY_PATH: &str = "/api/v1/mibanco/identity";
/// `GET` lists what accounts are debited by mandate. Ours.
pub const PAC_PATH: &str = "/api/v1/mibanco/pac";
/// `GET` lists what cards are charged by mandate. Ours.
pub const PAT_PATH: &str = "/api/v1/mibanco/pat";
/// `GET` reads a page of transfers. Ours.
pub const TRANSFERS_PATH: &str = "/api/v1/mibanco/transfers";
/// `POST` tells the bank to make a transfer.
pub const TRANSFER_PATH: &str = "/api/v1/mibanco/transfer";
/// `GET` tells where one stands, by its end-to-end id. Ours.
pub const TRANSFER_LOOK_PATH: &str = "/api/v1/mibanco/transfer/{end_to_end_id}";
/// `POST` answers what the bank asked for. Ours.
pub const TRANSFER_AUTHORIZATION_PATH: &str =
    "/api/v1/mibanco/transfer/{end_to_end_id}/authorization";
/// `POST` takes a transfer back that has not settled. Ours.
pub const TRANSFER_WITHDRAWAL_PATH: &str = "/api/v1/mibanco/transfer/{end_to_end_id}/withdrawal";
/// `GET` lists cash that was put aside for others; `POST` tells the bank to put some aside.
pub const WITHDRAWALS_PATH: &str = "/api/v1/mibanco/withdrawals";
/// `GET` tells where one stands, by its end-to-end id. Ours.
pub const WITHDRAWAL_LOOK_PATH: &str = "/api/v1/mibanco/withdrawals/{end_to_end_id}";
/// `POST` gives one up that nobody has taken. Ours.
pub const WITHDRAWAL_CANCELLATION_PATH: &str =
    "/api/v1/mibanco/withdrawals/{end_to_end_id}/cancellation";
/// `POST` pays a bill. Ours.
pub const BILL_PAYMENTS_PATH: &str = "/api/v1/mibanco/bills/payments";
/// `GET` tells where such a payment stands. Ours.
pub const BILL_PAYMENT_LOOK_PATH: &str = "/api/v1/mibanco/bills/payments/{end_to_end_id}";
/// `POST` gives one up that has not been made. Ours.
pub const BILL_PAYMENT_WITHDRAWAL_PATH: &str =
    "/api/v1/mibanco/bills/payments/{end_to_end_id}/withdrawal";
/// `POST` adds a beneficiary or takes one away. Ours.
pub const BENEFICIARY_CHANGES_PATH: &str = "/api/v1/mibanco/beneficiaries/changes";
/// `GET` tells where such a change stands. Ours.
pub const BENEFICIARY_CHANGE_LOOK_PATH: &str =
    "/api/v1/mibanco/beneficiaries/changes/{end_to_end_id}";
/// `POST` gives one up that has not been made. Ours.
pub const BENEFICIARY_CHANGE_WITHDRAWAL_PATH: &str =
    "/api/v1/mibanco/beneficiaries/changes/{end_to_end_id}/withdrawal";
/// `GET` lists what the customer was asked to approve in Mi Pass, and how they decided.
pub const AUTHORIZATIONS_PATH: &str = "/api/v1/mibanco/authorizations";
/// `GET` lists the consumer loans. Ours.
pub const CONSUMER_LOANS_PATH: &str = "/api/v1/mibanco/consumer-loans";
/// `GET` lists the mortgages. Ours.
pub const MORTGAGES_PATH: &str = "/api/v1/mibanco/mortgages";
/// `GET` tells the investments. Ours.
pub const INVESTMENTS_PATH: &str = "/api/v1/mibanco/investments";

/// The header that names the device. A session belongs to the device that opened it.
pub const DEVICE_ID_HEADER: &str = "x-device-id";

/// The header with a token of Mi Pass, which approves a transfer at once.
pub const MI_PASS_TOKEN_HEADER: &str = "x-mipass-token";

/// Seconds for which an access token is good, as the document prints.
pub const ACCESS_TOKEN_SECONDS: u32 = 900;

/// Transactions on a page of a statement where the request does not say.
pub const DEFAULT_PAGE_SIZE: u32 = 100;
/// Most transactions on a page of a statement, and transfers on a page.
pub const MAX_PAGE_SIZE: u32 = 500;
