//! `cartola tenants`.

use crate::installation::Installation;
use crate::process;

#[test]
fn keys_are_printed_once_and_listed_by_id() {
    let installation = Installation::new();
    let added = installation.tenant("acme");
    let key = added["api_key"].as_str().unwrap();
    assert!(key.starts_with("cartola_"));
    assert!(added["webhook_secret"].as_str().unwrap().starts_with("whsec_"));
    let list = installation.run(&["tenants", "list", "--json"]).done();
    assert!(!list.stdout.contains(key));
    let listed = list.json();
    assert_eq!((&listed["tenant"], &listed["name"]), (&added["tenant"], &added["name"]));
    assert_eq!(listed["keys"].as_array().unwrap().len(), 3);
    let table = installation.run(&["tenants", "list"]).done().stdout;
    assert_eq!(table.lines().count(), 4, "{table}");
}

#[test]
fn a_name_is_given_once() {
    let installation = Installation::new();
    installation.tenant("acme");
    let again = installation.run(&["tenants", "add", "acme"]).failed(1);
    assert_eq!(
        again.stderr,
        "cartola: the tenant `acme` is not added: there is a tenant of that name already\n"
    );
}

#[test]
fn revoking_a_tenant_revokes_all_its_keys() {
    let installation = Installation::new();
    let acme = installation.tenant("acme");
    installation.tenant("umbra");
    let revoked = installation.run(&["tenants", "revoke", "acme", "--json"]).done().json_lines();
    assert_eq!(revoked.len(), 4);
    assert_eq!(revoked[3]["sessions_ended"], true);
    assert!(revoked.iter().all(|line| line["tenant"] == acme["tenant"]));
    let tenants = installation.run(&["tenants", "list", "--json"]).done().json_lines();
    for tenant in &tenants {
        let keys = tenant["keys"].as_array().unwrap();
        let all = keys.iter().all(|key| key["revoked_at"].is_string());
        assert_eq!(all, tenant["name"] == "acme", "{tenant}");
    }
    let unknown = installation.run(&["tenants", "revoke", "nobody"]).failed(1);
    assert!(unknown.stderr.contains("tenants list"), "{}", unknown.stderr);
}

#[test]
fn a_key_is_revoked_by_its_id_or_itself_and_not_repeated() {
    let installation = Installation::new();
    let added = installation.tenant("acme");
    let (id, key) = (added["api_key_id"].as_str().unwrap(), added["api_key"].as_str().unwrap());
    let revoked = installation.run(&["tenants", "revoke", key]).done();
    assert_eq!(revoked.stdout, format!("revoked {id}\n"));
    let again = installation.run(&["tenants", "revoke", key]).failed(1);
    assert!(!again.stderr.contains(key), "{}", again.stderr);
    let issued = installation.run(&["tenants", "issue", "acme", "--json"]).done().json();
    let id = issued["api_key_id"].as_str().unwrap();
    installation.run(&["tenants", "revoke", id]).done();
}

#[test]
fn scopes_are_those_named() {
    let installation = Installation::new();
    let arguments = ["tenants", "add", "acme", "--scopes", "read,audit", "--json"];
    installation.run(&arguments).done();
    let listed = installation.run(&["tenants", "list", "--json"]).done().json();
    assert_eq!(listed["keys"][0]["scopes"], serde_json::json!(["read", "audit"]));
}

#[test]
fn keys_that_could_not_be_printed_are_said_to_be_lost() {
    let installation = Installation::new();
    for json in [&[][..], &["--json"]] {
        let name = format!("acme{}", json.len());
        let mut command =
            process::command(installation.path(), &[&["tenants", "add", &name], json].concat());
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        command.stdout(writer);
        let ended = process::ended(command).failed(1);
        let remedy = format!(
            "cartola: the keys of `{name}` are made and could not be printed, so they are lost: \
             `cartola tenants revoke {name}` withdraws all its keys, `cartola tenants issue {name}` \
             makes others"
        );
        assert!(ended.stderr.starts_with(&remedy), "{}", ended.stderr);
        // What it says to do is possible.
        let revoked = installation.run(&["tenants", "revoke", &name, "--json"]).done();
        assert_eq!(revoked.json_lines().len(), 4);
        let issued = installation.run(&["tenants", "issue", &name, "--json"]).done().json();
        let gateway = installation.serve();
        let client = gateway.client(issued["api_key"].as_str().unwrap());
        assert_eq!(client.read("/v1/accounts").status, 200);
    }
}

#[test]
fn keys_are_issued_beside_those_there_are() {
    let installation = Installation::new();
    let added = installation.tenant("acme");
    let issue = ["tenants", "issue", "acme", "--scopes", "read", "--json"];
    let issued = installation.run(&issue).done().json();
    assert_eq!(issued["tenant"], added["tenant"]);
    let listed = installation.run(&["tenants", "list", "--json"]).done().json();
    let keys = listed["keys"].as_array().unwrap();
    // What signs is not among what is issued beside.
    assert_eq!(keys.len(), 5);
    assert_eq!(issued.get("webhook_secret"), None);
    assert!(keys.iter().all(|key| key["revoked_at"].is_null()));
    installation.run(&["tenants", "issue", "nobody"]).failed(1);
}
