//! `cartola forget`: movements of long ago, beside a gateway that serves.

use cartola_primitives::{Date, date};
use serde_json::{Value, json};

use crate::http::Client;
use crate::installation::Installation;
use crate::postgres::Cluster;
use crate::statement;

const JANUARY: (Date, &str, i64) = (date(2026, 1, 31), "ABONO SUELDO", 900_000);
const FEBRUARY: (Date, &str, i64) = (date(2026, 2, 15), "PAGO LUZ", -35_000);
const MARCH: (Date, &str, i64) = (date(2026, 3, 1), "ARRIENDO", -400_000);
const LATER: (Date, &str, i64) = (date(2026, 3, 5), "PAGO AGUA", -12_000);

fn import(
    installation: &Installation,
    name: &str,
    opening: i64,
    lines: &[(Date, &str, i64)],
) -> Value {
    let csv = statement::dated_csv(opening, lines.iter().copied());
    let (file, map) = statement::write(installation.path(), name, &csv, "1234567890");
    let (file, map) = (file.to_str().unwrap(), map.to_str().unwrap());
    installation.run(&["import", file, "--mapping", map, "--json"]).done().json()
}

fn changes(client: &Client, cursor: Option<&str>) -> Value {
    let cursor = cursor.map(|cursor| format!("?cursor={cursor}")).unwrap_or_default();
    client.json(&format!("/v1/movements/sync{cursor}"))
}

fn check(installation: &Installation) {
    let keys = installation.tenant("acme");
    import(installation, "march", 865_000, &[MARCH]);
    // What is to be forgotten has the last places of the feed.
    import(installation, "before", 0, &[JANUARY, FEBRUARY]);
    let gateway = installation.serve();
    let client = gateway.client(keys["api_key"].as_str().unwrap());
    let all = changes(&client, None);
    let cursor = all["next_cursor"].as_str().unwrap();
    assert_eq!(all["added"].as_array().unwrap().len(), 3);

    let forget = ["forget", "--before", "2026-03", "--json"];
    let would = installation.run(&[&forget[..], &["--dry-run"]].concat()).done().json();
    assert_eq!(
        would,
        json!({"tenant": "acme", "before": "2026-03-01", "forgotten": false, "movements": 2,
            "sources": 2, "feed_entries": 2, "aliases": 0, "sightings": 0})
    );
    assert_eq!(client.list("/v1/movements").len(), 3, "a look changes nothing");
    let done = installation.run(&forget).done().json();
    assert_eq!((&done["forgotten"], &done["movements"]), (&json!(true), &json!(2)));
    let left = client.list("/v1/movements");
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["booked_on"], "2026-03-01");

    let since = changes(&client, Some(cursor));
    assert_eq!((&since["added"], &since["removed"]), (&json!([]), &json!([])), "no news");
    assert_eq!(changes(&client, None)["added"].as_array().unwrap().len(), 1);
    let again = import(installation, "all", 0, &[JANUARY, FEBRUARY, MARCH, LATER]);
    assert_eq!(
        (&again["new"], &again["duplicates"], &again["read"]),
        (&json!(1), &json!(1), &json!(2))
    );
    let old = import(installation, "old", 0, &[JANUARY]);
    assert_eq!((&old["new"], &old["read"]), (&json!(0), &json!(0)));
    let news = changes(&client, Some(since["next_cursor"].as_str().unwrap()));
    assert_eq!(news["added"][0]["booked_on"], "2026-03-05");
    let imports = client.list("/v1/imports");
    let cut = imports[2]["id"].as_str().unwrap();
    let cut = client.json(&format!("/v1/imports/{cut}")).to_string();
    assert!(cut.contains("days_forgotten"), "{cut}");
    assert!(client.json("/v1/audit").to_string().contains("movements.forgotten"));
    let (code, said) = gateway.process.terminate();
    assert_eq!(code, 0, "{said}");
    installation.run(&["doctor"]).done();
    installation.run(&["audit", "verify"]).done();
}

#[test]
fn a_folder_forgets() {
    check(&Installation::new());
}

#[test]
fn a_database_forgets() {
    check(&Cluster::new("").installation);
}

#[test]
fn a_month_is_one_that_has_begun() {
    let installation = Installation::new();
    installation.tenant("acme");
    let said = installation.run(&["forget", "--before", "2026-13"]).failed(2).stderr;
    assert!(said.contains("a month is a year and two digits"), "{said}");
    let said = installation.run(&["forget", "--before", "9999-01"]).failed(2).stderr;
    assert!(said.contains("9999-01-01 is still to come"), "{said}");
}
