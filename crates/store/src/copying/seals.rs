//! Whether everything that is sealed in a store opens, and every key that is wrapped.
//!
//! A value that was altered is otherwise noticed when it is opened, which may be years later. Each is bound
//! to its tenant, table, column, row and key, so that one in another's place does not open either. An
//! older value of the same place, put back with its schema and key, opens: nothing here tells.

use std::collections::{HashMap, HashSet};
use std::fmt;

use cartola_crypto::jwe::DecryptionKey;
use cartola_crypto::jws::SigningKey;
use cartola_crypto::session_token::SessionKey;
use cartola_crypto::{
    CryptoError, DataKey, KeyAlgorithm, KeyRing, LookupKey, MasterKeyId, Place, Sealed, WrappedKey,
};
use cartola_primitives::id::{DataKeyId, TenantId};

use super::tables::{
    ACCOUNT, ANSWER, ARCHIVE, AUDIT, AUTHORIZATION, CHECKOUT, CREDENTIAL, DATA_KEY, ENROLMENT,
    IMPORT, INSTALLATION_SECRET, INSTRUCTION, JOB, LINK_SECRET, MATTER, MESSAGE, MOVEMENT, PAYMENT,
    PAYOUT, PERSON, RECORD, SIGNING_KEY, TASK,
};
use super::{Cell, Dump, Row, Table};
use crate::encoding::movement::StoredMovement;
use crate::{StoreError, subjects};

/// A column that is sealed, with those of its key and schema.
#[derive(Debug)]
pub struct SealedColumn {
    /// Its table.
    pub table: &'static Table,
    /// Its key stands in the column `NAME_key`, its schema in `NAME_schema`.
    pub name: &'static str,
    /// The column of the bytes.
    pub bytes: &'static str,
    /// The column whose value the seal has as its row.
    pub row: &'static str,
    /// Table and column as the seal has them; one of them where kinds of rows differ.
    pub places: &'static [(&'static str, &'static str)],
}

/// A sealed column whose row is the one that it stands in.
macro_rules! sealed {
    ($table:ident, $name:literal, $bytes:literal, $($place:expr),+) => {
        SealedColumn {
            table: &$table, name: $name, bytes: $bytes, row: "id", places: &[$($place),+],
        }
    };
}

/// What follows a row is sealed as the arguments of a job whose id is known.
macro_rules! next {
    ($table:ident) => {
        SealedColumn {
            table: &$table,
            name: "next",
            bytes: "next_sealed",
            row: "next_id",
            places: &[("job", "arguments")],
        }
    };
}

/// All of them, but the counterparty of movements, which stands in their body.
pub static SEALED: [SealedColumn; 27] = [
    sealed!(
        CREDENTIAL,
        "secret",
        "secret_sealed",
        ("credential", "secret"),
        ("credential", "session")
    ),
    sealed!(PERSON, "identity", "identity_sealed", ("person", "sealed")),
    SealedColumn {
        table: &LINK_SECRET,
        name: "secret",
        bytes: "secret_sealed",
        row: "link",
        places: &[("link_secret", "secret")],
    },
    sealed!(ACCOUNT, "holder", "holder_sealed", ("account", "sealed")),
    sealed!(RECORD, "content", "content", ("record", "content")),
    sealed!(TASK, "result", "result", ("task", "result")),
    sealed!(PAYMENT, "order", "order_sealed", ("payment", "order")),
    sealed!(PAYMENT, "credentials", "credentials_sealed", ("payment", "credentials")),
    next!(PAYMENT),
    sealed!(CHECKOUT, "order", "order_sealed", ("checkout", "order")),
    next!(CHECKOUT),
    sealed!(PAYOUT, "order", "order_sealed", ("payout", "order")),
    sealed!(INSTRUCTION, "order", "order_sealed", ("instruction", "order")),
    sealed!(INSTRUCTION, "credentials", "credentials_sealed", ("instruction", "credentials")),
    sealed!(INSTRUCTION, "code", "code_sealed", ("instruction", "code")),
    next!(INSTRUCTION),
    sealed!(ENROLMENT, "phone", "phone_sealed", ("enrolment", "phone")),
    sealed!(AUTHORIZATION, "content", "content_sealed", ("authorization", "content")),
    sealed!(AUTHORIZATION, "signature", "signature_sealed", ("authorization", "signature")),
    next!(AUTHORIZATION),
    sealed!(MATTER, "content", "content_sealed", ("matter", "content")),
    SealedColumn {
        table: &ANSWER,
        name: "body",
        bytes: "body_sealed",
        row: "key",
        places: &[("answer", "body")],
    },
    sealed!(JOB, "arguments", "arguments_sealed", ("job", "arguments")),
    next!(JOB),
    sealed!(MESSAGE, "envelope", "envelope_sealed", ("message", "envelope")),
    sealed!(MESSAGE, "body", "body_sealed", ("message", "body")),
    sealed!(ARCHIVE, "object", "object_sealed", ("archive", "object")),
];

