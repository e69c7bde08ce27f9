//! An engine over the in-memory store, with a clock that stands still.

pub mod bank;
pub mod between;
pub mod till;
pub mod window;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use bank::Bank;
use bytes::Bytes;
use cartola_connector::{Quota, Registry};
use cartola_crypto::jws::Algorithm;
use cartola_crypto::{KeyRing, MasterKey};
use cartola_engine::authorizations::{PinCost, Rules};
use cartola_engine::imports::{ImportError, ImportReport, Imported, Upload};
use cartola_engine::once::Reply;
use cartola_engine::readings::{ReadScope, ReadingFigures, Wanted};
use cartola_engine::tenants::NewKeys;
use cartola_engine::work::{Handler, Limits, TERM, Worker, WorkerParts};
use cartola_engine::{Engine, EngineError, Parts};
use cartola_model::{
    AccountNumber, Failure, InstitutionId, MovementStatus, Principal, Scope, TransferPayee,
};
use cartola_primitives::clock::{Clock, ManualClock};
use cartola_primitives::date;
use cartola_primitives::id::{AccountId, LinkId};
use cartola_primitives::monotonic::ManualMonotonic;
use cartola_primitives::randomness::SeededRandomness;
use cartola_primitives::{Rut, SignedDuration};
use cartola_provider_file::StatementFiles;
use cartola_store::Archive;
use cartola_store::jobs::Priority;
use cartola_store::memory::MemoryStore;
use cartola_store::movements::{MovementQuery, MovementRow, Order};

pub const MAPPING: &str = r#"
[account]
currency = "CLP"
institution = "banco-chile"
kind = "checking"
number = "00-123-45678-90"
holder_rut = "11.111.111-1"
holder_name = "MARIA DEMO"
[columns]
date = "fecha"
description = "glosa"
amount = "monto"
balance = "saldo"
counterparty_name = "nombre"
"#;

/// PINs cost next to nothing, and a little money moves without asking.
pub const RULES: Rules = Rules {
    required: BTreeSet::new(),
    required_of: BTreeMap::new(),
    free_up_to: 20_000,
    cooling_off: SignedDuration::ZERO,
    pin_cost: PinCost::LEAST,
};

/// Jobs that the worker of a world runs at once.
pub const AT_ONCE: usize = 20;

/// And how many of one institution and of one tenant.
pub const LIMITS: Limits = Limits { of_lane: Some(10), of_tenant: Some(15) };

pub struct World {
    pub engine: Engine,
    pub store: Arc<MemoryStore>,
    pub clock: Arc<ManualClock>,
    pub monotonic: Arc<ManualMonotonic>,
    pub keys: NewKeys,
    pub who: Principal,
    pub worker: Worker,
}

impl World {
    pub async fn new() -> Self {
        Self::open(Registry::default(), Vec::new()).await
    }

    /// With a bank to ask.
    pub async fn with(bank: Bank) -> Self {
        Self::with_handlers(bank, Vec::new()).await
    }

    /// With a bank that may be read so often.
    pub async fn with_quota(bank: Bank, quota: Quota) -> Self {
        let quotas = [(bank::institution(), quota)].into_iter().collect();
        let registry = Registry::default().with(Arc::new(bank)).with_quotas(quotas);
        Self::open(registry, Vec::new()).await
    }

    /// With banks to ask.
    pub async fn with_banks(banks: impl IntoIterator<Item = Bank>) -> Self {
        let with = |registry: Registry, bank| registry.with(Arc::new(bank));
        Self::open(banks.into_iter().fold(Registry::default(), with), Vec::new()).await
    }

    /// With a bank to ask, and with who does what follows.
    pub async fn with_handlers(bank: Bank, handlers: Vec<Arc<dyn Handler>>) -> Self {
        Self::open(Registry::default().with(Arc::new(bank)), handlers).await
    }

    /// Where people must approve by other rules, with a bank to ask and with who does what follows.
    pub async fn with_rules(bank: Bank, handlers: Vec<Arc<dyn Handler>>, rules: Rules) -> Self {
        Self::open_by(Registry::default().with(Arc::new(bank)), handlers, rules).await
    }

    async fn open(connectors: Registry, handlers: Vec<Arc<dyn Handler>>) -> Self {
        Self::open_by(connectors, handlers, RULES).await
    }

    async fn open_by(connectors: Registry, handlers: Vec<Arc<dyn Handler>>, rules: Rules) -> Self {
        let store = Arc::new(MemoryStore::new());
        let clock = Arc::new(ManualClock::new("2026-04-10T15:00:00Z".parse().unwrap()));
        let engine = Engine::open(Parts {
            store: store.clone(),
            archive: store.clone(),
            keys: ring(),
            key_source: None,
            connectors: connectors.with(Arc::new(StatementFiles::new())),
            clock: clock.clone(),
            randomness: Arc::new(SeededRandomness::new(1)),
            token_algorithm: Algorithm::default(),
            merchant: Some(merchant()),
            authorizations: rules,
        })
        .await
        .unwrap();
        let keys = engine.add_tenant("Empresa", &Scope::ALL).await.unwrap();
        let who = engine.authenticate(keys.api_key.expose()).await.unwrap().unwrap();
        let monotonic = Arc::new(ManualMonotonic::new(engine.mint()));
        let worker = Worker::new(WorkerParts {
            engine: engine.clone(),
            handlers,
            monotonic: monotonic.clone(),
            alone: true,
            at_once: AT_ONCE,
            limits: LIMITS,
        });
        Self { engine, store, clock, monotonic, keys, who, worker }
    }

