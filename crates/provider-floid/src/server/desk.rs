//! Institutions, asked with the RUT and password that came along.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::time::Duration;

use cartola_engine::imports::ImportError;
use cartola_engine::links::LinkError;
use cartola_engine::once::Reply;
use cartola_engine::readings::{
    self, Accepted, AccountScope, CALL_MANDATE_TERM, Call, Next, ReadScope, Wanted,
};
use cartola_engine::work::Pending;
use cartola_engine::{Engine, EngineError};
use cartola_model::{Failure, InstitutionId, Principal, RecordKind};
use cartola_primitives::id::{ConsentId, RequestId};
use cartola_primitives::{Rut, Secret, SignedDuration};

use super::SYNC_MANDATE_TERM;
use super::refused::Refused;
use super::telling::Teller;

/// Where institutions are asked for one caller.
pub struct Desk {
    pub engine: Engine,
    pub who: Principal,
}

/// Who signs in, and where.
pub struct Entry {
    pub institution: InstitutionId,
    pub rut: Rut,
    pub password: Secret<String>,
    /// Wrong passwords in a row that lock.
    pub threshold: u32,
}

/// Why nothing is told.
#[derive(Debug)]
pub enum Untold {
    /// The institution, or what it had.
    Failure(Failure),
    /// Us.
    Engine(EngineError),
}

impl From<Failure> for Untold {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<EngineError> for Untold {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl From<LinkError> for Untold {
    fn from(error: LinkError) -> Self {
        let failure = error.failure();
        match error {
            LinkError::Engine(error) | LinkError::Answer(ImportError::Engine(error)) => {
                Self::Engine(error)
            }
            _ => Self::Failure(failure),
        }
    }
}

impl Desk {
    /// Reads, waits for it, and tells what was read, all under a mandate that ends with the answer.
    pub async fn read<T, F: Future<Output = Result<T, Untold>>>(
        &self,
        entry: &Entry,
        scope: ReadScope,
        wait: Duration,
        tell: impl FnOnce(Teller) -> F,
    ) -> Result<T, Untold> {
        let wanting = Wanting { scope: self.offered(entry, scope)?, lasts: SYNC_MANDATE_TERM };
        let accepted = self.request(entry, wanting, &|_| None, Reply::NONE);
        let Accepted { link, mandate, reading } = accepted.await?;
        let told = async {
            self.until_read(reading, wait).await?;
            tell(Teller::new(&self.engine, &self.who, link)).await
        };
        let told = told.await;
        self.end(mandate).await;
        told
    }

    /// Queues a reading from which something follows, and answers by what is recorded with it.
    pub async fn leave(
        &self,
        entry: &Entry,
        scope: ReadScope,
        next: &(dyn Fn(ConsentId) -> Next + Sync),
        reply: Reply<'_, Accepted>,
    ) -> Result<(), Untold> {
        let wanting = Wanting { scope: self.offered(entry, scope)?, lasts: CALL_MANDATE_TERM };
        self.request(entry, wanting, &|mandate| Some(next(mandate)), reply).await?;
        Ok(())
    }

    async fn request(
        &self,
        entry: &Entry,
        Wanting { scope, lasts }: Wanting,
        next: &(dyn Fn(ConsentId) -> Option<Next> + Sync),
        reply: Reply<'_, Accepted>,
    ) -> Result<Accepted, LinkError> {
        let Entry { institution, rut, password, threshold } = entry;
        let (engine, now) = (&self.engine, self.engine.now());
        let operation = engine.mint::<RequestId>().hex();
        let evidence = readings::evidence("floid", &operation, institution, *rut, now);
        let fields = fields(*rut, password);
        let call = Call {
            institution: institution.clone(),
            rut: *rut,
            fields: &fields,
            evidence: &evidence,
            lasts,
            threshold: *threshold,
            task: None,
        };
        let wanted = |mandate| match next(mandate) {
            Some(next) => Wanted { next: Some(next), ..Wanted::told_later(scope) },
            None => Wanted::at_once(scope),
        };
        engine.request_call_replying(&self.who, &call, wanted, reply).await
    }

    /// What the institution can be asked of that; a failure where that is not what is wanted.
    fn offered(&self, entry: &Entry, scope: ReadScope) -> Result<ReadScope, Failure> {
        let offer = self.engine.offer(&entry.institution);
        let has_accounts = match scope.accounts {
            AccountScope::Nothing => true,
            AccountScope::Accounts | AccountScope::Balances => offer.balances,
            AccountScope::Movements { .. } => offer.movements,
        };
        let is_offered = |kind: &RecordKind| offer.records.contains(*kind);
        let records = scope.records.iter().filter(is_offered).collect();
        let scope = ReadScope { records, ..scope };
        let is_nothing = scope.accounts == AccountScope::Nothing && scope.records.is_empty();
        if has_accounts && !is_nothing { Ok(scope) } else { Err(Failure::Unsupported) }
    }

    async fn until_read(&self, mut reading: Pending, wait: Duration) -> Result<(), Untold> {
        match self.engine.wait_for(&mut reading, wait).await? {
            Some(ended) => Ok(ended?),
            None => Err(Failure::Timeout.into()),
        }
    }

    /// Ends the mandate of a call, whatever came of it. Where that fails, it runs out by itself.
    async fn end(&self, mandate: ConsentId) {
        if let Err(error) = self.engine.end_call(&self.who, mandate).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(consent = %mandate, error, "floid.mandate.not_ended");
        }
    }
}

/// What lets somebody in, in the fields of an institution's form.
pub fn fields(rut: Rut, password: &Secret<String>) -> BTreeMap<String, Secret<String>> {
    BTreeMap::from([
        ("rut".to_owned(), Secret::new(rut.compact())),
        ("password".to_owned(), Secret::new(password.expose().clone())),
    ])
}

/// What is asked for, and for how long that is allowed.
struct Wanting {
    scope: ReadScope,
    lasts: SignedDuration,
}

/// Works on where the caller goes away: it leaves no mandate behind.
pub async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Refused>> + Send + 'static,
) -> Result<T, Refused> {
    let work = tokio::spawn(work);
    work.await.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(_) => Err(EngineError::Interrupted.into()),
    })
}