/// Tables whose rows outlive those under whose keys they are sealed.
const OUTLIVING: [&str; 3] = [JOB.name, MATTER.name, PAYOUT.name];

/// The place of a movement's counterparty.
const COUNTERPARTY: (&str, &str) = ("movement", "counterparty");

/// Something that does not open. Says nothing of what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unopened {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The values of the row's key: ids, numbers and words.
    pub row: Vec<String>,
    /// Why not.
    pub why: Why,
}

/// Why something does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It was altered, or stands in another place than it was made for.
    Altered,
    /// It names a data key that is not there.
    KeyMissing,
    /// It is wrapped by a master key that is not at hand.
    MasterKeyMissing(MasterKeyId),
    /// The columns do not hold what a sealed value, or a wrapped key, consists of.
    Malformed,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Altered => f.write_str("it was altered, or stands in another's place"),
            Self::KeyMissing => f.write_str("it names a data key that is not there"),
            Self::MasterKeyMissing(id) => {
                write!(f, "it is wrapped by the master key {id}, which is not at hand")
            }
            Self::Malformed => f.write_str("its columns hold what no sealed value consists of"),
        }
    }
}

impl fmt::Display for Unopened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, column, row, why } = self;
        write!(f, "{table}.{column} of {} does not open: {why}", row.join(" "))
    }
}

/// What was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Opened {
    /// Sealed values.
    pub values: u64,
    /// Wrapped keys.
    pub keys: u64,
    /// What is left of people who were erased, whose key is gone: matters, payouts, jobs that have ended,
    /// and files that nothing names.
    pub noise: u64,
}

/// Opens everything that is sealed in a store, table by table in batches, and tells `found` of each that
/// does not open. `progress` is told how many rows of how many are done. Keeps the data keys in memory, and
/// the ids of sealed files and of keys that were destroyed.
pub async fn verify(
    store: &dyn Dump,
    ring: &KeyRing,
    found: &mut (dyn FnMut(Unopened) + Send),
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Opened, StoreError> {
    let mut tables: Vec<&'static Table> =
        vec![&INSTALLATION_SECRET, &SIGNING_KEY, &DATA_KEY, &AUDIT, &IMPORT, &MOVEMENT];
    for column in &SEALED {
        if !tables.iter().any(|table| table.name == column.table.name) {
            tables.push(column.table);
        }
    }
    let mut total = 0;
    for table in &tables {
        total += store.count(table).await?;
    }
    let mut opening = Opening {
        ring,
        keys: HashMap::new(),
        destroyed: HashSet::new(),
        named: HashSet::new(),
        found,
        opened: Opened::default(),
    };
    let mut done = 0;
    for table in tables {
        let mut rows = store.rows(table).await?;
        while let Some(batch) = rows.batch().await? {
            for row in &batch {
                opening.row(table, row);
            }
            done += batch.len() as u64;
            progress(done, total.max(done));
        }
    }
    Ok(opening.opened)
}

type KeyName = (TenantId, DataKeyId);

struct Opening<'a> {
    ring: &'a KeyRing,
    keys: HashMap<KeyName, Option<DataKey>>,
    /// Keys that were destroyed with whom they were of, as the audit trail says.
    destroyed: HashSet<KeyName>,
    /// Sealed files that imports and records name, by tenant and id.
    named: HashSet<(Vec<u8>, Vec<u8>)>,
    found: &'a mut (dyn FnMut(Unopened) + Send),
    opened: Opened,
}

