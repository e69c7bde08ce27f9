//! From decoded batches to one unit of work.

use std::collections::HashSet;
use std::sync::Arc;

use cartola_connector::Batch;
use cartola_crypto::{ContentHash, DataKey};
use cartola_model::audit::AuditEvent;
use cartola_model::{ConsentKind, ConsentState, Principal};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{ArchiveId, ConsentId, ConsentSetId, IdMinter, ImportId};
use cartola_store::accounts::{AccountRow, BalanceRow};
use cartola_store::consents::{ConsentRow, ConsentSetRow};
use cartola_store::imports::{ImportRow, NO_ARCHIVE};
use cartola_store::{Command, UnitOfWork};

use super::report::{ImportReport, Imported};
use super::resolve::{Giver, Origin, Resolved, Target};
use super::{Also, Hashes, ImportError};
use crate::audit::{SETS_ADDED, row_detail, telling_of_sets};
use crate::ingest::plan::{self, Past, Plan, Terms};
use crate::once::Reply;
use crate::{Engine, EngineError};

/// What an import is for, as its consent says.
const PURPOSE: &str = crate::consents::purposes::FILE;

/// A decision that is ready to be committed.
pub(super) struct Draft {
    /// What the file itself is sealed under: the key of the first account's holder.
    pub key: Arc<DataKey>,
    made: Vec<Command>,
    entries: Vec<Entry>,
    file: ContentHash,
    /// Whether the tenant gave a file: what an institution lists is its reading's to say.
    of_file: bool,
    /// Where the same bytes are kept already.
    kept: Option<ArchiveId>,
}

impl Draft {
    /// Whether anything in it names the source, which is then to be kept.
    pub fn needs_source(&self) -> bool {
        self.entries.iter().any(|entry| entry.repeats.is_none())
    }

    /// Where the same bytes are kept already, if they are.
    pub const fn kept(&self) -> Option<ArchiveId> {
        self.kept
    }
}

struct Entry {
    target: Target,
    plan: Plan,
    import: ImportRow,
    /// The import that it is instead, where it tells nothing new.
    repeats: Option<ImportId>,
    /// What allows the account to be shown from now on.
    shown: ConsentSetId,
    /// What allows it, where that is not given already.
    granted: Option<ConsentRow>,
    balances: Vec<BalanceRow>,
}

impl Engine {
    /// The same reading of the same file into the same accounts, imported before under consents
    /// that still hold.
    pub(super) async fn repeated(
        &self,
        who: &Principal,
        hashes: Hashes,
        resolved: &Resolved,
    ) -> Result<Option<Imported>, EngineError> {
        let rows = self.store().imports_of_content(who.tenant, &hashes.reading).await?;
        let mut reports = Vec::with_capacity(resolved.targets.len());
        for target in &resolved.targets {
            let of_account = rows.iter().filter(|row| row.account == target.id);
            let Some(row) = self.last_allowed(who, of_account).await? else { return Ok(None) };
            reports.push(ImportReport::repeating(row));
        }
        Ok(Some(Imported { reports }))
    }

