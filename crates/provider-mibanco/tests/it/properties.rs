//! Encoding and decoding are each other's inverse, and no answer breaks the decoder.

use bytes::Bytes;
use cartola_connector::session::{Account, DayRange, StatementQuery};
use cartola_connector::{Answer, Credential, DeviceId, HeaderMap, Holder, StatusCode};
use cartola_model::AccountNumber;
use cartola_primitives::{Currency, Date, Rut, date};
use cartola_provider_mibanco::client::{decode, encode};
use cartola_provider_mibanco::wire::{
    Channel, SessionCredential, SessionRequest, StatementRequest, StatementResponse, Transaction,
    TransactionStatus,
};
use proptest::option;
use proptest::prelude::*;

fn answer(status: u16, body: impl Into<Bytes>) -> Answer {
    let status = StatusCode::from_u16(status).unwrap();
    Answer { status, headers: HeaderMap::new(), body: body.into() }
}

fn account() -> Account {
    Account {
        number: AccountNumber::parse("00-123-45678-90").unwrap(),
        kind: None,
        currency: Currency::CLP,
        alias: None,
        holder: Holder::default(),
    }
}

fn april() -> DayRange {
    DayRange::new(date(2026, 4, 1), date(2026, 4, 30)).unwrap()
}

fn transaction() -> impl Strategy<Value = Transaction> {
    let status = prop_oneof![
        Just(None),
        Just(Some(TransactionStatus::Booked)),
        Just(Some(TransactionStatus::Pending)),
    ];
    let channel = option::of("[A-Z]{1,8}".prop_map(|word| Channel::read(&word)));
    let amounts = (any::<i64>(), option::of(any::<i64>()));
    (1_i8..=30, ".{0,40}", amounts, option::of("[A-Z0-9-]{1,20}"), status, channel).prop_map(
        |(day, description, (amount, balance_after), reference, status, channel)| Transaction {
            date: date(2026, 4, day),
            description,
            amount,
            currency: Currency::CLP,
            balance_after,
            channel,
            reference,
            status,
            counterparty: None,
        },
    )
}

fn transactions() -> impl Strategy<Value = Vec<Transaction>> {
    prop::collection::vec(transaction(), 0..20).prop_map(|mut lines| {
        lines.sort_by_key(|line| line.date);
        lines
    })
}

fn page_of(transactions: Vec<Transaction>) -> Bytes {
    let account_id = account().number;
    let page = StatementResponse { account_id, page: 1, total_pages: 1, transactions };
    serde_json::to_vec(&page).unwrap().into()
}

type Told = (Date, i64, Option<i64>, String, Option<String>);

proptest! {
    #[test]
    fn a_page_that_is_written_is_read(lines in transactions()) {
        let account = account();
        let query = StatementQuery { account: &account, days: april() };
        let told: Vec<Told> = lines.iter().cloned().map(|line| {
            (line.date, line.amount, line.balance_after, line.description, line.reference)
        }).collect();
        let page = decode::statement(&answer(200, page_of(lines)), &query, 1).unwrap();
        prop_assert_eq!(page.value.next, None);
        let read: Vec<Told> = page.value.lines.into_iter().map(|line| {
            let seen = line.observation;
            let minor = seen.amount.minor();
            (seen.booked_on, minor, seen.balance_after, seen.glosa.clone(), seen.details.reference.clone())
        }).collect();
        prop_assert_eq!(read, told);
    }

    #[test]
    fn no_answer_breaks_the_decoder(status in 200_u16..600, body in any::<Vec<u8>>()) {
        let account = account();
        let query = StatementQuery { account: &account, days: april() };
        let answer = answer(status, body);
        prop_assert!(decode::statement(&answer, &query, 1).is_err());
        prop_assert!(decode::balances(&answer).is_err());
        prop_assert!(decode::session(encode::OPEN, &answer).is_err());
    }

    #[test]
    fn a_page_that_is_cut_anywhere_is_refused(lines in transactions(), cut in any::<prop::sample::Index>()) {
        let account = account();
        let query = StatementQuery { account: &account, days: april() };
        let whole = page_of(lines);
        let part = whole.slice(..cut.index(whole.len()));
        prop_assert!(decode::statement(&answer(200, part), &query, 1).is_err());
    }

    #[test]
    fn a_login_arrives_as_it_was_given(
        body in 1_u32..=99_999_999, password in "\\PC{4,64}", device in "[a-z0-9-]{1,64}",
    ) {
        let rut = Rut::from_body(body).unwrap();
        let credential =
            Credential::default().with("rut", rut.compact()).with("password", password.clone());
        let device = DeviceId::parse(&device).unwrap();
        let request = encode::open(&credential, &device).unwrap();
        prop_assert_eq!(&request.headers["x-device-id"], device.expose());
        let arrived: SessionRequest = serde_json::from_slice(&request.body).unwrap();
        prop_assert_eq!(arrived.rut, rut);
        prop_assert_eq!(arrived.device_fingerprint.len(), 64);
        let SessionCredential::Password(given) = arrived.credential else { panic!("a PIN") };
        prop_assert_eq!(given.expose(), &password);
    }

    #[test]
    fn a_statement_is_asked_for_by_its_days(page in 1_u32.., first in 1_i8..=30, last in 1_i8..=30) {
        let (from, to) = (date(2026, 4, first.min(last)), date(2026, 4, first.max(last)));
        let account = account();
        let query = StatementQuery { account: &account, days: DayRange::new(from, to).unwrap() };
        let request = encode::statement(&query, page).unwrap();
        let arrived: StatementRequest = serde_json::from_slice(&request.body).unwrap();
        prop_assert_eq!((arrived.from_date, arrived.to_date, arrived.page), (from, to, page));
        prop_assert_eq!(arrived.account_id, account.number);
    }
}
