//! Opening everything that is sealed: whatever is altered, or stands in another's place, is found.

use cartola_crypto::jws::{Algorithm, SigningKey};
use cartola_crypto::session_token::SessionKey;
use cartola_crypto::{DataKey, KeyRing, LookupKey, MasterKey, Place, Sealed, WrappedKey};
use cartola_model::access::Actor;
use cartola_model::audit::AuditEvent;
use cartola_model::movement::MovementDetails;
use cartola_model::{Movement, MovementStatus};
use cartola_primitives::id::{AccountId, ConsentSetId, DataKeyId, MovementId, PersonId, TenantId};
use cartola_primitives::randomness::SeededRandomness;
use cartola_primitives::{Currency, Money, date};
use cartola_store::copying::pile::Pile;
use cartola_store::copying::seals::{Opened, SEALED, SealedColumn, Unopened, Why, verify};
use cartola_store::copying::tables::{
    ARCHIVE, AUDIT, DATA_KEY, IMPORT, INSTALLATION_SECRET, MOVEMENT, SIGNING_KEY,
};
use cartola_store::copying::{Cell, Kind, Load, Row, TABLES, Table};
use cartola_store::encoding::movement::encode_movement;
use cartola_store::movements::MovementRow;
use cartola_store::subjects::{DESTROYED_KEY, PERSON_ERASED};

const TENANT: TenantId = TenantId::from_bytes([1; 16]);

/// A store with two rows of every table that has something sealed.
struct Scene {
    pile: Pile,
    ring: KeyRing,
    randomness: SeededRandomness,
    keys: Vec<DataKey>,
}

fn row(table: &Table, number: u8) -> Row {
    let cell = |(place, kind): (usize, Kind)| match kind {
        _ if table.columns[place].name == "tenant" => Cell::Bytes(TENANT.as_bytes().to_vec()),
        Kind::Id | Kind::IdOrNone if place < table.key => Cell::Bytes(vec![number; 16]),
        Kind::Bytes if place < table.key => Cell::Bytes(vec![number; 32]),
        Kind::Text if place < table.key => Cell::Text(number.to_string()),
        _ if place < table.key => Cell::Integer(number.into()),
        _ => Cell::Null,
    };
    Row(table.columns.iter().map(|column| column.kind).enumerate().map(cell).collect())
}

fn set(table: &Table, row: &mut Row, column: &str, cell: Cell) {
    row.0[table.place(column)] = cell;
}

fn bytes(of: impl AsRef<[u8]>) -> Cell {
    Cell::Bytes(of.as_ref().to_vec())
}

impl Scene {
    async fn new() -> Self {
        let randomness = SeededRandomness::new(3);
        let ring = KeyRing::new(MasterKey::generate(&randomness), Vec::new());
        let ids = [[7; 16], [8; 16]].map(DataKeyId::from_bytes);
        let keys = ids.map(|id| DataKey::generate(id, &randomness)).into();
        let scene = Self { pile: Pile::default(), ring, randomness, keys };
        scene.add_keys().await;
        scene.add_values().await;
        scene.add_movements().await;
        scene
    }

    async fn put(&self, table: &'static Table, row: Row) {
        self.pile.add(table, vec![row]).await.expect("a pile takes rows");
    }

    async fn put_wrapped(&self, table: &'static Table, mut row: Row, wrapped: &WrappedKey) {
        set(table, &mut row, "wrapped_master", bytes(wrapped.master.as_bytes()));
        set(table, &mut row, "wrapped", bytes(&wrapped.bytes));
        self.put(table, row).await;
    }

