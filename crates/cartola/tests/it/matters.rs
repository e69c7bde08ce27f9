//! `cartola matters`.

use std::fs;

use cartola_primitives::{SignedDuration, Timestamp, santiago};
use serde_json::{Value, json};

use crate::installation::Installation;
use crate::statement;

const RUT: &str = "11.111.111-1";

/// A tenant with a statement of a holder who is named.
fn with_a_person() -> Installation {
    let installation = Installation::new();
    installation.tenant("acme");
    let csv = statement::csv(0, &[(1, "PAGO A PERSONA", -35_000)]);
    let (file, map) = statement::write(installation.path(), "a", &csv, "1234567890");
    let holder = format!("[account]\nholder_rut = \"{RUT}\"\nholder_name = \"PERSONA SECRETA\"\n");
    let mapping = fs::read_to_string(&map).unwrap().replace("[account]\n", &holder);
    fs::write(&map, mapping).unwrap();
    let (file, map) = (file.to_str().unwrap(), map.to_str().unwrap());
    installation.run(&["import", file, "--mapping", map]).done();
    installation
}

fn open(installation: &Installation, kind: &str) -> Value {
    let text = ["--text", "Pide lo que la ley le da", "--json"];
    let asked = [&["matters", "open", "--kind", kind, "--rut", RUT][..], &text].concat();
    installation.run(&asked).done().json()
}

fn decide(installation: &Installation, matter: &Value, decision: &str) -> Value {
    let id = matter["id"].as_str().unwrap();
    let said = ["--as", decision, "--text", "por esto", "--json"];
    installation.run(&[&["matters", "decide", id][..], &said].concat()).done().json()
}

