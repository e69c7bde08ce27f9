//! What banks tell as a whole, and by which call: the one table of it. Transfers, which come by the
//! page, are in it without a call.

use cartola_connector::session::RecordReading;
use cartola_connector::{Answer, ConnectorError};
use cartola_model::{RecordKind, RecordKinds};

use super::decode;
use super::map::PlansOfCards;
use crate::wire;

/// What every bank tells, company portals included: who has nothing of a kind has an empty record.
pub const KINDS: RecordKinds = RecordKinds::NONE
    .with(RecordKind::Identity)
    .with(RecordKind::ServiceAccounts)
    .with(RecordKind::Beneficiaries)
    .with(RecordKind::DebitMandates)
    .with(RecordKind::CardMandates)
    .with(RecordKind::Transfers)
    .with(RecordKind::ConsumerLoans)
    .with(RecordKind::Mortgages)
    .with(RecordKind::Cards)
    .with(RecordKind::CreditLines)
    .with(RecordKind::Investments)
    .with(RecordKind::InstalmentPlans)
    .with(RecordKind::Withdrawals)
    .with(RecordKind::AuthorizationEvents);

/// The call that tells a product.
#[derive(Clone, Copy)]
pub struct Call {
    kind: RecordKind,
    /// Its name, for logs and errors.
    pub operation: &'static str,
    /// Where it is.
    pub path: &'static str,
    decode: fn(&'static str, &Answer) -> Result<RecordReading, ConnectorError>,
}

impl Call {
    /// Understands what it is answered.
    pub fn read(&self, answer: &Answer) -> Result<RecordReading, ConnectorError> {
        (self.decode)(self.operation, answer)
    }
}

const CALLS: [Call; 13] = [
    Call {
        kind: RecordKind::Identity,
        operation: "mibanco.identity",
        path: wire::IDENTITY_PATH,
        decode: decode::record::<wire::Identity>,
    },
    Call {
        kind: RecordKind::ServiceAccounts,
        operation: "mibanco.bills",
        path: wire::BILLS_PATH,
        decode: decode::record::<wire::Bills>,
    },
    Call {
        kind: RecordKind::Beneficiaries,
        operation: "mibanco.beneficiaries",
        path: wire::BENEFICIARIES_PATH,
        decode: decode::record::<wire::Beneficiaries>,
    },
    Call {
        kind: RecordKind::DebitMandates,
        operation: "mibanco.pac",
        path: wire::PAC_PATH,
        decode: decode::record::<wire::PacMandates>,
    },
    Call {
        kind: RecordKind::CardMandates,
        operation: "mibanco.pat",
        path: wire::PAT_PATH,
        decode: decode::record::<wire::PatMandates>,
    },
    Call {
        kind: RecordKind::ConsumerLoans,
        operation: "mibanco.consumer_loans",
        path: wire::CONSUMER_LOANS_PATH,
        decode: decode::record::<wire::ConsumerLoans>,
    },
    Call {
        kind: RecordKind::Mortgages,
        operation: "mibanco.mortgages",
        path: wire::MORTGAGES_PATH,
        decode: decode::record::<wire::Mortgages>,
    },
    Call {
        kind: RecordKind::Cards,
        operation: "mibanco.cards",
        path: wire::CARDS_PATH,
        decode: decode::record::<wire::Cards>,
    },
    Call {
        kind: RecordKind::CreditLines,
        operation: "mibanco.credit_lines",
        path: wire::CREDIT_LINES_PATH,
        decode: decode::record::<wire::CreditLines>,
    },
    Call {
        kind: RecordKind::Investments,
        operation: "mibanco.investments",
        path: wire::INVESTMENTS_PATH,
        decode: decode::record::<wire::Investments>,
    },
    Call {
        kind: RecordKind::InstalmentPlans,
        operation: "mibanco.instalment_plans",
        path: wire::CARDS_PATH,
        decode: decode::record::<PlansOfCards>,
    },
    Call {
        kind: RecordKind::Withdrawals,
        operation: "mibanco.withdrawals",
        path: wire::WITHDRAWALS_PATH,
        decode: decode::record::<wire::Withdrawals>,
    },
    Call {
        kind: RecordKind::AuthorizationEvents,
        operation: "mibanco.authorizations",
        path: wire::AUTHORIZATIONS_PATH,
        decode: decode::record::<wire::Authorizations>,
    },
];

/// The call that tells this product; none where no bank tells it, or by the page.
pub fn call(kind: RecordKind) -> Option<Call> {
    CALLS.into_iter().find(|call| call.kind == kind)
}