    async fn add_keys(&self) {
        let (ring, randomness) = (&self.ring, &self.randomness);
        for (number, key) in (1..).zip(&self.keys) {
            let subject = (number == 2).then(|| PersonId::from_bytes([9; 16]));
            let subject = subject.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
            let wrapped = ring.wrap(key, TENANT, &subject, randomness);
            let mut row = row(&DATA_KEY, number);
            set(&DATA_KEY, &mut row, "id", bytes(key.id().as_bytes()));
            let is_nobody = subject.is_empty();
            let subject = if is_nobody { Cell::Null } else { Cell::Bytes(subject) };
            set(&DATA_KEY, &mut row, "subject", subject);
            self.put_wrapped(&DATA_KEY, row, &wrapped).await;
        }
        for number in 1..=2 {
            let key = SigningKey::generate(Algorithm::default(), randomness);
            let mut row = row(&SIGNING_KEY, number);
            let text = |text: &str| Cell::Text(text.to_owned());
            set(&SIGNING_KEY, &mut row, "id", text(key.verifying().id()));
            set(&SIGNING_KEY, &mut row, "algorithm", text(Algorithm::default().name()));
            self.put_wrapped(&SIGNING_KEY, row, &key.wrap(ring, randomness)).await;
        }
        let secrets = [
            ("lookup_key", LookupKey::generate(randomness).wrap(ring, randomness)),
            ("session_key", SessionKey::generate(randomness).wrap(ring, randomness)),
            (
                "audit_key",
                SigningKey::generate(Algorithm::EdDsa, randomness).wrap(ring, randomness),
            ),
        ];
        for (name, wrapped) in secrets {
            let mut row = row(&INSTALLATION_SECRET, 1);
            set(&INSTALLATION_SECRET, &mut row, "name", Cell::Text(name.to_owned()));
            self.put_wrapped(&INSTALLATION_SECRET, row, &wrapped).await;
        }
    }

    fn seal(&self, of: (&'static str, &'static str), row: &[u8], number: u8) -> Sealed {
        let place = Place { table: of.0, column: of.1, row, tenant: TENANT };
        let key = &self.keys[usize::from(number - 1)];
        key.seal(&place, 1, &[number; 20], &self.randomness).expect("few bytes")
    }

    async fn add_values(&self) {
        let tables = TABLES.iter().filter(|table| columns_of(table).next().is_some());
        for (table, number) in tables.flat_map(|table| [(*table, 1), (*table, 2)]) {
            let mut row = row(table, number);
            for column in columns_of(table) {
                if row.0[table.place(column.row)] == Cell::Null {
                    set(table, &mut row, column.row, bytes([number + 10; 16]));
                }
                let id = row.0[table.place(column.row)].bytes().expect("an id").to_vec();
                let sealed = self.seal(column.places[0], &id, number);
                set(table, &mut row, &format!("{}_key", column.name), bytes(sealed.key.as_bytes()));
                set(table, &mut row, &format!("{}_schema", column.name), Cell::Integer(1));
                set(table, &mut row, column.bytes, Cell::Bytes(sealed.bytes));
            }
            self.put(table, row).await;
        }
        for number in 1..=2 {
            let mut row = row(&IMPORT, number);
            set(&IMPORT, &mut row, "archive", bytes([number; 16]));
            self.put(&IMPORT, row).await;
        }
    }

    async fn add_movements(&self) {
        for number in 1..=2 {
            let id = MovementId::from_bytes([number; 16]);
            let sealed = self.seal(("movement", "counterparty"), id.as_bytes(), number);
            let movement = Movement {
                id,
                account: AccountId::from_bytes([number; 16]),
                version: 1,
                booked_on: date(2026, 3, 2),
                value_on: None,
                amount: Money::new(-100, Currency::CLP),
                balance_after: None,
                status: MovementStatus::Booked,
                glosa: "COMPRA".to_owned(),
                details: MovementDetails::default(),
            };
            let consents = ConsentSetId::from_bytes([number; 16]);
            let stored = MovementRow { movement, consents, counterparty: Some(sealed) };
            let mut row = row(&MOVEMENT, number);
            set(&MOVEMENT, &mut row, "body", Cell::Bytes(encode_movement(&stored)));
            self.put(&MOVEMENT, row).await;
        }
    }

    async fn verified(&self) -> (Opened, Vec<Unopened>) {
        let mut found = Vec::new();
        let mut all = |unopened| found.push(unopened);
        let opened =
            verify(&self.pile, &self.ring, &mut all, &mut |_, _| {}).await.expect("it is read");
        (opened, found)
    }

    /// What is found once somebody has changed the rows of a table.
    async fn found(&self, table: &'static Table, change: impl FnOnce(&mut [Row])) -> Vec<Unopened> {
        let mut before = Vec::new();
        self.pile.change(table, |rows| {
            before.extend(rows.values().cloned());
            let mut changed = before.clone();
            change(&mut changed);
            *rows = changed.into_iter().map(|row| (table.key(&row).to_vec(), row)).collect();
        });
        let found = self.verified().await.1;
        let put_back = before.into_iter().map(|row| (table.key(&row).to_vec(), row)).collect();
        self.pile.change(table, |rows| *rows = put_back);
        found
    }
}