/// The entries of `data.json`.
fn entries(installation: &Installation) -> Vec<Value> {
    let text = fs::read_to_string(installation.path().join("data.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// What entries are of.
fn whats(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["what"].as_str().unwrap()).collect()
}

/// An instant of the night after would be read as the day after.
#[test]
fn a_deadline_is_read_as_a_day_of_chile() {
    let installation = Installation::new();
    installation.tenant("acme");
    let asked = open(&installation, "access");
    let due: Timestamp = asked["due_at"].as_str().unwrap().parse().unwrap();
    let last = santiago::date_of(due - SignedDuration::from_secs(1));
    let id = asked["id"].as_str().unwrap();
    let listed = installation.run(&["matters", "list"]).done().stdout;
    let line = listed.lines().find(|line| line.contains(id)).unwrap();
    assert!(line.trim_end().ends_with(&last.to_string()), "{listed}");
    let said = ["matters", "decide", id, "--as", "extend", "--text", "x"];
    let extended = installation.run(&said).done().stdout;
    let later = last.saturating_add(SignedDuration::from_hours(24 * 30));
    assert!(extended.ends_with(&format!(" is to be answered by {later} in Chile\n")), "{extended}");
}

/// The numbers of rows of a database file that hold a text, in any of its bytes.
fn lies_in(installation: &Installation, text: &str) -> bool {
    let files = ["cartola.db", "cartola.db-wal"].map(|name| installation.data().join(name));
    files
        .iter()
        .filter_map(|path| fs::read(path).ok())
        .any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
}

#[test]
fn a_person_gets_all_that_is_kept_of_them() {
    let installation = with_a_person();
    let data = ["matters", "data", "--rut", RUT, "--output", "data.json"];
    let said = installation.run(&data).done().stdout;
    assert!(said.contains("signed in data.json.jws"), "{said}");
    let text = fs::read_to_string(installation.path().join("data.json")).unwrap();
    let entries: Vec<Value> = serde_json::from_str(&text).unwrap();
    let kinds: Vec<&str> = entries.iter().map(|entry| entry["what"].as_str().unwrap()).collect();
    for kind in ["person", "link", "consent", "account", "movement", "trail"] {
        assert!(kinds.contains(&kind), "{kind} of {kinds:?}");
    }
    assert_eq!(entries[0]["rut"], "11111111-1");
    let movement = entries.iter().find(|entry| entry["what"] == "movement").unwrap();
    assert_eq!((&movement["amount"], &movement["currency"]), (&json!(-35_000), &json!("CLP")));
    installation.run(&["audit", "check", "data.json"]).done();
    let again = installation.run(&data).failed(1).stderr;
    assert!(again.contains("data.json exists") && again.contains("--force"), "{again}");
    assert_eq!(fs::read_to_string(installation.path().join("data.json")).unwrap(), text);
    installation.run(&[&data[..], &["--force"]].concat()).done();
    let nobody = ["matters", "data", "--rut", "12.345.678-5", "--output", "none.json"];
    assert!(installation.run(&nobody).failed(1).stderr.contains("nothing of that person is kept"));
}

/// Who has withdrawn everything asks what is kept all the same, and is told; by a file, which no list of
/// processes shows.
#[test]
fn somebody_who_has_withdrawn_everything_is_told_what_is_kept() {
    let installation = with_a_person();
    open(&installation, "access");
    let opposition = open(&installation, "opposition");
    assert_eq!(decide(&installation, &opposition, "grant")["state"], "granted");
    let exported = installation.run(&["export", "transactions", "--format", "json"]).done();
    assert_eq!(exported.json(), json!([]), "nothing is served");
    let asked = installation.path().join("asked.json");
    fs::write(&asked, json!({"rut": RUT}).to_string()).unwrap();
    let data = ["matters", "data", "--file", "asked.json", "--output", "data.json"];
    installation.run(&data).done();
    let text = fs::read_to_string(installation.path().join("data.json")).unwrap();
    let entries: Vec<Value> = serde_json::from_str(&text).unwrap();
    let of = |what: &str| entries.iter().filter(|entry| entry["what"] == what).collect::<Vec<_>>();
    assert_eq!(of("movement")[0]["amount"], -35_000);
    assert_eq!(of("account")[0]["holder"], "PERSONA SECRETA");
    let consent = of("consent")[0];
    assert_eq!(consent["state"], "revoked");
    assert_eq!(consent["purpose"], "un archivo de cartola que importó la empresa");
    assert!(consent["expires_at"].is_null(), "an import has no end");
    assert!(consent["ended_at"].is_string(), "{consent}");
    let matters = of("matter");
    assert_eq!((matters.len(), &matters[0]["kind"]), (2, &json!("access")));
    assert!(matters[1]["steps"][0]["by"].is_null(), "who answered is not theirs");
    assert!(of("trail").iter().any(|entry| entry["action"] == "consent.revoked"));
    fs::write(&asked, r#"{"rut": "11.111.111-1", "who": "MARIA"}"#).unwrap();
    let refused = installation.run(&data).failed(2).stderr;
    assert!(refused.contains("line 1") && !refused.contains("11.111"), "{refused}");
    let both = ["matters", "data", "--file", "asked.json", "--rut", RUT, "--output", "data.json"];
    installation.run(&both).failed(2);
    installation.run(&["matters", "data", "--output", "data.json"]).failed(2);
}

/// Of somebody of whom nothing else is kept, what they have asked is.
#[test]
fn somebody_who_has_only_asked_is_told_that() {
    let installation = Installation::new();
    installation.tenant("acme");
    let asked = open(&installation, "access");
    let data = ["matters", "data", "--rut", RUT, "--output", "data.json"];
    installation.run(&data).done();
    let told = entries(&installation);
    assert_eq!(whats(&told), ["person", "matter"]);
    assert_eq!(told[0], json!({"what": "person", "rut": "11111111-1"}));
    assert_eq!((&told[1]["id"], &told[1]["state"]), (&asked["id"], &json!("open")));
    assert_eq!(told[1]["text"], "Pide lo que la ley le da");
    installation.run(&["audit", "check", "data.json"]).done();
}

#[test]
fn a_person_is_erased_and_can_be_read_nowhere() {
    let installation = with_a_person();
    assert!(lies_in(&installation, "PAGO A PERSONA"), "glosas are in plain");
    let asked = open(&installation, "erasure");
    assert_eq!((&asked["state"], &asked["version"]), (&json!("open"), &json!(1)));
    let listed = installation.run(&["matters", "list", "--open", "--json"]).done().json_lines();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["id"], asked["id"]);
    // What else they asked stays, under a key that goes with them.
    open(&installation, "access");
    let done = decide(&installation, &asked, "grant");
    assert_eq!(done["state"], "granted");
    assert!(done["text"].is_null(), "what was said went with the key");
    assert_eq!(done["steps"][0]["text"], "por esto");
    let exported = installation.run(&["export", "transactions", "--format", "json"]).done();
    assert_eq!(exported.json(), json!([]));
    let data = ["matters", "data", "--rut", RUT, "--output", "data.json"];
    installation.run(&data).done();
    assert_eq!(whats(&entries(&installation)), ["person", "matter", "matter"], "that they asked");
    let id = asked["id"].as_str().unwrap();
    installation.run(&["matters", "decide", id, "--as", "deny", "--text", "no"]).failed(1);
    installation.run(&["audit", "verify"]).done();
    let doctor = installation.run(&["doctor", "--seals"]).done().stdout;
    assert!(doctor.contains("sound: 1 tenants, 0 movements"), "{doctor}");
    assert!(doctor.contains("open, 0 do not; "), "{doctor}");
    assert!(!doctor.contains(" 0 are of people who were erased"), "{doctor}");
    // The pages that held it are written over when the database is copied.
    installation.run(&["backup", "backup"]).done();
    let copied = fs::read(installation.path().join("backup/cartola.db")).unwrap();
    let text = b"PAGO A PERSONA";
    assert!(!copied.windows(text.len()).any(|window| window == text), "a backup holds it");
}

#[test]
fn a_breach_is_registered_and_what_is_wrong_is_refused() {
    let installation = with_a_person();
    let entry = [
        "--effects",
        "saldos",
        "--data-kinds",
        "movimientos",
        "--people",
        "3",
        "--measures",
        "claves",
    ];
    let breach =
        [&["matters", "open", "--kind", "breach", "--text", "un respaldo", "--json"][..], &entry];
    let noticed = installation.run(&breach.concat()).done().json();
    assert_eq!(noticed["breach"]["people"], 3);
    let id = noticed["id"].as_str().unwrap();
    let amended = ["matters", "decide", id, "--as", "amend", "--text", "se avisó", "--json"];
    let told = |at| ["--agency-told-at", at];
    let later = [&amended[..], &entry, &told("2099-12-01T12:00:00Z")].concat();
    let refused = installation.run(&later).failed(1).stderr;
    assert!(refused.contains("`agency_told_at` is later than now"), "{refused}");
    let told = told("2026-04-01T12:00:00Z");
    let amended = installation.run(&[&amended[..], &entry, &told].concat()).done().json();
    assert_eq!(amended["breach"]["agency_told_at"], "2026-04-01T12:00:00Z");
    // What is left out stays, and a date goes where that is said.
    let amend = |change: &[&str]| {
        let said = ["matters", "decide", id, "--as", "amend", "--text", "se supo más", "--json"];
        installation.run(&[&said[..], change].concat()).done().json()["breach"].clone()
    };
    let fewer = amend(&["--people", "2"]);
    assert_eq!((&fewer["people"], &fewer["effects"]), (&json!(2), &json!("saldos")));
    assert_eq!(fewer["agency_told_at"], "2026-04-01T12:00:00Z");
    assert!(amend(&["--agency-not-told"])["agency_told_at"].is_null());
    assert_eq!(decide(&installation, &noticed, "close")["state"], "closed");
    for wrong in [
        &["matters", "open", "--kind", "erasure", "--text", "x", "--rut", "11.111.111-2"][..],
        &["matters", "open", "--kind", "erasure", "--text", "x", "--effects", "y"],
        &["matters", "decide", id, "--as", "amend", "--text", "x"],
    ] {
        let refused = installation.run(wrong).failed(2).stderr;
        assert!(!refused.contains("11.111.111-2"), "{refused}");
    }
}

/// Each mistake is told with what would have been right.
#[test]
fn mistakes_are_told_with_what_is_right() {
    let installation = with_a_person();
    let said = |arguments: &[&str], code| {
        installation.run(&[&["matters"], arguments].concat()).failed(code).stderr
    };
    let text = ["--text", "x"];
    let opening =
        |kind: &str, more: &[&str]| said(&[&["open", "--kind", kind][..], &text, more].concat(), 2);
    assert!(opening("erasure", &[]).contains("--rut"));
    assert!(opening("breach", &[]).contains("--effects, --data-kinds, --people and --measures"));
    assert!(opening("breach", &["--rut", RUT]).contains("no --rut with --kind breach"));
    let empty = said(&["open", "--kind", "access", "--rut", RUT, "--text", " "], 2);
    assert!(empty.contains("--text"), "{empty}");
    let asked = open(&installation, "access");
    let id = asked["id"].as_str().unwrap();
    // What is open already is told, and taken all the same.
    assert!(asked["also_open"].is_null());
    assert_eq!(open(&installation, "access")["also_open"], json!([asked["id"]]));
    let again = ["matters", "open", "--kind", "access", "--rut", RUT, "--text", "x"];
    let told = installation.run(&again).done().stdout;
    assert!(told.contains("of the same person: ") && told.contains(id), "{told}");
    let deciding =
        |id: &str, decision: &str| said(&["decide", id, "--as", decision, "--text", "x"], 1);
    assert!(deciding(id, "close").contains("ends a breach, or lifts a block"));
    decide(&installation, &asked, "extend");
    assert!(deciding(id, "extend").contains("put off once"));
    decide(&installation, &asked, "deny");
    assert!(deciding(id, "grant").contains("that is open or was put off"));
    let none = "mat_00000000000000000000000000000001";
    assert!(deciding(none, "grant").contains("`cartola matters list`"));
}
