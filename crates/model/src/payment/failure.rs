//! Why a payment was not made.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Failure, TransferFailure};

/// Why no money moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentFailure {
    /// The bank says why.
    Refused(TransferFailure),
    /// It came to nothing before the bank made anything of it; see [`Self::of`].
    NotMade(Failure),
}

impl PaymentFailure {
    /// A class of failure, as the bank's own word where it has one.
    pub fn of(failure: Failure) -> Self {
        TransferFailure::parse(failure.name()).map_or(Self::NotMade(failure), Self::Refused)
    }

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refused(failure) => failure.name(),
            Self::NotMade(failure) => failure.name(),
        }
    }

    /// The one of that name.
    pub fn parse(name: &str) -> Option<Self> {
        let refused = TransferFailure::parse(name).map(Self::Refused);
        refused.or_else(|| Failure::parse(name).map(Self::NotMade))
    }

    /// Its class in the one taxonomy.
    pub const fn class(self) -> Failure {
        match self {
            Self::NotMade(failure) => failure,
            Self::Refused(failure) => match failure {
                TransferFailure::InsufficientFunds => Failure::InsufficientFunds,
                TransferFailure::LimitExceeded => Failure::LimitExceeded,
                TransferFailure::ChallengeRejected | TransferFailure::Denied => {
                    Failure::ChallengeRejected
                }
                TransferFailure::ChallengeExpired => Failure::ChallengeExpired,
                TransferFailure::UnknownPayee
                | TransferFailure::WrongAmount
                | TransferFailure::Other => Failure::RequestInvalid,
                TransferFailure::Withdrawn => Failure::ConsentRevoked,
            },
        }
    }
}

impl Serialize for PaymentFailure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for PaymentFailure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::parse(&name).ok_or_else(|| serde::de::Error::custom("no reason of a payment"))
    }
}

#[cfg(test)]
mod tests {
    use super::PaymentFailure;
    use crate::{Failure, TransferFailure};

    #[test]
    fn a_reason_is_known_by_its_name() {
        let refused = TransferFailure::ALL.map(PaymentFailure::Refused);
        let not_made = Failure::ALL.map(PaymentFailure::of);
        for reason in refused.into_iter().chain(not_made) {
            assert_eq!(PaymentFailure::parse(reason.name()), Some(reason));
            let kept = serde_json::to_string(&reason).unwrap();
            assert_eq!(serde_json::from_str::<PaymentFailure>(&kept).unwrap(), reason);
        }
    }

    #[test]
    fn a_class_that_the_bank_has_a_word_for_is_that_word() {
        for failure in Failure::ALL {
            assert_eq!(PaymentFailure::of(failure).class(), failure);
        }
    }
}
