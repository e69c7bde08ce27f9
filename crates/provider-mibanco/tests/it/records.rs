//! What a bank tells as a whole, and what it is as a record.

use cartola_connector::session::{RecordQuery, RecordReading};
use cartola_connector::test_kit::{Stage, context};
use cartola_connector::{ConnectorError, ErrorKind};
use cartola_model::{Record, RecordKind};
use cartola_provider_mibanco::client::offer::KINDS;
use expect_test::{Expect, expect};
use serde_json::Value;

use crate::bank::Fault;
use crate::client::open;
use crate::conformance::MiBancoStage;

async fn read(stage: &MiBancoStage, kind: RecordKind) -> Result<RecordReading, ConnectorError> {
    let live = open(stage).await;
    let query = RecordQuery { kind, days: stage.period() };
    let reading = live.session().records().unwrap().record(&query, &context()).await;
    live.close().await.unwrap();
    reading
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

fn shown(record: &Record) -> String {
    let value = serde_json::to_value(record).unwrap();
    format!("{:#}\n", in_short(value["content"].clone()))
}

/// Reads a product, and shows it as it is kept.
async fn check(kind: RecordKind, expected: &Expect) {
    let stage = MiBancoStage::new().await;
    let reading = read(&stage, kind).await.unwrap();
    assert_eq!((reading.record.kind(), reading.raw.len()), (kind, 1));
    expected.assert_eq(&shown(&reading.record));
}

#[tokio::test]
async fn the_customer_is_told() {
    check(
        RecordKind::Identity,
        &expect![[r#"
        {
          "address": {
            "commune": "Talca",
            "region": "Maule",
            "street": "Lautaro 12"
          },
          "born_on": "1988-01-01",
          "email": "maria@correo.example",
          "name": "María Soto Rojas",
          "phone": "+56911111111",
          "rut": "12345678-5",
          "segment": "personas"
        }
    "#]],
    )
    .await;
    check(
        RecordKind::Beneficiaries,
        &expect![[r#"
        [
          {
            "account_kind": "sight",
            "account_number": "0-000-22-22222-2",
            "alias": "Juan",
            "bank_code": "012",
            "bank_name": "BancoEstado",
            "email": "juan.perez@correo.example",
            "name": "Juan Pérez",
            "rut": "11111111-1"
          }
        ]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn bills_and_debit_mandates_are_told() {
    check(
        RecordKind::ServiceAccounts,
        &expect![[r#"
        [
          {
            "alias": "Luz",
            "bill": {
              "amount": "CLP 31000",
              "due_on": "2026-11-24"
            },
            "company": "ENEL DISTRIBUCION",
            "company_code": "1001",
            "customer_number": "1234567-8"
          },
          {
            "company": "AGUAS ANDINAS",
            "customer_number": "765"
          }
        ]
    "#]],
    )
    .await;
    check(
        RecordKind::DebitMandates,
        &expect![[r#"
        [
          {
            "account_number": "00-123-45678-10",
            "category": "Seguros",
            "company": "SEGUROS SURA",
            "customer_number": "1111111-1",
            "monthly_limit": "CLF 25000"
          }
        ]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_card_mandate_may_have_a_limit() {
    check(
        RecordKind::CardMandates,
        &expect![[r#"
        [
          {
            "alias": "NETFLIX.COM",
            "begins_on": "2019-09-11",
            "card_brand": "VISA",
            "card_number": "**** **** **** 1234",
            "category": "Entretención",
            "channel": "Archivo",
            "company": "NETFLIX.COM",
            "instruction": "Mandato Físico",
            "last_charge_on": "2026-11-03",
            "limit": "unlimited",
            "origin": "Establecimiento",
            "owner_name": "María Soto Rojas",
            "owner_rut": "12345678-5",
            "service_id": "234234",
            "state": "INSCRITO"
          },
          {
            "alias": "SPOTIFY",
            "begins_on": "2019-09-11",
            "card_brand": "VISA",
            "card_number": "**** **** **** 1234",
            "category": "Entretención",
            "channel": "Archivo",
            "company": "SPOTIFY",
            "instruction": "Mandato Físico",
            "last_charge_on": "2026-11-03",
            "limit": {
              "up_to": "CLP 20000"
            },
            "origin": "Establecimiento",
            "owner_name": "María Soto Rojas",
            "owner_rut": "12345678-5",
            "service_id": "234234",
            "state": "INSCRITO"
          }
        ]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn credits_are_told() {
    check(
        RecordKind::ConsumerLoans,
        &expect![[r#"
        [
          {
            "balance": "CLP 7091546",
            "caev": "33.08",
            "description": "CREDITO DE CONSUMO",
            "instalment": "CLP 644686",
            "instalments": 36,
            "instalments_overdue": 0,
            "instalments_paid": 11,
            "last_instalment": "CLP 644680",
            "lent": "CLP 15000000",
            "liability": "direct",
            "life_insured": true,
            "monthly_rate": "2.58",
            "next_due_on": "2026-12-05",
            "number": "50966556",
            "paid_last_month": "CLP 644686",
            "state": "active",
            "unemployment_insured": false
          }
        ]
    "#]],
    )
    .await;
    check(
        RecordKind::Mortgages,
        &expect![[r#"
        [
          {
            "balance": "CLF 14337340",
            "caev": "4.32",
            "charged_on_day": 10,
            "current_instalment": 118,
            "instalments": 240,
            "instalments_overdue": 1,
            "instalments_paid": 116,
            "insured": "CLF 26000000",
            "last_paid_on": "2026-11-10",
            "lent": "CLF 21000000",
            "next_due_on": "2026-12-10",
            "next_instalment": "CLF 155200",
            "number": "11233055",
            "overdue": "CLF 155200",
            "product_name": "MUTUO HIPOTECARIO VIVIENDA UF",
            "property": {
              "address": {
                "commune": "Talca",
                "region": "Maule",
                "street": "Lautaro 12"
              },
              "kind": "Casa"
            },
            "rate_kind": "FIJA",
            "signed_on": "2017-03-10",
            "valuation": "CLF 26000000"
          }
        ]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn what_was_put_aside_and_approved_is_told() {
    check(
        RecordKind::Withdrawals,
        &expect![[r#"
        [
          {
            "amount": "CLP 50000",
            "claimed_by": "11111111-1",
            "created_at": "2026-11-20T15:00:00Z",
            "ended_at": "2026-11-20T18:30:00Z",
            "expires_at": "2026-11-21T15:00:00Z",
            "reference": "gi_1",
            "rut": "11111111-1",
            "state": "claimed"
          },
          {
            "amount": "CLP 20000",
            "created_at": "2026-11-21T15:00:00Z",
            "expires_at": "2026-11-22T15:00:00Z",
            "reference": "gi_2",
            "rut": "11111111-1",
            "state": "available"
          }
        ]
    "#]],
    )
    .await;
    check(
        RecordKind::AuthorizationEvents,
        &expect![[r#"
        [
          {
            "amount": "CLP 50000",
            "decided_at": "2026-11-20T15:00:00Z",
            "decision": "approved",
            "device_fingerprint": "abababababababababababababababababababababababababababababababab",
            "operation": "WITHDRAWAL",
            "reference": "gi_1"
          },
          {
            "decided_at": "2026-11-20T16:00:00Z",
            "decision": "denied",
            "device_fingerprint": "abababababababababababababababababababababababababababababababab",
            "operation": "BENEFICIARY_CHANGE",
            "reference": "be_1"
          }
        ]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn cards_and_lines_are_told() {
    check(
        RecordKind::Cards,
        &expect![[r#"
        [
          {
            "billed": "CLP 120000",
            "billed_from": "2026-10-01",
            "billed_on": "2026-10-31",
            "brand": "VISA",
            "due_on": "2026-11-09",
            "international": {
              "available": "USD 80000",
              "limit": "USD 80000",
              "used": "USD 0"
            },
            "minimum_payment": "CLP 6000",
            "national": {
              "available": "CLP 2880000",
              "limit": "CLP 3000000",
              "used": "CLP 120000"
            },
            "number": "**** **** **** 1234",
            "product_name": "Visa Platinum"
          }
        ]
    "#]],
    )
    .await;
    check(
        RecordKind::CreditLines,
        &expect![[r#"
        [
          {
            "account_number": "00-123-45678-10",
            "available": "CLP 700000",
            "limit": "CLP 800000",
            "number": "00-123-45678-70",
            "used": "CLP 100000"
          }
        ]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn what_was_bought_in_instalments_is_told_with_what_is_left() {
    check(
        RecordKind::InstalmentPlans,
        &expect![[r#"
        [
          {
            "balance": "CLP 33334",
            "bought_on": "2026-09-03",
            "card_number": "**** **** **** 1234",
            "instalment": "CLP 33333",
            "instalments": 3,
            "instalments_left": 1,
            "instalments_paid": 2,
            "merchant": "PC FACTORY",
            "next_due_on": "2026-11-05",
            "total": "CLP 100000"
          },
          {
            "balance": "CLP 60000",
            "bought_on": "2026-11-02",
            "card_number": "**** **** **** 1234",
            "instalment": "CLP 5000",
            "instalments": 12,
            "instalments_left": 12,
            "instalments_paid": 0,
            "merchant": "IKEA",
            "total": "CLP 60000"
          }
        ]
    "#]],
    )
    .await;
}

#[tokio::test]
async fn investments_have_the_interest_of_their_term() {
    check(
        RecordKind::Investments,
        &expect![[r#"
        {
          "instruments": [
            {
              "begun_on": "2026-11-02",
              "invested": "CLP 1000000",
              "kind": "time_deposit",
              "matures_on": "2027-02-02",
              "name": "Depósito a plazo",
              "number": "1",
              "rate": "1.2",
              "value": "CLP 1000000"
            },
            {
              "kind": "mutual_fund",
              "name": "Fondo Mutuo",
              "units": "1000.5",
              "value": "CLP 1000000"
            },
            {
              "kind": "stock",
              "name": "COPEC",
              "units": "160",
              "value": "CLP 1000000"
            }
          ],
          "profile": "moderated",
          "total": "CLP 3000000",
          "totals": [
            "CLP 3000000"
          ]
        }
    "#]],
    )
    .await;
}

#[tokio::test]
async fn transfers_are_told_newest_first_with_the_day_in_chile() {
    check(
        RecordKind::Transfers,
        &expect![[r#"
        {
          "from": "2026-04-01",
          "to": "2026-04-30",
          "transfers": [
            {
              "amount": "CLP 2",
              "booked_on": "2026-04-06",
              "channel": "Internet",
              "description": "TRASPASO A:JUAN PEREZ",
              "direction": "sent",
              "on": "2026-04-05",
              "origin": {
                "account_kind": "sight",
                "account_number": "22222222",
                "bank_code": "012",
                "bank_name": "BancoEstado",
                "name": "María Soto Rojas",
                "rut": "12345678-5"
              },
              "recipient": {
                "account_kind": "sight",
                "account_number": "22222222",
                "bank_code": "012",
                "bank_name": "BancoEstado",
                "name": "Juan Pérez",
                "rut": "11111111-1"
              },
              "status": "REALIZADA",
              "time": "22:39:56",
              "transaction_id": "TEF000000000002"
            },
            {
              "amount": "CLP 1",
              "booked_on": "2026-04-06",
              "channel": "Internet",
              "description": "TRASPASO A:JUAN PEREZ",
              "direction": "sent",
              "on": "2026-04-05",
              "origin": {
                "account_kind": "sight",
                "account_number": "22222222",
                "bank_code": "012",
                "bank_name": "BancoEstado",
                "name": "María Soto Rojas",
                "rut": "12345678-5"
              },
              "recipient": {
                "account_kind": "sight",
                "account_number": "22222222",
                "bank_code": "012",
                "bank_name": "BancoEstado",
                "name": "Juan Pérez",
                "rut": "11111111-1"
              },
              "status": "REALIZADA",
              "time": "22:39:56",
              "transaction_id": "TEF000000000001"
            }
          ]
        }
    "#]],
    )
    .await;
}

async fn transfers(many: u32) -> Result<RecordReading, ConnectorError> {
    let stage = MiBancoStage::new().await;
    stage.bank.state().transfers = many;
    read(&stage, RecordKind::Transfers).await
}

#[tokio::test]
async fn all_pages_of_transfers_are_one_record() {
    for (many, pages) in [(0, 1), (500, 1), (501, 2), (1_203, 3)] {
        let reading = transfers(many).await.unwrap();
        let Record::Transfers(told) = reading.record else { panic!("another product was told") };
        assert_eq!((told.transfers.len(), reading.raw.len()), (many as usize, pages));
        assert!(told.transfers.is_sorted_by(|one, next| one.amount.minor() > next.amount.minor()));
    }
}

#[tokio::test]
async fn a_customer_without_products_has_empty_records() {
    let stage = MiBancoStage::new().await;
    stage.bank.state().has_no_products = true;
    for kind in KINDS.iter().filter(|kind| *kind != RecordKind::Identity) {
        let reading = read(&stage, kind).await.unwrap();
        assert!(reading.record.is_empty() && reading.record.kind() == kind, "{kind:?}");
    }
    let nobody = read(&stage, RecordKind::Identity).await.unwrap_err();
    assert_eq!(nobody.kind, ErrorKind::NoSuchProduct);
}

#[tokio::test]
async fn a_product_of_no_bank_is_not_asked_for() {
    let stage = MiBancoStage::new().await;
    let error = read(&stage, RecordKind::TaxFolder).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported);
    assert_eq!(stage.bank.state().calls.len(), 2);
}

/// Lets a reading of a product meet that answer.
async fn check_nonsense(kind: RecordKind, body: &'static str, expected: &Expect) {
    let stage = MiBancoStage::new().await;
    let live = open(&stage).await;
    stage.bank.fail_next(Fault::Answer { status: 200, headers: Vec::new(), body });
    let query = RecordQuery { kind, days: stage.period() };
    let told = live.session().records().unwrap().record(&query, &context()).await;
    let error = told.unwrap_err();
    expected.assert_eq(&format!("{} {error}", error.kind.name()));
}

#[tokio::test]
async fn nonsense_is_called_so_and_not_quoted() {
    let (kind, body) = (RecordKind::Cards, r#"{"cards":[{"card_id":"María"}]}"#);
    check_nonsense(kind, body, &expect!["provider_answer_invalid mibanco.cards: the answer is not what the bank promises, line 1 column 30"]).await;
    let kind = RecordKind::InstalmentPlans;
    let body = r#"{"cards":[{"card_id":"1","masked_number":"*","brand":"VISA","name":"V",
        "national":{"currency":"CLP","limit":1,"used":0,"available":1},
        "international":{"currency":"USD","limit":1,"used":0,"available":1},
        "billing_day":31,"due_day":8,"instalment_plans":[{"description":"PC FACTORY",
        "date":"2026-09-03","total":90000,"instalment":30000,"charged":4,"instalments":3}]}]}"#;
    check_nonsense(kind, body, &expect!["provider_answer_invalid mibanco.instalment_plans: more instalments were charged than a plan has"]).await;
    let kind = RecordKind::DebitMandates;
    let body = r#"{"pac":[{"account_id":"00-1","company":"A","category":"B","client_number":"1",
        "limit_uf":"0.00001"}]}"#;
    check_nonsense(
        kind,
        body,
        &expect!["provider_answer_invalid mibanco.pac: a limit in UF is no amount of UF"],
    )
    .await;
    let kind = RecordKind::Transfers;
    let body = r#"{"page":2,"total_pages":2,"transfers":[]}"#;
    check_nonsense(kind, body, &expect!["provider_answer_invalid mibanco.transfers: the page has another number than was asked for"]).await;
}

#[tokio::test]
async fn a_transfer_of_another_day_is_not_believed() {
    let body = r#"{"page":1,"total_pages":1,"transfers":[{"transfer_id":"T","direction":"ENVIADA",
        "occurred_at":"2026-04-01T02:00:00Z","amount":1,"currency":"CLP","description":"","channel":"",
        "status":"REALIZADA","origin":{"name":"A","rut":"11.111.111-1","bank_name":"B",
        "account_number":"1","account_type":"X"},"recipient":{"name":"A","rut":"11.111.111-1",
        "bank_name":"B","account_number":"1","account_type":"X"}}]}"#;
    check_nonsense(RecordKind::Transfers, body, &expect!["provider_answer_invalid mibanco.transfers: a transfer is of a day that was not asked for"]).await;
}
