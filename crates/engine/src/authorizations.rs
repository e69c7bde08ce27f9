//! Mi Pass: what people approve, with their PIN, on their own phone.
//!
//! An **enrolment** ties one phone to one person whose identity was validated; it has a key pair, whose
//! private half is on the phone alone, and a PIN that the person chose. An **authorization** is one
//! operation of theirs, shown whole on that phone: approved with the PIN and signed by the phone,
//! denied, or left until its time is over. An approval is used once, by exactly the operation that was
//! shown. There is no other way to approve
//! ([ADR 0021](../../../docs/adr/0021-what-is-shown-is-what-is-signed.md)).

mod ask;
mod billers;
mod blocks;
mod by;
mod cancel;
mod content;
mod decide;
mod enrol;
mod errors;
mod jobs;
mod leave;
mod let_in;
mod moving;
mod phone;
mod pins;
mod read;
mod rules;
mod through_link;
mod token;
mod turns;
mod used;

use std::fmt;
use std::time::Duration;

use cartola_crypto::device::NONCE_BYTES;
use cartola_model::Operation;
use cartola_model::authorization::Pin;
use cartola_primitives::id::{AuthorizationId, EnrolmentId};
use cartola_primitives::{Rut, Secret, SignedDuration};

use crate::readings::Next;

pub use cartola_crypto::{ContentHash, DeviceJwk, PinCost};
pub use cartola_model::authorization::{
    AuthorizationStanding, AuthorizationState, BlockCause, CancelCause, EnrolmentStanding,
    EnrolmentState, IdentityProof, KeyOrigin, MAX_WRONG_PINS, OperationError, OperationKind,
    PIN_DIGITS, PinError,
};
pub use cartola_store::authorizations::{AuthorizationRow, EnrolmentRow};
pub use errors::{AskError, DecideError, EnrolError, EnrolmentError, UseError};
pub(crate) use jobs::handlers;
pub use leave::{Asking, LeaveBy, LeaveError};
pub(crate) use leave::{Leave, NoLeave, Sought};
pub use let_in::{AtTheDoor, LetIn};
pub use read::Listed;
pub use rules::{Reason, Rules};
pub use through_link::{LinkPayment, LinkPaymentError, may_be_used};
pub(crate) use turns::Turns;
pub use used::Use;

/// How long a phone may take the code of an enrolment.
pub const CODE_LASTS: SignedDuration = SignedDuration::from_mins(15);

/// Codes of enrolments that one person is given within [`CODES_WITHIN`].
pub const MAX_CODES: usize = 20;

/// The time in which that many codes are given at most.
pub const CODES_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// How long somebody may decide: as the challenges of the sandbox's banks.
pub const CHALLENGE_LASTS: SignedDuration = SignedDuration::from_mins(5);

/// How long an approval may wait to be used: as the tokens of the sandbox's Mi Pass.
pub const APPROVAL_LASTS: SignedDuration = SignedDuration::from_mins(5);

/// Operations that wait for one person at once: who is asked too often approves without looking.
pub const MAX_PENDING: usize = 5;

/// PINs that are hashed at once: each takes 19 MiB and a core.
pub const MAX_HASHING: usize = 2;

/// Those that wait for their turn at most; who comes beyond is told to come back.
pub const MAX_WAITING: usize = 64;

/// How long one waits for its turn: longer than [`MAX_WAITING`] hashes of some 30 ms take, on a machine
/// that has other things to do.
pub const HASHING_WAIT: Duration = Duration::from_secs(10);

/// For how long whom a person has paid by an approval is known to them; after that, it is the first
/// time again.
pub const PAYEE_KNOWN: SignedDuration = SignedDuration::from_hours(365 * 24);

/// For how long a phone that came after another one approves nothing that is high-risk, where the
/// installation says nothing else: whoever takes somebody's phone number, or their account with the
/// tenant, has it to enrol a phone of their own, and the person that long to hear of it.
pub const COOLING_OFF: SignedDuration = SignedDuration::from_hours(24);

/// Longest name and fingerprint of a phone, in characters.
pub const MAX_PHONE_TEXT: usize = 80;

/// Longest name of who asks, in bytes.
pub const MAX_CHANNEL: usize = 32;

/// The screens of Mi Pass, as the audit trail names them.
pub mod screens {
    /// Where a phone is enrolled and blocked.
    pub const ENROLMENT: &str = "Mi Pass: registro";
    /// Where a PIN is typed.
    pub const PIN: &str = "Mi Pass: validación de clave";
    /// Where an operation is approved or denied.
    pub const DECISION: &str = "Mi Pass: autorización de operación";
}

/// By what somebody's identity was validated.
#[derive(Debug, Clone, Copy)]
pub enum Validated<'a> {
    /// Their bank let them in, with credentials that came with the call.
    ByBank(&'a LetIn),
    /// The tenant did, and keeps what shows it: its hash is kept here.
    ByTenant(&'a [u8]),
}

/// A phone that is enrolled.
pub struct NewPhone<'a> {
    /// What its holder calls it.
    pub name: &'a str,
    /// What tells it from others, as its app computes it; nothing is decided by it.
    pub fingerprint: Option<&'a str>,
    /// Its own public key; where there is none, it is given a pair.
    pub key: Option<&'a DeviceJwk>,
    /// The PIN that its holder chose.
    pub pin: &'a Pin,
}

