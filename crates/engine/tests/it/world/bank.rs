//! A bank with one customer and one account, which remembers what it was asked.

use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use bytes::Bytes;
use cartola_connector::session::{
    Account, AccountBalances, MakeTransfers, PageCursor, RawAnswer, ReadAccounts, ReadBalances,
    ReadRecords, ReadStatements, Reading, RecordQuery, RecordReading, StatementPage,
    StatementQuery, TakeInstructions,
};
use cartola_connector::{
    Connector, ConnectorError, Context, Credential, CredentialField, CredentialForm,
    CredentialSchema, DeviceId, ErrorKind, FieldKind, Holder, Line, Login, Manifest, Opener, Place,
    Product, RetryAdvice, Served, Session,
};
use cartola_model::{
    AccountKind, AccountNumber, BalanceKind, BalanceReading, InstitutionId, MovementStatus,
    Observation, Record, RecordKinds,
};
use cartola_primitives::{Currency, Date, Money, Rut, Secret};
use tokio::sync::{Notify, Semaphore};

use super::till::Till;
use super::window::Window;

/// Lines of one page.
const PAGE: usize = 2;

/// The customer.
pub const RUT: &str = "11.111.111-1";

/// The field that names a client, where there are several of one customer.
pub const CLIENT: &str = "client";

/// The password that the bank takes.
pub const PASSWORD: &str = "right-one";

#[derive(Default)]
struct Books {
    lines: Vec<Line>,
    /// The available balance and its day of April, where the bank tells it.
    balance: Option<(i64, i8)>,
    records: Vec<Record>,
    lacked: RecordKinds,
    asked: u32,
    open: u32,
    devices: Vec<String>,
    clients: Vec<String>,
    refusal: Option<(ErrorKind, RetryAdvice)>,
    breaks_off: Option<(ErrorKind, RetryAdvice)>,
    is_silent: bool,
    is_closed: bool,
}

/// The bank. Clones are the same bank.
#[derive(Clone)]
pub struct Bank {
    manifest: Manifest,
    books: Arc<Mutex<Books>>,
    /// One permit for each page that it gives out, while it is slow.
    pages: Arc<Semaphore>,
    /// A page was asked for.
    pub reading: Arc<Notify>,
    /// Somebody tried to sign in, and is not told how that went.
    pub knocked: Arc<Notify>,
    /// Whoever is not told yet is told now.
    telling: Arc<Notify>,
    /// One permit for each who may come to the door, while there is a queue.
    turns: Arc<Semaphore>,
    /// Somebody stands in the queue.
    pub queued: Arc<Notify>,
    till: Option<Arc<Till>>,
    window: Option<Arc<Window>>,
}

impl Bank {
    pub fn new() -> Self {
        Self::of("bank", institution())
    }

    /// The bank of that connector and institution.
    pub fn of(connector: &'static str, institution: InstitutionId) -> Self {
        Self::doing(connector, institution, &[])
    }

    /// The bank, where customers have it do things.
    pub fn taking(window: &Arc<Window>) -> Self {
        let does = window.kinds().iter().copied().map(Product::Instruction).collect::<Vec<_>>();
        Self { window: Some(Arc::clone(window)), ..Self::doing("bank", institution(), &does) }
    }

    fn doing(connector: &'static str, institution: InstitutionId, does: &[Product]) -> Self {
        let field = |name, label, kind| CredentialField { name, label, kind };
        let fields = vec![
            field("rut", "RUT", FieldKind::Rut),
            field("password", "Clave", FieldKind::Printable { least: 4, most: 20 }),
        ];
        let client = field(CLIENT, "Cliente", FieldKind::Printable { least: 1, most: 20 });
        let of_client = fields.iter().copied().chain([client]).collect();
        let forms = vec![
            CredentialForm { id: "password", fields, signs_in_holder: true },
            CredentialForm { id: "client", fields: of_client, signs_in_holder: false },
        ];
        let manifest = Manifest::new(connector, "for tests").serving(vec![Served {
            institution,
            products: [Product::Accounts, Product::Balances, Product::Movements]
                .iter()
                .chain(does)
                .copied()
                .collect(),
            credentials: CredentialSchema { forms },
        }]);
        let pages = Arc::new(Semaphore::new(Semaphore::MAX_PERMITS));
        let turns = Arc::new(Semaphore::new(Semaphore::MAX_PERMITS));
        Self {
            manifest,
            books: Arc::default(),
            pages,
            reading: Arc::default(),
            knocked: Arc::default(),
            telling: Arc::default(),
            turns,
            queued: Arc::default(),
            till: None,
            window: None,
        }
    }

    /// The bank, where customers pay from their accounts.
    pub fn paying(till: &Arc<Till>) -> Self {
        Self { till: Some(Arc::clone(till)), ..Self::new() }
    }

