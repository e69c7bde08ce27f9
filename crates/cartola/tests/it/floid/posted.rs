//! What is posted later.

use cartola_primitives::{Date, SignedDuration};
use serde_json::{Value, json};

use super::{BANKS, Scene, printed, with};
use crate::receiver::Receiver;

/// What an accepted request is told, in the document's words.
fn accepted(product: &str) -> Value {
    let message = format!("Processing transactions for {product}.");
    json!({"isAccepted": true, "message": message})
}

pub fn body(scene: &Scene, who: (&str, &str, &str), receiver: &Receiver, case: &str) -> Value {
    let (scenario, institution, bank) = who;
    let more = json!({
        "bankName": bank, "callbackUrl": receiver.url(), "caseId": case, "callbackApiKey": "key-1",
    });
    with(&scene.login(scenario, institution), &more)
}

#[test]
fn income_is_posted_as_printed() {
    let scene = Scene::new();
    let receiver = Receiver::start();
    let body = body(&scene, ("ok", "banco-chile", "banco chile"), &receiver, "caso ñ/1");
    assert_eq!(scene.floid.ask("api/income_check", &body), accepted("income check"));
    let call = receiver.call();
    assert_eq!(call.header("authorization"), "key-1");
    let told = scene.genuine(call);
    printed::check(&told, &printed::income_check());
    assert_eq!((&told["caseId"], &told["isValid"]), (&json!("caso ñ/1"), &json!(true)));
    let months = told["incomeByMonth"].as_array().unwrap();
    assert_eq!(months.len(), 12);
    let number = |value: &Value, name: &str| value[name].as_i64().unwrap();
    for month in months {
        assert_eq!(number(month, "main") + number(month, "extra"), number(month, "total"));
        let sources = month["sources"].as_array().unwrap();
        let sum: i64 = sources.iter().map(|source| number(source, "amount")).sum();
        assert_eq!(sum, number(month, "total"), "{month}");
    }
    let names: Vec<&str> = months.iter().map(|month| month["month"].as_str().unwrap()).collect();
    assert!(names.is_sorted_by(|one, other| one > other), "{names:?}");
    let sum = number(&told, "mainAverage") + number(&told, "extraAverage");
    assert_eq!(sum, number(&told, "totalAverage"));
    let regular = months.iter().filter(|month| number(month, "main") > 0).count();
    assert_eq!(told["regularity"], format!("{regular}/12"));
}

/// The rows of the box for a history of so many months, and what they come to.
fn shown(scene: &Scene, accounts: &Value, months: i32) -> usize {
    let today = scene.chile.client.json("/_sandbox/clock")["today"].clone();
    let today: Date = today.as_str().unwrap().parse().unwrap();
    let back = Date::new(
        today.year() - i16::try_from(months / 12).unwrap(),
        today.month(),
        today.day().min(28),
    );
    let from = back.unwrap() + SignedDuration::from_hours(24);
    let accounts = accounts.as_array().unwrap().iter();
    accounts
        .map(|account| {
            let number = account.as_str().unwrap();
            scene.chile.movements(number, &from.to_string(), &today.to_string()).len()
        })
        .sum()
}

#[test]
fn a_history_is_posted_as_printed() {
    let scene = Scene::new();
    let receiver = Receiver::start();
    for (months, (bank, institution)) in [(3, BANKS[0]), (12, BANKS[7]), (24, BANKS[1])] {
        let case = format!("history {months}");
        let body = body(&scene, ("ok", institution, bank), &receiver, &case);
        let body = with(&body, &json!({"duration": months}));
        let said = scene.floid.ask("api/transaction_history", &body);
        assert_eq!(said, accepted("transaction history"));
        let told = scene.genuine(receiver.call());
        printed::check(&told, &printed::transaction_history());
        assert_eq!(told["caseId"], case);
        let rows = told["transactions"].as_array().unwrap();
        assert!(rows.len() > 3, "{bank}: {}", rows.len());
        check_sums(&told, rows);
    }
}

/// Sums by category are those of the rows, and each row is on one side.
#[track_caller]
fn check_sums(told: &Value, rows: &[Value]) {
    let dates: Vec<&str> = rows.iter().map(|row| row["date"].as_str().unwrap()).collect();
    assert!(dates.is_sorted_by(|one, other| one >= other));
    for (member, side) in
        [("totalSpentByCategory", "amount"), ("totalIncomeByCategory", "amountIncome")]
    {
        for (category, sum) in told[member].as_object().unwrap() {
            let of = rows.iter().filter(|row| row["category"] == category.as_str());
            let counted: i64 = of.map(|row| row[side].as_i64().unwrap()).sum();
            assert_eq!(sum.as_i64().unwrap(), counted, "{member} {category}");
        }
        let sums = told[member].as_object().unwrap().values();
        let all: i64 = rows.iter().map(|row| row[side].as_i64().unwrap()).sum();
        assert_eq!(sums.map(|sum| sum.as_i64().unwrap()).sum::<i64>(), all, "{member}");
    }
    for row in rows {
        let [spent, came] = ["amount", "amountIncome"].map(|side| row[side].as_i64().unwrap());
        assert!(spent >= 0 && came >= 0 && (spent == 0) != (came == 0), "{row}");
    }
}

#[test]
fn a_history_of_a_year_has_every_movement_of_the_box() {
    let scene = Scene::new();
    let receiver = Receiver::start();
    // One whose day is in every month, so that a year back is a day that there was.
    let who = ("ok", "banco-estado", "banco estado");
    let body = with(&body(&scene, who, &receiver, "year"), &json!({"duration": 12}));
    scene.floid.ask("api/transaction_history", &body);
    let told = scene.genuine(receiver.call());
    let (_, place) = scene.chile.person("ok", "banco-estado");
    let rows = told["transactions"].as_array().unwrap();
    assert_eq!(rows.len(), shown(&scene, &place["accounts"], 12));
}
