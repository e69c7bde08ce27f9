//! Matters: what people ask of whoever keeps their data (Ley 19.628 as amended by Ley 21.719, arts. 4 to
//! 11), and breaches of it (art. 14 sexies).
//!
//! | request | what granting it does here |
//! |---|---|
//! | access, portability | nothing: the answer is a file ([`crate::subjects`]), whose hash is kept |
//! | rectification | nothing: what banks say is not changed here; what was done is written down |
//! | opposition | every consent of the person is revoked |
//! | block | every consent is suspended, from when it is asked for until it is denied, withdrawn or lifted |
//! | erasure | every consent is revoked, and what is kept is erased, at once or once the law lets it |

mod breach;
mod erase;
mod guard;
mod kept;
pub mod paid;

use cartola_crypto::Digest;
use cartola_model::audit::AuditEvent;
use cartola_model::{InvalidTransition, MatterKind, MatterState, Principal};
use cartola_primitives::id::{DataKeyId, MatterId, PersonId, TenantId};
use cartola_primitives::{Rut, SignedDuration, Timestamp};
use cartola_store::matters::{MatterChange, MatterFilter, MatterRow, MatterStanding};
use cartola_store::people::PersonRow;
use cartola_store::subjects::destroyed_key;
use cartola_store::{Command, MAX_PAGE, Page, StoreError, UnitOfWork};
use serde::{Deserialize, Serialize};

pub use self::breach::{Breach, BreachChange, WhenTold};
use crate::access::Subject;
use crate::consents::OfAll;
use crate::once::Reply;
use crate::retry::{MaybeConflict, until_settled};
use crate::{Engine, EngineError};

/// Years for which payments, and what people approved, are kept: what the tax office may ask for (Código
/// Tributario, arts. 17 and 200), and longer than the five years that NCG 514 asks for events of security.
pub const RETENTION_YEARS: i64 = 6;

/// The same as a time.
pub(crate) const RETENTION: SignedDuration =
    SignedDuration::from_hours(24 * (365 * RETENTION_YEARS + 2));

/// Longest text of a matter, in characters.
pub const MAX_MATTER_TEXT: usize = 4_000;

/// Steps that one matter may have: each is a text of that length.
const MAX_STEPS: usize = 50;

/// Why something cannot be amended.
const NO_ENTRY: &str = "only a breach has an entry in the register";

/// What a matter says, sealed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Content {
    /// How to reach who asked, or who may be asked about a breach.
    contact: Option<String>,
    /// What was asked, or happened.
    text: String,
    /// What followed, in order.
    steps: Vec<MatterStepTaken>,
    /// Of a breach.
    #[serde(default)]
    breach: Option<Breach>,
}

/// What was done about a matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatterStepTaken {
    /// When.
    pub at: Timestamp,
    /// Who did it: the credential's id, or `operator`.
    pub by: String,
    /// Where the matter stood from then on.
    pub state: MatterState,
    /// Why, or what was answered.
    pub text: String,
}

/// A matter that is opened.
#[derive(Debug, Clone)]
pub struct NewMatter {
    /// What it is about.
    pub kind: MatterKind,
    /// Whose request it is; of a breach, nobody's.
    pub rut: Option<Rut>,
    /// What is asked, or what happened.
    pub text: String,
    /// How to reach who asked.
    pub contact: Option<String>,
    /// Of a breach, what the register asks for.
    pub breach: Option<Breach>,
}

/// A matter, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matter {
    /// As it is kept.
    pub row: MatterRow,
    /// What was asked, or happened; absent once the person was erased with what they said.
    pub text: Option<String>,
    /// How to reach who asked.
    pub contact: Option<String>,
    /// What followed.
    pub steps: Vec<MatterStepTaken>,
    /// Of a breach.
    pub breach: Option<Breach>,
}

/// A matter that was just opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The matter.
    pub matter: Matter,
    /// Others of the same kind and of whoever asks that wait for an answer, the oldest first, as far as they
    /// were there: the law's time runs for each. [`MAX_PAGE`] of each state at most.
    pub also_open: Vec<MatterId>,
}

/// What is decided of a matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It is answered later, once.
    Extend,
    /// What was asked is done.
    Grant,
    /// It is not done.
    Deny,
    /// The person wants it no more.
    Withdraw,
    /// It is over: a block is lifted, a breach was dealt with.
    Close,
    /// The register says this of a breach from now on; what is left out stays.
    Amend(BreachChange),
}

impl Decision {
    const fn name(&self) -> &'static str {
        match self {
            Self::Extend => "matter.extended",
            Self::Grant => "matter.granted",
            Self::Deny => "matter.denied",
            Self::Withdraw => "matter.withdrawn",
            Self::Close => "matter.closed",
            Self::Amend(_) => "matter.amended",
        }
    }
}