    /// Nobody prolongs the leases of what runs.
    pub fn lose_the_worker(&self) {
        self.monotonic.advance(TERM);
    }

    /// Reads March through a link, as far as that is decided at once.
    pub async fn read(&self, link: LinkId, priority: Priority) -> Result<ReadingFigures, Failure> {
        let scope = ReadScope::movements(date(2026, 3, 1), date(2026, 3, 31));
        let wanted = Wanted { priority, ..Wanted::at_once(scope) };
        let requested = self.engine.request_reading(&self.who, link, wanted).await;
        let mut pending = requested.map_err(|error| error.failure())?;
        self.worker.run_due().await.unwrap();
        self.engine.wait_for(&mut pending, Duration::ZERO).await.unwrap().expect("it ended")?;
        self.engine.last_reading(&self.who, link).await.unwrap().expect("it was read").outcome
    }

    /// Another process on the same store, which asks that bank and goes by other rules.
    pub async fn under(&self, bank: Bank, rules: Rules) -> Engine {
        self.beside(bank, rules, self.clock.clone()).await
    }

    /// The same, which goes by another clock too.
    pub async fn beside(&self, bank: Bank, rules: Rules, clock: Arc<dyn Clock>) -> Engine {
        let parts = Parts {
            store: self.store.clone(),
            archive: self.store.clone(),
            keys: ring(),
            key_source: None,
            connectors: Registry::default().with(Arc::new(bank)),
            clock,
            randomness: Arc::new(SeededRandomness::new(2)),
            token_algorithm: Algorithm::default(),
            merchant: Some(merchant()),
            authorizations: rules,
        };
        Engine::open(parts).await.unwrap()
    }

    /// Another process on the same store, with a clock that goes along.
    pub async fn another(&self, seed: u64, token_algorithm: Algorithm) -> Engine {
        self.try_another(seed, token_algorithm).await.unwrap()
    }

    /// The same where it may not open.
    pub async fn try_another(
        &self,
        seed: u64,
        token_algorithm: Algorithm,
    ) -> Result<Engine, EngineError> {
        self.open_another(seed, token_algorithm, self.store.clone()).await
    }

    /// The same with an archive of its own, and with what comes between there.
    pub async fn another_with(
        &self,
        seed: u64,
        token_algorithm: Algorithm,
        archive: Arc<dyn Archive>,
    ) -> Engine {
        self.open_another(seed, token_algorithm, archive).await.unwrap()
    }

    async fn open_another(
        &self,
        seed: u64,
        token_algorithm: Algorithm,
        archive: Arc<dyn Archive>,
    ) -> Result<Engine, EngineError> {
        let parts = Parts {
            store: self.store.clone(),
            archive,
            keys: ring(),
            key_source: None,
            connectors: Registry::default().with(Arc::new(StatementFiles::new())),
            clock: self.clock.clone(),
            randomness: Arc::new(SeededRandomness::new(seed)),
            token_algorithm,
            merchant: None,
            authorizations: RULES,
        };
        Engine::open(parts).await
    }

    pub async fn import(&self, rows: &[&str]) -> ImportReport {
        self.try_import(upload(rows)).await.unwrap().reports.remove(0)
    }

    pub async fn try_import(&self, upload: Upload) -> Result<Imported, ImportError> {
        self.engine.import(&self.who, upload, Reply::NONE).await
    }

    pub async fn movements(&self) -> Vec<MovementRow> {
        self.engine.movements(&self.who, query(None, None)).await.unwrap().rows.to_rows().unwrap()
    }

    /// Every movement as `day amount glosa`, oldest first.
    pub async fn told(&self) -> Vec<String> {
        let describe = |row: MovementRow| {
            let movement = row.movement;
            format!("{} {} {}", movement.booked_on, movement.amount.minor(), movement.glosa)
        };
        self.movements().await.into_iter().map(describe).collect()
    }

    /// The actions in the audit trail, in order.
    pub async fn audited(&self) -> Vec<String> {
        let entries = self.engine.audit(&self.who, 0, 1_000).await.unwrap();
        entries.into_iter().map(|entry| entry.event.action).collect()
    }
}

/// Who is paid.
fn merchant() -> TransferPayee {
    TransferPayee {
        institution: InstitutionId::parse("banco-estado").unwrap(),
        account: AccountNumber::parse("12345678").unwrap(),
        rut: Rut::parse("12.345.678-5").unwrap(),
        name: "Comercio".to_owned(),
    }
}

/// The master key of every world.
pub fn ring() -> KeyRing {
    KeyRing::new(MasterKey::generate(&SeededRandomness::new(0)), Vec::new())
}

pub fn query(account: Option<AccountId>, status: Option<MovementStatus>) -> MovementQuery {
    MovementQuery {
        account,
        from: None,
        to: None,
        min_amount: None,
        max_amount: None,
        text: None,
        status,
        order: Order::OldestFirst,
        after: None,
        limit: 500,
        now: "1970-01-01T00:00:00Z".parse().unwrap(),
    }
}

/// A CSV file with a mapping: `day of March;glosa;amount;balance;counterparty`.
pub fn upload(rows: &[&str]) -> Upload {
    let mut text = String::from("fecha,glosa,monto,saldo,nombre\n");
    for row in rows {
        let mut cells = row.split(';');
        let day: u8 = cells.next().unwrap().parse().unwrap();
        text.push_str(&day.to_string());
        text.push_str("/03/2026");
        for _ in 0..4 {
            text.push(',');
            text.push_str(cells.next().unwrap_or_default());
        }
        text.push('\n');
    }
    Upload { bytes: Bytes::from(text), mapping: Some(MAPPING.to_owned()), ..Upload::default() }
}
