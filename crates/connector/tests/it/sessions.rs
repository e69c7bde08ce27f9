//! Reading a statement whole, and ranges of days.

use async_trait::async_trait;
use bytes::Bytes;
use cartola_connector::session::{
    Account, DayRange, DayRangeError, MAX_PAGES, MAX_RANGE_DAYS, MAX_STATEMENT_BYTES, PageCursor,
    RawAnswer, ReadStatements, Reading, StatementPage, StatementQuery, whole_statement,
};
use cartola_connector::{ConnectorError, Context, ErrorKind, Holder};
use cartola_model::{AccountNumber, InstitutionId};
use cartola_primitives::{Currency, date};

use crate::scripted::context;

/// Pages whose cursors are those of a function of the last one.
struct Pages(fn(u32) -> Option<u32>, Bytes);

#[async_trait]
impl ReadStatements for Pages {
    async fn page(
        &self,
        _: &StatementQuery<'_>,
        cursor: Option<&PageCursor>,
        _: &Context,
    ) -> Result<Reading<StatementPage>, ConnectorError> {
        let number = cursor.map_or(1, |cursor| cursor.0.parse().unwrap());
        let next = self.0(number).map(|next| PageCursor(next.to_string()));
        let value = StatementPage { layout: "test/statement", lines: Vec::new(), next };
        Ok(Reading { value, raw: RawAnswer { operation: "test", body: self.1.clone() } })
    }
}

async fn pages_read(next: fn(u32) -> Option<u32>) -> Result<usize, ErrorKind> {
    pages_read_of(0, next).await
}

/// The same with so many bytes on each page.
async fn pages_read_of(bytes: usize, next: fn(u32) -> Option<u32>) -> Result<usize, ErrorKind> {
    let account = Account {
        number: AccountNumber::parse("1").unwrap(),
        kind: None,
        currency: Currency::CLP,
        alias: None,
        holder: Holder::default(),
    };
    let days = DayRange::months(date(2026, 2, 9), date(2026, 2, 9)).unwrap();
    let query = StatementQuery { account: &account, days };
    let bank = InstitutionId::parse("banco-chile").unwrap();
    let context = context(std::time::Duration::from_secs(1));
    let whole =
        whole_statement(&Pages(next, Bytes::from(vec![0; bytes])), &bank, &query, &context, None)
            .await;
    whole.map(|whole| whole.raw.len()).map_err(|error| error.kind)
}

#[tokio::test]
async fn every_page_is_read() {
    assert_eq!(pages_read(|_| None).await, Ok(1));
    assert_eq!(pages_read(|number| (number < 7).then_some(number + 1)).await, Ok(7));
}

#[tokio::test]
async fn pages_that_do_not_end_are_no_statement() {
    assert_eq!(pages_read(|number| Some(number + 1)).await, Err(ErrorKind::AnswerInvalid));
    assert_eq!(pages_read(|number| Some(number % 3)).await, Err(ErrorKind::AnswerInvalid));
    let last = u32::try_from(MAX_PAGES).unwrap();
    assert_eq!(last, 1_000);
    assert_eq!(pages_read(|number| (number < 1_000).then_some(number + 1)).await, Ok(MAX_PAGES));
    assert!(pages_read(|number| (number < 1_001).then_some(number + 1)).await.is_err());
}

#[tokio::test]
async fn a_statement_has_a_size() {
    const MIB: usize = 1 << 20;
    let most = MAX_STATEMENT_BYTES / MIB;
    assert_eq!(most, 256);
    let read = pages_read_of(MIB, |number| (number < 256).then_some(number + 1)).await;
    assert_eq!(read, Ok(most));
    let read = pages_read_of(MIB, |number| (number < 257).then_some(number + 1)).await;
    assert_eq!(read, Err(ErrorKind::AnswerInvalid));
}

#[test]
fn a_range_of_days_has_an_order_and_a_length() {
    let day = date(2026, 4, 8);
    assert_eq!(DayRange::new(day, day.yesterday().unwrap()), Err(DayRangeError::Reversed));
    let february = DayRange::months(date(2028, 2, 9), date(2028, 2, 1)).unwrap();
    assert_eq!((february.from(), february.to()), (date(2028, 2, 1), date(2028, 2, 29)));
    let mut last = day;
    for _ in 1..MAX_RANGE_DAYS {
        last = last.tomorrow().unwrap();
    }
    assert!(DayRange::new(day, last).is_ok());
    assert_eq!(DayRange::new(day, last.tomorrow().unwrap()), Err(DayRangeError::TooLong));
}
