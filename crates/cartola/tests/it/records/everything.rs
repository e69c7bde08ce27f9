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
        banco-bci: beneficiaries card_mandates cards consumer_loans credit_lines debit_mandates identity instalment_plans investments mortgages service_accounts transfers movements
        banco-bice: beneficiaries card_mandates cards consumer_loans credit_lines debit_mandates identity instalment_plans investments mortgages service_accounts transfers movements
        banco-chile: beneficiaries card_mandates cards consumer_loans credit_lines debit_mandates identity instalment_plans investments mortgages service_accounts transfers movements
        banco-estado: beneficiaries card_mandates cards consumer_loans credit_lines debit_mandates identity instalment_plans investments mortgages service_accounts transfers movements
        banco-falabella: beneficiaries card_mandates cards consumer_loans credit_lines debit_mandates identity instalment_plans investments mortgages service_accounts transfers movements
        banco-itau: beneficiaries card_mandates cards consumer_loans credit_lines debit_mandates identity instalment_plans investments mortgages service_accounts transfers movements
        banco-ripley: beneficiaries card_mandates cards consumer_loans credit_lines debit_mandates identity instalment_plans investments mortgages service_accounts transfers movements
        banco-santander: beneficiaries card_mandates cards consumer_loans credit_lines debit_mandates identity instalment_plans investments mortgages service_accounts transfers movements
        banco-scotiabank: beneficiaries card_mandates cards consumer_loans credit_lines debit_mandates identity instalment_plans investments mortgages service_accounts transfers movements
        banco-security: beneficiaries card_mandates cards consumer_loans credit_lines debit_mandates identity instalment_plans investments mortgages service_accounts transfers movements
        clave-unica: identity
        cmf: debts
        cryptomkt: crypto_holdings
        demo-bank: beneficiaries card_mandates cards consumer_loans credit_lines debit_mandates identity instalment_plans investments mortgages service_accounts transfers movements
        registro-civil: identity
        servipag: service_accounts
        sii: tax_folder tax_status
    "#]].assert_eq(&lines);
    for product in RecordKind::ALL.map(RecordKind::name) {
        let listed = client.list(&format!("/v1/records?limit=200&product={product}"));
        let of_it = records.iter().filter(|record| record["product"] == product);
        assert!(listed.iter().eq(of_it), "{product}");
        let told = listed.iter().any(|record| record["content"] != json!([]));
        // Whether an instalment is still to be charged to this person depends on the day.
        let may_be_empty = product == RecordKind::InstalmentPlans.name();
        assert!(told || may_be_empty, "{product} is told, and nothing of it");
    }
}
