//! `cartola matters data`: all that is kept of a person, as one JSON array, for them.
//!
//! What no consent allows to be shown any more is kept sealed away and not written out: it is erased
//! when they ask for that, and shown again when they consent again.

use std::io::{BufWriter, Write};
use std::process::ExitCode;

use anyhow::{Context, bail};
use cartola_engine::Engine;
use cartola_engine::accounts::OpenAccount;
use cartola_engine::audit::Exported;
use cartola_engine::authorizations::Listed;
use cartola_engine::records::RecordFilter;
use cartola_model::Principal;
use cartola_primitives::Rut;
use cartola_primitives::id::{AccountId, LinkId, PersonId};
use cartola_store::MAX_PAGE;
use cartola_store::movements::{MovementQuery, Order};
use serde_json::{Value, json};

use super::{Data, read_rut};
use crate::commands::audit::files::{hash, signature_of};
use crate::{folder, output, tenant};

const READING: &str = "what is kept of the person cannot be read";

/// Writes it out and signs it.
pub async fn run(arguments: Data) -> anyhow::Result<ExitCode> {
    let rut = read_rut(&arguments.rut)?;
    let (gateway, who) = arguments.place.open().await?;
    let engine = &gateway.engine;
    let Some(person) = engine.person_with(&who, rut).await.context(READING)? else {
        bail!("nothing of that person is kept");
    };
    let path = &arguments.output;
    let file = folder::create_private(path);
    let file = file.with_context(|| format!("{} cannot be made", path.display()))?;
    let head = engine.audit_head(who.tenant).await.context(READING)?;
    let tenant = tenant::choose(engine, Some(&who.tenant.to_string())).await?;
    let mut all = All { engine, who: &who, rut, person, sink: BufWriter::new(file), rows: 0 };
    all.write().await?;
    let All { mut sink, rows, .. } = all;
    sink.write_all(if rows == 0 { b"[]\n" } else { b"\n]\n" }).context(WRITING)?;
    sink.flush().context(WRITING)?;
    let (sha256, bytes) = hash(path)?;
    let says = Exported {
        sha256,
        bytes,
        rows,
        what: "data".to_owned(),
        format: "json".to_owned(),
        tenant: who.tenant,
        tenant_name: tenant.name,
        person: Some(person),
        from: None,
        to: None,
        sequence: head.sequence,
        hash: head.hash,
        exported_at: engine.now(),
    };
    let signed = engine.sign_export(&who, &says).await?;
    let beside = signature_of(path);
    let file = folder::create_private(&beside);
    let mut file = file.with_context(|| format!("{} cannot be made", beside.display()))?;
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

/// What is written, and where.
struct All<'a, Sink: Write> {
    engine: &'a Engine,
    who: &'a Principal,
    rut: Rut,
    person: PersonId,
    sink: Sink,
    rows: u64,
}

