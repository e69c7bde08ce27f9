//! Transfers as a bank is told to make them, and what it tells of them.
//!
//! What a bank says of transfers that were made, by anybody, is a record ([`crate::records`]).

mod challenge;
mod id;

use std::fmt;

use cartola_primitives::rut::serde_compact;
use cartola_primitives::{Money, Rut, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{AccountNumber, InstitutionId};

pub use challenge::{Challenge, ChallengeKind, TransferStep};
pub use id::{EndToEndId, EndToEndIdError};

/// One transfer to be made. Names people and their accounts: sealed when stored, and `Debug` shows
/// its id alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferOrder {
    /// What the bank and we know it by.
    pub end_to_end_id: EndToEndId,
    /// The customer's account that pays.
    #[serde(with = "written")]
    pub from: AccountNumber,
    /// Who is paid.
    pub to: TransferPayee,
    /// How much, above zero. Banks of Chile transfer pesos.
    pub amount: Money,
    /// What both sides are told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// Who is paid, and where. Personal data: `Debug` shows the institution alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TransferPayee {
    /// The bank of the account, never a company portal of it.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub institution: InstitutionId,
    /// The account.
    #[serde(with = "written")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub account: AccountNumber,
    /// The holder's RUT.
    #[serde(with = "serde_compact")]
    pub rut: Rut,
    /// The holder's name.
    pub name: String,
}

impl fmt::Debug for TransferOrder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TransferOrder")
            .field("end_to_end_id", &self.end_to_end_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for TransferPayee {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TransferPayee")
            .field("institution", &self.institution)
            .finish_non_exhaustive()
    }
}

/// What a bank tells of a transfer that it was told to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferTold {
    /// Where it stands.
    pub state: TransferState,
    /// What the bank calls it, such as its código de transacción.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_reference: Option<String>,
}

/// Where a transfer stands at its bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferState {
    /// The customer is to prove that they want it. No money has moved.
    Challenged(Challenge),
    /// The bank has all it wants and is at it: money moves or is about to.
    Settling,
    /// The money has moved. Final.
    Completed {
        /// When.
        settled_at: Timestamp,
    },
    /// No money has moved and none will. Final.
    Failed(TransferFailure),
}

impl TransferState {
    /// The stable name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Challenged(_) => "challenged",
            Self::Settling => "settling",
            Self::Completed { .. } => "completed",
            Self::Failed(_) => "failed",
        }
    }

    /// Whether it stays so whatever anybody does.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Completed { .. } | Self::Failed(_))
    }
}

/// Why a bank made no transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferFailure {
    /// Not enough money on the account.
    InsufficientFunds,
    /// More than the bank lets the customer transfer, at once or in a day, or less than the least.
    LimitExceeded,
    /// Too many wrong codes.
    ChallengeRejected,
    /// The customer proved nothing in time.
    ChallengeExpired,
    /// The customer said no.
    Denied,
    /// There is no such account, or it is somebody else's.
    UnknownPayee,
    /// Of a bill: what is owed is another amount, or nothing any more.
    WrongAmount,
    /// It was taken back before it settled.
    Withdrawn,
    /// Something else, in the bank's own words.
    Other,
}

impl TransferFailure {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::InsufficientFunds,
        Self::LimitExceeded,
        Self::ChallengeRejected,
        Self::ChallengeExpired,
        Self::Denied,
        Self::UnknownPayee,
        Self::WrongAmount,
        Self::Withdrawn,
        Self::Other,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InsufficientFunds => "insufficient_funds",
            Self::LimitExceeded => "limit_exceeded",
            Self::ChallengeRejected => "challenge_rejected",
            Self::ChallengeExpired => "challenge_expired",
            Self::Denied => "denied",
            Self::UnknownPayee => "unknown_payee",
            Self::WrongAmount => "wrong_amount",
            Self::Withdrawn => "withdrawn",
            Self::Other => "other",
        }
    }

    /// The reason of that stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|failure| failure.name() == name)
    }
}

/// An account number as its bank writes it.
pub(crate) mod written {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::AccountNumber;

    pub fn serialize<S: Serializer>(
        number: &AccountNumber,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(number.written())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<AccountNumber, D::Error> {
        AccountNumber::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }

    /// The same where there may be none.
    pub mod option {
        use serde::{Deserialize, Deserializer, Serialize, Serializer};

        use crate::AccountNumber;

        #[expect(clippy::ref_option, reason = "serde hands a reference to the field")]
        pub fn serialize<S: Serializer>(
            number: &Option<AccountNumber>,
            serializer: S,
        ) -> Result<S::Ok, S::Error> {
            number.as_ref().map(AccountNumber::written).serialize(serializer)
        }

        pub fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<AccountNumber>, D::Error> {
            let written = Option::<String>::deserialize(deserializer)?;
            let number = written.as_deref().map(AccountNumber::parse).transpose();
            number.map_err(serde::de::Error::custom)
        }
    }
}

#[cfg(test)]
mod tests {
    use cartola_primitives::{Currency, Money, Rut};

    use super::{EndToEndId, TransferFailure, TransferOrder, TransferPayee};
    use crate::{AccountNumber, InstitutionId};

    const ID: &str = "0198c1d2a3b4c5d6e7f8091a2b3c4d5e";

    fn order() -> TransferOrder {
        TransferOrder {
            end_to_end_id: EndToEndId::parse(ID).unwrap(),
            from: AccountNumber::parse("00-123-45678-90").unwrap(),
            to: TransferPayee {
                institution: InstitutionId::parse("banco-estado").unwrap(),
                account: AccountNumber::parse("12345678").unwrap(),
                rut: Rut::parse("12.345.678-5").unwrap(),
                name: "María Soto".to_owned(),
            },
            amount: Money::new(250_000, Currency::CLP),
            comment: Some("Servicios abril 2026".to_owned()),
        }
    }

    #[test]
    fn an_order_is_kept_whole_and_shows_nobody() {
        let kept = serde_json::to_string(&order()).unwrap();
        assert_eq!(serde_json::from_str::<TransferOrder>(&kept).unwrap(), order());
        assert_eq!(
            format!("{:?}", order()),
            format!("TransferOrder {{ end_to_end_id: {ID}, .. }}")
        );
        let payee = format!("{:?}", order().to);
        assert_eq!(payee, r#"TransferPayee { institution: InstitutionId("banco-estado"), .. }"#);
    }

    #[test]
    fn a_reason_is_kept_by_its_name() {
        for failure in TransferFailure::ALL {
            assert_eq!(TransferFailure::parse(failure.name()), Some(failure));
            let kept = serde_json::to_string(&failure).unwrap();
            assert_eq!(kept, format!("\"{}\"", failure.name()));
        }
    }
}
