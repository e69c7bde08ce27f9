//! What every connector holds to.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use cartola_model::{Observation, Record};

use super::{Capture, Stage, context};
use crate::session::{
    Account, AccountBalances, MAX_PAGES, PageCursor, RawAnswer, Reading, RecordQuery,
    StatementQuery,
};
use crate::{
    ConnectorError, Context, DeviceId, ErrorKind, Line, LiveSession, Product, RetryAdvice,
};

async fn open(stage: &dyn Stage) -> LiveSession {
    open_in(stage, context()).await
}

async fn open_in(stage: &dyn Stage, context: Context) -> LiveSession {
    stage
        .registry()
        .open(&stage.institution(), stage.credential(), context)
        .await
        .expect("the right credentials open a session")
}

/// Waits for all closing, and wants the server to know of no session.
async fn expect_none_open(stage: &dyn Stage) {
    stage.registry().settled().await;
    assert_eq!(stage.open_sessions(), 0, "a session stays open at the institution");
}

async fn accounts(live: &LiveSession) -> Vec<Account> {
    let Some(reader) = live.session().accounts() else { return Vec::new() };
    reader.accounts(&context()).await.expect("accounts are listed").value
}

/// The manifest's products are those that a session offers.
pub async fn offers_what_its_manifest_says(stage: &dyn Stage) {
    let live = open(stage).await;
    let served = stage.registry().served(&stage.institution()).expect("the institution is served");
    let said: BTreeSet<Product> = served.products.iter().copied().collect();
    let offered: BTreeSet<Product> =
        Product::all().filter(|product| product.is_offered_by(live.session())).collect();
    assert_eq!(said, offered, "the manifest and the session differ");
    live.close().await.expect("a session can be closed");
    expect_none_open(stage).await;
}

/// Pages come to an end, in order, within the days asked for, and no line comes twice.
pub async fn paging_ends_and_repeats_nothing(stage: &dyn Stage) {
    let live = open(stage).await;
    if live.session().statements().is_none() {
        return;
    }
    let mut most_pages = 0;
    for account in &accounts(&live).await {
        let pages = pages(stage, &live, account).await;
        most_pages = most_pages.max(pages.len());
        check_lines(stage, pages.concat());
    }
    assert!(most_pages > 1, "the stage has no account with more than one page");
    live.close().await.expect("a session can be closed");
}

async fn pages(stage: &dyn Stage, live: &LiveSession, account: &Account) -> Vec<Vec<Line>> {
    let query = StatementQuery { account, days: stage.period() };
    let reader = live.session().statements().expect("the session reads movements");
    let (mut pages, mut seen) = (Vec::new(), HashSet::new());
    let mut cursor: Option<PageCursor> = None;
    loop {
        let page = reader.page(&query, cursor.as_ref(), &context()).await.expect("a page is read");
        pages.push(page.value.lines);
        assert!(pages.len() <= MAX_PAGES, "paging does not end");
        let Some(next) = page.value.next else { return pages };
        assert!(seen.insert(next.clone()), "paging turns in a circle");
        cursor = Some(next);
    }
}

fn check_lines(stage: &dyn Stage, lines: Vec<Line>) {
    let mut references = HashSet::new();
    let mut latest = stage.period().from();
    for Line { observation, place, .. } in lines {
        assert!(stage.period().contains(observation.booked_on), "{place}: outside of the period");
        if observation.status == cartola_model::MovementStatus::Booked {
            assert!(latest <= observation.booked_on, "{place}: a line before an older one");
            latest = observation.booked_on;
        }
        if let Some(reference) = &observation.details.reference {
            assert!(references.insert(reference.clone()), "{place}: a reference comes twice");
        }
    }
}

/// Everything that a session can read.
#[derive(PartialEq)]
struct Everything {
    records: Vec<Record>,
    accounts: Vec<Account>,
    balances: Vec<AccountBalances>,
    observations: Vec<Vec<Arc<Observation>>>,
    answers: Vec<RawAnswer>,
}

impl Everything {
    fn is_empty(&self) -> bool {
        self.observations.iter().all(Vec::is_empty) && self.records.iter().all(Record::is_empty)
    }

    fn take<T>(&mut self, reading: Reading<T>) -> T {
        self.answers.push(reading.raw);
        reading.value
    }
}

