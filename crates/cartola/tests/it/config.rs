//! The configuration: what is refused, and that its documentation is true.

use expect_test::{Expect, expect};

use crate::installation::{Installation, MASTER_KEY};
use crate::process;

fn check(config: &str, said: Expect) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("cartola.toml"), config).unwrap();
    let ended = process::run(folder.path(), &["serve"]).failed(2);
    assert!(!ended.stderr.contains(MASTER_KEY) && !ended.stderr.contains("hunter2"));
    said.assert_eq(&ended.stderr);
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len(), 1, "nothing was made");
}

#[test]
fn an_unknown_key_is_named_with_those_there_are() {
    check(
        &format!("data = \"data\"\nmaster_kye = \"{MASTER_KEY}\"\n"),
        expect![[r#"
            cartola: the configuration cartola.toml is wrong: line 2: unknown field `master_kye`, expected one of `data`, `listen`, `master_key`, `master_key_file`, `master_key_command`, `retired_master_keys`, `retired_master_keys_file`, `metrics`, `limits`, `log`, `jobs`, `store`, `tokens`, `payments`, `authorizations`, `categories`, `audit`, `institution`, `facade`
        "#]],
    );
    check(
        &format!("data = \"d\"\nmaster_key = \"{MASTER_KEY}\"\n[limits]\nrequests = 5\n"),
        expect![[r#"
            cartola: the configuration cartola.toml is wrong: line 4: unknown field `requests`, expected one of `requests_per_second`, `requests_at_once`, `connections`, `request_seconds`, `header_seconds`, `drain_seconds`
        "#]],
    );
}

#[test]
fn a_secret_comes_by_one_way_and_is_never_shown() {
    check(
        "data = \"data\"\n",
        expect![[r#"
        cartola: the configuration cartola.toml is wrong: set master_key_file to a file that holds the master key (`openssl rand -base64 32` makes one), or master_key to the key itself, or master_key_command to a program that prints it, or CARTOLA_MASTER_KEY in the environment
    "#]],
    );
    check(
        &format!("data = \"data\"\nmaster_key = \"{MASTER_KEY}\"\nmaster_key_file = \"k\"\n"),
        expect![[r#"
            cartola: the configuration cartola.toml is wrong: set master_key or master_key_file, not both
        "#]],
    );
    check(
        "data = \"data\"\nmaster_key = [\"hunter2\"]\n",
        expect![[r#"
            cartola: the configuration cartola.toml is wrong: line 2: `master_key` is wrong: expected a text in quotes
        "#]],
    );
    check(
        "data = \"data\"\nretired_master_keys = \"hunter2\"\n",
        expect![[r#"
            cartola: the configuration cartola.toml is wrong: line 2: `retired_master_keys` is wrong: expected a list of texts in quotes
        "#]],
    );
    check(
        "data = \"data\"\nmaster_key = hunter2\n",
        expect![[r#"
            cartola: the configuration cartola.toml is wrong: line 2: `master_key` is wrong: expected a text in quotes
        "#]],
    );
}

#[test]
fn rules_that_cannot_be_used_are_named() {
    check(
        &format!(
            "data = \"d\"\nmaster_key = \"{MASTER_KEY}\"\n[categories.rules_files]\n\
             ten_0198c1d2a3b4c5d6e7f8091a2b3c4d5e = \"reglas.toml\"\n"
        ),
        expect![[r#"
            cartola: the rules reglas.toml of [categories] cannot be used: No such file or directory (os error 2)
        "#]],
    );
}

#[test]
fn values_have_their_bounds() {
    check(
        "data = \"data\"\nmaster_key_file = \"k\"\nlisten = \"hunter2\"\n",
        expect![[r#"
            cartola: the configuration cartola.toml is wrong: line 3: `listen` is wrong: expected an address and a port in quotes, such as "127.0.0.1:8080"
        "#]],
    );
    check(
        "data = \"d\"\nmaster_key_file = \"k\"\n[limits]\nrequest_seconds = 0\n",
        expect![[r#"
            cartola: the configuration cartola.toml is wrong: line 4: `request_seconds` is wrong: expected a whole number from 1 to 4294967295
        "#]],
    );
    check(
        "data = \"d\"\nmaster_key_file = \"k\"\n[log]\nformat = \"xml\"\n",
        expect![[r#"
            cartola: the configuration cartola.toml is wrong: line 4: `format` is wrong: expected "text" or "json"
        "#]],
    );
}

#[test]
fn an_algorithm_is_one_that_there_is() {
    check(
        "data = \"d\"\nmaster_key_file = \"k\"\n[tokens]\nalgorithm = \"HS256\"\n",
        expect![[r#"
            cartola: the configuration cartola.toml is wrong: line 4: `algorithm` is wrong: expected "EdDSA" or "ES256"
        "#]],
    );
}

#[test]
fn a_default_bank_is_one_of_floids_document() {
    let head = "data = \"d\"\nmaster_key_file = \"k\"\n[facade.floid]\n";
    for (wrong, said) in [
        (
            "default_bank = \"cmf\"\n",
            expect![[r#"
            cartola: the configuration cartola.toml is wrong: [facade.floid] is wrong: a default bank must be the id of a bank that Floid's document names, such as banco-chile
        "#]],
        ),
        (
            "default_bank = 7\n",
            expect![[r#"
            cartola: the configuration cartola.toml is wrong: line 4: `default_bank` is wrong: expected the id of a bank in quotes, such as "banco-chile"
        "#]],
        ),
        (
            "default_banks = { ten_1 = \"banco-chile\" }\n",
            expect![[r#"
            cartola: the configuration cartola.toml is wrong: line 4: a value of the wrong kind
        "#]],
        ),
    ] {
        check(&format!("{head}{wrong}"), said);
    }
}

#[test]
fn pages_are_at_a_url_and_framed_by_origins() {
    let head = "data = \"d\"\nmaster_key_file = \"k\"\n[facade.floid]\n";
    for (wrong, said) in [
        (
            "public_url = \"hunter2\"\n",
            expect![[r#"
            cartola: the configuration cartola.toml is wrong: [facade.floid] is wrong: public_url must be the URL that `/floid` is appended to, such as https://gateway.example
        "#]],
        ),
        (
            "public_url = 7\n",
            expect![[r#"
            cartola: the configuration cartola.toml is wrong: line 4: `public_url` is wrong: expected a URL in quotes, such as "https://gateway.example"
        "#]],
        ),
        (
            "embed_origins = { ten_01a1fd544d8a0b18b7e69d95bd986542 = [\"*\"] }\n",
            expect![[r#"
            cartola: the configuration cartola.toml is wrong: [facade.floid] is wrong: embed_origins must be lists of at most 20 origins such as https://shop.example, each under the id of a tenant
        "#]],
        ),
    ] {
        check(&format!("{head}{wrong}"), said);
    }
}

#[test]
fn an_institution_is_one_that_there_is_at_a_url() {
    let with = |more: &str| format!("data = \"d\"\nmaster_key_file = \"k\"\n{more}\n");
    check(
        &with("[institution.hunter2]\nbase_url = \"https://bank.example\""),
        expect![[r#"
            cartola: the configuration cartola.toml is wrong: [institution.…] names none that is known; there are: afc, banco-bci, banco-bci-empresas, banco-bice, banco-bice-empresas, banco-chile, banco-chile-empresas, banco-estado, banco-estado-empresas, banco-falabella, banco-falabella-empresas, banco-itau, banco-itau-empresas, banco-ripley, banco-ripley-empresas, banco-santander, banco-santander-empresas, banco-scotiabank, banco-scotiabank-empresas, banco-security, banco-security-empresas, clave-unica, cmf, cryptomkt, demo-bank, demo-bank-empresas, registro-civil, servipag, sii
        "#]],
    );
    let chile = |more: &str| with(&format!("[institution.banco-chile]\n{more}"));
    check(
        &chile(""),
        expect![[r#"
        cartola: the configuration cartola.toml is wrong: `base_url` of [institution.banco-chile] must be set: the URL that its paths are appended to, in quotes
    "#]],
    );
    check(
        &chile("base_url = \"hunter2\""),
        expect![[r#"
        cartola: the configuration cartola.toml is wrong: `base_url` of [institution.banco-chile] is wrong: expected a URL such as https://bank.example, without user, query or fragment
    "#]],
    );
    check(
        &chile("base_url = \"http://bank.example\""),
        expect![[r#"
        cartola: the configuration cartola.toml is wrong: `base_url` of [institution.banco-chile] is wrong: expected https: in plain, credentials could be read on the way
    "#]],
    );
    check(
        &chile("base_url = 7"),
        expect![[r#"
        cartola: the configuration cartola.toml is wrong: line 4: `base_url` is wrong: expected a URL in quotes
    "#]],
    );
    check(
        &chile("url = \"hunter2\""),
        expect![[r#"
            cartola: the configuration cartola.toml is wrong: line 4: unknown field `url`, expected one of `base_url`, `protocol`, `pays_by`, `names`, `calls_per_second`, `readings_per_hour`, `readings_per_day`
        "#]],
    );
    check(
        &chile("base_url = \"https://bank.example\"\nprotocol = \"portal\""),
        expect![[r#"
        cartola: the configuration cartola.toml is wrong: `protocol` of [institution.banco-chile] is wrong: it speaks "mibanco" or "apistore" or "apistore-gateway"
    "#]],
    );
    check(
        &chile("base_url = \"https://bank.example\"\nprotocol = \"hunter2\""),
        expect![[r#"
        cartola: the configuration cartola.toml is wrong: line 5: `protocol` is wrong: expected "mibanco", "apistore", "apistore-gateway" or "portal"
    "#]],
    );
}

/// What goes with one way of reaching an institution is refused with another.
#[test]
fn what_is_of_apistore_goes_with_it_alone() {
    let head = "data = \"d\"\nmaster_key_file = \"k\"\n[institution.banco-chile]";
    let chile = |keys: &str| format!("{head}\n{keys}\n");
    check(
        &chile("base_url = \"https://bank.example\"\npays_by = \"pagos\""),
        expect![[r#"
        cartola: the configuration cartola.toml is wrong: `pays_by` of [institution.banco-chile] goes with protocol = "apistore" alone
    "#]],
    );
    check(
        &chile("base_url = \"https://bank.example\"\nprotocol = \"apistore\"\npays_by = \"x\""),
        expect![[r#"
        cartola: the configuration cartola.toml is wrong: line 6: `pays_by` is wrong: expected "pagos" or "abono-en-linea"
    "#]],
    );
    let named = |names: &str| {
        let gateway = "base_url = \"https://bank.example\"\nprotocol = \"apistore-gateway\"\n";
        chile(&format!("{gateway}[institution.banco-chile.names]\n{names}"))
    };
    check(
        &named("movements_path = \"hunter2\""),
        expect![[r#"
            cartola: the configuration cartola.toml is wrong: `names` of [institution.banco-chile] is wrong: `movements_path` is wrong: expected a path such as "/banco-chile/v1"
        "#]],
    );
    check(
        &chile(
            "base_url = \"https://bank.example\"\n[institution.banco-chile.names]\namount = \"valor\"",
        ),
        expect![[r#"
            cartola: the configuration cartola.toml is wrong: `names` of [institution.banco-chile] goes with protocol = "apistore-gateway" alone
        "#]],
    );
}

/// A value in the wrong place may be the master key.
#[test]
fn no_value_is_quoted() {
    let unpadded = MASTER_KEY.trim_end_matches('=');
    let mistakes = [
        format!("master_key_file = \"{MASTER_KEY}\""),
        format!("master_key_file = \"{unpadded}\""),
        format!("master_key = \"k\"\nretired_master_keys_file = \"{MASTER_KEY}\""),
        format!("log = \"{MASTER_KEY}\""),
        format!("metrics = \"{MASTER_KEY}\""),
        format!("limits = \"{MASTER_KEY}\""),
        format!("listen = \"{MASTER_KEY}\""),
        format!("\"{MASTER_KEY}\" = 1"),
        format!("{unpadded} = 1"),
        MASTER_KEY.to_owned(),
        format!("log = {{ format = \"{MASTER_KEY}\" }}"),
        format!("log.level = \"{MASTER_KEY}\""),
        format!("[log]\nformat = \"{MASTER_KEY}\""),
        format!("[log]\nlevel = \"info,{MASTER_KEY}\""),
        format!("[limits]\nrequests_at_once = \"{MASTER_KEY}\""),
        format!("[{MASTER_KEY}]"),
    ];
    let mut told = String::new();
    for mistake in mistakes {
        let folder = tempfile::tempdir().unwrap();
        let config = format!("data = \"data\"\n{mistake}\n");
        std::fs::write(folder.path().join("cartola.toml"), config).unwrap();
        let ended = process::run(folder.path(), &["serve"]).failed(2);
        assert!(!ended.stderr.contains(unpadded), "{mistake}");
        told.push_str(
            ended.stderr.trim_start_matches("cartola: the configuration cartola.toml is "),
        );
    }
    expect![[r#"
        cartola: master_key_file names no file; was the key itself pasted?
        cartola: master_key_file names no file; was the key itself pasted?
        cartola: retired_master_keys_file names no file; was the key itself pasted?
        wrong: line 2: `log` is wrong: expected a table
        wrong: line 2: `metrics` is wrong: expected true or false
        wrong: line 2: `limits` is wrong: expected a table
        wrong: line 2: `listen` is wrong: expected an address and a port in quotes, such as "127.0.0.1:8080"
        wrong: line 2: an unknown field, expected one of `data`, `listen`, `master_key`, `master_key_file`, `master_key_command`, `retired_master_keys`, `retired_master_keys_file`, `metrics`, `limits`, `log`, `jobs`, `store`, `tokens`, `payments`, `authorizations`, `categories`, `audit`, `institution`, `facade`
        wrong: line 2: an unknown field, expected one of `data`, `listen`, `master_key`, `master_key_file`, `master_key_command`, `retired_master_keys`, `retired_master_keys_file`, `metrics`, `limits`, `log`, `jobs`, `store`, `tokens`, `payments`, `authorizations`, `categories`, `audit`, `institution`, `facade`
        wrong: line 2: this is no TOML: a line is `key = value`, a text is in quotes, and a key is set once
        wrong: line 2: `format` is wrong: expected "text" or "json"
        wrong: line 2: `level` is wrong: expected off, error, warn, info, debug, trace, or directives such as info,cartola_engine=debug
        wrong: line 3: `format` is wrong: expected "text" or "json"
        wrong: line 3: `level` is wrong: expected off, error, warn, info, debug, trace, or directives such as info,cartola_engine=debug
        wrong: line 3: `requests_at_once` is wrong: expected a whole number from 1 to 4294967295
        wrong: line 2: this is no TOML: a line is `key = value`, a text is in quotes, and a key is set once
    "#]].assert_eq(&told);
}

#[test]
fn a_level_is_one_that_there_is() {
    check(
        "data = \"d\"\nmaster_key_file = \"k\"\n[log]\nlevel = \"verbose\"\n",
        expect![[r#"
        cartola: the configuration cartola.toml is wrong: line 4: `level` is wrong: expected off, error, warn, info, debug, trace, or directives such as info,cartola_engine=debug
    "#]],
    );
}

#[test]
fn a_key_that_is_none() {
    let installation = Installation::new();
    std::fs::write(installation.path().join("master.key"), "hunter2").unwrap();
    let ended = installation.run(&["tenants", "list"]).failed(2);
    expect![[r#"
        cartola: the master keys cannot be read: master.key holds no master key: the key is not 32 bytes in padded base64 (44 characters); `openssl rand -base64 32` makes one
    "#]].assert_eq(&ended.stderr.replace(installation.path().to_str().unwrap(), ""));
    assert!(!installation.data().exists(), "nothing was made");
}

#[test]
fn retired_keys_still_open() {
    let installation = Installation::new();
    installation.tenant("acme");
    let fresh = "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=";
    std::fs::write(installation.path().join("master.key"), fresh).unwrap();
    let ended = installation.run(&["tenants", "list"]).failed(1);
    assert!(ended.stderr.contains("the master key is not the one"), "{}", ended.stderr);
    std::fs::write(installation.path().join("retired.keys"), format!("\n{MASTER_KEY}\n")).unwrap();
    let path = installation.path().join("cartola.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{text}\nretired_master_keys_file = \"retired.keys\"\n"))
        .unwrap();
    installation.run(&["tenants", "list"]).done();
}

/// Where SQLite keeps `user_version`, which is our schema: the byte at 63 is its lowest.
const SCHEMA_BYTE: usize = 63;

#[test]
fn an_older_store_is_not_migrated_by_a_wrong_key() {
    let installation = Installation::new();
    installation.tenant("acme");
    let database = installation.data().join("cartola.db");
    let mut older = std::fs::read(&database).unwrap();
    assert_ne!(older[SCHEMA_BYTE], 1, "there is nothing to migrate");
    older[SCHEMA_BYTE] = 1;
    std::fs::write(&database, &older).unwrap();
    let fresh = "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8=";
    std::fs::write(installation.path().join("master.key"), fresh).unwrap();
    let ended = installation.run(&["tenants", "list"]).failed(1);
    assert!(ended.stderr.contains("the master key is not the one"), "{}", ended.stderr);
    assert_eq!(std::fs::read(&database).unwrap(), older);
}

/// The reference of all keys, beside this crate.
const DOCUMENT: &str = include_str!("../../../../docs/configuration.md");

/// The configuration that the document shows.
fn example() -> &'static str {
    let (_, rest) = DOCUMENT.split_once("```toml\n").expect("the document shows a configuration");
    rest.split_once("```").expect("the block ends").0
}

#[test]
fn the_documented_example_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let local = example()
        .replace("/var/lib/cartola", "data")
        .replace("/etc/cartola/master.key", "master.key");
    std::fs::write(folder.path().join("cartola.toml"), local).unwrap();
    std::fs::write(folder.path().join("master.key"), MASTER_KEY).unwrap();
    process::run(folder.path(), &["tenants", "add", "acme"]).done();
}

/// Every key that the program knows, by what it says about one that it does not.
#[test]
fn every_key_is_documented() {
    let mut undocumented = Vec::new();
    for table in [
        "",
        "[limits]\n",
        "[log]\n",
        "[jobs]\n",
        "[store]\n",
        "[tokens]\n",
        "[authorizations]\n",
        "[institution.banco-chile]\n",
        "[facade.floid]\n",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let config = format!("{table}no_such_key = 1\n");
        std::fs::write(folder.path().join("cartola.toml"), config).unwrap();
        let said = process::run(folder.path(), &["serve"]).failed(2).stderr;
        let (_, keys) = said.split_once("expected").expect("the keys are named");
        let keys = keys.split('`').skip(1).step_by(2).map(str::to_owned);
        undocumented.extend(keys.filter(|key| !DOCUMENT.contains(&format!("| `{key}` |"))));
    }
    assert_eq!(undocumented, Vec::<String>::new());
}
