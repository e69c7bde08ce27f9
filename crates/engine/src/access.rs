//! Reads in the audit trail: gathered, and written within a second.
//!
//! A crash may lose the last second of reads, and nothing else (consents, imports and whatever
//! else changes something are in the unit of work that decides it).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cartola_model::Principal;
use cartola_model::access::Actor;
use cartola_model::audit::AuditEvent;
use cartola_primitives::id::TenantId;
use cartola_store::{Command, UnitOfWork};

use crate::{Engine, EngineError};

/// How often gathered reads are written.
pub const FLUSH_EVERY: Duration = Duration::from_millis(500);

/// Different reads that are gathered between two flushes at most; the reads beyond them are
/// counted together.
const MAX_GATHERED: usize = 10_000;

/// The subject of reads that are counted together.
const MANY: Subject = Subject { kind: "many", id: [0; 16] };

/// Accesses beside those that end with `.read`, and those of Mi Banco's screens: a bank was read, a session
/// or a token of a facade was given out, a code was shown, data was handed out in a file.
const ACCESSES: [&str; 7] = [
    "link.fetched",
    "session.begun",
    "session.opened",
    "session.renewed",
    "token.issued",
    "withdrawal.code_shown",
    "audit.exported",
];

/// How entries begin of a screen of Mi Banco's that was shown.
const OF_MIBANCO: &str = "mibanco.";

/// Whether an entry with that action is of somebody who saw something, rather than of something that
/// changed.
pub fn is_access(action: &str) -> bool {
    let is_read = action.rsplit('.').next() == Some("read");
    is_read || action.starts_with(OF_MIBANCO) || ACCESSES.contains(&action)
}

/// What was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Subject {
    /// The prefix of its id, or the name of a list or a facade, which have none.
    pub kind: &'static str,
    /// The id; zeros for what has none.
    pub id: [u8; 16],
}

impl Subject {
    /// One thing.
    pub fn one<I: cartola_primitives::id::TypedId>(id: I) -> Self {
        Self { kind: I::PREFIX, id: *id.as_bytes() }
    }

    /// What has a name alone, as a list.
    pub const fn list(kind: &'static str) -> Self {
        Self { kind, id: [0; 16] }
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind)?;
        if self.id != [0; 16] {
            write!(f, "_{}", data_encoding::HEXLOWER.encode(&self.id))?;
        }
        Ok(())
    }
}

/// Whose, by whom, what, of what, and which screen of the customer's it stands for.
type Key = (TenantId, Actor, &'static str, Subject, Option<&'static str>);

/// Reads that are not written yet.
#[derive(Default)]
pub(crate) struct AccessLog {
    gathered: Mutex<HashMap<Key, u64>>,
}

impl AccessLog {
    fn note(&self, key: Key) {
        debug_assert!(is_access(key.2), "{} is noted as an access, and exported as none", key.2);
        let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        let full = gathered.len() >= MAX_GATHERED && !gathered.contains_key(&key);
        let key = if full { (key.0, key.1, key.2, MANY, key.4) } else { key };
        *gathered.entry(key).or_default() += 1;
    }

    fn take(&self) -> HashMap<Key, u64> {
        std::mem::take(&mut *self.gathered.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn give_back(&self, key: Key, count: u64) {
        let mut gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        *gathered.entry(key).or_default() += count;
    }
}

impl Engine {
    /// Notes that data was read.
    pub(crate) fn note_access(&self, who: &Principal, action: &'static str, subject: Subject) {
        self.inner.accesses.note((who.tenant, who.actor, action, subject, None));
    }

    /// The same of what a screen of the customer's shows, so that the trail leads back to it.
    pub fn note_screen(
        &self,
        who: &Principal,
        action: &'static str,
        subject: Subject,
        screen: Option<&'static str>,
    ) {
        self.inner.accesses.note((who.tenant, who.actor, action, subject, screen));
    }

    /// Writes the gathered reads. What cannot be written is kept for the next time.
    pub async fn flush_accesses(&self) -> Result<(), EngineError> {
        let mut by_tenant: HashMap<TenantId, Vec<(Key, u64)>> = HashMap::new();
        for (key, count) in self.inner.accesses.take() {
            by_tenant.entry(key.0).or_default().push((key, count));
        }
        let mut failure = None;
        for (tenant, mut entries) in by_tenant {
            entries.sort_by_key(|((_, actor, action, subject, screen), _)| {
                (*actor, *action, subject.kind, subject.id, *screen)
            });
            let mut work = UnitOfWork::new(tenant, self.now());
            work.commands = entries.iter().map(|(key, count)| event(key, *count)).collect();
            if let Err(error) = self.store().commit(work).await {
                for (key, count) in entries {
                    self.inner.accesses.give_back(key, count);
                }
                failure = Some(error);
            }
        }
        failure.map_or(Ok(()), |error| Err(error.into()))
    }
}

fn event((_, actor, action, subject, screen): &Key, count: u64) -> Command {
    let mut event = AuditEvent::once(action, actor, subject);
    event.count = count;
    Command::Audit(match screen {
        Some(screen) => event.with("screen", screen),
        None => event,
    })
}
