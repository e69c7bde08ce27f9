//! A long audit trail, of the entries that readings leave, with consents, lists and anchors: proven by the
//! command. `./x test --soak` writes a million; how long that took is printed.

use std::time::Instant;

use cartola_crypto::ContentHash;
use cartola_model::audit::{AuditEvent, SCREEN_OF_MOVEMENTS};
use cartola_model::{ConsentKind, ConsentState, InstitutionId};
use cartola_primitives::id::{
    AccountId, ConsentId, ConsentSetId, ImportId, LinkId, PersonId, TenantId,
};
use cartola_primitives::{SignedDuration, Timestamp};
use cartola_store::consents::{ConsentRow, ConsentSetRow};
use cartola_store::{Command, Committer, UnitOfWork};
use cartola_store_sqlite::{Options, SqliteStore};

use crate::installation::Installation;

/// Entries, unless the environment says otherwise.
const ENTRIES: usize = 12_000;

/// What a reading leaves: `consent.granted`, `import.committed`, `link.fetched`.
const ENTRIES_A_READING: usize = 3;

/// Readings of one unit of work.
const READINGS_A_UNIT: usize = 500;

/// Anchors that are made on the way.
const ANCHORS: usize = 8;

#[allow(clippy::disallowed_methods, reason = "how many to write is told to the test process")]
fn readings() -> usize {
    let told = std::env::var("CARTOLA_AUDIT_ENTRIES").ok();
    let entries = told.map_or(ENTRIES, |text| text.parse().expect("a number of entries"));
    entries.div_ceil(ENTRIES_A_READING)
}

fn id(number: usize) -> [u8; 16] {
    (number as u128 + 1).to_be_bytes()
}

fn consent(number: usize, at: Timestamp) -> ConsentRow {
    ConsentRow {
        id: ConsentId::from_bytes(id(number)),
        kind: ConsentKind::TenantMandate,
        person: Some(PersonId::from_bytes(id(number % 1_000))),
        institution: InstitutionId::parse("banco-chile").unwrap(),
        link: LinkId::from_bytes(id(number % 1_000)),
        purpose: "reading accounts, balances and movements for the tenant".to_owned(),
        evidence: ContentHash::of(&id(number)),
        recipient: None,
        data: None,
        state: ConsentState::Granted { at, expires_at: Some(at + SignedDuration::from_hours(24)) },
        version: 1,
    }
}

/// What a reading of that number leaves.
fn commands(number: usize, tenant: TenantId, at: Timestamp) -> [Command; 5] {
    let consent = consent(number, at);
    let set = ConsentSetRow {
        id: ConsentSetId::from_bytes(id(number)),
        consent: consent.id,
        rest: (!number.is_multiple_of(7)).then(|| ConsentSetId::from_bytes(id(number - 1))),
    };
    let rest = set.rest.map_or_else(|| "-".to_owned(), |rest| rest.to_string());
    let granted = AuditEvent::once("consent.granted", "operator", consent.id)
        .with("kind", consent.kind.name())
        .with("evidence", consent.evidence.hex())
        .with("row", consent.digest(tenant).hex());
    let imported =
        AuditEvent::once("import.committed", "operator", ImportId::from_bytes(id(number)))
            .with("account", AccountId::from_bytes(id(number % 1_000)))
            .with("content", consent.evidence.hex())
            .with("new", 3)
            .with("duplicates", 129)
            .with("amended", 0)
            .with("removed", 0)
            .with("consent_sets", format!("{}:{}:{rest}", set.id, set.consent));
    let fetched = AuditEvent::once("link.fetched", "operator", consent.link)
        .with("screen", SCREEN_OF_MOVEMENTS);
    [
        Command::AddConsent(consent),
        Command::AddConsentSets(vec![set]),
        Command::Audit(granted),
        Command::Audit(imported),
        Command::Audit(fetched),
    ]
}

#[tokio::test]
#[allow(clippy::disallowed_methods, reason = "how long it took is told, and not asserted")]
async fn a_long_trail_is_proven() {
    let installation = Installation::new();
    let tenant: TenantId = installation.tenant("acme")["tenant"].as_str().unwrap().parse().unwrap();
    let at: Timestamp = "2026-03-10T15:00:00Z".parse().unwrap();
    let (all, mut kept) = (readings(), String::new());
    let begun = Instant::now();
    for part in 0..ANCHORS {
        let store = SqliteStore::open(&installation.data(), Options::default()).unwrap();
        let numbers: Vec<usize> = (all * part / ANCHORS..all * (part + 1) / ANCHORS).collect();
        for unit in numbers.chunks(READINGS_A_UNIT) {
            let mut work = UnitOfWork::new(tenant, at);
            work.commands.extend(unit.iter().flat_map(|number| commands(*number, tenant, at)));
            store.commit(work).await.unwrap();
        }
        drop(store);
        kept = installation.run(&["audit", "anchors", "--make", "--json"]).done().stdout;
    }
    let written = begun.elapsed();
    std::fs::write(installation.path().join("kept"), &kept).unwrap();
    let begun = Instant::now();
    let verify = ["audit", "verify", "--anchors", "kept", "--json"];
    let proven = installation.run(&verify).done().json();
    let took = begun.elapsed();
    let count = |name: &str| proven[name].as_u64().unwrap();
    assert!(count("entries") >= (all * ENTRIES_A_READING + ANCHORS) as u64, "{proven}");
    let counted = [count("consents"), count("consent_sets")];
    assert_eq!(counted, [all as u64; 2], "{proven}");
    assert_eq!([count("unproven"), count("unproven_sets")], [0; 2], "{proven}");
    assert_eq!(count("kept_anchors"), ANCHORS as u64, "{proven}");
    eprintln!(
        "{} entries, {all} consents, {ANCHORS} anchors: written and anchored in {:.1} s, proven in {:.1} s",
        count("entries"),
        written.as_secs_f64(),
        took.as_secs_f64()
    );
}
