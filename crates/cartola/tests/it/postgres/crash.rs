//! A database that goes away and comes back while processes run on it.

use std::time::{Duration, Instant};

use cartola_store_postgres::test_kit::{Durability, Server, TEMPLATE};

use crate::http::Client;
use crate::postgres::{installation, runtime};
use crate::statement;

/// How long a process may take to find its database again.
const PATIENCE: Duration = Duration::from_secs(20);

/// Imports under one key until it is answered for good; gives the statuses on the way.
#[allow(clippy::disallowed_methods, reason = "a limit to waiting is no business time")]
fn import_until_done(client: &Client) -> Vec<u16> {
    let (csv, mapping) =
        (statement::csv(0, &[(1, "ABONO", 500)]), statement::mapping("1234567890"));
    let (begun, mut before) = (Instant::now(), Vec::new());
    loop {
        let answer = client.import(&csv, &mapping, "one").unwrap();
        if answer.status == 201 {
            return before;
        }
        assert!(begun.elapsed() < PATIENCE, "{}", answer.text());
        before.push(answer.status);
    }
}

#[test]
fn processes_go_on_when_the_database_is_back() {
    let runtime = runtime();
    let server = runtime.block_on(Server::alone(Durability::Fast));
    let installation = installation(&server, TEMPLATE, "");
    let keys = installation.tenant("acme");
    let gateway = installation.serve();
    let client = gateway.client(keys["api_key"].as_str().unwrap());
    client.json("/v1/accounts");
    server.crash();
    let before = import_until_done(&client);
    assert!(before.iter().all(|status| *status == 503), "{before:?}");
    assert_eq!(client.list("/v1/movements").len(), 1);
    assert_eq!(client.read("/readyz").status, 200);
    let (code, said) = gateway.process.terminate();
    assert_eq!(code, 0, "{said}");
    installation.run(&["doctor"]).done();
}
