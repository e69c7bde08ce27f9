//! Typed, prefixed, time-ordered identifiers of 16 bytes.
//!
//! An id is minted, never computed from content. Its text form is the prefix of its type, `_`
//! and 32 lowercase hexadecimal digits: `mov_0198c1d2a3b4…`. Text and bytes sort alike.

use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::str::FromStr;

use data_encoding::{Encoding, HEXLOWER};
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

mod minter;

pub use minter::{IdMinter, below_minted_since};

/// Bytes in an id.
pub const ID_BYTES: usize = 16;

/// Hexadecimal digits in an id.
pub const ID_HEX_DIGITS: usize = 2 * ID_BYTES;

static HEX: Encoding = HEXLOWER;

/// What every id type has; use it to write code that serves all of them.
pub trait TypedId:
    Copy
    + Eq
    + Ord
    + Hash
    + Debug
    + Display
    + FromStr<Err = IdError>
    + Serialize
    + DeserializeOwned
    + Send
    + Sync
    + 'static
{
    /// The letters before the `_` of the text form.
    const PREFIX: &'static str;

    /// Takes the 16 bytes as they are, big-endian.
    fn from_bytes(bytes: [u8; ID_BYTES]) -> Self;

    /// The 16 bytes, big-endian.
    fn as_bytes(&self) -> &[u8; ID_BYTES];
}

/// The text is not an id of the wanted type. The message names the form, not the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("expected {expected_prefix}_ followed by {ID_HEX_DIGITS} lowercase hexadecimal digits")]
pub struct IdError {
    /// The prefix of the wanted type, without `_`.
    pub expected_prefix: &'static str,
}

/// Reads 32 lowercase hexadecimal digits.
fn decode_hex(hex: &str) -> Option<[u8; ID_BYTES]> {
    if hex.len() != ID_HEX_DIGITS {
        return None;
    }
    let mut bytes = [0; ID_BYTES];
    HEX.decode_mut(hex.as_bytes(), &mut bytes).ok().map(|_| bytes)
}

macro_rules! typed_ids {
    ($($(#[$documentation:meta])* $name:ident $prefix:literal;)*) => {$(
        $(#[$documentation])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; ID_BYTES]);

        impl $name {
            /// Takes the 16 bytes as they are, big-endian.
            pub const fn from_bytes(bytes: [u8; ID_BYTES]) -> Self {
                Self(bytes)
            }

            /// Reads 32 lowercase hexadecimal digits without a prefix, the form of [`Self::hex`].
            pub fn from_hex(hex: &str) -> Result<Self, IdError> {
                decode_hex(hex).map(Self).ok_or(IdError { expected_prefix: $prefix })
            }

            /// The 16 bytes, big-endian.
            pub const fn as_bytes(&self) -> &[u8; ID_BYTES] {
                &self.0
            }

            /// 32 lowercase hexadecimal digits, for protocols that have no prefix.
            pub fn hex(&self) -> String {
                HEX.encode(&self.0)
            }
        }

        impl TypedId for $name {
            const PREFIX: &'static str = $prefix;

            fn from_bytes(bytes: [u8; ID_BYTES]) -> Self {
                Self(bytes)
            }

            fn as_bytes(&self) -> &[u8; ID_BYTES] {
                &self.0
            }
        }

        impl Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let hex = HEX.encode_display(&self.0);
                write!(formatter, concat!($prefix, "_{}"), hex)
            }
        }

        impl Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                Display::fmt(self, formatter)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let hex = text
                    .strip_prefix(concat!($prefix, "_"))
                    .ok_or(IdError { expected_prefix: $prefix })?;
                Self::from_hex(hex)
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::text_serde::deserialize(
                    deserializer,
                    concat!("an id such as ", $prefix, "_ and 32 hexadecimal digits"),
                    Self::from_str,
                )
            }
        }
    )*};
}

typed_ids! {
    /// A tenant of the gateway.
    TenantId "ten";
    /// A tenant's API key (the row, not the secret).
    CredentialId "key";
    /// A person or company known by RUT.
    PersonId "per";
    /// The tie between tenant, person, institution and credential.
    LinkId "lnk";
    /// One consent.
    ConsentId "con";
    /// A set of consents that rows point to.
    ConsentSetId "cse";
    /// An account at an institution.
    AccountId "acc";
    /// A movement of an account.
    MovementId "mov";
    /// A source record that led to a movement.
    SourceId "src";
    /// One import of a file or answer.
    ImportId "imp";
    /// A raw answer in the archive.
    ArchiveId "raw";
    /// A data key of the vault.
    DataKeyId "dky";
    /// One request to our API.
    RequestId "req";
    /// What an institution told of one product at one time.
    RecordId "rec";
    /// An extraction that a client asked for and looks at until it has ended.
    TaskId "tsk";
    /// A payment.
    PaymentId "pay";
    /// An amount that a payer is asked for on a page.
    CheckoutId "chk";
    /// What a tenant pays out of an account of its own, line by line.
    PayoutId "out";
    /// What a customer's bank is told to do beside transfers, such as to give cash.
    InstructionId "ins";
    /// A phone on which somebody approves.
    EnrolmentId "dev";
    /// An operation that somebody is asked to approve.
    AuthorizationId "aut";
    /// What a person asks of whoever keeps their data, or a breach of it.
    MatterId "mat";
    /// A job of the queue.
    JobId "job";
    /// A message of the outbox, which receivers see as the `webhook-id`.
    MessageId "msg";
    /// One lease of a job: whoever takes the job over has another.
    LeaseId "lea";
    /// A span of monotonic time, within which instants can be compared.
    EpochId "epo";
}
