//! What each institution tells, and what it is as a record.

use cartola_connector::session::RecordQuery;
use cartola_connector::test_kit::{Stage, context};
use cartola_model::RecordKind;
use cartola_provider_portal::client::offer::INSTITUTIONS;
use cartola_provider_portal::wire::{
    BALANCES_PATH, CONTRIBUTIONS_PATH, DEBTS_PATH, EMPLOYERS_PATH, IDENTITY_PATH,
    PERSONAL_INFO_PATH, SERVICE_ACCOUNTS_PATH, TAX_FOLDER_PATH, TAX_STATUS_PATH,
};
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::conformance::PortalStage;

/// What the small server tells at that path.
pub fn told(path: &str) -> Option<Value> {
    Some(match path {
        SERVICE_ACCOUNTS_PATH => service_accounts(),
        IDENTITY_PATH => identity(),
        TAX_FOLDER_PATH => tax_folder(),
        TAX_STATUS_PATH => tax_status(),
        DEBTS_PATH => debts(),
        CONTRIBUTIONS_PATH => contributions(),
        EMPLOYERS_PATH => employers(),
        PERSONAL_INFO_PATH => personal_info(),
        BALANCES_PATH => balances(),
        _ => return None,
    })
}

fn service_accounts() -> Value {
    let bill = |amount: u32, due: &str| json!({"currency": "CLP", "amount": amount, "issue_date": "2026-10-01", "due_date": due});
    json!({"service_accounts": [
        {"company": "ENEL DISTRIBUCION", "category": "Electricidad", "alias": "Luz",
            "client_number": "1234567-8",
            "bills": [bill(31_000, "2026-11-24"), bill(29_500, "2026-10-24")]},
        {"company": "AGUAS ANDINAS", "category": "Agua", "client_number": "765", "bills": []},
    ]})
}

fn address() -> Value {
    json!({"street": "Lautaro", "number": "12", "commune": "Talca", "region": "Maule"})
}

fn identity() -> Value {
    json!({"rut": "12.345.678-5", "name": "María Paz Rojas Soto", "given_names": "María Paz",
        "first_surname": "Rojas", "second_surname": "Soto", "birth_date": "1988-01-01", "sex": "F",
        "nationality": "CHILENA", "email": "maria@correo.example", "mobile": "+56911111111",
        "address": address()})
}

fn activity() -> Value {
    json!({"code": "620200", "name": "CONSULTORIA", "category": 2, "bears_iva": false,
        "since": "2021-03-04"})
}

fn boleta(number: u32, day: &str, gross: u32) -> Value {
    json!({"number": number, "issue_date": day, "receiver_rut": "77.777.777-7",
        "receiver_name": "SERVICIOS", "gross": gross, "withheld": gross / 10,
        "net": gross - gross / 10})
}

fn tax_folder() -> Value {
    json!({"name": "María Paz Rojas Soto", "rut": "12.345.678-5",
        "generated_at": "2026-11-20T15:00:00Z",
        "taxpayer": {"activities_began": "2021-03-04", "activities": [activity()],
            "category": "SEGUNDA", "address": "Lautaro 12", "commune": "Talca", "region": "Maule",
            "email": "maria@correo.example"},
        "companies": [{"rut": "76.543.210-3", "name": "FERRETERIA", "since": "2019-05-02",
            "capital_share": "50", "profit_share": "33.33"}],
        "properties": [{"rol": "01234-00056", "commune": "Talca", "address": "Lautaro 12",
            "use_of": "HABITACIONAL", "fiscal_valuation": 45_000_000, "is_exempt": true}],
        "boletas": [
            {"year": 2026, "boletas": [boleta(7, "2026-01-03", 500_000), boleta(8, "2026-01-30", 100_000),
                boleta(9, "2026-02-27", 200_000)], "gross": 800_000, "withheld": 80_000, "net": 720_000},
            {"year": 2025, "boletas": [boleta(6, "2025-12-30", 400_000)],
                "gross": 400_000, "withheld": 40_000, "net": 360_000},
        ],
        "iva": [{"period": "2026-09-01", "folio": "7000000000", "declared_on": "2026-10-20",
            "codes": {"115": "0.25", "538": "1900000"}}],
        "income": [{"year": 2026, "folio": "300000000", "declared_on": "2026-04-20",
            "codes": {"305": "-150000"}}]})
}

