//! Who is paid by a bill: read by the name that the payer's bank has for them.

use cartola_crypto::ContentHash;
use cartola_engine::authorizations::{Use, UseError};
use cartola_engine::readings::ReadScope;
use cartola_model::authorization::Bill;
use cartola_model::records::ServiceAccount;
use cartola_model::{Operation, Record, RecordKind, RecordKinds};

use super::{OwnPhone, PIN, Scene, bill, other_person};
use crate::readings::Scene as Readings;
use crate::world::bank::PASSWORD;

/// A company as the bank lists it for the customer.
fn listed(code: &str, company: &str, customer_number: &str) -> ServiceAccount {
    ServiceAccount {
        company: company.to_owned(),
        company_code: Some(code.to_owned()),
        category: None,
        alias: None,
        customer_number: customer_number.to_owned(),
        bill: None,
    }
}

/// A customer of the bank with a phone, of whom the bank has told these.
async fn told(companies: &[ServiceAccount]) -> (Scene, OwnPhone) {
    let readings = Readings::new().await;
    let link = readings.begin(PASSWORD).await.unwrap();
    readings.bank.tells(&[Record::ServiceAccounts(companies.to_vec())]);
    let bills = ReadScope::records(RecordKinds::one(RecordKind::ServiceAccounts));
    let mut reading = readings.request(link, bills).await;
    readings.world.worker.run_due().await.unwrap();
    assert_eq!(readings.ended(&mut reading).await, Some(Ok(())));
    let (scene, phone) = (Scene { world: readings.world }, OwnPhone::new(1));
    scene.enrol(other_person(), &phone).await;
    (scene, phone)
}

/// The bill with that code, and a name that came along.
fn of(code: &str, named: Option<&str>) -> Operation {
    let Operation::BillPayment(one) = bill(25_000) else { panic!("it is a bill") };
    let (biller, biller_name) = (code.to_owned(), named.map(str::to_owned));
    Operation::BillPayment(Bill { biller, biller_name, ..one })
}

/// The lines that say who is paid.
async fn shown(scene: &Scene, operation: &Operation, case: &str) -> Vec<String> {
    let asked = scene.try_ask(other_person(), operation, case).await.unwrap();
    assert_eq!(asked.shown, ContentHash::of(asked.text.as_bytes()));
    assert!(asked.text.starts_with(&asked.operation.text()), "all of it is shown: {}", asked.text);
    let is_biller = |line: &&str| line.contains("mpresa: ");
    asked.text.lines().filter(is_biller).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_biller_is_called_what_the_bank_calls_them() {
    let (scene, _) = told(&[
        listed("1001", "ENEL NORTE", "9"),
        listed("1001", "ENEL DISTRIBUCION", "1234-5"),
        listed("1002", "AGUAS\u{202e}", "1"),
        listed("1004", "VTR", "1"),
        listed("1004", "VTR", "2"),
        listed("1005", "GTD", "1"),
        listed("1005", "GTD\u{202e}", "2"),
    ])
    .await;
    let by = |code| format!("Código de la empresa: {code}");
    let enel = ["Empresa: ENEL DISTRIBUCION".to_owned(), by("1001")];
    assert_eq!(shown(&scene, &of("1001", Some("Ahorro")), "one").await, enel, "the bank says so");
    // What would not be seen as it is, is no name; what is listed by another number is one.
    assert_eq!(shown(&scene, &of("1002", None), "three").await, ["Empresa: 1002"]);
    let vtr = ["Empresa: VTR".to_owned(), by("1004")];
    assert_eq!(shown(&scene, &of("1004", None), "four").await, vtr);
    // Which of two it is nobody guesses, and what whoever asks says is not shown as the bank's word.
    assert_eq!(shown(&scene, &of("1005", None), "five").await, ["Empresa: 1005"]);
    assert_eq!(shown(&scene, &of("1003", Some("Gasco")), "six").await, ["Empresa: 1003"]);
}

#[tokio::test]
async fn a_bill_that_was_read_by_its_name_is_paid_by_its_code() {
    let (scene, phone) = told(&[listed("1001", "ENEL DISTRIBUCION", "1234-5")]).await;
    let asked = scene.try_ask(other_person(), &of("1001", None), "one").await.unwrap();
    let again = scene.try_ask(other_person(), &of("1001", None), "one").await.unwrap();
    assert_eq!((again.id(), &again.text), (asked.id(), &asked.text));
    let token = scene.approve(&asked, &phone, PIN).await.unwrap().token.unwrap();
    let (engine, who) = (&scene.world.engine, &scene.world.who);
    let using = async |operation: &Operation| {
        let wanted = Use { token: token.expose(), rut: other_person(), operation };
        engine.use_authorization(who, &wanted).await.map(drop)
    };
    let other = using(&of("1002", Some("ENEL DISTRIBUCION"))).await;
    assert!(matches!(other, Err(UseError::OtherOperation)));
    using(&of("1001", None)).await.unwrap();
}