    /// The bank, where customers pay from their accounts and have it do things.
    pub fn doing_all(till: &Arc<Till>, window: &Arc<Window>) -> Self {
        Self { till: Some(Arc::clone(till)), ..Self::taking(window) }
    }

    /// The bank's lines from now on, `day of March;glosa;amount`; a `~` before the day marks a
    /// pending one.
    pub fn has(&self, lines: &[&str]) {
        self.books().lines = lines.iter().map(|text| line(text)).collect();
    }

    /// The bank's available balance from now on, and its day of April.
    pub fn has_balance(&self, amount: i64, on: i8) {
        self.books().balance = Some((amount, on));
    }

    /// The customer has none of these.
    pub fn lacks(&self, kinds: RecordKinds) {
        self.books().lacked = kinds;
    }

    /// What the bank tells as a whole from now on.
    pub fn tells(&self, records: &[Record]) {
        self.books().records = records.to_vec();
    }

    /// Lets nobody in from now on, or everybody again.
    pub fn refuses(&self, refusal: Option<(ErrorKind, RetryAdvice)>) {
        self.books().refusal = refusal;
    }

    /// Lets people in and tells them nothing from now on, or everything again.
    pub fn breaks_off(&self, refusal: Option<(ErrorKind, RetryAdvice)>) {
        self.books().breaks_off = refusal;
    }

    /// Lets nobody come to the door until it is told to.
    pub fn has_a_queue(&self) {
        self.turns.forget_permits(Semaphore::MAX_PERMITS);
    }

    /// Lets so many come to the door.
    pub fn takes_in(&self, count: usize) {
        self.turns.add_permits(count);
    }

    /// Tells nobody any more how their signing in went.
    pub fn lets_nobody_know(&self) {
        self.books().is_silent = true;
    }

    /// Tells again.
    pub fn lets_everybody_know(&self) {
        self.books().is_silent = false;
        self.telling.notify_waiters();
    }

    /// Has no account of the customer's any more.
    pub fn closes_the_account(&self) {
        self.books().is_closed = true;
    }

    /// Gives out no page until it is told to.
    pub fn is_slow(&self) {
        self.pages.forget_permits(Semaphore::MAX_PERMITS);
    }

    /// Gives out one page, while it is slow.
    pub fn gives_a_page(&self) {
        self.pages.add_permits(1);
    }

    /// Gives out pages again.
    pub fn goes_on(&self) {
        self.pages.add_permits(Semaphore::MAX_PERMITS / 2);
    }

    /// How often somebody tried to sign in.
    pub fn asked(&self) -> u32 {
        self.books().asked
    }

    /// Sessions that nobody closed.
    pub fn open(&self) -> u32 {
        self.books().open
    }

    /// The client of each session that has one, in order.
    pub fn clients(&self) -> Vec<String> {
        self.books().clients.clone()
    }

    /// The device of each session, in order.
    pub fn devices(&self) -> Vec<String> {
        self.books().devices.clone()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }
}

pub fn institution() -> InstitutionId {
    InstitutionId::parse("banco-chile").unwrap()
}

fn line(text: &str) -> Line {
    let [day, glosa, amount] = text.split(';').collect::<Vec<_>>().try_into().unwrap();
    let status =
        if day.starts_with('~') { MovementStatus::Pending } else { MovementStatus::Booked };
    let day: i8 = day.trim_start_matches('~').parse().unwrap();
    Line {
        place: Place::File,
        observation: Arc::new(Observation {
            booked_on: Date::new(2026, 3, day).unwrap(),
            value_on: None,
            amount: Money::new(amount.parse().unwrap(), Currency::CLP),
            balance_after: None,
            status,
            glosa: glosa.to_owned(),
            details: cartola_model::movement::MovementDetails::default(),
        }),
        counterparty: None,
    }
}

impl Connector for Bank {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn opener(&self) -> Option<&dyn Opener> {
        Some(self)
    }
}

#[async_trait]
impl Opener for Bank {
    async fn open(
        &self,
        login: &Login,
        context: &Context,
    ) -> Result<Box<dyn Session>, ConnectorError> {
        self.queued.notify_one();
        self.turns.acquire().await.unwrap().forget();
        context.enter().await?;
        let is_silent = {
            let mut books = self.books();
            books.asked += 1;
            books.is_silent
        };
        if is_silent {
            let told = self.telling.notified();
            self.knocked.notify_one();
            told.await;
        }
        let mut books = self.books();
        if let Some((kind, advice)) = books.refusal {
            return Err(ConnectorError::new(kind, "open", "nobody is let in").advising(advice));
        }
        let password = login.credential.field("password").unwrap();
        if password.expose() != PASSWORD {
            let reason = "the password is wrong";
            return Err(ConnectorError::new(ErrorKind::CredentialsInvalid, "open", reason));
        }
        let device = context.device();
        books.open += 1;
        books.devices.push(device.expose().to_owned());
        books.clients.extend(login.credential.field(CLIENT).map(|it| it.expose().clone()));
        Ok(Box::new(Open { bank: self.clone(), device }))
    }

