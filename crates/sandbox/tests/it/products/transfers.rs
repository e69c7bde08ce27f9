use cartola_primitives::date;
use cartola_provider_mibanco::wire::{Beneficiaries, Direction, Transfer, TransfersResponse};
use cartola_sandbox::{Movement, Scenario};
use serde_json::Value;

use super::{Customer, each_resident};
use crate::server::{DEVICE, Server, code, named};

#[tokio::test]
async fn whoever_is_paid_is_a_beneficiary() {
    let server = Server::new();
    let seen = each_resident(&server, async |customer| {
        let told: Beneficiaries = customer.get("beneficiaries").await;
        let sent: TransfersResponse =
            customer.get("transfers?from=2026-05-01&to=2026-11-20&page_size=500").await;
        let known: Vec<_> = told
            .beneficiaries
            .iter()
            .map(|each| (each.rut, &each.account_number, &each.name, &each.bank_code))
            .collect();
        let is_sent = |each: &&Transfer| each.direction == Direction::Sent;
        for transfer in sent.transfers.iter().filter(is_sent) {
            let to = &transfer.recipient;
            let place = (to.rut, &to.account_number, &to.name, &to.bank_code);
            assert!(known.contains(&place), "{}", transfer.description);
            assert_eq!(transfer.origin.rut, customer.rut);
        }
        sent.transfers.iter().any(|each| is_sent(&each))
    });
    assert!(seen.await > 20);
}

#[tokio::test]
async fn a_transfer_is_a_movement_and_has_one_code_at_both_banks() {
    let server = Server::new();
    let customer = Customer::of(&server, named(Scenario::Ok)).await;
    let months = (date(2026, 1, 1), date(2026, 11, 20));
    let told: TransfersResponse =
        customer.get("transfers?from=2026-01-01&to=2026-11-20&page_size=500").await;
    let moved = customer.movements(None, months);
    for transfer in &told.transfers {
        let sign = if transfer.direction == Direction::Sent { -1 } else { 1 };
        let same = |each: &&Movement| {
            each.glosa == transfer.description && each.amount.minor() == sign * transfer.amount
        };
        assert!(moved.iter().any(|each| same(&each)), "{}", transfer.description);
    }
    let pages: TransfersResponse =
        customer.get("transfers?from=2026-01-01&to=2026-11-20&page_size=7&page=2").await;
    assert_eq!(pages.transfers, told.transfers[7..14]);
    let second = "banco-estado";
    let token = server.token(Scenario::Ok, second).await;
    let path = "transfers?from=2026-01-01&to=2026-11-20";
    let (_, there) = server.bank((second, "GET", path), &token, DEVICE, Value::Null).await;
    let there: TransfersResponse = serde_json::from_value(there).unwrap();
    let codes: Vec<_> = told.transfers.iter().map(|each| &each.transfer_id).collect();
    assert!(!there.transfers.is_empty());
    assert!(there.transfers.iter().all(|each| codes.contains(&&each.transfer_id)));
}

#[tokio::test]
async fn a_wrong_question_about_transfers_is_told() {
    let server = Server::new();
    let token = server.token(Scenario::Ok, "banco-chile").await;
    for query in [
        "",
        "?from=2026-01-01",
        "?from=2026-02-01&to=2026-01-01",
        "?from=x&to=y",
        "?from=2026-01-01&to=2026-02-01&page=0",
        "?from=2026-01-01&to=2026-02-01&page=99",
        "?from=2026-01-01&to=2026-02-01&page_size=501",
    ] {
        let path = format!("transfers{query}");
        let call = ("banco-chile", "GET", path.as_str());
        let answer = server.bank(call, &token, DEVICE, Value::Null).await;
        assert_eq!(code(&answer), "400 INVALID_REQUEST", "{query}");
    }
}
