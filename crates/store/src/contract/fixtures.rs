//! Rows to try a backend with: every one new, with sealed values, digests and wrapped keys as the
//! vault makes them, and the same in every run.

use std::sync::Arc;

use cartola_crypto::{
    ContentHash, DataKey, Digest, KeyRing, LookupKey, MasterKey, Place, Sealed, WrappedKey,
};
use cartola_model::authorization::IdentityProof;
use cartola_model::movement::MovementDetails;
use cartola_model::{
    AccountKind, AuthorizationState, BalanceKind, CheckoutState, ConsentKind, ConsentState,
    Coverage, EndToEndId, EnrolmentState, InstitutionId, InstructionKind, InstructionState,
    LinkSource, LinkState, MatterKind, MatterState, MergeReason, Movement, MovementStatus,
    Observation, OperationKind, PaymentState, RecordKind, Scope, SourceKind,
};
use cartola_primitives::clock::ManualClock;
use cartola_primitives::id::{
    AccountId, ConsentId, ConsentSetId, IdMinter, ImportId, InstructionId, LinkId, PaymentId,
    PersonId, TenantId, TypedId,
};
use cartola_primitives::randomness::SeededRandomness;
use cartola_primitives::{Currency, Date, Money, SignedDuration, Timestamp, date};

use crate::accounts::{AccountRow, BalanceRow};
use crate::answers::AnswerRow;
use crate::authorizations::{
    AuthorizationProgress, AuthorizationRow, EnrolmentProgress, EnrolmentRow,
};
use crate::checkouts::{CheckoutProgress, CheckoutRow};
use crate::consents::{ConsentRow, ConsentSetRow};
use crate::imports::{ImportOutcome, ImportRow};
use crate::instructions::{InstructionProgress, InstructionRow};
use crate::jobs::{JobKind, JobOrder, Priority, Queue};
use crate::matters::{MatterRow, MatterStanding};
use crate::movements::{MovementRow, SourceRow};
use crate::outbox::MessageOrder;
use crate::payments::{PaymentCase, PaymentProgress, PaymentRow};
use crate::payouts::PayoutRow;
use crate::people::{LinkRow, PersonRow};
use crate::records::RecordRow;
use crate::sightings::SightingRow;
use crate::tasks::TaskRow;
use crate::tenancy::{CredentialKind, CredentialRow, TenantRow};
use crate::vault::DataKeyRow;

/// The instant at which everything happens unless a behaviour says otherwise:
/// 2026-03-02T12:00:00Z.
pub const NOW: Timestamp = Timestamp::constant(1_772_452_800, 0);

/// The day on which everything is booked unless a behaviour says otherwise.
pub const TODAY: Date = date(2026, 3, 2);

/// So many seconds after [`NOW`], or before it where negative.
pub fn at(seconds: i64) -> Timestamp {
    NOW.checked_add(SignedDuration::from_secs(seconds)).expect("tests stay within the calendar")
}

/// The `nth` day of March 2026.
pub fn march(nth: i8) -> Date {
    date(2026, 3, nth)
}

/// An institution's id.
pub fn institution(id: &str) -> InstitutionId {
    InstitutionId::parse(id).expect("tests name institutions soundly")
}

/// Makes rows for one tenant. Ids rise in the order in which they are made.
#[derive(Debug)]
pub struct Fixtures {
    /// Whose rows they are.
    pub tenant: TenantId,
    minter: IdMinter,
    randomness: Arc<SeededRandomness>,
    ring: KeyRing,
    key: DataKey,
    lookup: LookupKey,
}

impl Fixtures {
    /// Two makers with different seeds make different rows.
    pub fn new(seed: u64) -> Self {
        let randomness = Arc::new(SeededRandomness::new(seed));
        let clock = Arc::new(ManualClock::new(NOW));
        let minter = IdMinter::new(clock, Arc::clone(&randomness) as Arc<_>);
        Self {
            tenant: minter.mint(),
            ring: KeyRing::new(MasterKey::generate(&*randomness), Vec::new()),
            key: DataKey::generate(minter.mint(), &*randomness),
            lookup: LookupKey::generate(&*randomness),
            minter,
            randomness,
        }
    }