impl<Sink: Write> All<'_, Sink> {
    fn push(&mut self, what: &str, mut entry: Value) -> anyhow::Result<()> {
        if let Some(members) = entry.as_object_mut() {
            members.insert("what".to_owned(), what.into());
        }
        self.sink.write_all(if self.rows == 0 { b"[\n" } else { b",\n" }).context(WRITING)?;
        self.rows += 1;
        serde_json::to_writer(&mut self.sink, &entry).context(WRITING)
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
        self.authorizations().await
    }

    async fn links(&mut self) -> anyhow::Result<Vec<LinkId>> {
        let (person, mut links, mut after) = (self.person, Vec::new(), None);
        loop {
            let page = self.engine.links(self.who, after, MAX_PAGE).await.context(READING)?;
            for row in page.rows.iter().filter(|row| row.person == Some(person)) {
                links.push(row.id);
                let (source, state) = (row.source.name(), row.state.name());
                let institution = row.institution.as_str();
                self.push(
                    "link",
                    json!({
                        "id": row.id, "institution": institution, "source": source, "state": state,
                    }),
                )?;
            }
            after = page.next;
            if after.is_none() {
                return Ok(links);
            }
        }
    }

    async fn consents(&mut self) -> anyhow::Result<()> {
        let (person, mut after) = (self.person, None);
        loop {
            let page = self.engine.consents(self.who, None, after, MAX_PAGE).await;
            let page = page.context(READING)?;
            for row in page.rows.iter().filter(|row| row.person == Some(person)) {
                let state = row.state.name(self.engine.now());
                self.push(
                    "consent",
                    json!({
                        "id": row.id, "kind": row.kind.name(), "state": state,
                        "institution": row.institution.as_str(), "purpose": row.purpose,
                        "recipient": row.recipient,
                        "products": row.data.map(cartola_model::ConsentData::names),
                        "granted_at": row.state.granted_at(), "expires_at": row.state.expires_at(),
                        "evidence": row.evidence,
                    }),
                )?;
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn records(&mut self, link: LinkId) -> anyhow::Result<()> {
        let filter = RecordFilter { link: Some(link), kind: None };
        let mut before = None;
        loop {
            let page = self.engine.records(self.who, filter, before, MAX_PAGE).await;
            let page = page.context(READING)?;
            for open in &page.rows {
                let content = serde_json::to_value(&open.record).context(WRITING)?;
                self.push(
                    "record",
                    json!({
                        "id": open.row.id, "link": link, "product": open.row.kind.name(),
                        "read_at": open.row.last_read_at, "content": content,
                    }),
                )?;
            }
            before = page.next;
            if before.is_none() {
                return Ok(());
            }
        }
    }

    async fn accounts(&mut self) -> anyhow::Result<()> {
        let mut after = None;
        loop {
            let page = self.engine.accounts(self.who, after, MAX_PAGE).await.context(READING)?;
            for account in &page.rows {
                if account.row.person == Some(self.person) {
                    self.account(account).await?;
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn account(&mut self, account: &OpenAccount) -> anyhow::Result<()> {
        let row = &account.row;
        self.push(
            "account",
            json!({
                "id": row.id, "institution": row.institution.as_str(), "kind": row.kind.name(),
                "currency": row.currency.code(), "number": account.number,
                "holder": account.holder_name,
            }),
        )?;
        let balances = self.engine.balances(self.who, row.id).await.context(READING)?;
        for balance in balances.unwrap_or_default() {
            self.push(
                "balance",
                json!({
                    "account": row.id, "kind": balance.kind.name(), "as_of": balance.as_of,
                    "amount": balance.amount.minor(), "currency": balance.amount.currency().code(),
                }),
            )?;
        }
        self.movements(row.id).await
    }

    async fn movements(&mut self, account: AccountId) -> anyhow::Result<()> {
        let mut query = MovementQuery {
            account: Some(account),
            from: None,
            to: None,
            min_amount: None,
            max_amount: None,
            text: None,
            status: None,
            order: Order::OldestFirst,
            after: None,
            limit: MAX_PAGE,
            now: self.engine.now(),
        };
        loop {
            let page = self.engine.movements(self.who, query.clone()).await.context(READING)?;
            for row in page.rows.to_rows().context(READING)? {
                let movement = row.movement;
                self.push(
                    "movement",
                    json!({
                        "id": movement.id, "account": account, "booked_on": movement.booked_on,
                        "amount": movement.amount.minor(),
                        "currency": movement.amount.currency().code(),
                        "description": movement.glosa, "status": movement.status.name(),
                    }),
                )?;
            }
            query.after = page.next;
            if query.after.is_none() {
                return Ok(());
            }
        }
    }

    async fn payments(&mut self) -> anyhow::Result<()> {
        let mut after = None;
        loop {
            let page = self.engine.payments(self.who, None, after, MAX_PAGE).await;
            let page = page.context(READING)?;
            for payment in &page.rows {
                let row = &payment.row;
                if row.person != Some(self.person) {
                    continue;
                }
                self.push(
                    "payment",
                    json!({
                        "id": row.id, "institution": row.institution.as_str(),
                        "amount": row.amount.minor(), "currency": row.amount.currency().code(),
                        "state": row.standing.state.standing().name(), "created_at": row.created_at,
                    }),
                )?;
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn authorizations(&mut self) -> anyhow::Result<()> {
        let listed = Listed { rut: Some(self.rut), ..Listed::default() };
        let mut before = None;
        loop {
            let page = self.engine.authorizations(self.who, listed, before, MAX_PAGE).await;
            let page = page.context(READING)?;
            for asked in &page.rows {
                let row = &asked.row;
                self.push(
                    "authorization",
                    json!({
                        "id": row.id, "kind": row.kind.name(), "asked_at": row.created_at,
                        "state": row.standing.state.standing().name(),
                        "changed_at": row.standing.changed_at, "text": asked.text,
                    }),
                )?;
            }
            before = page.next;
            if before.is_none() {
                return Ok(());
            }
        }
    }
}