impl Opening<'_> {
    fn row(&mut self, table: &'static Table, row: &Row) {
        match table.name {
            "installation_secret" | "signing_key" | "data_key" => self.wrapped(table, row),
            "audit" => self.destroyed.extend(destroyed_key(row)),
            "movement" => self.counterparty(table, row),
            name => {
                if matches!(name, "import" | "record") {
                    self.named.extend(ids(table, row, "archive"));
                }
                for column in SEALED.iter().filter(|column| column.table.name == name) {
                    self.column(column, row);
                }
            }
        }
    }

    fn tell(&mut self, table: &'static Table, column: &'static str, row: &Row, why: Why) {
        let row = table.key(row).iter().map(ToString::to_string).collect();
        (self.found)(Unopened { table: table.name, column, row, why });
    }

    fn wrapped(&mut self, table: &'static Table, row: &Row) {
        let outcome = wrapped_of(table, row).ok_or(Why::Malformed).and_then(|wrapped| {
            if table.name == DATA_KEY.name {
                let (name, key) = data_key(self.ring, row, &wrapped);
                let name = name.ok_or(Why::Malformed)?;
                let (key, why) = match key {
                    Ok(key) => (Some(key), None),
                    Err(error) => (None, Some(why_of(&error))),
                };
                self.keys.insert(name, key);
                why.map_or(Ok(()), Err)
            } else {
                other_key(self.ring, table, row, &wrapped)
            }
        });
        match outcome {
            Ok(()) => self.opened.keys += 1,
            Err(why) => self.tell(table, "wrapped", row, why),
        }
    }

    fn column(&mut self, column: &'static SealedColumn, row: &Row) {
        let (table, cell) = (column.table, |name: &str| &row.0[column.table.place(name)]);
        let (key, schema) = (format!("{}_key", column.name), format!("{}_schema", column.name));
        let parts = (cell(&key), cell(&schema), cell(column.bytes));
        if parts == (&Cell::Null, &Cell::Null, &Cell::Null) {
            return;
        }
        let sealed = sealed_of(parts);
        let outcome = match (sealed, cell(column.row).bytes()) {
            (Some(sealed), Some(id)) => self.open(row, column.places, id, &sealed),
            _ => Err(Why::Malformed),
        };
        match outcome {
            Ok(()) => self.opened.values += 1,
            Err(Why::KeyMissing) if self.is_noise(column, row) => self.opened.noise += 1,
            Err(why) => self.tell(table, column.bytes, row, why),
        }
    }

    /// Whether it may be of somebody who was erased. Of what was under their key, a file may be left for
    /// hours, and what was asked, paid out or done for longer.
    fn is_noise(&self, column: &SealedColumn, row: &Row) -> bool {
        let table = column.table;
        if table.name == ARCHIVE.name {
            return !ids(table, row, "id").is_some_and(|file| self.named.contains(&file));
        }
        let key = row.0[table.place(&format!("{}_key", column.name))].bytes().and_then(data_key_id);
        OUTLIVING.contains(&table.name)
            && tenant_of(row).zip(key).is_some_and(|key| self.destroyed.contains(&key))
    }

    fn counterparty(&mut self, table: &'static Table, row: &Row) {
        let body = row.0[table.place("body")].bytes();
        let sealed = body.map(|body| StoredMovement::open(body)?.counterparty());
        let outcome = match (sealed, row.0[table.place("id")].bytes()) {
            (Some(Ok(None)), _) => return,
            (Some(Ok(Some(sealed))), Some(id)) => self.open(row, &[COUNTERPARTY], id, &sealed),
            _ => Err(Why::Malformed),
        };
        match outcome {
            Ok(()) => self.opened.values += 1,
            Err(why) => self.tell(table, "body", row, why),
        }
    }

    /// Every table that has sealed values begins with the tenant.
    fn open(
        &self,
        row: &Row,
        places: &[(&'static str, &'static str)],
        id: &[u8],
        sealed: &Sealed,
    ) -> Result<(), Why> {
        let tenant = tenant_of(row).ok_or(Why::Malformed)?;
        let key = self.keys.get(&(tenant, sealed.key)).ok_or(Why::KeyMissing)?;
        // The key itself was told of.
        let Some(key) = key else { return Err(Why::KeyMissing) };
        let opens = |(table, column): &(&'static str, &'static str)| {
            key.open(&Place { table, column, row: id, tenant }, sealed).is_ok()
        };
        if places.iter().any(opens) { Ok(()) } else { Err(Why::Altered) }
    }
}