    /// A new id.
    pub fn id<Id: TypedId>(&self) -> Id {
        self.minter.mint()
    }

    /// The keyed digest of a text.
    pub fn digest(&self, text: &str) -> Digest {
        self.lookup.digest("contract", self.tenant, text.as_bytes())
    }

    /// A digest of a text that nothing else has.
    pub fn fresh_digest(&self) -> Digest {
        self.digest(&self.id::<PersonId>().hex())
    }

    /// A sealed text.
    pub fn sealed(&self, text: &str) -> Sealed {
        let place = Place { table: "contract", column: "text", row: b"row", tenant: self.tenant };
        self.key
            .seal(&place, 1, text.as_bytes(), &*self.randomness)
            .expect("a short text can be sealed")
    }

    /// A wrapped key.
    pub fn wrapped(&self) -> WrappedKey {
        let key = DataKey::generate(self.id(), &*self.randomness);
        self.ring.wrap(&key, self.tenant, b"", &*self.randomness)
    }

    /// The tenant itself.
    pub fn tenant(&self, name: &str) -> TenantRow {
        TenantRow { id: self.tenant, name: name.to_owned(), created_at: NOW }
    }

    /// An API key that may read.
    pub fn credential(&self) -> CredentialRow {
        CredentialRow {
            id: self.id(),
            kind: CredentialKind::ApiKey,
            scopes: vec![Scope::Read],
            digest: self.fresh_digest(),
            sealed: None,
            created_at: NOW,
            revoked_at: None,
        }
    }

    /// The data key of a person, or of nobody in particular.
    pub fn data_key(&self, subject: Option<PersonId>) -> DataKeyRow {
        DataKeyRow { id: self.id(), subject, wrapped: self.wrapped(), created_at: NOW }
    }

    /// A person.
    pub fn person(&self) -> PersonRow {
        PersonRow {
            id: self.id(),
            lookup: self.fresh_digest(),
            sealed: self.sealed("RUT and name"),
            created_at: NOW,
            version: 1,
        }
    }

    /// A person's active link to Banco de Chile.
    pub fn link(&self, person: Option<PersonId>) -> LinkRow {
        LinkRow {
            id: self.id(),
            institution: institution("banco-chile"),
            person,
            source: LinkSource::Files,
            state: LinkState::Active { since: NOW },
            version: 1,
        }
    }

    /// A consent without end.
    pub fn consent(&self, link: LinkId) -> ConsentRow {
        ConsentRow {
            id: self.id(),
            kind: ConsentKind::FileImport,
            person: None,
            institution: institution("banco-chile"),
            link,
            purpose: "Conciliación".to_owned(),
            evidence: ContentHash::of(b"a statement"),
            recipient: None,
            data: None,
            state: ConsentState::Granted { at: NOW, expires_at: None },
            version: 1,
        }
    }

    /// A matter that is open.
    pub fn matter(&self, person: Option<PersonId>) -> MatterRow {
        MatterRow {
            id: self.id(),
            kind: MatterKind::Access,
            person,
            subject: person.map(|_| self.fresh_digest()),
            opened_at: NOW,
            standing: MatterStanding {
                state: MatterState::Open,
                due_at: NOW,
                content: self.sealed("what is asked"),
            },
            version: 1,
        }
    }

    /// A set with one more consent than `rest`.
    pub fn consent_set(&self, consent: ConsentId, rest: Option<ConsentSetId>) -> ConsentSetRow {
        ConsentSetRow { id: self.id(), consent, rest }
    }

    /// A checking account in pesos.
    pub fn account(&self, link: LinkId, consents: ConsentSetId) -> AccountRow {
        AccountRow {
            id: self.id(),
            link,
            institution: institution("banco-chile"),
            kind: AccountKind::Checking,
            currency: Currency::CLP,
            identity: self.fresh_digest(),
            mask: "…4567".to_owned(),
            sealed: self.sealed("number and holder"),
            person: None,
            consents,
            version: 1,
            created_at: NOW,
        }
    }