fn columns_of(table: &Table) -> impl Iterator<Item = &'static SealedColumn> {
    SEALED.iter().filter(move |column| column.table.name == table.name)
}

fn flip(cell: &mut Cell, byte: usize) {
    match cell {
        Cell::Bytes(bytes) => bytes[byte] ^= 1,
        Cell::Integer(number) => *number ^= 1,
        Cell::Text(_) | Cell::Null => panic!("nothing to flip"),
    }
}

/// Of a column that was sealed and that nothing here opens, damage would be found by nobody.
#[test]
fn every_sealed_column_is_opened() {
    for table in TABLES {
        for schema in table.names().filter_map(|name| name.strip_suffix("_schema")) {
            let known = columns_of(table).any(|column| column.name == schema);
            assert!(known, "{}.{schema} is sealed, and not among SEALED", table.name);
        }
    }
}

#[tokio::test]
async fn everything_that_is_as_it_was_sealed_opens() {
    let (opened, found) = Scene::new().await.verified().await;
    assert_eq!(found, []);
    let values = 2 * (SEALED.len() as u64 + 1);
    assert_eq!(opened, Opened { values, keys: 7, noise: 0 });
}

#[tokio::test]
async fn every_altered_byte_of_every_sealed_column_is_found() {
    let scene = Scene::new().await;
    for column in &SEALED {
        let table = column.table;
        let places = ["key", "schema"].map(|part| table.place(&format!("{}_{part}", column.name)));
        let sealed = table.place(column.bytes);
        let length = 12 + 20 + 16;
        let flips = (0..length).map(|byte| (sealed, byte));
        for (place, byte) in flips.chain([(places[0], 0), (places[0], 15), (places[1], 0)]) {
            let found = scene.found(table, |rows| flip(&mut rows[0].0[place], byte)).await;
            // The id of a file is its row; of one that nothing names the key may be gone.
            let told: Vec<_> = found.iter().map(|found| (found.table, found.column)).collect();
            assert_eq!(told, [(table.name, column.bytes)], "{column:?} {place} {byte}");
            assert_eq!(found[0].row.len(), table.key);
        }
        let cut = scene.found(table, |rows| rows[1].0[sealed] = bytes([0; 5])).await;
        assert_eq!(cut[0].why, Why::Altered);
        let gone = scene.found(table, |rows| rows[1].0[sealed] = Cell::Null).await;
        assert_eq!(gone[0].why, Why::Malformed);
    }
}

#[tokio::test]
async fn values_that_stand_in_each_others_rows_are_found() {
    let scene = Scene::new().await;
    for column in &SEALED {
        let table = column.table;
        let parts = [format!("{}_key", column.name), format!("{}_schema", column.name)];
        let places = [table.place(&parts[0]), table.place(&parts[1]), table.place(column.bytes)];
        let swapped = scene.found(table, |rows| {
            for place in places {
                let first = rows[0].0[place].clone();
                rows[0].0[place] = std::mem::replace(&mut rows[1].0[place], first);
            }
        });
        let found = swapped.await;
        assert_eq!(found.len(), 2, "{column:?}");
        assert!(found.iter().all(|found| found.why == Why::Altered), "{found:?}");
    }
    let body = MOVEMENT.place("body");
    let swapped = scene.found(&MOVEMENT, |rows| {
        let first = rows[0].0[body].clone();
        rows[0].0[body] = std::mem::replace(&mut rows[1].0[body], first);
    });
    assert_eq!(swapped.await.len(), 2);
}