/// The key that an entry of the trail says was destroyed, if it is of somebody's erasure.
fn destroyed_key(row: &Row) -> Option<KeyName> {
    let body = row.0[AUDIT.place("body")].text()?;
    let key = subjects::destroyed_key(body)?;
    Some((tenant_of(row)?, key))
}

fn data_key_id(bytes: &[u8]) -> Option<DataKeyId> {
    bytes.try_into().ok().map(DataKeyId::from_bytes)
}

fn ids(table: &Table, row: &Row, name: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let id = row.0[table.place(name)].bytes()?;
    Some((row.0[table.place("tenant")].bytes()?.to_vec(), id.to_vec()))
}

fn tenant_of(row: &Row) -> Option<TenantId> {
    row.0.first()?.bytes()?.try_into().ok().map(TenantId::from_bytes)
}

fn sealed_of((key, schema, bytes): (&Cell, &Cell, &Cell)) -> Option<Sealed> {
    Some(Sealed {
        key: data_key_id(key.bytes()?)?,
        schema: schema.integer()?.try_into().ok()?,
        bytes: bytes.bytes()?.to_vec(),
    })
}

fn wrapped_of(table: &Table, row: &Row) -> Option<WrappedKey> {
    let master = row.0[table.place("wrapped_master")].bytes()?.try_into().ok()?;
    let bytes = row.0[table.place("wrapped")].bytes()?.to_vec();
    Some(WrappedKey { master: MasterKeyId::from_bytes(master), bytes })
}

/// A data key is bound to its tenant, its subject and its id.
fn data_key(
    ring: &KeyRing,
    row: &Row,
    wrapped: &WrappedKey,
) -> (Option<KeyName>, Result<DataKey, CryptoError>) {
    let cell = |name| &row.0[DATA_KEY.place(name)];
    let id = cell("id").bytes().and_then(data_key_id);
    let name = tenant_of(row).zip(id);
    let (tenant, id) =
        name.unwrap_or((TenantId::from_bytes([0; 16]), DataKeyId::from_bytes([0; 16])));
    let subject = cell("subject").bytes().unwrap_or_default();
    (name, ring.unwrap(id, tenant, subject, wrapped))
}

/// A key of the installation. Of those that sign or open messages, the row has the public half's name.
fn other_key(ring: &KeyRing, table: &Table, row: &Row, wrapped: &WrappedKey) -> Result<(), Why> {
    let text = |name| row.0[table.place(name)].text().ok_or(Why::Malformed);
    let why = |error| why_of(&error);
    let named = |id: &str, name: &str| if id == name { Ok(()) } else { Err(Why::Altered) };
    if table.name == SIGNING_KEY.name {
        let algorithm = KeyAlgorithm::parse(text("algorithm")?).ok_or(Why::Malformed)?;
        return match algorithm {
            KeyAlgorithm::Signs(_) => {
                let key = SigningKey::unwrap(ring, wrapped).map_err(why)?;
                named(key.verifying().id(), text("id")?)
            }
            KeyAlgorithm::Opens(_) => {
                named(DecryptionKey::unwrap(ring, wrapped).map_err(why)?.id(), text("id")?)
            }
        };
    }
    // Each is bound to what it is for.
    match text("name")? {
        "lookup_key" => LookupKey::unwrap(ring, wrapped).map(drop).map_err(why),
        "session_key" => SessionKey::unwrap(ring, wrapped).map(drop).map_err(why),
        _ => SigningKey::unwrap(ring, wrapped).map(drop).map_err(why),
    }
}

const fn why_of(error: &CryptoError) -> Why {
    match error {
        CryptoError::UnknownMasterKey { id } => Why::MasterKeyMissing(*id),
        _ => Why::Altered,
    }
}