/// Why a matter is not opened or decided.
#[derive(Debug, thiserror::Error)]
pub enum MatterError {
    /// There is none of that id.
    #[error("there is no such matter")]
    Unknown,
    /// That does not follow from where it stands.
    #[error(transparent)]
    Transition(#[from] InvalidTransition),
    /// What is said is missing, too long, or of another kind of matter.
    #[error("{0}")]
    Content(&'static str),
    /// So much was decided of it already that nothing more is taken down.
    #[error("the matter has as many steps as it may have")]
    TooManySteps,
    /// Somebody is said to have been told of a breach later than now.
    #[error("`{0}` is later than now: it says when they were told, once they were")]
    ToldLater(&'static str),
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl MaybeConflict for MatterError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_conflict())
    }
}

impl Engine {
    /// Opens a matter. A block begins at once: nothing may be done with the data until it is answered.
    /// The same may be asked again while it waits for an answer: each has its own time.
    pub async fn open_matter(
        &self,
        who: &Principal,
        new: &NewMatter,
        reply: Reply<'_, Opened>,
    ) -> Result<Opened, MatterError> {
        check(new, self.now())?;
        let reply = &reply;
        until_settled(|| async move {
            self.check_ticket(reply.ticket).await?;
            let subject = new.rut.map(|rut| self.subject_digest(who.tenant, rut));
            let known = match &subject {
                Some(subject) => self.person_row_by_lookup(who.tenant, subject).await?,
                None => None,
            };
            let person = known.as_ref().map(|row| row.id);
            let mut work = UnitOfWork::new(who.tenant, self.now());
            Self::expect_subject(known.as_ref(), subject.as_ref(), &mut work);
            let also_open = self.open_of(who.tenant, new.kind, subject).await?;
            let opened_at = work.at;
            let content = Content {
                contact: new.contact.clone(),
                text: new.text.clone(),
                steps: Vec::new(),
                breach: new.breach.clone(),
            };
            let id = self.minter().mint();
            let (kind, state) = (new.kind, MatterState::Open);
            let sealed = self.sealed_matter(who.tenant, &id, person, &content).await?;
            let standing = MatterStanding { state, due_at: kind.due(opened_at), content: sealed };
            let row = MatterRow { id, kind, person, subject, opened_at, standing, version: 1 };
            let event = AuditEvent::once("matter.opened", who.actor, id)
                .with("kind", kind.name())
                .with("due", row.standing.due_at);
            work.push(Command::AddMatter(Box::new(row.clone())));
            work.push(Command::Audit(of_person(event, person)));
            if let (MatterKind::Block, Some(known)) = (kind, known) {
                self.claim_person(who, &known, &mut work).await?;
                self.change_all_consents(who, known.id, OfAll::Suspended, &mut work).await?;
            }
            let opened = Opened { matter: opened(row, content), also_open };
            work.commands.extend(reply.command(self, &opened)?);
            self.commit_cancelling(work).await?;
            Ok(opened)
        })
        .await
    }

    /// Matters of a kind, of whoever is found by that, that wait for an answer; none where that is nobody.
    async fn open_of(
        &self,
        tenant: TenantId,
        kind: MatterKind,
        subject: Option<Digest>,
    ) -> Result<Vec<MatterId>, EngineError> {
        let mut open = Vec::new();
        if subject.is_none() {
            return Ok(open);
        }
        for state in MatterState::ALL.into_iter().filter(|state| state.is_open()) {
            let filter = MatterFilter { kind: Some(kind), state: Some(state), subject };
            let page = self.store().matters(tenant, filter, None, MAX_PAGE).await?;
            open.extend(page.rows.iter().map(|row| row.id));
        }
        open.sort_unstable();
        Ok(open)
    }