    /// The last of these imports whose consent holds.
    async fn last_allowed<'a>(
        &self,
        who: &Principal,
        rows: impl Iterator<Item = &'a ImportRow>,
    ) -> Result<Option<&'a ImportRow>, EngineError> {
        let mut last = None;
        for row in rows {
            let consent = self.store().consent(who.tenant, row.consent).await?;
            if consent.is_some_and(|consent| consent.state.holds(self.now())) {
                last = Some(row);
            }
        }
        Ok(last)
    }

    /// Writes down that the same file came again, and answers.
    pub(super) async fn acknowledge(
        &self,
        who: &Principal,
        repeated: &Imported,
        reply: &Reply<'_, Imported>,
    ) -> Result<(), EngineError> {
        let mut work = UnitOfWork::new(who.tenant, self.now());
        for report in &repeated.reports {
            let event = AuditEvent::once("import.repeated", who.actor, report.import);
            work.push(Command::Audit(event));
        }
        work.commands.extend(reply.command(self, repeated)?);
        self.store().commit(work).await?;
        Ok(())
    }

    /// Decides what the batches come to, on what is known now.
    pub(super) async fn draft(
        &self,
        who: &Principal,
        giver: Giver<'_>,
        hashes: Hashes,
        batches: &[Batch],
        resolved: Resolved,
    ) -> Result<Draft, ImportError> {
        let first = resolved.targets.first().ok_or(ImportError::Shape("no statement at all"))?;
        let key = first.key.clone();
        let mut entries: Vec<Entry> = Vec::with_capacity(batches.len());
        let mut made = resolved.made;
        for (batch, target) in batches.iter().zip(resolved.targets) {
            entries.push(self.entry(who, giver, (batch, target, hashes), &mut made).await?);
        }
        let of_file = matches!(giver, Giver::Tenant(_));
        let mut kept = None;
        if let Giver::Institution { mandate, .. } = giver {
            made.push(Command::ExpectConsent { id: mandate.id, expected: mandate.version });
            kept = self.kept_source(who, hashes.file, mandate.id).await?;
        }
        Ok(Draft { key, made, entries, file: hashes.file, of_file, kept })
    }

    /// Where exactly these bytes are kept, if they came under this consent before.
    async fn kept_source(
        &self,
        who: &Principal,
        content: ContentHash,
        mandate: ConsentId,
    ) -> Result<Option<ArchiveId>, EngineError> {
        let rows = self.store().imports_of_content(who.tenant, &content).await?;
        let mut kept = rows.iter().filter(|row| row.archive != NO_ARCHIVE);
        Ok(kept.find(|row| row.consent == mandate).map(|row| row.archive))
    }

    async fn entry(
        &self,
        who: &Principal,
        giver: Giver<'_>,
        (batch, target, hashes): (&Batch, Target, Hashes),
        made: &mut Vec<Command>,
    ) -> Result<Entry, ImportError> {
        let now = self.now();
        let (consent_id, granted) = match giver {
            Giver::Tenant(_) => {
                let granted = consent(self.minter().mint(), &target, hashes.file, now);
                let granted = self.consent_to_begin(who.tenant, granted, made).await?;
                (granted.id, Some(granted))
            }
            Giver::Institution { mandate, .. } => {
                // Of accounts of others than whoever signs in, the mandate's version says nothing.
                if let Some(person) = target.person {
                    self.expect_person(who.tenant, person, made).await?;
                }
                (mandate.id, None)
            }
        };
        let (as_of, received_at) = giver.age_of(batch, now);
        let terms = Terms {
            account: target.id,
            import: self.minter().mint(),
            consent: consent_id,
            as_of,
            received_at,
        };
        let mut past = self.past_of(who, batch, &target).await?;
        let mut plan = plan::plan(batch, &mut past, terms, self.minter());
        let shown = shown(&target, &past, terms, &mut plan, self.minter());
        let mut balances = balances(batch, terms);
        let repeats = match plan.repeats {
            Some(_) if self.moves_balances(who, &balances).await? => None,
            repeats => repeats,
        };
        if let (Some(earlier), Some(sighting)) = (repeats, &mut plan.sighting) {
            sighting.import = earlier;
        }
        for balance in &mut balances {
            balance.import = repeats.unwrap_or(balance.import);
        }
        if batch.lines.iter().any(|line| line.counterparty.is_some()) {
            self.seal_counterparties(who, &target.key, batch, &mut plan)?;
        }
        Ok(Entry {
            granted,
            import: import(batch, &target, terms, &mut plan, hashes.reading),
            repeats,
            shown,
            balances,
            target,
            plan,
        })
    }

    /// Whether a balance is another one than was read last.
    async fn moves_balances(
        &self,
        who: &Principal,
        balances: &[BalanceRow],
    ) -> Result<bool, EngineError> {
        let Some(first) = balances.first() else { return Ok(false) };
        let known = self.store().balances(who.tenant, first.account, self.now()).await?;
        let is_known = |row: &BalanceRow| {
            known.iter().any(|known| known.kind == row.kind && known.amount == row.amount)
        };
        Ok(!balances.iter().all(is_known))
    }

    async fn past_of(
        &self,
        who: &Principal,
        batch: &Batch,
        target: &Target,
    ) -> Result<Past, EngineError> {
        match &target.origin {
            Origin::New(_) => Ok(Past::default()),
            Origin::Known(row) => self.past(who, batch, row).await,
        }
    }

    /// What is known of an account around a batch's days.
    async fn past(
        &self,
        who: &Principal,
        batch: &Batch,
        account: &AccountRow,
    ) -> Result<Past, EngineError> {
        let (tenant, shown, account) = (who.tenant, account.consents, account.id);
        let (from, to) = plan::window(batch);
        let first = batch.lines.first().map_or(from, |line| line.observation.booked_on);
        let known = self.store().window(tenant, account, from, to).await?;
        let earlier = self.store().day_before(tenant, account, first).await?;
        let complete = self.store().complete_imports(tenant, account, from, to).await?;
        let sightings = self.store().sightings(tenant, account, from, to).await?;
        let rows = known.iter().map(|attested| &attested.row).chain(&earlier);
        let sets: HashSet<ConsentSetId> = rows.map(|row| row.consents).chain([shown]).collect();
        let asked: Vec<ConsentSetId> = sets.into_iter().collect();
        let holding = self.store().holding(tenant, asked.clone(), self.now()).await?;
        let sets = self.store().consent_sets(tenant, asked).await?;
        let sets = sets.into_iter().map(|set| (set.id, set)).collect();
        Ok(Past { known, earlier, complete, sightings, sets, holding })
    }

    /// Commits a draft as one unit of work.
    pub(super) async fn commit_draft(
        &self,
        who: &Principal,
        draft: Draft,
        archive: Option<ArchiveId>,
        also: Also<'_>,
    ) -> Result<Imported, ImportError> {
        let mut work = UnitOfWork::new(who.tenant, self.now());
        work.commands = draft.made;
        let mut reports = Vec::with_capacity(draft.entries.len());
        for mut entry in draft.entries {
            if let Some(archive) = archive {
                entry.import.archive = archive;
            }
            reports.push(match entry.repeats {
                None => ImportReport::of(&entry.import),
                Some(earlier) => ImportReport {
                    import: earlier,
                    repeated: true,
                    ..ImportReport::of(&entry.import)
                },
            });
            let (link, account) = (entry.target.link, entry.target.id);
            push_entry(who, entry, draft.file, &mut work);
            if draft.of_file {
                work.push(Command::FeedAccount { link, account });
            }
        }
        let imported = Imported { reports };
        work.commands.extend(also(&imported)?);
        self.store().commit(work).await.map_err(EngineError::from)?;
        Ok(imported)
    }
}

