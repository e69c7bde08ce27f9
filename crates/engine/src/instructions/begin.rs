//! Giving an instruction.

use cartola_connector::Holder;
use cartola_crypto::{DataKey, Digest};
use cartola_model::audit::AuditEvent;
use cartola_model::{AccountNumber, EndToEndId, InstitutionId, InstructionState, Principal};
use cartola_primitives::id::{InstructionId, TenantId};
use cartola_store::instructions::{InstructionProgress, InstructionRow};
use cartola_store::payments::PaymentCase;
use cartola_store::people::LinkRow;
use cartola_store::{Command, UnitOfWork};

use super::jobs::{StepArguments, StepKind};
use super::operation::paying;
use super::order::SealedInstruction;
use super::{Giver, INSTRUCTION_MANDATE_TERM, Instruction, InstructionError, Wanted, check};
use crate::authorizations::{Leave, Sought};
use crate::imports::{Made, granted_event};
use crate::links::{LinkError, Mandate, NewLink, PaysFor, SealedSecret};
use crate::payments::check_case;
use crate::payouts::{Payer, PayoutError};
use crate::retry::until_settled;
use crate::vault::purpose;
use crate::{Engine, EngineError};

/// What a mandate of one instruction is for, as its consent says.
const PURPOSE: &str = crate::consents::purposes::INSTRUCTION;

/// Who gives it, once that is known.
struct Given {
    link: LinkRow,
    secret: SealedSecret,
    from: Option<AccountNumber>,
    key: std::sync::Arc<DataKey>,
    /// What had to be made for it, and what it rests on.
    made: Vec<Command>,
    leave: Leave,
}

impl Engine {
    /// Gives an instruction: its first step is queued when this answers. Where its customer had to
    /// approve it, the same unit uses their approval up: what is done is what was shown, and it is done
    /// once. The same case with the same request is the instruction that it was the first time, however
    /// it stands by now and whatever became of its approval.
    pub async fn begin_instruction(
        &self,
        who: &Principal,
        wanted: &Wanted<'_>,
    ) -> Result<Instruction, InstructionError> {
        let id = self.minter().mint();
        until_settled(|| self.begin_instruction_once(who, wanted, id)).await
    }

    async fn begin_instruction_once(
        &self,
        who: &Principal,
        wanted: &Wanted<'_>,
        id: InstructionId,
    ) -> Result<Instruction, InstructionError> {
        check_case(wanted.case).map_err(|_| InstructionError::Case)?;
        let case = PaymentCase {
            key: self.instruction_case_key(who.tenant, wanted.case),
            fingerprint: self.vault().digest(purpose::FINGERPRINT, who.tenant, wanted.request),
        };
        let known = self.store().instruction_of_case(who.tenant, &case.key).await;
        if let Some(known) = known.map_err(EngineError::from)? {
            if known.case.fingerprint != case.fingerprint {
                return Err(InstructionError::OtherRequest);
            }
            return Ok(self.shown_instruction(who, known).await?);
        }
        // What was begun is known whatever may be begun by now.
        check(&wanted.what)?;
        let mut given = self.given(who, wanted).await?;
        let from = paying(wanted, given.from.as_ref());
        let operation = wanted.what.operation(&given.link.institution, from);
        let sought = Sought {
            rut: self.giver_of(who, wanted, Some(&given.link)).await?,
            operation: &operation,
            by: wanted.leave,
            asking: wanted.asking,
        };
        given.leave = self.leave(who, &sought).await?;
        let mut work = UnitOfWork::new(who.tenant, self.now());
        work.commands.clone_from(&given.made);
        let row = self.draft_instruction(who, (wanted, &given), (id, case), &mut work)?;
        work.commands.append(&mut given.leave.commands);
        self.store().commit(work).await.map_err(EngineError::from)?;
        Ok(self.shown_instruction(who, row).await?)
    }

    /// The bank of an account, and who signs in there.
    async fn given(&self, who: &Principal, wanted: &Wanted<'_>) -> Result<Given, InstructionError> {
        match &wanted.giver {
            Giver::Account(account) => {
                let Payer { number, link, secret, expected } =
                    self.payer(who, *account).await.map_err(of_payer)?;
                self.check_offered(&link.institution, wanted)?;
                let now = self.now();
                let key = self.vault().key_of(who.tenant, link.person, self.minter(), now).await?;
                let (from, made) = (Some(number), expected);
                Ok(Given { link, secret, from, key, made, leave: Leave::default() })
            }
            Giver::Link { link, from } => {
                let link = self.pulled_link(who, *link).await?;
                self.check_offered(&link.institution, wanted)?;
                let mut made = Vec::new();
                let secret = self.secret_to_begin(who, (&link, PaysFor::Holder), &mut made).await?;
                let secret = secret.ok_or(InstructionError::NotEnabled)?;
                let now = self.now();
                let key = self.vault().key_of(who.tenant, link.person, self.minter(), now).await?;
                let from = from.clone();
                Ok(Given { link, secret, from, key, made, leave: Leave::default() })
            }
            Giver::Credentials { institution, rut, fields, from } => {
                self.check_offered(institution, wanted)?;
                let now = self.now();
                let expires_at = Some(now + INSTRUCTION_MANDATE_TERM);
                let mandate = Mandate { purpose: PURPOSE, evidence: wanted.evidence, expires_at };
                let institution = institution.clone();
                let (rut, fields) = (*rut, *fields);
                let new = NewLink {
                    institution,
                    rut,
                    fields,
                    mandate,
                    proven: false,
                    pays: PaysFor::Nobody,
                };
                self.check_credentials(&new)?;
                let mut made = Made::default();
                let holder = Holder { rut: Some(rut), name: None };
                let (person, key) = self.resolve_person(who, &holder, now, &mut made).await?;
                let mut work = UnitOfWork::new(who.tenant, now);
                work.commands = made.commands;
                self.refuse_blocked(who.tenant, person, &mut work.commands).await?;
                let link = self.link_of_calls(who, &new, person, &mut work).await?;
                let secret = SealedSecret::of(fields, &self.device_of_calls(who, link.id));
                let (from, made) = (from.clone(), work.commands);
                Ok(Given { link, secret, from, key, made, leave: Leave::default() })
            }
        }
    }