    /// Decides on a matter, and does what follows from it.
    pub async fn decide_matter(
        &self,
        who: &Principal,
        id: MatterId,
        (decision, text): (&Decision, &str),
        reply: Reply<'_, Matter>,
    ) -> Result<Matter, MatterError> {
        check_text(text)?;
        if let Decision::Amend(change) = decision {
            change.check(self.now())?;
        }
        let reply = &reply;
        until_settled(|| async move {
            self.check_ticket(reply.ticket).await?;
            let row = self.store().matter(who.tenant, id).await.map_err(EngineError::from)?;
            let row = row.ok_or(MatterError::Unknown)?;
            let mut content = self.content_to_decide(who.tenant, &row).await?;
            let person = self.subject_of(who.tenant, &row).await?;
            if content.steps.len() >= MAX_STEPS {
                return Err(MatterError::TooManySteps);
            }
            let mut work = UnitOfWork::new(who.tenant, self.now());
            Self::expect_subject(person.as_ref(), row.subject.as_ref(), &mut work);
            let (state, due_at) =
                self.decided_matter(who, (&row, person.as_ref()), decision, &mut work).await?;
            if let Decision::Amend(change) = decision {
                let entry = content.breach.take().ok_or(MatterError::Content(NO_ENTRY))?;
                content.breach = Some(change.amended(entry));
            }
            let (at, by) = (work.at, who.actor.to_string());
            content.steps.push(MatterStepTaken { at, by, state, text: text.to_owned() });
            let erased = state == MatterState::Granted && row.kind == MatterKind::Erasure;
            // The person's key goes with what they said; what was decided stays.
            let person = person.map(|person| person.id);
            let of = if erased { None } else { person };
            if erased {
                content = Content { contact: None, text: String::new(), ..content };
            }
            let sealed = self.sealed_matter(who.tenant, &id, of, &content).await?;
            let standing = MatterStanding { state, due_at, content: sealed };
            let (expected, after) = (row.version, standing.clone());
            work.push(Command::ChangeMatter(Box::new(MatterChange { id, expected, standing })));
            let event = AuditEvent::once(decision.name(), who.actor, id)
                .with("state", state.name())
                .with("due", due_at);
            work.push(Command::Audit(of_person(event, person.or(row.person))));
            let row = MatterRow { standing: after, version: row.version + 1, ..row };
            let matter = opened(row, content);
            work.commands.extend(reply.command(self, &matter)?);
            self.commit_cancelling(work).await?;
            if erased && let Some(person) = person {
                self.vault().forget_key_of(who.tenant, person);
            }
            Ok(matter)
        })
        .await
    }

    /// A matter of the tenant's.
    pub async fn matter(
        &self,
        who: &Principal,
        id: MatterId,
    ) -> Result<Option<Matter>, EngineError> {
        self.note_access(who, "matter.read", Subject::one(id));
        match self.store().matter(who.tenant, id).await? {
            Some(row) => self.shown_matter(who.tenant, row).await.map(Some),
            None => Ok(None),
        }
    }

    /// Matters, by age; of a kind and in a state where that is asked.
    pub async fn matters(
        &self,
        who: &Principal,
        (kind, state): (Option<MatterKind>, Option<MatterState>),
        after: Option<MatterId>,
        limit: usize,
    ) -> Result<Page<Matter, MatterId>, EngineError> {
        self.note_access(who, "matter.read", Subject::list("matters"));
        let filter = MatterFilter { kind, state, subject: None };
        let page = self.store().matters(who.tenant, filter, after, limit).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        for row in page.rows {
            rows.push(self.shown_matter(who.tenant, row).await?);
        }
        Ok(Page { rows, next: page.next })
    }

    /// Where a matter stands once that is decided, and until when; and what follows is added to the
    /// unit.
    async fn decided_matter(
        &self,
        who: &Principal,
        (row, person): (&MatterRow, Option<&PersonRow>),
        decision: &Decision,
        work: &mut UnitOfWork,
    ) -> Result<(MatterState, Timestamp), MatterError> {
        let (state, kind, due_at) = (row.standing.state, row.kind, row.standing.due_at);
        let next = match decision {
            Decision::Extend => return Ok(state.extend(kind, due_at)?),
            Decision::Amend(_) if kind == MatterKind::Breach => return Ok((state, due_at)),
            Decision::Amend(_) => return Err(MatterError::Content(NO_ENTRY)),
            Decision::Grant if kind == MatterKind::Erasure && state != MatterState::Retained => {
                let kept_until = self.erase(who, person, work).await?;
                let next = match kept_until {
                    Some(until) => (MatterState::Retained, until),
                    None => (MatterState::Granted, due_at),
                };
                state.to(next.0, kind)?;
                return Ok(next);
            }
            // What the law keeps is erased by itself once it may be.
            Decision::Grant if kind == MatterKind::Erasure => {
                return Err(MatterError::Transition(
                    state.to(MatterState::Denied, kind).expect_err("what is retained stays so"),
                ));
            }
            Decision::Grant => MatterState::Granted,
            Decision::Deny => MatterState::Denied,
            Decision::Withdraw => MatterState::Withdrawn,
            Decision::Close => MatterState::Closed,
        };
        let next = state.to(next, kind)?;
        let of_all = match (kind, next) {
            (MatterKind::Opposition, MatterState::Granted) => Some(OfAll::Revoked),
            (
                MatterKind::Block,
                MatterState::Denied | MatterState::Withdrawn | MatterState::Closed,
            ) => Some(OfAll::Resumed),
            _ => None,
        };
        if let (Some(of_all), Some(person)) = (of_all, person) {
            self.claim_person(who, person, work).await?;
            if of_all == OfAll::Revoked
                || !self.is_blocked(who.tenant, &person.lookup, Some(row.id)).await?
            {
                self.change_all_consents(who, person.id, of_all, work).await?;
            }
        }
        Ok((next, due_at))
    }

