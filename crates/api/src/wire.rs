//! Values as they stand in bodies, and how the OpenAPI document describes them.

use std::borrow::Cow;

use cartola_engine::messages::{AttemptFailure as Unanswered, MessageState as MessageStanding};
use cartola_model::institution;
use cartola_primitives::Date;
use cartola_primitives::id::{ID_HEX_DIGITS, TypedId};
use serde::{Serialize, Serializer};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Letters of every id's prefix.
const PREFIX_LETTERS: usize = 3;

/// Characters of an id: `mov_` and 32 digits.
pub const ID_CHARACTERS: usize = PREFIX_LETTERS + 1 + ID_HEX_DIGITS;

/// The two digits of every byte. A general encoder takes three times as long for so short a value.
const HEX_DIGITS: [[u8; 2]; 256] = {
    let mut digits = [[0; 2]; 256];
    let mut byte = 0;
    while byte < digits.len() {
        digits[byte] = [b"0123456789abcdef"[byte >> 4], b"0123456789abcdef"[byte & 15]];
        byte += 1;
    }
    digits
};

/// An id as text, without an allocation: a page has two for every movement.
#[derive(Clone, Copy)]
pub struct IdText([u8; ID_CHARACTERS]);

impl<I: TypedId> From<I> for IdText {
    fn from(id: I) -> Self {
        const { assert!(I::PREFIX.len() == PREFIX_LETTERS) };
        let mut text = [b'_'; ID_CHARACTERS];
        text[..PREFIX_LETTERS].copy_from_slice(I::PREFIX.as_bytes());
        for (digits, byte) in text[PREFIX_LETTERS + 1..].chunks_exact_mut(2).zip(id.as_bytes()) {
            digits.copy_from_slice(&HEX_DIGITS[usize::from(*byte)]);
        }
        Self(text)
    }
}

impl IdText {
    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("an id is ASCII")
    }

    /// The text's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Serialize for IdText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A day as `YYYY-MM-DD`, without an allocation.
#[derive(Clone, Copy)]
pub struct DayText([u8; 10]);

impl From<Date> for DayText {
    fn from(day: Date) -> Self {
        let mut text = *b"0000-00-00";
        // Years of statements have four digits; what a store could hold beyond them is cut here.
        let year = u16::try_from(day.year()).unwrap_or_default();
        figures(&mut text[..4], year);
        figures(&mut text[5..7], u16::from(day.month().unsigned_abs()));
        figures(&mut text[8..], u16::from(day.day().unsigned_abs()));
        Self(text)
    }
}

impl DayText {
    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a day is ASCII")
    }

    /// The text's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Serialize for DayText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

fn figures(text: &mut [u8], mut number: u16) {
    for place in text.iter_mut().rev() {
        *place = b'0' + u8::try_from(number % 10).expect("a remainder of ten is a byte");
        number /= 10;
    }
}

/// A list, or one page of it.
#[derive(Serialize, ToSchema)]
pub struct List<T> {
    /// The rows of this page.
    pub data: Vec<T>,
    /// Pass it as `cursor` for the next page; `null` on the last one. A page may have fewer rows
    /// than `limit` and still have a next one.
    #[schema(required = true)]
    pub next_cursor: Option<String>,
}

impl<T> List<T> {
    /// A list that is always whole.
    pub fn whole(data: Vec<T>) -> Self {
        Self { data, next_cursor: None }
    }
}

