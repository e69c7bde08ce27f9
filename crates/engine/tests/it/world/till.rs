//! The transfers of a bank: where each stands, and what came in about it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use cartola_connector::session::{ChallengeAnswer, MakeTransfers};
use cartola_connector::{ConnectorError, Context, ErrorKind};
use cartola_model::{
    Challenge, ChallengeKind, EndToEndId, TransferFailure, TransferOrder, TransferState,
    TransferTold,
};
use cartola_primitives::Timestamp;
use tokio::sync::{Notify, Semaphore};

/// Nobody's challenge runs out in these tests.
const EXPIRES_AT: Timestamp = Timestamp::constant(4_102_444_800, 0);

pub const SETTLED: TransferState = TransferState::Completed { settled_at: EXPIRES_AT };

/// What the bank asks a customer for.
pub fn asks(kind: ChallengeKind) -> TransferState {
    TransferState::Challenged(Challenge { kind, expires_at: EXPIRES_AT, attempts_left: None })
}

/// What is remembered of transfers.
pub struct Till {
    books: Mutex<Books>,
    /// Somebody has answered, and is not told what came of it.
    pub answered: Notify,
    /// One permit for each answer that is judged, while the bank thinks.
    judged: Semaphore,
}

struct Books {
    first: TransferState,
    transfers: BTreeMap<EndToEndId, TransferState>,
    begun: usize,
    answers: usize,
    withdrawals: usize,
    looks: usize,
    is_deaf: bool,
    is_out_of_reach: bool,
    loses_answers: bool,
    route: &'static str,
}

impl Till {
    /// Where transfers stand so once the bank has heard of them.
    pub fn new(first: TransferState) -> Self {
        let books = Books {
            first,
            transfers: BTreeMap::new(),
            begun: 0,
            answers: 0,
            withdrawals: 0,
            looks: 0,
            is_deaf: false,
            is_out_of_reach: false,
            loses_answers: false,
            route: "tests/first",
        };
        let judged = Semaphore::new(Semaphore::MAX_PERMITS);
        Self { books: Mutex::new(books), answered: Notify::new(), judged }
    }

    /// Whatever has not ended stands so from now on.
    pub fn stands(&self, state: &TransferState) {
        let mut books = self.books();
        let open = books.transfers.values_mut().filter(|known| !known.is_final());
        open.for_each(|known| known.clone_from(state));
    }

    /// Judges no answer until it is told to.
    pub fn thinks(&self) {
        self.judged.forget_permits(Semaphore::MAX_PERMITS);
    }

    /// Judges one answer, while it thinks.
    pub fn judges(&self) {
        self.judged.add_permits(1);
    }

    /// Hears of no withdrawal from now on, or of each again.
    pub fn is_deaf(&self, is_deaf: bool) {
        self.books().is_deaf = is_deaf;
    }

    /// Hears of no transfer from now on, which whoever tells it knows; or of each again.
    pub fn is_out_of_reach(&self, is_out_of_reach: bool) {
        self.books().is_out_of_reach = is_out_of_reach;
    }

    /// Says nothing of what it has begun from now on, or says it again.
    pub fn loses_answers(&self, loses_answers: bool) {
        self.books().loses_answers = loses_answers;
    }

    /// Is reached by another way from now on.
    pub fn is_reached_by(&self, route: &'static str) {
        self.books().route = route;
    }

    /// How often somebody looked.
    pub fn looks(&self) -> usize {
        self.books().looks
    }

    /// Transfers that were begun, answers, and withdrawals that it heard of.
    pub fn heard(&self) -> (usize, usize, usize) {
        let books = self.books();
        (books.begun, books.answers, books.withdrawals)
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }
}

const fn told(state: TransferState) -> TransferTold {
    TransferTold { state, bank_reference: None }
}

#[async_trait]
impl MakeTransfers for Till {
    fn route(&self) -> &'static str {
        self.books().route
    }

    async fn begin(
        &self,
        order: &TransferOrder,
        _: &Context,
    ) -> Result<TransferTold, ConnectorError> {
        let mut books = self.books();
        let down = || ConnectorError::new(ErrorKind::InstitutionDown, "begin", "down");
        if books.is_out_of_reach {
            return Err(down().before_sending());
        }
        books.begun += 1;
        let first = books.first.clone();
        let state = books.transfers.entry(order.end_to_end_id).or_insert(first).clone();
        if books.loses_answers { Err(down()) } else { Ok(told(state)) }
    }

    async fn answer(
        &self,
        transfer: &EndToEndId,
        _: &ChallengeAnswer,
        _: &Context,
    ) -> Result<TransferTold, ConnectorError> {
        self.answered.notify_one();
        self.judged.acquire().await.unwrap().forget();
        let mut books = self.books();
        books.answers += 1;
        let known = books.transfers.get_mut(transfer).unwrap();
        if !known.is_final() {
            *known = SETTLED;
        }
        Ok(told(known.clone()))
    }

    async fn look(
        &self,
        transfer: &EndToEndId,
        _: &Context,
    ) -> Result<Option<TransferTold>, ConnectorError> {
        let mut books = self.books();
        books.looks += 1;
        Ok(books.transfers.get(transfer).cloned().map(told))
    }

    async fn withdraw(
        &self,
        transfer: &EndToEndId,
        _: &Context,
    ) -> Result<TransferTold, ConnectorError> {
        let mut books = self.books();
        if books.is_deaf {
            return Err(ConnectorError::new(ErrorKind::InstitutionDown, "withdraw", "deaf"));
        }
        books.withdrawals += 1;
        let withdrawn = TransferState::Failed(TransferFailure::Withdrawn);
        let known = books.transfers.entry(*transfer).or_insert(withdrawn.clone());
        if matches!(known, TransferState::Challenged(_)) {
            *known = withdrawn;
        }
        Ok(told(known.clone()))
    }
}