    /// An available balance of [`TODAY`].
    pub fn balance(&self, account: AccountId, consent: ConsentId) -> BalanceRow {
        BalanceRow {
            account,
            kind: BalanceKind::Available,
            as_of: TODAY,
            amount: Money::new(1_250_000, Currency::CLP),
            received_at: NOW,
            import: self.id(),
            consent,
        }
    }

    /// A booked abono of [`TODAY`].
    pub fn movement(&self, account: AccountId, consents: ConsentSetId) -> MovementRow {
        let movement = Movement {
            id: self.id(),
            account,
            version: 1,
            booked_on: TODAY,
            value_on: None,
            amount: Money::new(15_990, Currency::CLP),
            balance_after: None,
            status: MovementStatus::Booked,
            glosa: "TRASPASO DE: CUENTA".to_owned(),
            details: MovementDetails::default(),
        };
        MovementRow { movement, consents, counterparty: None }
    }

    /// What a statement said about that movement.
    pub fn source(&self, of: &Movement, import: ImportId, consent: ConsentId) -> SourceRow {
        SourceRow {
            id: self.id(),
            movement: of.id,
            import,
            consent,
            place: "row 7".to_owned(),
            source: SourceKind::StatementFile,
            as_of: TODAY,
            received_at: NOW,
            reason: MergeReason::First,
            says: Some(Arc::new(Observation {
                booked_on: of.booked_on,
                value_on: of.value_on,
                amount: of.amount,
                balance_after: of.balance_after,
                status: of.status,
                glosa: of.glosa.clone(),
                details: of.details.clone(),
            })),
        }
    }

    /// An import of nothing.
    pub fn import(&self, account: AccountId, consent: ConsentId) -> ImportRow {
        ImportRow {
            id: self.id(),
            account,
            consent,
            archive: self.id(),
            content: ContentHash::of(b"a statement"),
            layout: "banco-chile-cartola".to_owned(),
            source: SourceKind::StatementFile,
            as_of: TODAY,
            received_at: NOW,
            coverage: Coverage { from: march(1), to: march(31), complete: true },
            period: None,
            outcome: ImportOutcome::default(),
        }
    }

    /// A reading of those days of March that repeated an import.
    pub fn sighting(
        &self,
        account: AccountId,
        consent: ConsentId,
        (from, to): (i8, i8),
    ) -> SightingRow {
        SightingRow {
            account,
            consent,
            import: self.id(),
            source: SourceKind::Institution,
            as_of: TODAY,
            received_at: NOW,
            coverage: Coverage { from: march(from), to: march(to), complete: true },
            decided: self.id(),
            unconfirmed: Vec::new(),
        }
    }

    /// A record that was read once.
    pub fn record(&self, link: LinkId, kind: RecordKind, consent: ConsentId) -> RecordRow {
        RecordRow {
            id: self.id(),
            link,
            kind,
            version: kind.version(),
            consent,
            archive: self.id(),
            digest: self.fresh_digest(),
            first_read_at: NOW,
            last_read_at: NOW,
            sealed: self.sealed("a record"),
        }
    }

    /// A task that has not ended, and is kept for an hour.
    pub fn task(&self, link: LinkId) -> TaskRow {
        TaskRow {
            id: self.id(),
            action: "contract/try:it".to_owned(),
            link: Some(link),
            job: None,
            ending: None,
            mandate: None,
            created_at: NOW,
            expires_at: at(3_600),
            end: None,
        }
    }

    /// An instruction that was just given.
    pub fn instruction(&self, link: LinkId, mandate: ConsentId) -> InstructionRow {
        let id: InstructionId = self.id();
        InstructionRow {
            id,
            kind: InstructionKind::Withdrawal,
            institution: institution("banco-chile"),
            person: None,
            link,
            mandate,
            amount: Some(Money::new(50_000, Currency::CLP)),
            about: self.fresh_digest(),
            end_to_end: EndToEndId::from_bytes(*id.as_bytes()),
            case: PaymentCase { key: self.fresh_digest(), fingerprint: self.fresh_digest() },
            created_at: NOW,
            standing: InstructionProgress {
                state: InstructionState::Requested,
                changed_at: NOW,
                order: self.sealed("order"),
                credentials: Some(self.sealed("credentials")),
                code: None,
                bank_reference: None,
                continuation: None,
            },
            version: 1,
        }
    }