/// Describes a type that a field only names, by the text that it is sent as.
macro_rules! texts {
    ($($(#[$documentation:meta])* $name:ident $build:expr;)*) => {$(
        $(#[$documentation])*
        #[derive(Debug)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let builder: ObjectBuilder = $build;
                builder.schema_type(Type::String).build().into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )*};
}

texts! {
    /// An account's id.
    AccountId id("acc", "An account.");
    /// An authorization's id.
    AuthorizationId id("aut", "An operation that somebody is asked to approve.");
    /// Where an authorization stands.
    AuthorizationState ObjectBuilder::new()
        .description(Some(
            "The person is asked; they approved it, and it may be used once; it was used; they said no; its time is over; nobody can decide it any more. The last four are final.",
        ))
        .enum_values(Some(cartola_model::AuthorizationStanding::ALL.map(cartola_model::AuthorizationStanding::name)));
    /// A phone's id.
    EnrolmentId id("dev", "A phone on which a person approves.");
    /// Where a phone stands.
    EnrolmentState ObjectBuilder::new()
        .description(Some(
            "It is to take its code; it approves; it was blocked; another took its place; none took the code. The last three are final.",
        ))
        .enum_values(Some(cartola_model::EnrolmentStanding::ALL.map(cartola_model::EnrolmentStanding::name)));
    /// A kind of operation.
    OperationKind ObjectBuilder::new()
        .description(Some(
            "Money to one account, money to several, a change of beneficiaries, a bill, cash without a card, leave to read one's data, a document.",
        ))
        .enum_values(Some(cartola_model::OperationKind::ALL.map(cartola_model::OperationKind::name)));
    /// A consent's id.
    ConsentId id("con", "A consent.");
    /// A matter's id.
    MatterId id("mat", "What a person asks of whoever keeps their data, or a breach of it.");
    /// What a matter is about.
    MatterKind ObjectBuilder::new()
        .description(Some(
            "What a person asks: to see their data, to have it put right, to have it erased, that nothing more be done with it, a copy of it, that nothing be done with it for a while. Or a breach.",
        ))
        .enum_values(Some(cartola_model::MatterKind::ALL.map(cartola_model::MatterKind::name)));
    /// Where a matter stands.
    MatterState ObjectBuilder::new()
        .description(Some(
            "To be answered; to be answered later; done; erased but for what a law says is to be kept; not done; not wanted any more; over.",
        ))
        .enum_values(Some(cartola_model::MatterState::ALL.map(cartola_model::MatterState::name)));
    /// What is decided of a matter.
    MatterDecisionKind ObjectBuilder::new()
        .description(Some(
            "It is answered 30 days later, once; it is done; it is not; the person wants it no more; it is over (a block is lifted, a breach was dealt with); the register says something else of a breach.",
        ))
        .enum_values(Some(["extend", "grant", "deny", "withdraw", "close", "amend"]));
    /// An import's id.
    ImportId id("imp", "One import of one account's statement.");
    /// An instruction's id.
    InstructionId id("ins", "What a customer's bank was told to do: a withdrawal, a bill's payment or a change of a beneficiary.");
    /// Where an instruction stands.
    InstructionState ObjectBuilder::new()
        .description(Some(
            "Asked for; the bank is being told; the customer is asked to approve in its app; the bank is at it; cash can be taken; nobody knows what the bank has heard, and it is being asked; it was cancelled, and the bank is asked to give it up; done; the cash was taken; nobody took it in time, and the money came back; given up, with no effect left; it had no effect and will have none. The last five are final.",
        ))
        .enum_values(Some(cartola_model::InstructionStanding::ALL.map(cartola_model::InstructionStanding::name)));
    /// A link's id.
    LinkId id("lnk", "A person's data at one institution.");
    /// An endpoint's id.
    EndpointId ObjectBuilder::new()
        .description(Some("A URL that messages go to. The id tells nothing of the URL."))
        .pattern(Some("^end_[0-9a-f]{64}$"))
        .examples([serde_json::json!(format!("end_{}", "0198c1d2a3b4c5d6".repeat(4)))]);
    /// A message's id.
    MessageId id("msg", "A message: the `webhook-id` of every attempt.");
    /// Where a message stands.
    MessageState ObjectBuilder::new()
        .description(Some(
            "Waits for its next attempt; is being sent; the receiver has it; given up, and kept to be replayed.",
        ))
        .enum_values(Some(MessageStanding::NAMES.map(|(name, _)| name)));
    /// Why an attempt had no answer.
    AttemptFailure ObjectBuilder::new()
        .description(Some(
            "The URL leads to an address that is not called; its name does not resolve; no connection, or one that broke off; TLS; no answer in time; what came is no HTTP; the message cannot be opened.",
        ))
        .enum_values(Some(Unanswered::ALL.map(Unanswered::name)));
    /// The id of a webhook secret.
    WebhookSecretId id("key", "A secret that signs webhooks, as `cartola tenants list` shows it.");
    /// A movement's id.
    MovementId id("mov", "A movement: stable for as long as the movement is known.");
    /// A payment's id.
    PaymentId id("pay", "A payment.");
    /// Where a payment stands.
    PaymentState ObjectBuilder::new()
        .description(Some(
            "Asked for; the bank is being told; the customer is asked to prove themselves, has answered, the bank is being told the answer; the bank has all it wants; nobody knows what the bank has heard, and it is being asked; it was cancelled, and the bank is asked to give it up; the money has moved; no money has moved and none will. The last two are final.",
        ))
        .enum_values(Some(cartola_model::PaymentStanding::ALL.map(cartola_model::PaymentStanding::name)));
    /// A person's id.
    PersonId id("per", "A person or company.");
    /// A reading's id.
    ReadingId id("job", "One reading of one link.");
    /// A record's id.
    RecordId id("rec", "What an institution told of one product at one time.");
    /// A source record's id.
    SourceId id("src", "What one source said about one movement.");
    /// A day.
    Day ObjectBuilder::new()
        .description(Some("A day in Chile, `YYYY-MM-DD`."))
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
        .examples([serde_json::json!("2026-03-31")]);
    /// An instant.
    Instant ObjectBuilder::new()
        .description(Some("An instant in UTC (RFC 3339)."))
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .examples([serde_json::json!("2026-03-31T14:05:09Z")]);
    /// A currency.
    CurrencyCode ObjectBuilder::new()
        .description(Some(
            "ISO 4217 code, or `UTM`. Minor units: CLP none, USD and EUR and UTM two decimals, CLF (UF) four.",
        ))
        .pattern(Some("^[A-Z]{3}$"))
        .examples([serde_json::json!("CLP")]);
    /// A hash.
    Sha256 ObjectBuilder::new()
        .description(Some("SHA-256 in lower-case hexadecimal."))
        .pattern(Some("^[0-9a-f]{64}$"));
    /// What an account is.
    AccountKind words(
        &cartola_model::AccountKind::ALL,
        "Cuenta corriente, cuenta vista, CuentaRUT, cuenta de ahorro, chequera electrónica, tarjeta de crédito, línea de crédito.",
    );
    /// What a balance counts.
    BalanceKind words(
        &cartola_model::BalanceKind::ALL,
        "Saldo disponible, saldo contable, línea de sobregiro, retenciones; of a card: cupo disponible, utilizado, total.",
    );
    /// How a consent came to be.
    ConsentKind words(
        &cartola_model::ConsentKind::ALL,
        "A statement file that the tenant imported, or a call with a person's credentials or token.",
    );
    /// A class of failure.
    FailureClass words(
        &cartola_model::Failure::ALL,
        "Why something came to nothing, in the one taxonomy that all facades share.",
    );
    /// What an institution is.
    InstitutionKind words(
        &institution::InstitutionKind::ALL,
        "A bank under the CMF, one that exists to try the gateway with, where a bank lets companies in, where bills are paid, an authority or who does its work, an exchange of crypto assets.",
    );
    /// Where a link's data comes from.
    LinkSource words(
        &cartola_model::LinkSource::ALL,
        "Statement files that the tenant imports, or the institution itself, asked with credentials.",
    );
    /// Why a source counts as a movement.
    MergeReason words(&cartola_model::MergeReason::ALL, "From the strongest evidence to the weakest.");
    /// A product that is told as a whole.
    ProductName words(
        &cartola_model::RecordKind::ALL,
        "A product that an institution tells of as a whole, each with a shape of its own.",
    );
    /// How far a source is trusted.
    SourceKind words(
        &cartola_model::SourceKind::ALL,
        "A CSV file through a mapping, a file in a standard format, a bank's own statement, its answer in a session: from the least trusted to the most.",
    );
    /// What a bank asks of whoever sends money.
    TransferStep words(
        &cartola_model::TransferStep::ALL,
        "An approval in the bank's app, the code of an SMS, coordinates of the card, codes of a device, an SMS and the card at once.",
    );
    /// An institution's id.
    InstitutionId ObjectBuilder::new()
        .description(Some("An institution, as `/v1/institutions` lists it."))
        .pattern(Some("^[a-z0-9-]{1,40}$"))
        .examples([serde_json::json!("banco-chile")]);
}

/// The words that a type of the model is sent as.
fn words<T: Serialize>(values: &[T], what: &str) -> ObjectBuilder {
    let word = |value: &T| serde_json::to_value(value).expect("a word is JSON");
    ObjectBuilder::new().description(Some(what)).enum_values(Some(values.iter().map(word)))
}

fn id(prefix: &str, what: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .description(Some(what))
        .pattern(Some(format!("^{prefix}_[0-9a-f]{{{ID_HEX_DIGITS}}}$")))
        .examples([serde_json::json!(format!("{prefix}_0198c1d2a3b4c5d6e7f8091a2b3c4d5e"))])
}