fn push_entry(who: &Principal, entry: Entry, file: ContentHash, work: &mut UnitOfWork) {
    let Entry { target, plan, import, repeats, shown, granted, balances } = entry;
    let told = granted.as_ref().map(|consent| granted_event(who, consent));
    work.commands.extend(granted.map(Command::AddConsent));
    let imported = match repeats {
        None => Some(imported_event(who, &import, file)),
        // What the file says is there already; the consent is one more for it.
        Some(_) if plan.consent_sets.is_empty() => None,
        Some(repeated) => Some(AuditEvent::once(SETS_ADDED, who.actor, repeated)),
    };
    let imported = imported.map(|event| telling_of_sets(event, &plan.consent_sets));
    work.push(Command::AddConsentSets(plan.consent_sets));
    work.push(account_command(target, shown));
    if repeats.is_none() {
        work.push(Command::AddImport(import));
    }
    let added = plan.added.into_iter().map(|(row, _)| row).collect();
    work.push(Command::AddMovements(added));
    work.push(Command::ChangeMovements(plan.changed));
    work.push(Command::AddSources(plan.sources));
    work.push(Command::AddBalances(balances));
    work.commands.extend(plan.sighting.map(Command::KeepSighting));
    work.commands.extend(told.map(Command::Audit));
    work.commands.extend(imported.into_iter().flatten().map(Command::Audit));
}

