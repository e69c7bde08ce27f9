//! What the facade tells of accounts, movements and products.

use cartola_provider_mibanco::wire;
use serde_json::{Value, json};

use super::{App, Scene, refused, with};

fn account(app: &App) -> Value {
    app.read("accounts")["accounts"][0].clone()
}

/// A month of an account that is over.
fn month(scene: &Scene, account: &Value) -> Value {
    let today: cartola_primitives::Date = scene.chile.today().parse().unwrap();
    let last = today.first_of_month().yesterday().unwrap();
    json!({
        "account_id": account["account_id"], "currency": account["currency"],
        "from_date": last.first_of_month().to_string(), "to_date": last.to_string(),
    })
}

#[test]
fn a_profile_is_masked() {
    let scene = Scene::new();
    let app = scene.session("ok");
    let profile = app.read("profile");
    assert_eq!(profile["rut"], scene.login("ok")["rut"]);
    assert_eq!(profile["customer_segment"], "personas");
    let (email, mobile) = (&profile["masked_email"], &profile["masked_mobile"]);
    assert!(email.as_str().unwrap().contains("***@"), "{email}");
    assert!(mobile.as_str().unwrap().starts_with("+56 9 **** "), "{mobile}");
}

#[test]
fn balances_are_those_of_the_accounts() {
    let scene = Scene::new();
    let app = scene.session("ok");
    let ids = |told: Value, list: &str| -> Vec<String> {
        let rows = told[list].as_array().unwrap();
        rows.iter().map(|row| row["account_id"].as_str().unwrap().to_owned()).collect()
    };
    let accounts = ids(app.read("accounts"), "accounts");
    assert!(!accounts.is_empty());
    let balances = app.read("balances");
    let row = &balances["balances"][0];
    for member in ["available", "ledger"] {
        assert!(row[member].is_i64(), "{row}");
    }
    let as_of = row["as_of"].as_str().unwrap();
    assert!(as_of.ends_with('Z') && as_of.len() == "2026-05-10T13:42:11Z".len(), "{as_of}");
    assert_eq!(ids(balances, "balances"), accounts);
}

#[test]
fn a_statement_is_told_in_pages() {
    let scene = Scene::new();
    let app = scene.session("ok");
    let month = month(&scene, &account(&app));
    let whole = app.told("statement", &month);
    assert_eq!((&whole["page"], &whole["total_pages"]), (&json!(1), &json!(1)));
    assert_eq!(whole["account_id"], month["account_id"]);
    let all = whole["transactions"].as_array().unwrap();
    let days: Vec<_> = all.iter().map(|row| row["date"].as_str().unwrap()).collect();
    assert!(days.is_sorted() && days.len() > 5, "{days:?}");
    let mut gathered = Vec::new();
    let pages = all.len().div_ceil(5);
    for page in 1..=pages {
        let told = app.told("statement", &with(&month, &json!({"page": page, "page_size": 5})));
        assert_eq!((&told["page"], &told["total_pages"]), (&json!(page), &json!(pages)));
        gathered.extend(told["transactions"].as_array().unwrap().clone());
    }
    assert_eq!(&gathered, all);
    let (account, from) = (month["account_id"].as_str().unwrap(), &month["from_date"]);
    let told =
        scene.chile.movements(account, from.as_str().unwrap(), month["to_date"].as_str().unwrap());
    assert_eq!(told.len(), all.len());
    for (more, refusal) in [
        (json!({"page": pages + 1, "page_size": 5}), "400 INVALID_REQUEST"),
        (json!({"page_size": 501}), "400 INVALID_REQUEST"),
        (json!({"page": 0}), "400 INVALID_REQUEST"),
        (json!({"currency": "XXX"}), "400 INVALID_REQUEST"),
        (json!({"to_date": "2020-01-01"}), "400 INVALID_REQUEST"),
        (json!({"account_id": "99-999-99999-99"}), "404 ACCOUNT_NOT_FOUND"),
        (json!({"currency": "USD"}), "404 ACCOUNT_NOT_FOUND"),
    ] {
        assert_eq!(refused(&app.post("statement", &with(&month, &more))), refusal, "{more}");
    }
    // Which field has another type is said too.
    let told = app.post("statement", &with(&month, &json!({"page": "dos"})));
    assert_eq!(refused(&told), "400 INVALID_REQUEST");
    assert!(told.text().contains("en `page`: se esperaba un número entero"), "{}", told.text());
}

fn read<T: serde::de::DeserializeOwned>(told: Value) -> T {
    let shown = told.to_string();
    serde_json::from_value(told).unwrap_or_else(|error| panic!("{error}: {shown}"))
}

