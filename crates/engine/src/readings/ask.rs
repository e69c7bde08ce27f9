//! Asking an institution in a session.

use std::sync::{Arc, Weak};
use std::time::Duration;

use cartola_connector::session::{
    Account, AccountBalances, DayRange, RawAnswer, RecordQuery, StatementQuery,
};
use cartola_connector::{
    Batch, ConnectorError, Context, Deadline, DeviceId, ErrorKind, LiveSession, Product,
};
use cartola_model::{BalanceReading, Coverage, InstitutionId, Record, SourceKind};
use cartola_primitives::{Date, SignedDuration};
use cartola_store::asking::{AccountScope, ReadScope};
use cartola_store::jobs::Step;
use tokio::time::timeout;

use super::progress::Metered;
use super::room::Place;
use super::sign_in::{Attempted, Leave};
use super::{READING_TIMEOUT, progress};
use crate::links::{LinkError, SealedSecret};
use crate::work::Report;
use crate::{Engine, EngineError};

/// How long a sign-in that went well may stay unsettled while the rest is read: what is told by then
/// settles it in the unit of work that keeps it.
const SETTLED_WITHIN: Duration = Duration::from_millis(500);

/// The layout of what was read without a statement.
const ACCOUNTS_LAYOUT: &str = "session/accounts";

/// Days of which an institution is asked for what it tells by days, as transfers, today included.
pub const RECORD_DAYS: i64 = 90;

/// What a session told, in canonical terms and as it came.
pub(super) struct Told {
    pub accounts: ToldAccounts,
    pub records: ToldRecords,
    /// What is still to be noted of the sign-in, with whatever comes of the rest.
    pub unsettled: Option<Attempted>,
    /// The room that all this takes.
    _place: Place,
}

/// What it told of accounts.
#[derive(Default)]
pub(super) struct ToldAccounts {
    pub batches: Vec<Batch>,
    pub raw: Vec<u8>,
}

/// What it told as a whole.
#[derive(Default)]
pub(super) struct ToldRecords {
    pub records: Vec<Record>,
    pub raw: Vec<u8>,
}

impl Engine {
    /// Signs in and notes how that went, reads what the scope names, and signs out.
    pub(super) async fn ask(
        &self,
        leave: Arc<Leave>,
        secret: &SealedSecret,
        scope: ReadScope,
        report: &Report,
    ) -> Result<Result<Told, ConnectorError>, LinkError> {
        let institution = leave.institution().clone();
        let opened = self.open_at_institution(leave, secret, READING_TIMEOUT).await?;
        let (session, attempted, context) = match opened {
            Ok(opened) => opened,
            Err(error) => return Ok(Err(error)),
        };
        let asking = Asking { session: &session, scope, context: &context, report };
        let (told, unsettled) = self.tell_and_settle(attempted, &asking).await?;
        let told = match (told, unsettled) {
            (Ok(told), unsettled) => Told { unsettled, ..told },
            (Err(error), unsettled) => {
                if let Some(attempted) = unsettled {
                    self.settle_sign_in(attempted).await?;
                }
                return Ok(Err(error));
            }
        };
        if let Err(error) = session.close().await {
            let kind = error.kind.name();
            tracing::warn!(institution = %institution, kind, "engine.session.not_closed");
        }
        Ok(Ok(told))
    }

    /// Signs in. How a refusal went is noted; how the rest goes is still to be, by whoever holds the
    /// attempt.
    pub(crate) async fn open_at_institution(
        &self,
        leave: Arc<Leave>,
        secret: &SealedSecret,
        limit: Duration,
    ) -> Result<Result<(LiveSession, Attempted, Context), ConnectorError>, LinkError> {
        let (context, credential) = (self.context(&leave, secret, limit), secret.credential());
        let institution = leave.institution().clone();
        let attempted = Attempted::with(leave);
        match self.connectors().open(&institution, credential, context.clone()).await {
            Ok(session) => Ok(Ok((session, attempted, context))),
            Err(error) => {
                // The doorkeeper has noted it, unless the door stayed shut.
                attempted.leave().refused_at_door()?;
                attempted.settle();
                Ok(Err(error))
            }
        }
    }

    /// What the session tells, and its leave where that is still to be settled.
    async fn tell_and_settle(
        &self,
        attempted: Attempted,
        asking: &Asking<'_>,
    ) -> Result<(Result<Told, ConnectorError>, Option<Attempted>), EngineError> {
        let telling = async {
            let place = self.inner.room.enter(asking.scope).await?;
            Ok::<_, EngineError>(tell(asking, place).await)
        };
        let (told, unsettled) = self.settle_late(attempted, telling).await?;
        Ok((told?, unsettled))
    }

    /// What comes of a session, and its leave where that is still to be settled: what a crash leaves open
    /// counts against the person, so it does not wait for long.
    pub(crate) async fn settle_late<T>(
        &self,
        attempted: Attempted,
        going_on: impl Future<Output = T>,
    ) -> Result<(T, Option<Attempted>), EngineError> {
        tokio::pin!(going_on);
        if let Ok(done) = timeout(SETTLED_WITHIN, &mut going_on).await {
            return Ok((done, Some(attempted)));
        }
        let (noted, done) = tokio::join!(self.settle_sign_in(attempted), going_on);
        noted?;
        Ok((done, None))
    }

    /// Notes by itself that somebody was let in.
    pub(crate) async fn settle_sign_in(&self, attempted: Attempted) -> Result<(), EngineError> {
        self.note_sign_in(attempted.leave(), Ok(())).await?;
        attempted.settle();
        Ok(())
    }