fn imported_event(who: &Principal, import: &ImportRow, file: ContentHash) -> AuditEvent {
    AuditEvent::once("import.committed", who.actor, import.id)
        .with("account", import.account)
        .with("content", file.hex())
        .with("new", import.outcome.new)
        .with("duplicates", import.outcome.duplicates)
        .with("amended", import.outcome.amended)
        .with("removed", import.outcome.removed)
}

/// What allows the account to be shown from now on: what did before, or one consent more.
fn shown(
    target: &Target,
    past: &Past,
    terms: Terms,
    plan: &mut Plan,
    minter: &IdMinter,
) -> ConsentSetId {
    let rest = match &target.origin {
        Origin::Known(row) => Some(row.consents),
        Origin::New(_) => None,
    };
    // What was read of the account under this consent before made the consent one of them.
    let was_read = || past.sightings.iter().any(|row| row.consent == terms.consent);
    let is_newest =
        |set: &ConsentSetId| past.sets.get(set).is_some_and(|set| set.consent == terms.consent);
    if let Some(known) = rest.filter(|set| was_read() || is_newest(set)) {
        return known;
    }
    let id = minter.mint();
    plan.consent_sets.push(ConsentSetRow { id, consent: terms.consent, rest });
    id
}

/// What the audit trail says of a consent that is given.
pub(crate) fn granted_event(who: &Principal, consent: &ConsentRow) -> AuditEvent {
    let event = AuditEvent::once("consent.granted", who.actor, consent.id)
        .with("kind", consent.kind.name())
        .with("evidence", consent.evidence.hex());
    row_detail(event, who.tenant, consent)
}

fn account_command(target: Target, shown: ConsentSetId) -> Command {
    match target.origin {
        Origin::New(mut row) => {
            row.consents = shown;
            Command::AddAccount(*row)
        }
        Origin::Known(row) => {
            Command::ClaimAccount { id: row.id, expected: row.version, consents: shown }
        }
    }
}

fn consent(id: ConsentId, target: &Target, content: ContentHash, now: Timestamp) -> ConsentRow {
    ConsentRow {
        id,
        kind: ConsentKind::FileImport,
        person: target.person,
        institution: target.institution.clone(),
        link: target.link,
        purpose: PURPOSE.to_owned(),
        evidence: content,
        recipient: None,
        data: None,
        state: ConsentState::Granted { at: now, expires_at: None },
        version: 1,
    }
}

fn import(
    batch: &Batch,
    target: &Target,
    terms: Terms,
    plan: &mut Plan,
    content: ContentHash,
) -> ImportRow {
    ImportRow {
        id: terms.import,
        account: target.id,
        consent: terms.consent,
        // Named once the source has been kept.
        archive: NO_ARCHIVE,
        content,
        layout: batch.layout.to_owned(),
        source: batch.source,
        as_of: terms.as_of,
        received_at: terms.received_at,
        coverage: batch.coverage,
        period: batch.period,
        outcome: std::mem::take(&mut plan.outcome),
    }
}

fn balances(batch: &Batch, terms: Terms) -> Vec<BalanceRow> {
    let row = |reading: &cartola_model::BalanceReading| BalanceRow {
        account: terms.account,
        kind: reading.kind,
        as_of: reading.as_of,
        amount: reading.amount,
        received_at: terms.received_at,
        import: terms.import,
        consent: terms.consent,
    };
    batch.balances.iter().map(row).collect()
}
