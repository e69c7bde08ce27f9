//! `cartola audit verify`.

use std::fs;

use serde_json::json;

use crate::installation::Installation;

/// Changes bytes of the closed database, as somebody with a hex editor would.
fn tamper(installation: &Installation, from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    let path = installation.data().join("cartola.db");
    let mut bytes = fs::read(&path).unwrap();
    let places: Vec<usize> = bytes
        .windows(from.len())
        .enumerate()
        .filter_map(|(place, window)| (window == from).then_some(place))
        .collect();
    assert!(!places.is_empty(), "the trail lies in the file");
    for place in places {
        bytes[place..place + to.len()].copy_from_slice(to);
    }
    fs::write(&path, bytes).unwrap();
}

#[test]
fn a_whole_trail_is_proven_tenant_by_tenant() {
    let installation = Installation::new();
    let acme = installation.tenant("acme");
    installation.tenant("umbra");
    let found = installation.run(&["audit", "verify", "--json"]).done().json_lines();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0]["tenant"], acme["tenant"]);
    assert_eq!((&found[0]["entries"], found[0]["broken"].is_null()), (&4.into(), true));
    let one = installation.run(&["audit", "verify", "--tenant", "umbra"]).done().stdout;
    assert!(one.starts_with("umbra: 4 entries, head 4:") && one.ends_with(", OK\n"), "{one}");
}

#[test]
fn a_changed_entry_is_found() {
    let installation = Installation::new();
    installation.tenant("acme");
    tamper(&installation, b"credential.issued", b"credential.assued");
    let found = installation.run(&["audit", "verify", "--json"]).failed(1).json();
    assert_eq!((&found["entries"], &found["broken"]["sequence"]), (&1.into(), &2.into()));
    let told = installation.run(&["audit", "verify"]).failed(1).stdout;
    assert!(told.starts_with("acme: BROKEN after 1 entries: audit entry 2 was altered"), "{told}");
    let doctor = installation.run(&["doctor"]).failed(1);
    assert!(doctor.stdout.contains("NOT SOUND"), "{}", doctor.stdout);
}

/// A row that cannot be read is one tenant's: the others are proven, and have their anchors.
#[test]
fn a_damaged_row_is_broken_and_holds_up_nobody_else() {
    let installation = Installation::new();
    let key = installation.tenant("acme")["api_key_id"].as_str().unwrap().to_owned();
    installation.tenant("umbra");
    let written = format!("\"subject\":\"{key}\"").into_bytes();
    let mut damaged = written.clone();
    damaged[12] = 0xFF;
    tamper(&installation, &written, &damaged);
    let told = installation.run(&["audit", "verify"]).failed(1).stdout;
    let lines: Vec<_> = told.lines().collect();
    assert!(lines[0].starts_with("acme: BROKEN, the trail of acme cannot be read"), "{told}");
    assert!(lines[1].starts_with("umbra: 4 entries") && lines[1].ends_with(", OK"), "{told}");
    let told = installation.run(&["audit", "verify", "--json"]).failed(1).json_lines();
    assert!(told[0]["unread"].is_string() && told[1]["broken"].is_null(), "{told:?}");
    let made = installation.run(&["audit", "anchors", "--make"]).failed(1);
    assert!(made.stderr.contains("acme: no anchor is made, for"), "{}", made.stderr);
    assert!(made.stdout.lines().any(|line| line.starts_with("umbra ")), "{}", made.stdout);
    assert!(!made.stdout.lines().any(|line| line.starts_with("acme ")), "{}", made.stdout);
}

#[test]
fn a_trail_is_compared_with_a_head_kept_elsewhere() {
    let installation = Installation::new();
    installation.tenant("acme");
    let verify = |more: &[&str]| installation.run(&[&["audit", "verify", "--json"], more].concat());
    let early = verify(&[]).done().json()["head"].as_str().unwrap().to_owned();
    assert!(early.starts_with("4:"), "{early}");
    installation.run(&["tenants", "issue", "acme"]).done();
    let late = verify(&[]).done().json()["head"].as_str().unwrap().to_owned();
    for head in [&early, &late] {
        let found = verify(&["--head", head]).done().json();
        assert_eq!(
            (&found["kept"]["head"], &found["kept"]["problem"]),
            (&json!(head), &json!(null))
        );
    }
    let told = installation.run(&["audit", "verify", "--head", &early]).done().stdout;
    assert_eq!(told, format!("acme: 6 entries, head {late}, leads on from {early}, OK\n"));
    let (_, hash) = late.split_once(':').unwrap();
    for (head, problem) in [
        (format!("4:{hash}"), "entry 4 is not the one of the kept head"),
        (format!("8:{hash}"), "entry 8 was there when the head was kept"),
        (format!("0:{hash}"), "entry 0 is not the one of the kept head"),
    ] {
        let found = verify(&["--head", &head]).failed(1).json();
        assert_eq!(found["broken"], json!(null));
        let said = found["kept"]["problem"].as_str().unwrap();
        assert!(said.starts_with(problem), "{said}");
    }
    for wrong in ["7", "x:00", &format!("-1:{hash}"), hash] {
        verify(&["--head", wrong]).failed(2);
    }
    installation.tenant("umbra");
    verify(&["--head", &late]).failed(2);
    verify(&["--head", &late, "--tenant", "acme"]).done();
    verify(&["--head", &late, "--tenant", "umbra"]).failed(1);
}