    /// Refuses what the institution is known not to do.
    fn check_offered(
        &self,
        institution: &InstitutionId,
        wanted: &Wanted<'_>,
    ) -> Result<(), InstructionError> {
        let is_served = self.connectors().served(institution).is_some();
        // Where nobody serves it, the check of the credentials says so.
        if is_served && !self.instructions_of(institution).contains(&wanted.what.kind()) {
            return Err(InstructionError::NotOffered);
        }
        Ok(())
    }

    /// Adds an instruction to a unit: its mandate, itself, and its first step.
    fn draft_instruction(
        &self,
        who: &Principal,
        (wanted, given): (&Wanted<'_>, &Given),
        (id, case): (InstructionId, PaymentCase),
        work: &mut UnitOfWork,
    ) -> Result<InstructionRow, EngineError> {
        let expires_at = Some(work.at + INSTRUCTION_MANDATE_TERM);
        let mandate = Mandate { purpose: PURPOSE, evidence: wanted.evidence, expires_at };
        let mandate = self.mandate_row(who.tenant, &mandate, &given.link, work.at);
        let (tenant, what) = (who.tenant, &wanted.what);
        let row = InstructionRow {
            id,
            kind: what.kind(),
            institution: given.link.institution.clone(),
            person: given.link.person,
            link: given.link.id,
            mandate: mandate.id,
            amount: what.amount(),
            about: self.instruction_about(tenant, &what.about()),
            end_to_end: EndToEndId::from_bytes(self.vault().random()),
            case,
            created_at: work.at,
            standing: self.first_progress(who, (wanted, given), id, work)?,
            version: 1,
        };
        let action = format!("{}.requested", row.kind.name());
        let event = AuditEvent::once(&action, who.actor, row.id);
        let event = event.with("institution", &row.institution).with("screen", row.kind.screen());
        work.push(Command::Audit(granted_event(who, &mandate)));
        work.push(Command::AddConsent(mandate));
        work.push(Command::Audit(event));
        let arguments = StepArguments::of(who, &row, row.version);
        let of = (tenant, self.now());
        let job = self.instruction_job(StepKind::Submit, &row, &given.key, of, &arguments)?;
        work.push(Command::EnqueueJob(job));
        work.push(Command::AddInstruction(Box::new(row.clone())));
        Ok(row)
    }

    fn first_progress(
        &self,
        who: &Principal,
        (wanted, given): (&Wanted<'_>, &Given),
        id: InstructionId,
        work: &UnitOfWork,
    ) -> Result<InstructionProgress, EngineError> {
        let (tenant, key) = (who.tenant, &given.key);
        let from = paying(wanted, given.from.as_ref()).map(|number| number.written().to_owned());
        let (what, approved) = (wanted.what.clone(), given.leave.by);
        let sealed = SealedInstruction { from, what, approved, claimed_by: None };
        let order = InstructionRow::order_place(tenant, &id);
        let credentials = InstructionRow::credentials_place(tenant, &id);
        Ok(InstructionProgress {
            state: InstructionState::Requested,
            changed_at: work.at,
            order: self.vault().seal_record(key, &order, &sealed)?,
            credentials: Some(self.vault().seal_record(key, &credentials, &given.secret)?),
            code: None,
            bank_reference: None,
            continuation: self.continuation(tenant, key, wanted.next.as_ref())?,
        })
    }

    pub(super) fn instruction_case_key(&self, tenant: TenantId, case: &str) -> Digest {
        self.vault().digest(purpose::INSTRUCTION_CASE, tenant, case.as_bytes())
    }

    pub(super) fn instruction_about(&self, tenant: TenantId, about: &str) -> Digest {
        self.vault().digest(purpose::INSTRUCTION_ABOUT, tenant, about.as_bytes())
    }
}

/// Why nobody pays, in the words of an instruction.
pub(super) fn of_payer(error: PayoutError) -> InstructionError {
    match error {
        PayoutError::UnknownAccount => InstructionError::UnknownAccount,
        PayoutError::NoPayingAccount => InstructionError::NoPayingAccount,
        PayoutError::NotEnabled => InstructionError::NotEnabled,
        PayoutError::Link(error) => InstructionError::Link(error),
        PayoutError::Engine(error) => InstructionError::Engine(error),
        PayoutError::Case
        | PayoutError::OtherRequest
        | PayoutError::Gone
        | PayoutError::NoLines
        | PayoutError::TooManyLines
        | PayoutError::Line { .. }
        | PayoutError::SameReference { .. }
        | PayoutError::Leave(_) => InstructionError::Link(LinkError::Unknown),
    }
}
