//! Whatever ends the box, a transfer was made with its money or not at all.

use std::fs;

use cartola_sandbox::{FILE_NAME, Scenario, Status};

use super::{Payer, stands};
use crate::server::Server;

const AMOUNT: i64 = 10_000;

#[tokio::test]
async fn a_transfer_goes_on_after_a_kill_at_every_step() {
    let payer = Payer::new(Scenario::Ok, "banco-bice");
    let order = payer.order(1, AMOUNT);
    let before = payer.holds(&order.to.account);
    payer.session().await.begin(&order).await;
    for expected in ["challenged card 3", "completed 2026-11-20T15:00:00Z"] {
        let right = payer.right_answer().await;
        let told = payer.session().await.answer(1, &right).await;
        assert_eq!(stands(&told), expected);
    }
    let payer = payer.again();
    let told = payer.session().await.begin(&order).await;
    assert_eq!(stands(&told), "completed 2026-11-20T15:00:00Z");
    assert_eq!(payer.holds(&order.to.account), before + AMOUNT);
    payer.check_ledger(1);
}

/// The file as it is cut off anywhere behind the first order: what is left balances, and says of the
/// transfer what the money says.
#[tokio::test]
async fn wherever_the_file_tears_money_and_decision_are_one() {
    let payer = Payer::new(Scenario::Ok, "banco-estado");
    let session = payer.session().await;
    let order = payer.order(1, AMOUNT);
    let before = payer.holds(&order.to.account);
    session.begin(&order).await;
    let path = payer.server.folder().join(FILE_NAME);
    let begun = fs::read(&path).unwrap().len();
    session.answer(1, &payer.right_answer().await).await;
    let mut whole = fs::read(&path).unwrap();
    let mut payer = payer;
    for length in (begun..=whole.len()).rev() {
        whole.truncate(length);
        let (scenario, bank) = (payer.scenario, payer.bank);
        payer = Payer { server: Server::over_file(&whole), scenario, bank };
        let check = payer.server.world.check_ledger();
        assert!(check.balanced, "cut at {length}: {check:?}");
        let paid = payer.holds(&order.to.account) - before;
        assert_eq!(paid, AMOUNT * i64::try_from(check.transfers).unwrap(), "cut at {length}");
    }
    let told = payer.session().await.look(1).await.unwrap();
    assert_eq!(stands(&told), "challenged sms 3");
}

#[tokio::test]
async fn both_banks_print_it_and_call_it_the_same() {
    let payer = Payer::new(Scenario::Ok, "banco-estado");
    let session = payer.session().await;
    let order = payer.order(1, AMOUNT);
    session.begin(&order).await;
    let told = session.answer(1, &payer.right_answer().await).await;
    let world = &payer.server.world;
    let today = world.local_now().date();
    let mut lines = Vec::new();
    for number in [&order.from, &order.to.account] {
        let key = world.find(number).unwrap().key;
        let shown = world.statement(key, (today, today));
        let last = shown.into_iter().rfind(|each| each.status == Status::Booked).unwrap();
        lines.push(format!("{} {}", last.amount.minor(), last.glosa));
    }
    let lines = lines.join("\n");
    let named = payer.server.world.population().identity(payer.rut()).unwrap().printed_name();
    assert!(lines.starts_with("-10000 TEF A "), "{lines}");
    assert!(lines.ends_with(&format!("10000 TRASPASO DE: {named}")), "{lines}");
    let mut codes = Vec::new();
    for (scenario, bank) in
        [(Scenario::Ok, "banco-estado"), (Scenario::Company, "banco-chile-empresas")]
    {
        let token = payer.server.token(scenario, bank).await;
        let path = format!("transfers?from={today}&to={today}");
        let call = (bank, "GET", path.as_str());
        let listed =
            payer.server.bank(call, &token, crate::server::DEVICE, serde_json::Value::Null);
        let listed = listed.await.1;
        let transfers = listed["transfers"].as_array().unwrap();
        codes.push(transfers.last().unwrap()["transfer_id"].as_str().unwrap().to_owned());
    }
    assert_eq!(codes, vec![told.bank_reference.unwrap(); 2]);
}
