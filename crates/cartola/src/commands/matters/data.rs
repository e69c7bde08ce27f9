//! `cartola matters data`: all that is kept of a person, as one JSON array, for them.
//!
//! Whatever consents say: who has withdrawn them all, or wants nothing done with their data, is told what
//! is kept all the same. Each reading is in the audit trail, and so is the file, with its hash.

use std::io::{BufWriter, Write};
use std::process::ExitCode;

use anyhow::{Context, bail};
use cartola_engine::Engine;
use cartola_engine::accounts::OpenAccount;
use cartola_engine::audit::{About, Exported, Owners, Recorded};
use cartola_engine::authorizations::Listed;
use cartola_engine::links::ShownLink;
use cartola_model::{InstitutionId, Principal};
use cartola_primitives::id::{AccountId, LinkId, PersonId};
use cartola_primitives::{Date, Rut};
use cartola_store::MAX_PAGE;
use serde_json::{Value, json};

use super::{Data, Printed, Said};
use crate::commands::audit::files::hash;
use crate::output;
use crate::pages;
use crate::problem::wrong_use;

const READING: &str = "what is kept of the person cannot be read";

/// Writes it out and signs it.
pub async fn run(arguments: Data) -> anyhow::Result<ExitCode> {
    let Data { rut, from, .. } = &arguments;
    let said = from.or(Said { rut: rut.clone(), ..Said::default() })?;
    let rut =
        said.rut()?.ok_or_else(|| wrong_use("say whose in --rut, or in the file of --file"))?;
    let to_file = &arguments.to_file;
    to_file.check()?;
    let (gateway, tenant) = arguments.whose.open().await?;
    let (engine, who) = (&gateway.engine, Principal::operator(tenant.id));
    let person = engine.person_with(&who, rut).await.context(READING)?;
    if person.is_none() && !has_asked(engine, &who, rut).await? {
        bail!("nothing of that person is kept");
    }
    let path = &to_file.output;
    let file = to_file.create()?;
    let head = engine.audit_head(who.tenant).await.context(READING)?;
    let (who, until) = (&who, head.sequence);
    let mut entries = Entries { sink: BufWriter::new(file), rows: 0 };
    match person {
        Some(person) => {
            let mut all = All { engine, who, rut, person, until, entries: &mut entries };
            all.write().await?;
        }
        None => only_asked(engine, who, rut, &mut entries).await?,
    }
    let rows = entries.end()?;
    let (sha256, bytes) = hash(path)?;
    let says = Exported {
        sha256,
        bytes,
        rows,
        what: "data".to_owned(),
        format: "json".to_owned(),
        tenant: who.tenant,
        tenant_name: tenant.name,
        person,
        from: None,
        to: None,
        sequence: head.sequence,
        hash: head.hash,
        exported_at: engine.now(),
    };
    let signed = engine.sign_export(who, &says).await?;
    let (mut file, beside) = to_file.create_signature()?;
    writeln!(file, "{signed}").context(WRITING)?;
    output::line(format_args!(
        "{rows} entries in {}, signed in {}",
        path.display(),
        beside.display()
    ))?;
    gateway.close().await?;
    Ok(ExitCode::SUCCESS)
}

const WRITING: &str = "the file cannot be written";

/// The array that is written.
struct Entries<Sink: Write> {
    sink: Sink,
    rows: u64,
}

impl<Sink: Write> Entries<Sink> {
    fn push(&mut self, what: &str, mut entry: Value) -> anyhow::Result<()> {
        if let Some(members) = entry.as_object_mut() {
            members.insert("what".to_owned(), what.into());
        }
        self.sink.write_all(if self.rows == 0 { b"[\n" } else { b",\n" }).context(WRITING)?;
        self.rows += 1;
        serde_json::to_writer(&mut self.sink, &entry).context(WRITING)
    }

    /// Ends it, and gives the number of entries.
    fn end(mut self) -> anyhow::Result<u64> {
        let closing: &[u8] = if self.rows == 0 { b"[]\n" } else { b"\n]\n" };
        self.sink.write_all(closing).context(WRITING)?;
        self.sink.flush().context(WRITING)?;
        Ok(self.rows)
    }
}

/// Whether somebody has ever asked for anything: that is kept although nothing else of theirs is.
async fn has_asked(engine: &Engine, who: &Principal, rut: Rut) -> anyhow::Result<bool> {
    let first = engine.matters_of(who, rut, None).await.context(READING)?;
    Ok(!first.rows.is_empty())
}

/// Of somebody of whom nothing but that is kept, what they have asked for. They have no id of their own.
async fn only_asked<Sink: Write>(
    engine: &Engine,
    who: &Principal,
    rut: Rut,
    entries: &mut Entries<Sink>,
) -> anyhow::Result<()> {
    entries.push("person", json!({"rut": rut.compact()}))?;
    matters(engine, who, rut, entries).await
}

