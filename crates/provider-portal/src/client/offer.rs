//! What each institution tells, and by which call: the one table of it.

use cartola_connector::session::RecordReading;
use cartola_connector::{Answer, ConnectorError};
use cartola_model::{InstitutionId, RecordKind, RecordKinds};

use super::decode;
use crate::wire::{self, afc, cmf, cryptomkt, identity, servipag, sii};

/// Institutions by their ids, with what they tell.
pub const INSTITUTIONS: [(&str, &[RecordKind]); 7] = [
    ("servipag", &[RecordKind::ServiceAccounts]),
    ("registro-civil", &[RecordKind::Identity]),
    ("clave-unica", &[RecordKind::Identity]),
    ("sii", &[RecordKind::TaxFolder, RecordKind::TaxStatus]),
    ("cmf", &[RecordKind::Debts]),
    ("afc", &[RecordKind::AfcContributions, RecordKind::AfcEmployers, RecordKind::AfcAffiliate]),
    ("cryptomkt", &[RecordKind::CryptoHoldings]),
];

/// What an institution tells; nothing where it is none of these.
pub fn kinds(institution: &InstitutionId) -> RecordKinds {
    let found = INSTITUTIONS.iter().find(|(id, _)| *id == institution.as_str());
    found.map_or(RecordKinds::NONE, |(_, kinds)| kinds.iter().copied().collect())
}

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

const CALLS: [Call; 9] = [
    Call {
        kind: RecordKind::ServiceAccounts,
        operation: "portal.service_accounts",
        path: wire::SERVICE_ACCOUNTS_PATH,
        decode: decode::record::<servipag::ServiceAccounts>,
    },
    Call {
        kind: RecordKind::Identity,
        operation: "portal.identity",
        path: wire::IDENTITY_PATH,
        decode: decode::record::<identity::Identity>,
    },
    Call {
        kind: RecordKind::TaxFolder,
        operation: "portal.tax_folder",
        path: wire::TAX_FOLDER_PATH,
        decode: decode::record::<sii::TaxFolder>,
    },
    Call {
        kind: RecordKind::TaxStatus,
        operation: "portal.tax_status",
        path: wire::TAX_STATUS_PATH,
        decode: decode::record::<sii::TaxStatus>,
    },
    Call {
        kind: RecordKind::Debts,
        operation: "portal.debts",
        path: wire::DEBTS_PATH,
        decode: decode::record::<cmf::DebtReport>,
    },
    Call {
        kind: RecordKind::AfcContributions,
        operation: "portal.contributions",
        path: wire::CONTRIBUTIONS_PATH,
        decode: decode::record::<afc::Contributions>,
    },
    Call {
        kind: RecordKind::AfcEmployers,
        operation: "portal.employers",
        path: wire::EMPLOYERS_PATH,
        decode: decode::record::<afc::Employers>,
    },
    Call {
        kind: RecordKind::AfcAffiliate,
        operation: "portal.personal_info",
        path: wire::PERSONAL_INFO_PATH,
        decode: decode::record::<afc::PersonalInfo>,
    },
    Call {
        kind: RecordKind::CryptoHoldings,
        operation: "portal.balances",
        path: wire::BALANCES_PATH,
        decode: decode::record::<cryptomkt::Balances>,
    },
];

/// The call that tells this product; none where the protocol has none.
pub fn call(kind: RecordKind) -> Option<Call> {
    CALLS.into_iter().find(|call| call.kind == kind)
}