/// Somebody who can rewrite the store sets it back to what it was: whole in itself, and found by the
/// head alone.
#[test]
fn a_store_that_was_set_back_is_found_by_a_kept_head() {
    let installation = Installation::new();
    installation.tenant("acme");
    let before = fs::read(installation.data().join("cartola.db")).unwrap();
    installation.run(&["tenants", "revoke", "acme"]).done();
    let found = installation.run(&["audit", "verify", "--json"]).done().json();
    let head = found["head"].as_str().unwrap();
    fs::write(installation.data().join("cartola.db"), before).unwrap();
    installation.run(&["audit", "verify"]).done();
    let told = installation.run(&["audit", "verify", "--head", head]).failed(1).stdout;
    assert!(told.starts_with("acme: REWRITTEN, 4 entries, head 4:"), "{told}");
}

#[test]
fn anchors_are_kept_elsewhere_and_compared() {
    let installation = Installation::new();
    installation.tenant("acme");
    let make = || {
        let made = installation.run(&["audit", "anchors", "--make", "--json"]).done();
        made.json_lines().pop().unwrap()
    };
    let first = make();
    assert_eq!((&first["number"], &first["sequence"]), (&json!(1), &json!(4)));
    assert_eq!(make(), first, "the trail has not grown but by the anchor");
    let before = fs::read(installation.data().join("cartola.db")).unwrap();
    installation.run(&["tenants", "issue", "acme"]).done();
    let second = make();
    assert_eq!((&second["number"], &second["sequence"]), (&json!(2), &json!(7)));
    fs::write(installation.path().join("kept"), format!("{first}\n{second}\n")).unwrap();
    let listed = installation.run(&["audit", "anchors"]).done().stdout;
    assert!(listed.contains(&format!("4:{}", first["hash"].as_str().unwrap())), "{listed}");
    let verify = ["audit", "verify", "--anchors", "kept", "--json"];
    let whole = installation.run(&verify).done().json();
    assert_eq!((&whole["anchors"], &whole["anchor_problem"]), (&json!(4), &json!(null)));
    fs::write(installation.path().join("nonsense"), "{\"signed\":\"a.b.c\"}\n").unwrap();
    installation.run(&["audit", "verify", "--anchors", "nonsense"]).failed(1);
    // Set back to before the second one: whole in itself, and found by what was kept.
    fs::write(installation.data().join("cartola.db"), before).unwrap();
    installation.run(&["audit", "verify"]).done();
    let found = installation.run(&["audit", "verify", "--anchors", "kept"]).failed(1).stdout;
    assert!(found.starts_with("acme: REWRITTEN, 5 entries"), "{found}");
    assert!(found.contains("entry 7 was there when an anchor was made"), "{found}");
}

/// A tenant whose every row was deleted, and a file of another tenant's anchors: neither is OK.
#[test]
fn kept_anchors_tell_of_a_tenant_that_is_gone() {
    let installation = Installation::new();
    installation.tenant("acme");
    installation.run(&["audit", "anchors", "--make"]).done();
    let before = fs::read(installation.data().join("cartola.db")).unwrap();
    let umbra = installation.tenant("umbra")["tenant"].as_str().unwrap().to_owned();
    let kept = installation.run(&["audit", "anchors", "--make", "--json"]).done().stdout;
    let of_umbra: String = kept.lines().filter(|line| line.contains(&umbra)).collect();
    fs::write(installation.path().join("kept"), &kept).unwrap();
    fs::write(installation.path().join("of-umbra"), of_umbra).unwrap();
    let verify = |more: &[&str]| installation.run(&[&["audit", "verify"], more].concat());
    let whole = verify(&["--anchors", "kept"]).done().stdout;
    let agreeing = whole.lines().filter(|line| line.ends_with(", kept anchors: 1, OK"));
    assert_eq!(agreeing.count(), 2, "{whole}");
    let other = verify(&["--anchors", "of-umbra", "--tenant", "acme"]).failed(1);
    assert!(other.stderr.contains("of-umbra has no anchor of acme"), "{}", other.stderr);
    assert!(!other.stdout.contains("OK"), "{}", other.stdout);
    verify(&["--anchors", "of-umbra", "--tenant", "umbra"]).done();
    fs::write(installation.data().join("cartola.db"), before).unwrap();
    verify(&[]).done();
    for more in [&["--anchors", "kept"][..], &["--anchors", "kept", "--tenant", "acme"]] {
        let told = verify(more).failed(1).stdout;
        assert!(told.contains(&format!("{umbra}: GONE, 1 anchors of it were kept")), "{told}");
    }
    let told = verify(&["--anchors", "kept", "--json"]).failed(1).json_lines();
    assert_eq!((&told[0]["tenant"], &told[0]["kept_anchors"]), (&json!(umbra), &json!(1)));
    assert!(told[0]["problem"].is_string() && told[1]["anchor_problem"].is_null(), "{told:?}");
}