    fn is_same_client(&self, one: &Credential, other: &Credential) -> bool {
        let [one, other] = [one, other].map(|credential| credential.field(CLIENT));
        one.map(Secret::expose) == other.map(Secret::expose)
    }
}

struct Open {
    bank: Bank,
    device: DeviceId,
}

#[async_trait]
impl Session for Open {
    fn device(&self) -> Option<&DeviceId> {
        Some(&self.device)
    }

    fn accounts(&self) -> Option<&dyn ReadAccounts> {
        Some(self)
    }

    fn statements(&self) -> Option<&dyn ReadStatements> {
        Some(self)
    }

    fn balances(&self) -> Option<&dyn ReadBalances> {
        self.bank.books().balance.is_some().then_some(self)
    }

    fn records(&self) -> Option<&dyn ReadRecords> {
        Some(self)
    }

    fn transfers(&self) -> Option<&dyn MakeTransfers> {
        self.bank.till.as_deref().map(|till| till as &dyn MakeTransfers)
    }

    fn instructions(&self) -> Option<&dyn TakeInstructions> {
        self.bank.window.as_deref().map(|window| window as &dyn TakeInstructions)
    }

    async fn close(&self, _context: &Context) -> Result<(), ConnectorError> {
        self.bank.books().open -= 1;
        Ok(())
    }
}

#[async_trait]
impl ReadAccounts for Open {
    async fn accounts(&self, _context: &Context) -> Result<Reading<Vec<Account>>, ConnectorError> {
        if let Some((kind, advice)) = self.bank.books().breaks_off {
            return Err(ConnectorError::new(kind, "accounts", "no more").advising(advice));
        }
        let account = Account {
            number: number(),
            kind: Some(AccountKind::Checking),
            currency: Currency::CLP,
            alias: None,
            holder: Holder { rut: Some(Rut::parse(RUT).unwrap()), name: None },
        };
        let value = if self.bank.books().is_closed { Vec::new() } else { vec![account] };
        Ok(Reading { value, raw: raw("accounts") })
    }
}

#[async_trait]
impl ReadBalances for Open {
    async fn balances(
        &self,
        _context: &Context,
    ) -> Result<Reading<Vec<AccountBalances>>, ConnectorError> {
        let (amount, on) = self.bank.books().balance.unwrap();
        let reading = BalanceReading {
            kind: BalanceKind::Available,
            amount: Money::new(amount, Currency::CLP),
            as_of: Date::new(2026, 4, on).unwrap(),
        };
        let value = vec![AccountBalances {
            number: number(),
            currency: Currency::CLP,
            readings: vec![reading],
        }];
        Ok(Reading { value, raw: raw("balances") })
    }
}

#[async_trait]
impl ReadStatements for Open {
    async fn page(
        &self,
        query: &StatementQuery<'_>,
        cursor: Option<&PageCursor>,
        _context: &Context,
    ) -> Result<Reading<StatementPage>, ConnectorError> {
        self.bank.reading.notify_one();
        self.bank.pages.acquire().await.unwrap().forget();
        let begin: usize = cursor.map_or(0, |cursor| cursor.0.parse().unwrap());
        let books = self.bank.books();
        let wanted: Vec<Line> = books
            .lines
            .iter()
            .filter(|line| query.days.contains(line.observation.booked_on))
            .cloned()
            .collect();
        let end = wanted.len().min(begin + PAGE);
        let next = (end < wanted.len()).then(|| PageCursor(end.to_string()));
        let lines = wanted[begin..end].to_vec();
        let value = StatementPage { layout: "bank/statement", lines, next };
        Ok(Reading { value, raw: raw("statement") })
    }
}

#[async_trait]
impl ReadRecords for Open {
    fn kinds(&self) -> RecordKinds {
        self.bank.books().records.iter().map(Record::kind).collect()
    }

    async fn record(
        &self,
        query: &RecordQuery,
        _context: &Context,
    ) -> Result<RecordReading, ConnectorError> {
        let books = self.bank.books();
        if books.lacked.contains(query.kind) {
            let reason = "the customer has no such product";
            return Err(ConnectorError::new(ErrorKind::NoSuchProduct, "bank.record", reason));
        }
        let record = books.records.iter().find(|record| record.kind() == query.kind);
        let not_offered = || ConnectorError::not_offered(Product::Record(query.kind));
        let record = record.cloned().ok_or_else(not_offered)?;
        Ok(RecordReading { record, raw: vec![raw(query.kind.name())] })
    }
}

fn number() -> AccountNumber {
    AccountNumber::parse("00-123-45678-90").unwrap()
}

fn raw(operation: &'static str) -> RawAnswer {
    RawAnswer { operation, body: Bytes::from_static(b"{}") }
}