#[tokio::test]
async fn every_altered_byte_of_a_counterparty_is_found() {
    let scene = Scene::new().await;
    let body = MOVEMENT.place("body");
    let (mut first, mut length) = (0, 0);
    scene.pile.change(&MOVEMENT, |rows| {
        let cell = &rows.values().next().expect("a row").0[body];
        length = cell.bytes().expect("bytes").len();
        // Behind a head of 35 bytes: key, schema, length, nonce, ciphertext and tag.
        first = 35;
    });
    let last = first + 16 + 2 + 4 + 12 + 20 + 16;
    assert!(last < length);
    for byte in first..last {
        let found = scene.found(&MOVEMENT, |rows| flip(&mut rows[0].0[body], byte)).await;
        let told: Vec<_> = found.iter().map(|found| (found.table, found.column)).collect();
        assert_eq!(told, [("movement", "body")], "{byte}");
    }
}

#[tokio::test]
async fn every_altered_byte_of_a_wrapped_key_is_found() {
    let scene = Scene::new().await;
    for table in [&DATA_KEY, &SIGNING_KEY, &INSTALLATION_SECRET] {
        let (master, wrapped) = (table.place("wrapped_master"), table.place("wrapped"));
        for (place, byte) in (0..12 + 32 + 16).map(|byte| (wrapped, byte)).chain([(master, 3)]) {
            let found = scene.found(table, |rows| flip(&mut rows[0].0[place], byte)).await;
            assert_eq!((found[0].table, found[0].column), (table.name, "wrapped"), "{byte}");
        }
        let swapped = scene.found(table, |rows| {
            let first = rows[0].0[wrapped].clone();
            rows[0].0[wrapped] = std::mem::replace(&mut rows[1].0[wrapped], first);
        });
        let found = swapped.await;
        let of_table = found.iter().filter(|found| found.table == table.name).count();
        assert_eq!(of_table, 2, "{found:?}");
    }
    let missing =
        scene.found(&DATA_KEY, |rows| flip(&mut rows[0].0[DATA_KEY.place("id")], 0)).await;
    assert!(missing.iter().any(|found| found.why == Why::KeyMissing), "{missing:?}");
}

/// A file of somebody who was erased is left for hours, and its key is gone.
#[tokio::test]
async fn a_file_that_nothing_names_may_be_of_a_key_that_was_destroyed() {
    let scene = Scene::new().await;
    let (key, archive) = (ARCHIVE.place("object_key"), IMPORT.place("archive"));
    scene.pile.change(&IMPORT, |rows| {
        for row in rows.values_mut() {
            row.0[archive] = Cell::Null;
        }
    });
    let found = scene.found(&ARCHIVE, |rows| rows[0].0[key] = bytes([77; 16])).await;
    assert_eq!(found, []);
    let altered =
        scene.found(&ARCHIVE, |rows| flip(&mut rows[0].0[ARCHIVE.place("object_sealed")], 20));
    assert_eq!(altered.await.len(), 1, "its key is there");
}

/// What was asked of whom, or paid out, is kept for longer than whoever was erased; the trail says that
/// their key was destroyed.
#[tokio::test]
async fn what_outlives_somebody_may_be_of_a_key_that_the_trail_says_was_destroyed() {
    let scene = Scene::new().await;
    let gone = DataKeyId::from_bytes([77; 16]);
    let mut keyless = Vec::new();
    for column in &SEALED {
        let key = column.table.place(&format!("{}_key", column.name));
        let found = scene.found(column.table, |rows| rows[0].0[key] = bytes(gone.as_bytes())).await;
        assert_eq!(found.len(), 1, "nothing says that it was destroyed: {column:?}");
        keyless.push((column, key));
    }
    for (number, action) in (1..).zip(["matter.opened", PERSON_ERASED]) {
        let event = AuditEvent::once(action, Actor::Operator, "per_x").with(DESTROYED_KEY, gone);
        let mut row = row(&AUDIT, number);
        let body = serde_json::to_string(&event).expect("an event is JSON");
        set(&AUDIT, &mut row, "body", Cell::Text(body));
        scene.put(&AUDIT, row).await;
        for (column, key) in &keyless {
            let table = column.table;
            let found = scene.found(table, |rows| rows[0].0[*key] = bytes(gone.as_bytes())).await;
            let outlives = ["job", "matter", "payout"].contains(&table.name);
            let is_noise = action == PERSON_ERASED && outlives;
            assert_eq!(found.is_empty(), is_noise, "{action} {column:?}");
            let other = scene.found(table, |rows| rows[0].0[*key] = bytes([78; 16])).await;
            assert_eq!(other.len(), 1, "another key is missing: {column:?}");
        }
    }
}