/// What somebody has asked for, and what was answered.
async fn matters<Sink: Write>(
    engine: &Engine,
    who: &Principal,
    rut: Rut,
    entries: &mut Entries<Sink>,
) -> anyhow::Result<()> {
    let page = async |after| engine.matters_of(who, rut, after).await.context(READING);
    pages::each(page, |matter| {
        let mut entry = serde_json::to_value(Printed::of(&matter)).context(WRITING)?;
        // Who of those who answer them did so is not theirs.
        for step in entry["steps"].as_array_mut().into_iter().flatten() {
            step.as_object_mut().map(|step| step.remove("by"));
        }
        entries.push("matter", entry)
    })
    .await
}

/// What is written, and where.
struct All<'a, Sink: Write> {
    engine: &'a Engine,
    who: &'a Principal,
    rut: Rut,
    person: PersonId,
    /// The last entry of the trail that it tells of.
    until: u64,
    entries: &'a mut Entries<Sink>,
}

impl<Sink: Write> All<'_, Sink> {
    fn push(&mut self, what: &str, entry: Value) -> anyhow::Result<()> {
        self.entries.push(what, entry)
    }

    async fn write(&mut self) -> anyhow::Result<()> {
        let rut = self.rut.compact();
        self.push("person", json!({"id": self.person, "rut": rut}))?;
        let links = self.links().await?;
        self.consents().await?;
        for link in links {
            self.records(link).await?;
        }
        self.accounts().await?;
        self.payments().await?;
        self.instructions().await?;
        self.authorizations().await?;
        self.payees().await?;
        self.phones().await?;
        matters(self.engine, self.who, self.rut, self.entries).await?;
        self.accesses().await
    }

    async fn links(&mut self) -> anyhow::Result<Vec<LinkId>> {
        let (engine, who, person) = (self.engine, self.who, self.person);
        let page = async |after| engine.shown_links(who, after, MAX_PAGE).await.context(READING);
        let mut links = Vec::new();
        pages::each(page, |ShownLink { row, standing }| {
            if row.person != Some(person) {
                return Ok(());
            }
            links.push(row.id);
            let (source, state) = (row.source.name(), standing.name());
            let institution = row.institution.as_str();
            let entry = json!({
                "id": row.id, "institution": institution, "source": source, "state": state,
            });
            self.push("link", entry)
        })
        .await?;
        Ok(links)
    }

    async fn consents(&mut self) -> anyhow::Result<()> {
        let consents = self.engine.kept_consents(self.who, self.person).await.context(READING)?;
        let now = self.engine.now();
        for kept in consents {
            let (row, expires_at) = (kept.row, kept.expires_at);
            let entry = json!({
                "id": row.id, "link": row.link, "kind": row.kind.name(),
                "state": row.state.name(now), "institution": row.institution.as_str(),
                "purpose": cartola_engine::consents::purposes::as_read(&row.purpose),
                "recipient": row.recipient,
                "products": row.data.map(cartola_model::ConsentData::names),
                "granted_at": row.state.granted_at(), "expires_at": expires_at,
                "ended_at": row.state.ended_at(now), "evidence": row.evidence,
            });
            self.push("consent", entry)?;
        }
        Ok(())
    }

    async fn records(&mut self, link: LinkId) -> anyhow::Result<()> {
        let (engine, who) = (self.engine, self.who);
        let page = async |after| engine.kept_records(who, link, after).await.context(READING);
        pages::each(page, |open| {
            let content = serde_json::to_value(&open.record).context(WRITING)?;
            let entry = json!({
                "id": open.row.id, "link": link, "product": open.row.kind.name(),
                "read_at": open.row.last_read_at, "content": content,
            });
            self.push("record", entry)
        })
        .await
    }

    async fn accounts(&mut self) -> anyhow::Result<()> {
        let (engine, who, person) = (self.engine, self.who, self.person);
        let page = async |after| engine.kept_accounts(who, person, after).await.context(READING);
        for account in pages::all(page).await? {
            self.account(&account).await?;
        }
        Ok(())
    }

    async fn account(&mut self, account: &OpenAccount) -> anyhow::Result<()> {
        let (engine, who, row) = (self.engine, self.who, &account.row);
        self.push(
            "account",
            json!({
                "id": row.id, "institution": row.institution.as_str(), "kind": row.kind.name(),
                "currency": row.currency.code(), "number": account.number,
                "holder": account.holder_name,
            }),
        )?;
        let page = async |after| engine.kept_balances(who, row.id, after).await.context(READING);
        pages::each(page, |balance| {
            let entry = json!({
                "account": row.id, "kind": balance.kind.name(), "as_of": balance.as_of,
                "amount": balance.amount.minor(), "currency": balance.amount.currency().code(),
            });
            self.push("balance", entry)
        })
        .await?;
        self.movements(row.id).await
    }

    /// The newest day first.
    async fn movements(&mut self, account: AccountId) -> anyhow::Result<()> {
        let mut before = Date::MAX;
        loop {
            let rows = self.engine.kept_movements(self.who, account, before).await;
            let rows = rows.context(READING)?;
            let Some(first) = rows.first() else { return Ok(()) };
            before = first.movement.booked_on;
            for row in &rows {
                let movement = &row.movement;
                let other = self.engine.counterparty(self.who, row).await.context(READING)?;
                let counterparty = other.map(|other| {
                    json!({
                        "name": other.name, "rut": other.rut.as_ref().map(Rut::compact),
                        "account": other.account,
                        "bank": other.bank.as_ref().map(InstitutionId::as_str),
                    })
                });
                self.push(
                    "movement",
                    json!({
                        "id": movement.id, "account": account, "booked_on": movement.booked_on,
                        "amount": movement.amount.minor(),
                        "currency": movement.amount.currency().code(),
                        "description": movement.glosa, "status": movement.status.name(),
                        "counterparty": counterparty,
                    }),
                )?;
            }
        }
    }

    async fn payments(&mut self) -> anyhow::Result<()> {
        let (engine, who, person) = (self.engine, self.who, self.person);
        let page = async |after| engine.kept_payments(who, person, after).await.context(READING);
        pages::each(page, |payment| {
            let (row, told) = (&payment.row, payment.told.as_ref());
            let payee = told.map(|told| serde_json::to_value(&told.to)).transpose();
            let entry = json!({
                "id": row.id, "institution": row.institution.as_str(),
                "amount": row.amount.minor(), "currency": row.amount.currency().code(),
                "from": told.and_then(|told| told.from.as_deref()),
                "payee": payee.context(WRITING)?,
                "comment": told.and_then(|told| told.comment.as_deref()),
                "state": row.standing.state.standing().name(), "created_at": row.created_at,
            });
            self.push("payment", entry)
        })
        .await
    }

    async fn authorizations(&mut self) -> anyhow::Result<()> {
        let (engine, who) = (self.engine, self.who);
        let listed = Listed { rut: Some(self.rut), ..Listed::default() };
        let page = async |before| {
            engine.authorizations(who, listed, before, MAX_PAGE).await.context(READING)
        };
        pages::each(page, |asked| {
            let row = &asked.row;
            let entry = json!({
                "id": row.id, "kind": row.kind.name(), "asked_at": row.created_at,
                "state": row.standing.state.standing().name(),
                "changed_at": row.standing.changed_at, "text": asked.text,
            });
            self.push("authorization", entry)
        })
        .await
    }

    async fn instructions(&mut self) -> anyhow::Result<()> {
        let (engine, who, person) = (self.engine, self.who, self.person);
        let page =
            async |after| engine.kept_instructions(who, person, after).await.context(READING);
        pages::each(page, |given| {
            let row = &given.row;
            let order = serde_json::to_value(&given.what).context(WRITING)?;
            let entry = json!({
                "id": row.id, "kind": row.kind.name(), "institution": row.institution.as_str(),
                "order": order, "from": given.from,
                "state": given.state().standing().name(), "created_at": row.created_at,
            });
            self.push("instruction", entry)
        })
        .await
    }

    /// Whom they have paid: what they approved says who that is.
    async fn payees(&mut self) -> anyhow::Result<()> {
        let (engine, who, person) = (self.engine, self.who, self.person);
        let page = async |after| engine.kept_payees(who, person, after).await.context(READING);
        pages::each(page, |row| {
            let entry = json!({"authorization": row.authorization, "since": row.since});
            self.push("known_payee", entry)
        })
        .await
    }

    async fn phones(&mut self) -> anyhow::Result<()> {
        let (engine, who, asked) = (self.engine, self.who, (Some(self.rut), None));
        let page =
            async |before| engine.enrolments(who, asked, before, MAX_PAGE).await.context(READING);
        pages::each(page, |enrolled| {
            let (row, phone) = (&enrolled.row, enrolled.phone.as_ref());
            let entry = json!({
                "id": row.id, "name": phone.map(|phone| &phone.name),
                "key": phone.map(|phone| &phone.thumbprint),
                "state": row.standing.state.standing().name(),
                "enrolled_at": row.created_at, "changed_at": row.standing.changed_at,
            });
            self.push("phone", entry)
        })
        .await
    }

    /// Who has read what is theirs, and what else was done about it: as the trail has it. Lists may have
    /// told of them or not, and are left out. No further than what is signed says: this reading is told
    /// in the next file.
    async fn accesses(&mut self) -> anyhow::Result<()> {
        let (mut after, mut owners) = (0, Owners::default());
        let tenant = self.who.tenant;
        loop {
            let entries = self.engine.audit(self.who, after, MAX_PAGE).await.context(READING)?;
            let Some(last) = entries.last() else { return Ok(()) };
            after = last.row.sequence;
            for Recorded { row, event } in &entries {
                if row.sequence > self.until {
                    return Ok(());
                }
                let about = self.engine.about(tenant, &event.subject, &mut owners).await;
                if about.context(READING)? != About::Person(self.person) {
                    continue;
                }
                self.push(
                    "trail",
                    json!({
                        "sequence": row.sequence, "at": row.at, "action": event.action,
                        "actor": event.actor, "subject": event.subject, "count": event.count,
                    }),
                )?;
            }
        }
    }
}
