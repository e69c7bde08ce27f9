//! Every problem that can be answered, as rows. Error pages and the OpenAPI document are generated
//! from here.

mod access;
mod authorization;
mod import;
mod instruction;
mod link;
mod message;
mod payment;
mod request;
mod resource;
mod server;

use cartola_model::Failure;
use serde::{Serialize, Serializer};

use super::{Retry, Text};

/// One row.
#[derive(Debug)]
pub struct Entry {
    /// Which.
    pub code: Code,
    /// Its stable name; the page is `/errors/{name}`.
    pub name: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Its class in the taxonomy that all facades share.
    pub failure: Failure,
    /// Whether asking again can help, unless the problem itself knows better.
    pub retry: Retry,
    /// A few words.
    pub title: Text,
    /// What has happened.
    pub meaning: Text,
    /// What to do about it.
    pub remedy: Text,
}

macro_rules! codes {
    ($($(#[$documentation:meta])* $code:ident)*) => {
        /// A problem's code. Codes are never renamed and never change their meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($(#[$documentation])* $code,)* }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$code,)*];
        }
    };
}

codes! {
    /// No key.
    KeyMissing
    /// The header holds something else than a bearer key.
    KeyMalformed
    /// The key opens nothing.
    KeyUnknown
    /// The key may not do this.
    ScopeMissing
    /// Too many requests.
    RateLimited
    /// There is nothing under this path.
    PathUnknown
    /// The path does not take this method.
    MethodNotAllowed
    /// A parameter is wrong.
    ParameterInvalid
    /// A cursor is not one of this list.
    CursorInvalid
    /// The body is not the type that this takes.
    ContentTypeUnsupported
    /// The body is larger than this takes.
    BodyTooLarge
    /// The body broke off.
    BodyIncomplete
    /// The body is not JSON.
    JsonMalformed
    /// The body is JSON of another shape.
    JsonInvalid
    /// The form is not one.
    FormMalformed
    /// A part of the form is wrong.
    FormInvalid
    /// The idempotency key is not one.
    IdempotencyKeyInvalid
    /// The idempotency key belongs to another request.
    IdempotencyKeyReused
    /// The body did not arrive in time.
    RequestTimeout
    /// There is no such thing, for this caller.
    NotFound
    /// A consent has ended already.
    ConsentEnded
    /// A consent would hold for longer, or be about more.
    ConsentNotWider
    /// A matter is decided already, or that cannot be decided of it.
    MatterDecided
    /// A movement has one source alone.
    SplitOnlySource
    /// A tenant's name is not one.
    TenantNameInvalid
    /// A tenant's name is taken.
    TenantNameTaken
    /// No layout knows the file.
    FileUnrecognised
    /// The file breaks the rules of its layout.
    FileMalformed
    /// The file is of a kind that is not read.
    FileUnsupported
    /// The file passes a limit inside.
    FileTooLarge
    /// The file is encrypted.
    FileEncrypted
    /// The file needs a mapping, or the mapping is wrong.
    FileMapping
    /// The file's statements do not fit one import.
    FileShape
    /// Neither file nor caller says which account it is.
    AccountUnclear
    /// File and caller name different accounts.
    AccountMismatch
    /// Nobody asks the institution in this installation.
    InstitutionNotConfigured
    /// The credentials have none of the forms that the institution takes.
    CredentialsMalformed
    /// The credentials are somebody else's.
    CredentialsOfAnother
    /// The institution refused the credentials before.
    CredentialsRefused
    /// Too many wrong credentials.
    CredentialsLocked
    /// The institution is not to be asked yet.
    InstitutionRateLimited
    /// The institution was read as often as it may be.
    InstitutionQuotaUsed
    /// What allowed the link to be read was withdrawn.
    MandateEnded
    /// What allowed the link to be read has run out.
    MandateExpired
    /// Whose data it is wants nothing done with it for a while.
    PersonBlocked
    /// The institution has none of the products.
    ProductsNotOffered
    /// A reading has ended already.
    ReadingEnded
    /// A payment came without an idempotency key.
    IdempotencyKeyMissing
    /// A payment cannot be.
    PaymentInvalid
    /// Nobody is configured to be paid.
    PaymentUnconfigured
    /// A page takes no answer any more.
    PaymentPageEnded
    /// An answer does not have what was asked for.
    PaymentAnswerInvalid
    /// A payment cannot be cancelled as it stands.
    PaymentNotCancellable
    /// A withdrawal, a bill's payment or a change of beneficiaries cannot be.
    InstructionInvalid
    /// The institution does no such thing.
    InstructionNotOffered
    /// No link may pay from the account.
    AccountNotEnabled
    /// It cannot be cancelled as it stands.
    InstructionNotCancellable
    /// A phone that cannot be enrolled so.
    EnrolmentInvalid
    /// Nobody showed who somebody is.
    IdentityNotShown
    /// Too many codes were given to somebody.
    EnrolmentsTooMany
    /// A code that is no more.
    EnrolmentEnded
    /// A PIN that cannot be taken.
    PinInvalid
    /// Nobody has a phone.
    PhoneMissing
    /// An operation that cannot be shown.
    OperationInvalid
    /// Another text was shown.
    AuthorizationDigestOther
    /// Another phone decided.
    PhoneOther
    /// Nothing waits for a decision.
    AuthorizationEnded
    /// A wrong PIN.
    PinWrong
    /// The phone approves nothing any more.
    PhoneBlocked
    /// An approval of something else.
    ApprovalOther
    /// An approval that is no more.
    ApprovalEnded
    /// What nobody approved, and somebody has to.
    ApprovalNeeded
    /// A phone that came after another one a short while ago.
    PhoneNew
    /// Too much waits for somebody.
    AuthorizationsTooMany
    /// A message was not given up.
    MessageNotDead
    /// Nothing is sent to an endpoint.
    EndpointDisabled
    /// Others are busy with the same.
    Busy
    /// The work was cut short.
    Interrupted
    /// The answer did not come in time.
    Timeout
    /// Whether it was written is in doubt.
    OutcomeUnknown
    /// There is no more room.
    StorageFull
    /// The store does not take writes.
    NotReady
    /// Ours.
    Internal
}

impl Code {
    /// Its row.
    pub fn entry(self) -> &'static Entry {
        entries().find(|entry| entry.code == self).expect("every code has a row; a test reads all")
    }

    /// Its stable name.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// The code of that name.
    pub fn parse(name: &str) -> Option<Self> {
        entries().find(|entry| entry.name == name).map(|entry| entry.code)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// All rows.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    let rows = [
        access::ROWS,
        request::ROWS,
        resource::ROWS,
        import::ROWS,
        link::ROWS,
        payment::ROWS,
        instruction::ROWS,
        authorization::ROWS,
        message::ROWS,
        server::ROWS,
    ];
    rows.into_iter().flatten()
}