    /// A payment that was just asked for.
    pub fn payment(&self, link: LinkId, mandate: ConsentId) -> PaymentRow {
        let id: PaymentId = self.id();
        PaymentRow {
            id,
            institution: institution("banco-chile"),
            person: None,
            link,
            mandate,
            amount: Money::new(250_000, Currency::CLP),
            end_to_end: EndToEndId::from_bytes(*id.as_bytes()),
            case: PaymentCase { key: self.fresh_digest(), fingerprint: self.fresh_digest() },
            created_at: NOW,
            standing: PaymentProgress {
                state: PaymentState::Requested,
                changed_at: NOW,
                order: self.sealed("order"),
                credentials: Some(self.sealed("credentials")),
                page: None,
                bank_reference: None,
                continuation: None,
            },
            version: 1,
        }
    }

    /// A checkout that was just asked for.
    pub fn checkout(&self) -> CheckoutRow {
        CheckoutRow {
            id: self.id(),
            token: self.fresh_digest(),
            case: PaymentCase { key: self.fresh_digest(), fingerprint: self.fresh_digest() },
            amount: Money::new(250_000, Currency::CLP),
            order: self.sealed("order"),
            created_at: NOW,
            expires_at: at(1_800),
            standing: CheckoutProgress {
                state: CheckoutState::opened(),
                changed_at: NOW,
                continuation: None,
            },
            version: 1,
        }
    }

    /// A payout in that list.
    pub fn payout(&self, list: &str) -> PayoutRow {
        PayoutRow {
            id: self.id(),
            list: list.to_owned(),
            case: PaymentCase { key: self.fresh_digest(), fingerprint: self.fresh_digest() },
            created_at: NOW,
            order: self.sealed("order"),
        }
    }

    /// A phone that is to take its code.
    pub fn enrolment(&self, person: PersonId) -> EnrolmentRow {
        EnrolmentRow {
            id: self.id(),
            person,
            proof: IdentityProof::Bank,
            evidence: ContentHash::of(b"a reading"),
            code: self.fresh_digest(),
            created_at: NOW,
            standing: EnrolmentProgress {
                state: EnrolmentState::Pending { until: at(900) },
                changed_at: NOW,
                phone: None,
            },
            version: 1,
        }
    }

    /// A transfer that somebody is asked to approve.
    pub fn authorization(&self, person: PersonId) -> AuthorizationRow {
        AuthorizationRow {
            id: self.id(),
            person,
            enrolment: self.id(),
            kind: OperationKind::Transfer,
            channel: "v1".to_owned(),
            amount: None,
            case: PaymentCase { key: self.fresh_digest(), fingerprint: self.fresh_digest() },
            created_at: NOW,
            content: self.sealed("operation"),
            standing: AuthorizationProgress {
                state: AuthorizationState::Pending { until: at(300) },
                changed_at: NOW,
                signature: None,
                continuation: None,
            },
            version: 1,
        }
    }

    /// A job that is due, of no link.
    pub fn job(&self) -> JobOrder {
        JobOrder {
            id: self.id(),
            queue: Queue::Work,
            kind: JobKind::parse("contract.try").expect("a sound name"),
            link: None,
            lane: None,
            mandate: None,
            arguments: Some(self.sealed("arguments")),
            not_before: NOW,
            priority: Priority::Normal,
            continuation: None,
        }
    }

    /// A message to that URL.
    pub fn message(&self, destination: &str) -> MessageOrder {
        MessageOrder {
            id: self.id(),
            destination: self.digest(destination),
            receiver: None,
            envelope: self.sealed("URL and headers"),
            body: self.sealed("body"),
        }
    }

    /// An answer that is kept for an hour.
    pub fn answer(&self) -> AnswerRow {
        AnswerRow {
            key: self.fresh_digest(),
            fingerprint: self.fresh_digest(),
            status: 201,
            sealed: self.sealed("body"),
            expires_at: at(3_600),
        }
    }
}