fn tax_status() -> Value {
    json!({"rut": "12.345.678-5", "name": "María Paz Rojas Soto",
        "asked_at": "2026-11-20T15:00:00Z", "has_activities": true,
        "activities_began": "2021-03-04", "foreign_currency": false, "is_pro_pyme": true,
        "stamped_documents": [{"document": "FACTURA ELECTRONICA", "last_year": 2026}],
        "activities": [activity()]})
}

fn debts() -> Value {
    let total =
        json!({"total": 100, "current": 60, "late_30_59": 30, "late_60_89": 10, "late_90": 0});
    let mut debt = total.clone();
    debt["institution"] = "Banco de Chile".into();
    debt["credit_type"] = "Consumo".into();
    json!({"rut": "12.345.678-5", "name": "María Paz Rojas Soto", "as_of": "2026-10-31",
        "direct_debts": [debt], "direct_debts_total": total,
        "indirect_debts": [],
        "indirect_debts_total":
            {"total": 0, "current": 0, "late_30_59": 0, "late_60_89": 0, "late_90": 0},
        "available_credits": [{"institution": "Bci", "direct": 900, "indirect": 0}],
        "available_credits_total": {"direct": 900, "indirect": 0},
        "other_credits": [], "other_credits_total": {"direct": 0, "indirect": 0}})
}

fn contributions() -> Value {
    json!({"contributions": [
        {"month": "2022-05-01", "employer": "SERVICIOS INFORMAT", "employer_rut": "77.777.777-7",
            "income": 2_050_872, "amount": 12_305, "contributor": "Cotiz. Trabajador"},
        {"month": "2022-05-01", "employer": "SERVICIOS INFORMAT", "employer_rut": "77.777.777-7",
            "income": 2_050_872, "amount": 49_221, "contributor": "Cotiz. Empleador"},
    ]})
}

fn employers() -> Value {
    json!({"employers": [{"employer": "SERVICIOS INFORMAT", "employer_rut": "77.777.777-7",
        "subscription_date": "2017-04-10", "contract_type": "PLAZO FIJO",
        "start_date": "2016-12-01", "end_date": "2017-11-30"}]})
}

fn personal_info() -> Value {
    json!({"name": "María Paz Rojas Soto", "rut": "12.345.678-5", "birth_date": "1988-01-01",
        "affiliation_date": "2009-01-01", "phone": "911111111", "email": "maria@correo.example",
        "address": address()})
}

fn balances() -> Value {
    json!({"exchange": "CryptoMarket", "as_of": "2026-11-20T15:00:00Z", "currency": "USD",
        "total": 310_050, "balances": [{"asset": "ETH", "name": "Ether",
            "quantity": "1.000000000000000001", "price": "3100.5", "value": 310_050}]})
}

/// The same with each amount as `CLP 100`, in minor units.
fn in_short(value: Value) -> Value {
    match value {
        Value::Object(fields) => match (fields.get("currency"), fields.get("minor")) {
            (Some(Value::String(currency)), Some(minor)) => format!("{currency} {minor}").into(),
            _ => fields.into_iter().map(|(name, value)| (name, in_short(value))).collect(),
        },
        Value::Array(rows) => rows.into_iter().map(in_short).collect(),
        other => other,
    }
}

/// What a product's record holds.
async fn read(institution: &'static str, kind: RecordKind) -> Value {
    let stage = PortalStage::of(institution).await;
    let opened = stage.registry.open(&stage.institution(), stage.credential(), context()).await;
    let live = opened.unwrap();
    let query = RecordQuery { kind, days: stage.period() };
    let reading = live.session().records().unwrap().record(&query, &context()).await.unwrap();
    assert_eq!((reading.record.kind(), reading.raw.len()), (kind, 1));
    live.close().await.unwrap();
    in_short(serde_json::to_value(&reading.record).unwrap()["content"].clone())
}

