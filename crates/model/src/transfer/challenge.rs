//! What a customer is asked for before a bank makes a transfer.

use cartola_primitives::Timestamp;
use serde::{Deserialize, Serialize};

/// What the customer is to prove themselves with, and until when.
///
/// An answer that is wrong leaves a challenge of the same kind with fewer attempts; after the last
/// one the transfer fails. A challenge of another kind after an answer is the next step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// By which means.
    #[serde(flatten)]
    pub kind: ChallengeKind,
    /// From then on no answer is taken, and the transfer has failed.
    pub expires_at: Timestamp,
    /// Wrong answers that the bank still bears, where it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts_left: Option<u32>,
}

/// The means by which banks of Chile authenticate a transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChallengeKind {
    /// The customer approves in the bank's app; there is nothing to answer here.
    App,
    /// A code that the bank sent to the customer's mobile.
    Sms,
    /// Codes from the customer's coordinate card.
    Card {
        /// Which coordinates, such as `A1`, in the order in which they are answered.
        labels: Vec<String>,
    },
    /// Codes that a device of the customer's shows.
    Device {
        /// How many.
        fields: usize,
    },
    /// Both at once.
    SmsAndCard {
        /// Which coordinates of the card.
        labels: Vec<String>,
    },
}

/// What a bank asks for before it sends money, without what is said of it each time: see
/// [`ChallengeKind`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferStep {
    /// An approval in the bank's app.
    App,
    /// The code of an SMS.
    Sms,
    /// Coordinates of the customer's card.
    Card,
    /// Codes of the customer's device.
    Device,
    /// An SMS and the card at once.
    SmsAndCard,
}

impl TransferStep {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::App, Self::Sms, Self::Card, Self::Device, Self::SmsAndCard];

    /// Whether the code of an SMS is part of it.
    pub const fn asks_sms(self) -> bool {
        matches!(self, Self::Sms | Self::SmsAndCard)
    }
}

impl ChallengeKind {
    /// The stable name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Sms => "sms",
            Self::Card { .. } => "card",
            Self::Device { .. } => "device",
            Self::SmsAndCard { .. } => "sms_and_card",
        }
    }

    /// Whether an answer has the code of an SMS.
    pub const fn asks_sms(&self) -> bool {
        matches!(self, Self::Sms | Self::SmsAndCard { .. })
    }

    /// Whether there is something to answer here.
    pub const fn takes_answer(&self) -> bool {
        !matches!(self, Self::App)
    }

    /// How many codes of a card or device an answer has.
    pub const fn codes(&self) -> usize {
        match self {
            Self::App | Self::Sms => 0,
            Self::Card { labels } | Self::SmsAndCard { labels } => labels.len(),
            Self::Device { fields } => *fields,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Challenge, ChallengeKind, TransferStep};

    #[test]
    fn every_kind_is_kept() {
        let labels = vec!["A1".to_owned(), "B1".to_owned()];
        let kinds = [
            (ChallengeKind::App, (false, 0)),
            (ChallengeKind::Sms, (true, 0)),
            (ChallengeKind::Card { labels: labels.clone() }, (false, 2)),
            (ChallengeKind::Device { fields: 1 }, (false, 1)),
            (ChallengeKind::SmsAndCard { labels }, (true, 2)),
        ];
        for ((kind, answer), step) in kinds.into_iter().zip(TransferStep::ALL) {
            assert_eq!((kind.asks_sms(), kind.codes()), answer);
            assert_eq!(step.asks_sms(), kind.asks_sms());
            assert_eq!(serde_json::to_value(step).unwrap(), kind.name());
            let challenge = Challenge {
                kind,
                expires_at: "2026-11-20T15:05:00Z".parse().unwrap(),
                attempts_left: Some(3),
            };
            let kept = serde_json::to_value(&challenge).unwrap();
            assert_eq!(kept["kind"], challenge.kind.name());
            assert_eq!(serde_json::from_value::<Challenge>(kept).unwrap(), challenge);
        }
    }
}
