//! `cartola audit verify`.

use std::fs;

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
    assert!(one.starts_with("umbra: 4 entries, head ") && one.ends_with(", OK\n"), "{one}");
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
