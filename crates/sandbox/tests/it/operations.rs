//! Cash for others, bills and beneficiaries, by the connector and the box: what the trait promises.

use cartola_connector::session::{InstructionName, TakeInstructions};
use cartola_connector::test_kit::context;
use cartola_model::instruction::CashOrder;
use cartola_model::{
    BankSays, Instructed, InstructionKind, InstructionOrder, InstructionTold, TransferFailure,
};
use cartola_primitives::{Currency, Money, Rut};
use cartola_sandbox::{Movement, Scenario};
use serde_json::{Value, json};

use crate::payments::{BANK, Payer, Session, id_of};
use crate::server::DEVICE;

const WORKER: &str = "9.876.543-3";

fn cash(payer: &Payer, id: u8, amount: i64) -> InstructionOrder {
    let from = Some(payer.order(id, amount).from);
    let rut = Rut::parse(WORKER).unwrap();
    let amount = Money::new(amount, Currency::CLP);
    let what = Instructed::Withdrawal(CashOrder { rut, amount, comment: None });
    InstructionOrder { end_to_end_id: id_of(id), from, what }
}

fn name(id: u8) -> InstructionName {
    InstructionName { kind: InstructionKind::Withdrawal, end_to_end_id: id_of(id) }
}

impl Session {
    fn taker(&self) -> &dyn TakeInstructions {
        self.live().session().instructions().unwrap()
    }

    async fn instruct(&self, order: &InstructionOrder) -> InstructionTold {
        self.taker().instruct(order, &context()).await.unwrap()
    }

    async fn stands(&self, id: u8) -> Option<BankSays> {
        Some(self.taker().look(name(id), &context()).await.unwrap()?.says)
    }

    async fn cancel(&self, id: u8) -> BankSays {
        self.taker().cancel(name(id), &context()).await.unwrap().says
    }
}

impl Payer {
    async fn claim(&self, code: &str, rut: &str) -> u16 {
        self.server.lever("POST", "/atm/claim", json!({"code": code, "rut": rut})).await.0
    }

    async fn advance(&self, by: &str) {
        self.server.lever("POST", "/clock", json!({"advance": by})).await;
    }

    /// Cash that was approved, and its code.
    async fn ready(&self, session: &Session, id: u8) -> String {
        let told = session.instruct(&cash(self, id, 20_000)).await;
        assert!(matches!(told.says, BankSays::Challenged(_)), "{told:?}");
        assert_eq!(self.decide("approve", id).await, 200);
        let says = session.stands(id).await.unwrap();
        says.code().expect("it can be taken").expose().clone()
    }
}

#[tokio::test]
async fn cash_is_taken_once_whoever_tries_at_the_same_time() {
    let payer = Payer::new(Scenario::Ok, BANK);
    let session = payer.session().await;
    let code = payer.ready(&session, 1).await;
    assert_eq!(payer.claim(&code, "11.111.111-1").await, 404);
    let tries = (0..8).map(|_| payer.claim(&code, WORKER));
    let tries = futures::future::join_all(tries).await;
    assert_eq!(tries.iter().filter(|status| **status == 200).count(), 1, "{tries:?}");
    assert_eq!(tries.iter().filter(|status| **status == 409).count(), 7, "{tries:?}");
    assert!(matches!(session.stands(1).await, Some(BankSays::Claimed { .. })));
    assert!(matches!(session.cancel(1).await, BankSays::Claimed { .. }));
    payer.check_ledger(1);
}

#[tokio::test]
async fn what_nobody_takes_comes_back_and_so_does_what_is_cancelled() {
    let payer = Payer::new(Scenario::Ok, BANK);
    let session = payer.session().await;
    let codes = [payer.ready(&session, 1).await, payer.ready(&session, 2).await];
    assert!(matches!(session.cancel(2).await, BankSays::Cancelled { .. }));
    payer.advance("PT24H").await;
    let session = payer.session().await;
    assert!(matches!(session.stands(1).await, Some(BankSays::Expired { .. })));
    assert!(matches!(session.stands(2).await, Some(BankSays::Cancelled { .. })));
    for code in &codes {
        assert_eq!(payer.claim(code, WORKER).await, 409);
    }
    payer.check_ledger(2);
}