/// Whoever reads a bank of this protocol reads the gateway.
#[test]
fn what_is_told_is_of_the_protocol() {
    let scene = Scene::new();
    let app = scene.session("ok");
    let _: wire::Profile = read(app.read("profile"));
    let accounts: wire::Accounts = read(app.read("accounts"));
    let balances: wire::Balances = read(app.read("balances"));
    assert_eq!(accounts.accounts.len(), balances.balances.len());
    let _: wire::Beneficiaries = read(app.read("beneficiaries"));
    let page: wire::StatementResponse = read(app.told("statement", &month(&scene, &account(&app))));
    assert!(page.transactions.iter().all(wire::Transaction::is_booked));
}

#[test]
fn nothing_moved_is_one_empty_page() {
    let scene = Scene::new();
    let app = scene.session("no-movements");
    let told = app.told("statement", &month(&scene, &account(&app)));
    assert_eq!((&told["page"], &told["total_pages"]), (&json!(1), &json!(1)));
    assert_eq!(told["transactions"], json!([]));
}

#[test]
fn products_are_lists_with_nothing_made_up() {
    let scene = Scene::new();
    let app = scene.session("ok");
    for (path, list) in [
        ("cards", "cards"),
        ("credit-lines", "credit_lines"),
        ("bills", "bills"),
        ("beneficiaries", "beneficiaries"),
    ] {
        let told = app.read(path);
        assert_eq!(told.as_object().unwrap().keys().collect::<Vec<_>>(), [list]);
        let rows = told[list].as_array().unwrap();
        assert!(!rows.is_empty(), "{path}");
        assert!(!told.to_string().contains("null"), "{told}");
    }
    let card = &app.read("cards")["cards"][0];
    assert!(card["masked_number"].as_str().unwrap().starts_with("**** "), "{card}");
    assert!(card["national"]["limit"].is_i64(), "{card}");
}

#[test]
fn a_company_signs_in_at_the_portal_of_its_bank() {
    let scene = Scene::new();
    let (rut, place) = scene.chile.person("company", "banco-chile-empresas");
    let login = json!({"rut": rut, "mi_pin": place["mi_pin"], "device_fingerprint": "f"});
    if place["mi_pin"].is_null() {
        return;
    }
    let session = scene.app.told("session", &login);
    assert_eq!(session["customer_segment"], "empresas");
    assert!(
        !scene.app.within(&session).read("accounts")["accounts"].as_array().unwrap().is_empty()
    );
}

#[test]
fn every_bank_is_reached_by_its_name() {
    let scene = Scene::new();
    let (rut, place) = scene.chile.person("ok", "banco-estado");
    let login = json!({
        "rut": rut, "mi_pin": place["mi_pin"], "device_fingerprint": "f", "bank": "BANCO_ESTADO",
    });
    let session = scene.app.told("session", &login);
    let account = account(&scene.app.within(&session));
    let known = place["accounts"].as_array().unwrap();
    assert!(
        known
            .iter()
            .any(|known| known.to_string().contains(account["account_id"].as_str().unwrap()))
    );
}

#[test]
fn what_goes_wrong_at_the_bank_has_its_code() {
    let scene = Scene::new();
    let open = |scenario: &str| refused(&scene.app.post("session", &scene.login(scenario)));
    assert_eq!(open("bank-down"), "503 UNAVAILABLE");
    assert_eq!(open("bank-nonsense"), "502 BANK_ANSWER_INVALID");
    assert!(open("locked").starts_with("423 CREDENTIALS_LOCKED"));
}

#[test]
fn each_call_names_the_screen_that_it_stands_for() {
    let scene = Scene::new();
    let app = scene.session("ok");
    for path in ["profile", "balances", "cards", "credit-lines", "bills", "beneficiaries"] {
        app.read(path);
    }
    app.told("statement", &month(&scene, &account(&app)));
    let wanted = [
        "Cartolas y últimos movimientos",
        "Login",
        "Línea de crédito",
        "Pago de cuentas / servicios",
        "Saldos",
        "Tarjetas de crédito",
        "Transferencias a terceros",
    ];
    let client = scene.demo.client();
    let mut screens = Vec::new();
    // Reads are written down within a second, and looked at until they are.
    for _ in 0..600 {
        let rows = client.list("/v1/audit?limit=500");
        screens = rows
            .iter()
            .filter(|row| {
                row["action"].as_str().is_some_and(|action| action.starts_with("mibanco."))
            })
            .filter_map(|row| row["data"]["screen"].as_str().or(row["details"]["screen"].as_str()))
            .map(str::to_owned)
            .collect();
        screens.sort();
        screens.dedup();
        if screens.len() == wanted.len() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert_eq!(screens, wanted);
}