/// Reads a product, and shows it as it is kept.
async fn check(institution: &'static str, kind: RecordKind, expected: &Expect) {
    expected.assert_eq(&format!("{:#}\n", read(institution, kind).await));
}

#[test]
fn every_institution_has_its_calls() {
    for (institution, kinds) in INSTITUTIONS {
        for kind in kinds {
            let call = cartola_provider_portal::client::offer::call(*kind);
            assert!(call.is_some_and(|call| told(call.path).is_some()), "{institution} {kind:?}");
        }
    }
}

#[tokio::test]
async fn several_bills_of_one_account_are_one() {
    check(
        "servipag",
        RecordKind::ServiceAccounts,
        &expect![[r#"
            [
              {
                "alias": "Luz",
                "bill": {
                  "amount": "CLP 60500",
                  "due_on": "2026-10-24"
                },
                "category": "Electricidad",
                "company": "ENEL DISTRIBUCION",
                "customer_number": "1234567-8"
              },
              {
                "category": "Agua",
                "company": "AGUAS ANDINAS",
                "customer_number": "765"
              }
            ]
        "#]],
    )
    .await;
}

#[tokio::test]
async fn an_identity_is_told() {
    check(
        "registro-civil",
        RecordKind::Identity,
        &expect![[r#"
        {
          "address": {
            "commune": "Talca",
            "number": "12",
            "region": "Maule",
            "street": "Lautaro"
          },
          "born_on": "1988-01-01",
          "email": "maria@correo.example",
          "name": "María Paz Rojas Soto",
          "nationality": "CHILENA",
          "phone": "+56911111111",
          "rut": "12345678-5"
        }
    "#]],
    )
    .await;
}

/// A part of the tax folder.
async fn check_folder(parts: [&str; 3], expected: &Expect) {
    let folder = read("sii", RecordKind::TaxFolder).await;
    let shown: String = parts.iter().map(|part| format!("{part}: {:#}\n", folder[*part])).collect();
    expected.assert_eq(&shown);
}

#[tokio::test]
async fn a_tax_folder_says_who_the_taxpayer_is_and_what_they_have() {
    check_folder(
        ["taxpayer", "companies", "properties"],
        &expect![[r#"
        taxpayer: {
          "activities": [
            {
              "category": 2,
              "code": "620200",
              "name": "CONSULTORIA",
              "since": "2021-03-04",
              "vat": false
            }
          ],
          "address": {
            "commune": "Talca",
            "region": "Maule",
            "street": "Lautaro 12"
          },
          "begun_on": "2021-03-04",
          "remarks": []
        }
        companies: [
          {
            "capital": "50",
            "name": "FERRETERIA",
            "profits": "33.33",
            "rut": "76543210-3",
            "since": "2019-05-02"
          }
        ]
        properties: [
          {
            "address": "Lautaro 12",
            "commune": "Talca",
            "overdue": false,
            "purpose": "HABITACIONAL",
            "roll": "01234-00056",
            "valuation": "CLP 45000000"
          }
        ]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_tax_folder_has_its_boletas_by_month_and_its_forms_by_code() {
    check_folder(
        ["boletas", "vat", "income"],
        &expect![[r#"
        boletas: [
          {
            "annulled": 0,
            "gross": "CLP 200000",
            "issued": 1,
            "month": "2026-02-01",
            "net": "CLP 180000",
            "withheld_by_others": "CLP 20000",
            "withheld_by_self": "CLP 0"
          },
          {
            "annulled": 0,
            "gross": "CLP 600000",
            "issued": 2,
            "month": "2026-01-01",
            "net": "CLP 540000",
            "withheld_by_others": "CLP 60000",
            "withheld_by_self": "CLP 0"
          },
          {
            "annulled": 0,
            "gross": "CLP 400000",
            "issued": 1,
            "month": "2025-12-01",
            "net": "CLP 360000",
            "withheld_by_others": "CLP 40000",
            "withheld_by_self": "CLP 0"
          }
        ]
        vat: [
          {
            "codes": {
              "115": "0.25",
              "538": "1900000"
            },
            "declared_on": "2026-10-20",
            "folio": "7000000000",
            "month": "2026-09-01"
          }
        ]
        income: [
          {
            "codes": {
              "305": "-150000"
            },
            "declared_on": "2026-04-20",
            "folio": "300000000",
            "year": 2026
          }
        ]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_tax_status_is_told() {
    check(
        "sii",
        RecordKind::TaxStatus,
        &expect![[r#"
            {
              "activities": [
                {
                  "category": 2,
                  "code": "620200",
                  "name": "CONSULTORIA",
                  "since": "2021-03-04",
                  "vat": false
                }
              ],
              "begun_on": "2021-03-04",
              "consulted_at": "2026-11-20T15:00:00Z",
              "documents": [
                {
                  "last_stamped_in": 2026,
                  "name": "FACTURA ELECTRONICA"
                }
              ],
              "foreign_currency": false,
              "has_begun": true,
              "pro_pyme": true
            }
        "#]],
    )
    .await;
}

#[tokio::test]
async fn debts_are_told_by_how_late_they_are() {
    check(
        "cmf",
        RecordKind::Debts,
        &expect![[r#"
            {
              "as_of": "2026-10-31",
              "available": [
                {
                  "direct": "CLP 900",
                  "indirect": "CLP 0",
                  "institution": "Bci"
                }
              ],
              "direct": [
                {
                  "current": "CLP 60",
                  "institution": "Banco de Chile",
                  "kind": "Consumo",
                  "overdue_30": "CLP 30",
                  "overdue_60": "CLP 10",
                  "overdue_90": "CLP 0",
                  "total": "CLP 100"
                }
              ],
              "indirect": [],
              "other": []
            }
        "#]],
    )
    .await;
}

#[tokio::test]
async fn the_unemployment_insurance_is_told() {
    check(
        "afc",
        RecordKind::AfcContributions,
        &expect![[r#"
            [
              {
                "amount": "CLP 12305",
                "contributor": "worker",
                "employer": "SERVICIOS INFORMAT",
                "income": "CLP 2050872",
                "month": "2022-05-01"
              },
              {
                "amount": "CLP 49221",
                "contributor": "employer",
                "employer": "SERVICIOS INFORMAT",
                "income": "CLP 2050872",
                "month": "2022-05-01"
              }
            ]
        "#]],
    )
    .await;
    check(
        "afc",
        RecordKind::AfcEmployers,
        &expect![[r#"
        [
          {
            "begun_on": "2016-12-01",
            "contract": "PLAZO FIJO",
            "ended_on": "2017-11-30",
            "name": "SERVICIOS INFORMAT",
            "rut": "77777777-7",
            "subscribed_on": "2017-04-10"
          }
        ]
    "#]],
    )
    .await;
    check(
        "afc",
        RecordKind::AfcAffiliate,
        &expect![[r#"
        {
          "address": {
            "commune": "Talca",
            "number": "12",
            "region": "Maule",
            "street": "Lautaro"
          },
          "affiliated_on": "2009-01-01",
          "born_on": "1988-01-01",
          "email": "maria@correo.example",
          "name": "María Paz Rojas Soto",
          "phone": "911111111",
          "rut": "12345678-5"
        }
    "#]],
    )
    .await;
}

#[tokio::test]
async fn crypto_assets_are_exact() {
    check(
        "cryptomkt",
        RecordKind::CryptoHoldings,
        &expect![[r#"
            {
              "balances": [
                {
                  "asset": "ETH",
                  "price": "3100.5",
                  "quantity": "1.000000000000000001",
                  "value": "USD 310050"
                }
              ],
              "exchange": "CryptoMarket",
              "total": "USD 310050"
            }
        "#]],
    )
    .await;
}
