//! `cartola serve`.

use serde_json::json;

use crate::installation::Installation;
use crate::process;
use crate::statement;

#[test]
fn movements_imported_beside_a_running_gateway_are_served() {
    let installation = Installation::new();
    let keys = installation.tenant("acme");
    let gateway = installation.serve();
    let client = gateway.client(keys["api_key"].as_str().unwrap());
    assert_eq!(client.list("/v1/movements"), Vec::<serde_json::Value>::new());
    let lines = [(1, "ABONO", 500), (2, "CARGO", -20), (3, "CARGO", -20)];
    let (file, map) =
        statement::write(installation.path(), "a", &statement::csv(0, &lines), "1234567890");
    let import = ["import", file.to_str().unwrap(), "--mapping", map.to_str().unwrap(), "--json"];
    let report = installation.run(&import).done().json();
    let movements = client.list("/v1/movements?limit=2");
    assert_eq!(movements.len(), 3);
    assert!(movements.iter().all(|movement| movement["account_id"] == report["account"]));
    let sent = client.import(&statement::csv(0, &lines), &statement::mapping("1234567890"), "one");
    assert_eq!(sent.unwrap().json()["imports"][0]["new"], json!(0));
    assert_eq!(client.list("/v1/movements").len(), 3);
}

#[test]
fn a_revoked_key_opens_nothing_from_the_next_request_on() {
    let installation = Installation::new();
    let keys = installation.tenant("acme");
    let gateway = installation.serve();
    let client = gateway.client(keys["api_key"].as_str().unwrap());
    assert_eq!(client.read("/v1/accounts").status, 200);
    installation.run(&["tenants", "revoke", "acme"]).done();
    assert_eq!(client.read("/v1/accounts").status, 401);
}

#[test]
fn reads_are_in_the_trail_when_the_gateway_has_stopped() {
    let installation = Installation::new();
    let keys = installation.tenant("acme");
    let gateway = installation.serve();
    let client = gateway.client(keys["api_key"].as_str().unwrap());
    client.json("/v1/accounts");
    let (code, said) = gateway.process.terminate();
    assert_eq!(code, 0, "{said}");
    let trail = installation.run(&["export", "audit", "--format", "csv"]).done().stdout;
    assert!(trail.contains(",account.read,"), "{trail}");
    installation.run(&["audit", "verify"]).done();
}

#[test]
fn operations_have_their_paths() {
    let installation = Installation::new();
    let gateway = installation.serve();
    let client = gateway.client("");
    for path in ["/healthz", "/readyz"] {
        assert_eq!(client.json(path), json!({"status": "ok"}));
    }
    assert_eq!(client.read("/metrics").status, 200);
    assert_eq!(client.read("/v1/accounts").status, 401);
    let without = Installation::with("metrics = false\n").serve().client("").read("/metrics");
    assert_eq!(without.status, 404);
}

#[test]
fn the_document_printed_is_the_one_served() {
    let installation = Installation::new();
    let printed = installation.run(&["openapi"]).done();
    let printed: serde_json::Value = serde_json::from_str(&printed.stdout).unwrap();
    assert_eq!(installation.serve().client("").json("/v1/openapi.json"), printed);
}

#[test]
fn one_gateway_runs_on_a_folder() {
    let installation = Installation::new();
    let _first = installation.serve();
    let second = installation.run(&["serve"]).failed(1);
    let said = second.stderr.lines().last().unwrap_or_default();
    assert!(said.contains("a gateway runs on") && said.ends_with("another folder"), "{said}");
}

#[test]
fn a_port_that_is_taken() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let folder = tempfile::tempdir().unwrap();
    let ended = process::run(folder.path(), &["demo", "--port", &port, "--data", "d"]).failed(1);
    assert_eq!(
        ended.stderr,
        format!(
            "cartola: another program listens on 127.0.0.1:{port}; stop it, or name another port \
             with --port (0 picks a free one)\n"
        )
    );
}