async fn read_everything(
    stage: &dyn Stage,
    live: &LiveSession,
) -> Result<Everything, ConnectorError> {
    let (session, context) = (live.session(), context());
    let mut everything = Everything {
        records: Vec::new(),
        accounts: Vec::new(),
        balances: Vec::new(),
        observations: Vec::new(),
        answers: Vec::new(),
    };
    if let Some(reader) = session.accounts() {
        let reading = reader.accounts(&context).await?;
        everything.accounts = everything.take(reading);
    }
    if let Some(reader) = session.balances() {
        let reading = reader.balances(&context).await?;
        everything.balances = everything.take(reading);
    }
    for account in &everything.accounts {
        let query = StatementQuery { account, days: stage.period() };
        let whole = live.statement(&query).await?;
        let observations = whole.batch.lines.into_iter().map(|line| line.observation);
        everything.observations.push(observations.collect());
        everything.answers.extend(whole.raw);
    }
    if let Some(reader) = session.records() {
        for kind in reader.kinds().iter() {
            let query = RecordQuery { kind, days: stage.period() };
            let told = reader.record(&query, &context).await?;
            assert_eq!(told.record.kind(), kind, "another product is told than was asked for");
            everything.records.push(told.record);
            everything.answers.extend(told.raw);
        }
    }
    Ok(everything)
}

/// Two sessions from one device read the same, and closing both leaves none.
pub async fn reading_again_says_the_same(stage: &dyn Stage) {
    let mut readings = Vec::new();
    let device = DeviceId::parse("device-of-this-link").expect("letters and hyphens");
    for _ in 0..2 {
        let live = open_in(stage, context().with_device(device.clone())).await;
        let is_other = live.device().is_some_and(|used| used != &device);
        assert!(!is_other, "the link's device is not the session's");
        readings.push(read_everything(stage, &live).await.expect("everything is read"));
        live.close().await.expect("a session can be closed");
    }
    assert!(readings[0] == readings[1], "a second reading differs");
    assert!(!readings[0].is_empty(), "nothing was read");
    expect_none_open(stage).await;
}

/// A word that nobody knows loses what it says, and nothing else.
pub async fn unknown_words_degrade(stage: &dyn Stage) {
    let live = open(stage).await;
    let known = read_everything(stage, &live).await.expect("everything is read");
    stage.speak_unknown_words();
    let unknown = read_everything(stage, &live).await.expect("unknown words are no error");
    assert!(known.answers != unknown.answers, "the stage says no unknown word");
    assert_eq!(numbers(&known), numbers(&unknown), "an account is lost to a word");
    assert_eq!(amounts(&known), amounts(&unknown), "a movement is lost to a word");
    live.close().await.expect("a session can be closed");
}

fn numbers(everything: &Everything) -> Vec<&str> {
    everything.accounts.iter().map(|account| account.number.written()).collect()
}

fn amounts(everything: &Everything) -> Vec<(cartola_primitives::Date, i64)> {
    let lines = everything.observations.iter().flatten();
    lines.map(|line| (line.booked_on, line.amount.minor())).collect()
}

/// Wrong credentials are called so, with the advice never to try them again.
pub async fn wrong_credentials_are_told(stage: &dyn Stage) {
    let opened =
        stage.registry().open(&stage.institution(), stage.wrong_credential(), context()).await;
    let error = opened.err().expect("wrong credentials open nothing");
    assert_eq!(error.kind, ErrorKind::CredentialsInvalid);
    assert_eq!(error.retry, RetryAdvice::WithNewCredentials);
    expect_none_open(stage).await;
}

/// No secret and nothing about a person stands in any line of the log, whatever its level.
pub async fn logs_show_nothing(stage: &dyn Stage) {
    let capture = Capture::begin();
    wrong_credentials_are_told(stage).await;
    let live = open(stage).await;
    read_everything(stage, &live).await.expect("everything is read");
    live.close().await.expect("a session can be closed");
    let logged = capture.text();
    assert!(logged.contains("connector.exchange.answer"), "nothing was logged");
    let forbidden = stage.forbidden();
    assert!(!forbidden.is_empty(), "the stage forbids nothing");
    for (index, secret) in forbidden.iter().enumerate() {
        assert!(!logged.contains(secret.expose()), "forbidden text {index} was logged");
    }
}

/// Whenever the work is cut off, no session stays behind.
pub async fn cancelling_leaves_no_session(stage: &dyn Stage) {
    drop(open(stage).await);
    expect_none_open(stage).await;

    // Given up when the institution has opened it and nobody has read its answer yet.
    tokio::select! {
        biased;
        () = until_one_is_open(stage) => {}
        _ = open(stage) => panic!("the answer is read before the institution gives it"),
    }
    expect_none_open(stage).await;

    let live = open(stage).await;
    tokio::select! {
        biased;
        _ = read_everything(stage, &live) => panic!("everything is read without a network"),
        () = tokio::task::yield_now() => {}
    }
    drop(live);
    expect_none_open(stage).await;
}

async fn until_one_is_open(stage: &dyn Stage) {
    while stage.open_sessions() == 0 {
        tokio::task::yield_now().await;
    }
}