#[test]
fn anchors_are_appended_to_the_file_that_is_to_have_them() {
    let installation = Installation::with("[audit]\nanchors_file = \"kept.jsonl\"\n");
    installation.tenant("acme");
    for _ in 0..2 {
        installation.run(&["audit", "anchors", "--make"]).done();
    }
    installation.run(&["tenants", "issue", "acme"]).done();
    let printed = installation.run(&["audit", "anchors", "--make", "--json"]).done().stdout;
    assert_eq!(printed.lines().count(), 2, "{printed}");
    assert_eq!(fs::read_to_string(installation.path().join("kept.jsonl")).unwrap(), printed);
    let whole = installation.run(&["audit", "verify", "--anchors", "kept.jsonl"]).done().stdout;
    assert!(whole.ends_with(", kept anchors: 2, OK\n"), "{whole}");
}

#[test]
fn an_export_is_signed_and_told_from_an_altered_one() {
    let installation = Installation::new();
    installation.tenant("acme");
    installation.run(&["export", "audit", "--format", "csv"]).done();
    let export = |kind: &str, format: &str, more: &[&str]| {
        let file = format!("{kind}.{format}");
        let asked = ["audit", "export", "--kind", kind, "--format", format, "--output", &file];
        let said = installation.run(&[&asked[..], more].concat()).done().stdout;
        assert!(said.contains(&format!("signed in {file}.jws")), "{said}");
        file
    };
    let csv = export("accesses", "csv", &[]);
    let file = installation.path().join(&csv);
    let before = fs::read(&file).unwrap();
    let again = ["audit", "export", "--kind", "all", "--format", "csv", "--output", csv.as_str()];
    let refused = installation.run(&again).failed(1).stderr;
    assert!(refused.contains("accesses.csv exists") && refused.contains("--force"), "{refused}");
    fs::rename(&file, installation.path().join("elsewhere.csv")).unwrap();
    let refused = installation.run(&again).failed(1).stderr;
    assert!(refused.contains("accesses.csv.jws exists"), "{refused}");
    assert!(!file.exists(), "nothing is written beside what is signed of another");
    installation.run(&[&again[..], &["--force"]].concat()).done();
    assert_ne!(fs::read(&file).unwrap(), before);
    installation.run(&["audit", "check", &csv]).done();
    let csv = export("accesses", "csv", &["--force"]);
    let all = export("all", "json", &[]);
    let entries = fs::read_to_string(installation.path().join(&all)).unwrap();
    let entries: Vec<serde_json::Value> = serde_json::from_str(&entries).unwrap();
    assert!(entries.iter().any(|entry| entry["action"] == "audit.exported"), "{entries:?}");
    let rows = fs::read_to_string(installation.path().join(&csv)).unwrap();
    assert!(rows.contains("audit.read") && !rows.contains("credential.issued"), "{rows}");
    for kind in ["authorizations", "consents"] {
        let none = fs::read_to_string(installation.path().join(export(kind, "json", &[]))).unwrap();
        assert_eq!(none, "[]\n");
    }
    let none = export("all", "csv", &["--to", "2020-01-01"]);
    assert_eq!(fs::read_to_string(installation.path().join(none)).unwrap().lines().count(), 1);
    let key = installation.run(&["audit", "key"]).done().stdout;
    fs::write(installation.path().join("key.json"), &key).unwrap();
    for key in [&["--key", "key.json"][..], &[]] {
        let check =
            |file: &str| installation.run(&[&["audit", "check", file, "--json"][..], key].concat());
        let sound = check(&csv).done().json();
        assert_eq!(
            (&sound["signed"]["what"], &sound["problem"]),
            (&json!("accesses"), &json!(null))
        );
        let path = installation.path().join(&csv);
        let whole = fs::read(&path).unwrap();
        for place in [0, whole.len() / 2, whole.len() - 1] {
            let mut altered = whole.clone();
            altered[place] ^= 1;
            fs::write(&path, altered).unwrap();
            assert!(check(&csv).failed(1).json()["problem"].is_string(), "{place}");
        }
        fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        check(&csv).failed(1);
        fs::write(&path, whole).unwrap();
        let other = ["audit", "check", &csv, "--signature", "all.json.jws"];
        installation.run(&[&other[..], key].concat()).failed(1);
    }
    let stranger = Installation::new();
    stranger.tenant("acme");
    let key = stranger.run(&["audit", "key"]).done().stdout;
    fs::write(installation.path().join("key.json"), key).unwrap();
    installation.run(&["audit", "check", &csv, "--key", "key.json"]).failed(1);
    let nobody =
        ["audit", "export", "--kind", "all", "--format", "csv", "--output", "x", "--person"];
    installation.run(&[&nobody[..], &["12.345.678-5"]].concat()).failed(1);
}