    async fn sealed_matter(
        &self,
        tenant: TenantId,
        id: &MatterId,
        of: Option<PersonId>,
        content: &Content,
    ) -> Result<cartola_crypto::Sealed, EngineError> {
        let key = self.vault().key_of(tenant, of, self.minter(), self.now()).await?;
        self.vault().seal_record(&key, &MatterRow::place(tenant, id), content)
    }

    /// What a matter says; nothing where the person was erased by another one, with their key.
    async fn opened_content(
        &self,
        tenant: TenantId,
        row: &MatterRow,
    ) -> Result<Option<Content>, EngineError> {
        let sealed = &row.standing.content;
        if self.store().data_key(tenant, sealed.key).await?.is_none() {
            return Ok(None);
        }
        let place = MatterRow::place(tenant, &row.id);
        self.vault().open_record(&place, sealed).await.map(Some)
    }

    /// What a matter says, which is written anew with what is decided. What was said may have gone with the
    /// key of somebody who was erased by another matter: then the trail names that key. Where it does not,
    /// the key was taken away, and nothing is written over what it may still open.
    async fn content_to_decide(
        &self,
        tenant: TenantId,
        row: &MatterRow,
    ) -> Result<Content, EngineError> {
        if let Some(content) = self.opened_content(tenant, row).await? {
            return Ok(content);
        }
        self.refuse_lost(tenant, row.standing.content.key).await?;
        Ok(Content::default())
    }

    /// Refuses to go on where a key is not there and no erasure destroyed it: it was taken away, and may come
    /// back. The trail says which were destroyed, and is read once for each.
    pub(crate) async fn refuse_lost(
        &self,
        tenant: TenantId,
        key: DataKeyId,
    ) -> Result<(), EngineError> {
        let is_fine = self.vault().is_known_destroyed(tenant, key);
        if is_fine || self.store().data_key(tenant, key).await?.is_some() {
            return Ok(());
        }
        let mut after = 0;
        loop {
            let entries = self.store().audit(tenant, after, MAX_PAGE).await?;
            let Some(last) = entries.last() else { break };
            after = last.sequence;
            if entries.iter().any(|entry| destroyed_key(&entry.body) == Some(key)) {
                self.vault().note_destroyed(tenant, key);
                return Ok(());
            }
        }
        let why = "a data key is gone, and no erasure destroyed it: see `cartola doctor --seals`";
        Err(StoreError::corrupt(why).into())
    }

    async fn shown_matter(&self, tenant: TenantId, row: MatterRow) -> Result<Matter, EngineError> {
        Ok(match self.opened_content(tenant, &row).await? {
            Some(content) => opened(row, content),
            None => Matter { row, text: None, contact: None, steps: Vec::new(), breach: None },
        })
    }
}

fn opened(row: MatterRow, content: Content) -> Matter {
    let Content { contact, text, steps, breach } = content;
    let text = (!text.is_empty()).then_some(text);
    Matter { row, text, contact, steps, breach }
}

fn of_person(event: AuditEvent, person: Option<PersonId>) -> AuditEvent {
    match person {
        Some(person) => event.with("person", person),
        None => event,
    }
}

fn check(new: &NewMatter, now: Timestamp) -> Result<(), MatterError> {
    check_text(&new.text)?;
    if let Some(contact) = &new.contact {
        check_text(contact)?;
    }
    match (new.kind == MatterKind::Breach, &new.breach, new.rut) {
        (true, Some(breach), None) => breach.check(now),
        (true, ..) => {
            Err(MatterError::Content("a breach has its entry in the register, and no RUT"))
        }
        (false, None, Some(_)) => Ok(()),
        (false, ..) => Err(MatterError::Content("a request has the RUT of who asks")),
    }
}

fn check_text(text: &str) -> Result<(), MatterError> {
    let is_sound = !text.trim().is_empty() && text.chars().count() <= MAX_MATTER_TEXT;
    let why = "a text is missing, or longer than 4000 characters";
    if is_sound { Ok(()) } else { Err(MatterError::Content(why)) }
}

const _: () = assert!(MAX_MATTER_TEXT == 4_000, "the message says so");