/// A phone as its tenant sees it.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// The row; its state as it is now.
    pub row: EnrolmentRow,
    /// What is known of the phone, once one took the code.
    pub phone: Option<PhoneData>,
}

/// What is known of a phone. Names its holder's phone: `Debug` shows its key's thumbprint alone.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneData {
    /// What its holder calls it.
    pub name: String,
    /// What its app says that tells it from others.
    pub fingerprint: Option<String>,
    /// Its public key.
    pub key: DeviceJwk,
    /// The thumbprint of that (RFC 7638), 43 characters.
    pub thumbprint: String,
    /// Who made the key.
    pub origin: KeyOrigin,
    /// The phone whose place it took, where there was one.
    pub before: Option<EnrolmentId>,
}

impl fmt::Debug for PhoneData {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("PhoneData");
        shown.field("thumbprint", &self.thumbprint).field("origin", &self.origin);
        shown.finish_non_exhaustive()
    }
}

/// An enrolment that was begun.
pub struct Begun {
    /// The enrolment.
    pub enrolment: Enrolment,
    /// What the phone takes: letters, digits, `-` and `_`, for [`CODE_LASTS`].
    pub code: Secret<String>,
}

/// A phone that was enrolled.
pub struct Enrolled {
    /// The enrolment.
    pub enrolment: Enrolment,
    /// What the phone keeps, where it was given a key pair. It is shown once.
    pub secret: Option<Secret<String>>,
}

/// An operation that somebody is to approve.
pub struct Ask<'a> {
    /// Who.
    pub rut: Rut,
    /// What.
    pub operation: &'a Operation,
    /// Who asks for it: the name of a facade, `a-z`, `0-9`, `_` and `.`.
    pub channel: &'a str,
    /// What the tenant knows it by, under the name of the facade.
    pub case: &'a str,
    /// What follows once it is decided, or nobody can decide it any more, exactly once.
    pub next: Option<Next>,
}

/// What a phone signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneSignature {
    /// The signature, 64 bytes.
    pub bytes: Vec<u8>,
    /// The thumbprint of the key (RFC 7638).
    pub thumbprint: String,
    /// Who made that key: whether the phone alone could have signed.
    pub origin: KeyOrigin,
    /// Whether it was decided on the gateway's own page. An approval that was has no token that anybody
    /// was told: its id stands for it.
    pub on_page: bool,
    /// Whether what was approved follows by itself ([`Ask::next`]). Then it is done by that alone, and
    /// nobody is told a token.
    pub is_followed: bool,
}

/// An authorization as its tenant and its phone see it. What it says is its person's: `Debug` shows its
/// row alone.
#[derive(Clone)]
pub struct Authorization {
    /// The row; its state as it is now.
    pub row: AuthorizationRow,
    /// The operation.
    pub operation: Operation,
    /// What is shown of it: the operation line by line, and who asks.
    pub text: String,
    /// The SHA-256 of that text.
    pub shown: ContentHash,
    /// What makes this question another one than any before.
    pub nonce: [u8; NONCE_BYTES],
    /// What the phone signed, once it did.
    pub signed: Option<PhoneSignature>,
}

impl fmt::Debug for Authorization {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Authorization").field("row", &self.row).finish_non_exhaustive()
    }
}

impl Authorization {
    /// Where it stands.
    pub const fn state(&self) -> &AuthorizationState {
        &self.row.standing.state
    }

    /// Its id.
    pub const fn id(&self) -> AuthorizationId {
        self.row.id
    }
}

/// What somebody decided.
pub enum Verdict {
    /// They want it, and typed their PIN.
    Approve(Pin),
    /// They do not.
    Deny,
}

impl Verdict {
    /// The word that is signed.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Approve(_) => "approve",
            Self::Deny => "deny",
        }
    }
}

/// A decision as a phone sends it.
pub struct Decision<'a> {
    /// What was decided.
    pub verdict: Verdict,
    /// The SHA-256 of the text that the phone showed.
    pub shown: ContentHash,
    /// What shows that it was the phone.
    pub proof: PhoneProof<'a>,
}

/// What shows that a decision was made on a phone.
pub enum PhoneProof<'a> {
    /// The phone signed it; see [`cartola_crypto::Statement`].
    Signature(&'a [u8]),
    /// The phone sends the secret that it was given, and it is signed here.
    Secret(&'a str),
}

/// What became of a decision.
pub struct Decided {
    /// The authorization as it stands then.
    pub authorization: Authorization,
    /// By what the approval is used, once, within [`APPROVAL_LASTS`]; absent where it was denied, and
    /// where what was approved follows by itself.
    pub token: Option<Secret<String>>,
}

/// Whoever holds a phone that was given a key pair.
pub struct Phone {
    /// The enrolment.
    pub enrolment: Enrolment,
    /// Whose phone it is.
    pub rut: Rut,
    /// What waits for them, oldest first.
    pub pending: Vec<Authorization>,
}

impl Phone {
    /// Its id.
    pub const fn id(&self) -> EnrolmentId {
        self.enrolment.row.id
    }
}
