//! All pages of a statement as one batch.

use std::collections::HashSet;

use async_trait::async_trait;
use cartola_model::{Coverage, InstitutionId, SourceKind};

use super::{PageCursor, RawAnswer, ReadStatements, StatementQuery};
use crate::{Batch, ConnectorError, Context, ErrorKind, Line};

/// Most pages of one statement. With 500 movements on each, half a million.
pub const MAX_PAGES: usize = 1_000;

/// Bytes of all pages of one statement, at most: half a million movements as banks write them.
pub const MAX_STATEMENT_BYTES: usize = 256 << 20;

/// Learns of every page of a statement as it comes, and says when the next may be asked for: whoever
/// reads many statements at once holds their pages together.
#[async_trait]
pub trait Meter: Send + Sync {
    /// So many bytes more are held. Nothing more is asked for until this returns.
    async fn held(&self, bytes: usize);

    /// So many movements more were told.
    fn told(&self, movements: usize);
}

/// A statement that was read to its end.
#[derive(Debug, Clone)]
pub struct WholeStatement {
    /// All its movements. It covers the days asked for completely.
    pub batch: Batch,
    /// Its pages as they came.
    pub raw: Vec<RawAnswer>,
}

/// Reads every page. All or nothing: a statement that breaks off covers no day for certain.
pub async fn whole_statement(
    reader: &dyn ReadStatements,
    institution: &InstitutionId,
    query: &StatementQuery<'_>,
    context: &Context,
    meter: Option<&dyn Meter>,
) -> Result<WholeStatement, ConnectorError> {
    let (mut lines, mut raw, mut bytes) = (Vec::new(), Vec::new(), 0);
    let mut cursors = Cursors::default();
    loop {
        let page = reader.page(query, cursors.last.as_ref(), context).await?;
        if let Some(meter) = meter {
            meter.told(page.value.lines.len());
        }
        lines.extend(page.value.lines);
        let size = page.raw.body.len();
        bytes += size;
        raw.push(page.raw);
        if bytes > MAX_STATEMENT_BYTES {
            return Err(invalid("the statement is longer than any that is read"));
        }
        if let Some(meter) = meter {
            meter.held(size).await;
        }
        let Some(next) = page.value.next else {
            let batch = batch(page.value.layout, institution, query, lines, context);
            return Ok(WholeStatement { batch, raw });
        };
        cursors.step(next)?;
    }
}

/// The way through the pages, which must end and must not turn in a circle.
#[derive(Default)]
struct Cursors {
    seen: HashSet<PageCursor>,
    last: Option<PageCursor>,
}

impl Cursors {
    fn step(&mut self, next: PageCursor) -> Result<(), ConnectorError> {
        if self.seen.len() + 1 >= MAX_PAGES {
            return Err(invalid("the statement has more pages than are read"));
        }
        if !self.seen.insert(next.clone()) {
            return Err(invalid("the pages of the statement turn in a circle"));
        }
        self.last = Some(next);
        Ok(())
    }
}

fn invalid(reason: &'static str) -> ConnectorError {
    ConnectorError::new(ErrorKind::AnswerInvalid, "statement", reason)
}

fn batch(
    layout: &'static str,
    institution: &InstitutionId,
    query: &StatementQuery<'_>,
    lines: Vec<Line>,
    context: &Context,
) -> Batch {
    let (from, to) = (query.days.from(), query.days.to());
    Batch {
        layout,
        source: SourceKind::Institution,
        account: query.account.claim(institution),
        as_of: context.today(),
        coverage: Coverage { from, to, complete: true },
        period: None,
        lines,
        balances: Vec::new(),
        warnings: Vec::new(),
    }
}
