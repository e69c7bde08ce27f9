//! Every product of every institution.

use std::collections::BTreeMap;

use cartola_model::RecordKind;
use expect_test::expect;
use serde_json::json;

use super::{Scene, products_of};

#[test]
fn every_product_of_every_institution_is_read_and_shown() {
    let scene = Scene::new();
    scene.add(&scene.chile.places("ok"));
    let reports = scene.sync(&["--products", "all"]).done().json_lines();
    let client = scene.client();
    let records = client.list("/v1/records?limit=200");
    let mut shown = BTreeMap::new();
    for report in &reports {
        assert_eq!(report["failed"], json!(null), "{report}");
        let products = products_of(&records, &report["link"]);
        assert_eq!(report["records"], json!(products.len()), "{report}");
        let institution = report["institution"].as_str().unwrap();
        let movements = if report["read"].as_u64().unwrap() > 0 { " movements" } else { "" };
        shown.insert(institution, format!("{}{movements}", products.join(" ")));
    }
    let lines: String =
        shown.iter().map(|(institution, told)| format!("{institution}: {told}\n")).collect();
    expect![[r#"
        afc: afc_affiliate afc_contributions afc_employers
        banco-bci: authorization_events beneficiaries card_mandates cards consumer_loans credit_lines debit_mandates identity instalment_plans investments mortgages service_accounts transfers withdrawals movements
        banco-bice: authorization_events beneficiaries card_mandates cards consumer_loans credit_lines debit_mandates identity instalment_plans investments mortgages service_accounts transfers withdrawals movements
        banco-chile: authorization_events beneficiaries card_mandates cards consumer_loans credit_lines debit_mandates identity instalment_plans investments mortgages service_accounts transfers withdrawals movements
        banco-estado: authorization_events beneficiaries card_mandates cards consumer_loans credit_lines debit_mandates identity instalment_plans investments mortgages service_accounts transfers withdrawals movements
        banco-falabella: authorization_events beneficiaries card_mandates cards consumer_loans credit_lines debit_mandates identity instalment_plans investments mortgages service_accounts transfers withdrawals movements
        banco-itau: authorization_events beneficiaries card_mandates cards consumer_loans credit_lines debit_mandates identity instalment_plans investments mortgages service_accounts transfers withdrawals movements
        banco-ripley: authorization_events beneficiaries card_mandates cards consumer_loans credit_lines debit_mandates identity instalment_plans investments mortgages service_accounts transfers withdrawals movements
        banco-santander: authorization_events beneficiaries card_mandates cards consumer_loans credit_lines debit_mandates identity instalment_plans investments mortgages service_accounts transfers withdrawals movements
        banco-scotiabank: authorization_events beneficiaries card_mandates cards consumer_loans credit_lines debit_mandates identity instalment_plans investments mortgages service_accounts transfers withdrawals movements
        banco-security: authorization_events beneficiaries card_mandates cards consumer_loans credit_lines debit_mandates identity instalment_plans investments mortgages service_accounts transfers withdrawals movements
        clave-unica: identity
        cmf: debts
        cryptomkt: crypto_holdings
        demo-bank: authorization_events beneficiaries card_mandates cards consumer_loans credit_lines debit_mandates identity instalment_plans investments mortgages service_accounts transfers withdrawals movements
        registro-civil: identity
        servipag: service_accounts
        sii: tax_folder tax_status
    "#]].assert_eq(&lines);
    for product in RecordKind::ALL.map(RecordKind::name) {
        let listed = client.list(&format!("/v1/records?limit=200&product={product}"));
        let of_it = records.iter().filter(|record| record["product"] == product);
        assert!(listed.iter().eq(of_it), "{product}");
        let told = listed.iter().any(|record| record["content"] != json!([]));
        let may_be_empty = MAY_BE_EMPTY.iter().any(|kind| kind.name() == product);
        assert!(told || may_be_empty, "{product} is told, and nothing of it");
    }
}

/// Whether an instalment is still to be charged to this person depends on the day; nobody has put cash
/// aside or approved anything yet.
const MAY_BE_EMPTY: [RecordKind; 3] =
    [RecordKind::InstalmentPlans, RecordKind::Withdrawals, RecordKind::AuthorizationEvents];