    fn context(&self, leave: &Arc<Leave>, secret: &SealedSecret, limit: Duration) -> Context {
        let keeper: Weak<Leave> = Arc::downgrade(leave);
        self.context_for(secret.device(), limit).with_doorkeeper(keeper)
    }

    /// What a call is made with by whoever is let in already.
    pub(crate) fn context_for(&self, device: Option<DeviceId>, limit: Duration) -> Context {
        let context = Context::new(
            self.mint(),
            self.inner.clock.clone(),
            self.vault().randomness(),
            Deadline::after(limit),
        );
        match device {
            Some(device) => context.with_device(device),
            None => context,
        }
    }
}

/// A session, what is wanted of it, and whoever is told how far that is.
struct Asking<'a> {
    session: &'a LiveSession,
    scope: ReadScope,
    context: &'a Context,
    report: &'a Report,
}

/// All that is wanted of a session.
async fn tell(asking: &Asking<'_>, place: Place) -> Result<Told, ConnectorError> {
    let Asking { session, scope, context, report } = *asking;
    let accounts = match scope.accounts {
        AccountScope::Nothing => ToldAccounts::default(),
        wanted => tell_accounts(asking, wanted, &place).await?,
    };
    if !scope.records.is_empty() {
        progress::step(report, Step::Records);
    }
    let records = tell_records(session, scope, context).await?;
    place.held(records.raw.len()).await;
    Ok(Told { accounts, records, unsettled: None, _place: place })
}

async fn tell_accounts(
    asking: &Asking<'_>,
    scope: AccountScope,
    place: &Place,
) -> Result<ToldAccounts, ConnectorError> {
    let Asking { session, context, report, .. } = *asking;
    let institution = session.institution();
    progress::step(report, Step::Accounts);
    let reader = session.session().accounts();
    let reader = reader.ok_or_else(|| ConnectorError::not_offered(Product::Accounts))?;
    let accounts = reader.accounts(context).await?;
    let mut raw = Vec::new();
    add(&mut raw, &accounts.raw);
    let balances = match session.session().balances() {
        Some(reader) if scope != AccountScope::Accounts => {
            let balances = reader.balances(context).await?;
            add(&mut raw, &balances.raw);
            balances.value
        }
        _ => Vec::new(),
    };
    // An account of a kind that is not known is left for a build that knows it.
    let known: Vec<&Account> =
        accounts.value.iter().filter(|account| account.kind.is_some()).collect();
    let mut batches = Vec::with_capacity(known.len());
    if matches!(scope, AccountScope::Movements { .. }) {
        progress::listed(report, known.len());
    }
    for account in known {
        let mut batch = match scope {
            AccountScope::Movements { from, to } => {
                let days = days(from, to)?;
                let (query, meter) = (StatementQuery { account, days }, Metered { place, report });
                let told = session.metered_statement(&query, &meter).await?;
                told.raw.iter().for_each(|answer| add(&mut raw, answer));
                progress::account_done(report);
                told.batch
            }
            _ => without_statement(institution, account, context),
        };
        batch.balances = readings(&balances, account);
        batches.push(batch);
    }
    Ok(ToldAccounts { batches, raw })
}

/// What is wanted of what is told as a whole. A product that this customer does not have is passed
/// over beside others, and beside accounts: who asks for everything gets what there is.
async fn tell_records(
    session: &LiveSession,
    scope: ReadScope,
    context: &Context,
) -> Result<ToldRecords, ConnectorError> {
    let mut told = ToldRecords::default();
    let mut missing = None;
    let today = context.today();
    let first = today.saturating_sub(SignedDuration::from_hours(24 * (RECORD_DAYS - 1)));
    let days = days(first, today)?;
    for kind in scope.records.iter() {
        let not_offered = || ConnectorError::not_offered(Product::Record(kind));
        let reader = session.session().records().ok_or_else(not_offered)?;
        let reading = match reader.record(&RecordQuery { kind, days }, context).await {
            Err(error) if error.kind == ErrorKind::NoSuchProduct => {
                missing = Some(error);
                continue;
            }
            read => read?,
        };
        told.records.push(reading.record);
        reading.raw.iter().for_each(|answer| add(&mut told.raw, answer));
    }
    let is_all = scope.accounts == AccountScope::Nothing && told.records.is_empty();
    match missing.filter(|_| is_all) {
        Some(error) => Err(error),
        None => Ok(told),
    }
}

fn days(from: Date, to: Date) -> Result<DayRange, ConnectorError> {
    DayRange::new(from, to)
        .map_err(|error| ConnectorError::new(ErrorKind::RequestInvalid, "read", error.to_string()))
}

/// What is known of an account whose movements were not asked for: it speaks for no day.
fn without_statement(institution: &InstitutionId, account: &Account, context: &Context) -> Batch {
    let today = context.today();
    Batch {
        layout: ACCOUNTS_LAYOUT,
        source: SourceKind::Institution,
        account: account.claim(institution),
        as_of: today,
        coverage: Coverage { from: today, to: today, complete: false },
        period: None,
        lines: Vec::new(),
        balances: Vec::new(),
        warnings: Vec::new(),
    }
}

fn readings(balances: &[AccountBalances], account: &Account) -> Vec<BalanceReading> {
    balances
        .iter()
        .filter(|of| {
            of.currency == account.currency && of.number.identity() == account.number.identity()
        })
        .flat_map(|of| of.readings.clone())
        .collect()
}

/// Answers as they came, one after another: `operation length`, a line feed, the body, a line feed.
fn add(raw: &mut Vec<u8>, answer: &RawAnswer) {
    raw.extend(format!("{} {}\n", answer.operation, answer.body.len()).into_bytes());
    raw.extend(&answer.body);
    raw.push(b'\n');
}
