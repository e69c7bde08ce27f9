//! Asking an institution in a session.

use cartola_connector::session::{Account, AccountBalances, DayRange, Reading, StatementQuery};
use cartola_connector::{
    Batch, ConnectorError, Context, Deadline, ErrorKind, LiveSession, Product,
};
use cartola_model::{BalanceReading, Coverage, InstitutionId, Principal, SourceKind};
use cartola_store::asking::ReadScope;

use super::READING_TIMEOUT;
use super::sign_in::Leave;
use crate::links::SealedSecret;
use crate::{Engine, EngineError};

/// The layout of what was read without a statement.
const ACCOUNTS_LAYOUT: &str = "session/accounts";

/// What a session told, in canonical terms and as it came.
pub(super) struct Told {
    pub batches: Vec<Batch>,
    pub raw: Vec<u8>,
}

impl Engine {
    /// Signs in and notes how that went, reads what the scope names, and signs out.
    pub(super) async fn ask(
        &self,
        who: &Principal,
        leave: Leave,
        secret: &SealedSecret,
        scope: ReadScope,
    ) -> Result<Result<Told, ConnectorError>, EngineError> {
        let (context, credential) = (self.context(secret), secret.credential());
        let institution = leave.institution().clone();
        let opened = self.connectors().open(&institution, credential, context.clone()).await;
        let session = match opened {
            Ok(session) => session,
            Err(error) => {
                self.note_sign_in(who, leave, Err(&error)).await?;
                return Ok(Err(error));
            }
        };
        // What a crash leaves open counts against the person, so this does not wait for the rest.
        let noted = self.note_sign_in(who, leave, Ok(()));
        let (noted, told) = tokio::join!(noted, tell(&session, &institution, scope, &context));
        noted?;
        let told = match told {
            Ok(told) => told,
            Err(error) => return Ok(Err(error)),
        };
        if let Err(error) = session.close().await {
            let kind = error.kind.name();
            tracing::warn!(institution = %institution, kind, "engine.session.not_closed");
        }
        Ok(Ok(told))
    }

    fn context(&self, secret: &SealedSecret) -> Context {
        let context = Context::new(
            self.mint(),
            self.inner.clock.clone(),
            self.vault().randomness(),
            Deadline::after(READING_TIMEOUT),
        );
        match secret.device() {
            Some(device) => context.with_device(device),
            None => context,
        }
    }
}

/// All that is wanted of a session.
async fn tell(
    session: &LiveSession,
    institution: &InstitutionId,
    scope: ReadScope,
    context: &Context,
) -> Result<Told, ConnectorError> {
    let reader = session.session().accounts().ok_or_else(|| lacks(Product::Accounts))?;
    let accounts = reader.accounts(context).await?;
    let mut raw = Raw::default();
    raw.add(&accounts);
    let balances = match session.session().balances() {
        Some(reader) if scope != ReadScope::Accounts => {
            let balances = reader.balances(context).await?;
            raw.add(&balances);
            balances.value
        }
        _ => Vec::new(),
    };
    let mut batches = Vec::with_capacity(accounts.value.len());
    // An account of a kind that is not known is left for a build that knows it.
    for account in accounts.value.iter().filter(|account| account.kind.is_some()) {
        let mut batch = match days(scope)? {
            Some(days) => {
                let told = session.statement(&StatementQuery { account, days }).await?;
                told.raw.iter().for_each(|answer| raw.push(answer.operation, &answer.body));
                told.batch
            }
            None => without_statement(institution, account, context),
        };
        batch.balances = readings(&balances, account);
        batches.push(batch);
    }
    Ok(Told { batches, raw: raw.bytes })
}

fn days(scope: ReadScope) -> Result<Option<DayRange>, ConnectorError> {
    let ReadScope::Movements { from, to } = scope else { return Ok(None) };
    DayRange::new(from, to).map(Some).map_err(|error| {
        ConnectorError::new(ErrorKind::RequestInvalid, "statement", error.to_string())
    })
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

fn lacks(product: Product) -> ConnectorError {
    let reason = format!("the institution offers no {product:?}");
    ConnectorError::new(ErrorKind::Unsupported, "read", reason)
}

/// Answers as they came, one after another: `operation length`, a line feed, the body, a line feed.
#[derive(Default)]
struct Raw {
    bytes: Vec<u8>,
}

impl Raw {
    fn add<T>(&mut self, reading: &Reading<T>) {
        self.push(reading.raw.operation, &reading.raw.body);
    }

    fn push(&mut self, operation: &str, body: &[u8]) {
        self.bytes.extend(format!("{operation} {}\n", body.len()).into_bytes());
        self.bytes.extend(body);
        self.bytes.push(b'\n');
    }
}