/// On the account it is cash out of a machine and no transfer, and what comes back says of what.
#[tokio::test]
async fn cash_is_printed_as_cash() {
    let payer = Payer::new(Scenario::Ok, BANK);
    let session = payer.session().await;
    let world = &payer.server.world;
    let begun_on = world.local_now().date();
    let [taken, _] = [payer.ready(&session, 1).await, payer.ready(&session, 2).await];
    assert_eq!(payer.claim(&taken, WORKER).await, 200);
    assert!(matches!(session.cancel(2).await, BankSays::Cancelled { .. }));
    let account = world.find(&payer.order(1, 1).from).unwrap();
    let shown = world.statement(account.key, (begun_on, world.local_now().date()));
    let is_cash = |each: &&Movement| each.glosa.contains("SIN TARJETA");
    let mut printed: Vec<_> = shown
        .iter()
        .filter(is_cash)
        .map(|each| (each.amount.minor(), each.glosa.as_str(), each.channel))
        .collect();
    printed.sort_unstable();
    let out = (-20_000, "GIRO SIN TARJETA", "Cajero Automático");
    assert_eq!(printed, [out, out, (20_000, "DEVOLUCION GIRO SIN TARJETA", "Internet")]);
}

#[tokio::test]
async fn the_same_order_has_one_effect_and_survives_the_process() {
    let payer = Payer::new(Scenario::Ok, BANK);
    let session = payer.session().await;
    let code = payer.ready(&session, 1).await;
    let again = session.instruct(&cash(&payer, 1, 20_000)).await;
    assert_eq!(again.says.code().map(|code| code.expose().clone()), Some(code.clone()));
    let other = session.taker().instruct(&cash(&payer, 1, 30_000), &context()).await;
    assert_eq!(other.unwrap_err().kind.name(), "request_invalid");
    // A transfer of that id is none, and whatever is done by it is no transfer.
    assert!(session.look(1).await.is_none());
    let payer = payer.again();
    let session = payer.session().await;
    assert!(matches!(session.stands(1).await, Some(BankSays::Available { .. })));
    assert_eq!(payer.claim(&code, WORKER).await, 200);
    payer.check_ledger(1);
}

#[tokio::test]
async fn what_was_never_heard_of_is_given_up_for_good() {
    let payer = Payer::new(Scenario::Ok, BANK);
    let session = payer.session().await;
    assert!(session.stands(1).await.is_none());
    let withdrawn = |says: BankSays| matches!(says, BankSays::Failed(TransferFailure::Withdrawn));
    assert!(withdrawn(session.cancel(1).await));
    assert!(withdrawn(session.instruct(&cash(&payer, 1, 20_000)).await.says));
    payer.check_ledger(0);
}

#[tokio::test]
async fn cash_has_bounds() {
    let payer = Payer::new(Scenario::Ok, BANK);
    let session = payer.session().await;
    let limit = |says: BankSays| matches!(says, BankSays::Failed(TransferFailure::LimitExceeded));
    for (id, amount) in [(1, 4_000), (2, 20_500), (3, 201_000)] {
        assert!(limit(session.instruct(&cash(&payer, id, amount)).await.says), "{amount}");
    }
    payer.check_ledger(0);
}

#[tokio::test]
async fn other_banks_do_no_such_thing() {
    let payer = Payer::new(Scenario::Ok, "banco-security");
    let session = payer.session().await;
    assert!(session.live().session().instructions().is_none());
    let token = payer.server.token(Scenario::Ok, "banco-security").await;
    let call = ("banco-security", "GET", "withdrawals");
    let listed = payer.server.bank(call, &token, DEVICE, Value::Null).await;
    assert_eq!(listed.1["withdrawals"], json!([]));
    let wanted =
        json!({"from_account": "1", "to_rut": WORKER, "amount": 20_000, "currency": "CLP"});
    let call = ("banco-security", "POST", "withdrawals");
    let refused = payer.server.bank(call, &token, DEVICE, wanted).await;
    assert_eq!(refused.1["code"], json!("PRODUCT_NOT_FOUND"));
}
