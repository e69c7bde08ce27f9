//! Where a bank takes instructions: how each stands, and how often it heard of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use cartola_connector::session::{InstructionName, TakeInstructions};
use cartola_connector::{ConnectorError, Context, ErrorKind};
use cartola_model::{
    BankSays, Challenge, ChallengeKind, EndToEndId, InstructionKind, InstructionOrder,
    InstructionTold, TransferFailure,
};
use cartola_primitives::{Rut, Timestamp};

/// Nobody's time runs out in these tests unless they say so.
pub const LATER: Timestamp = Timestamp::constant(4_102_444_800, 0);

/// The code of all cash.
pub const CODE: &str = "48201937";

/// What an instruction stands at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    Asked,
    Ready,
    Claimed,
    /// By somebody of that RUT.
    ClaimedBy(&'static str),
    /// Put aside, and no code is told.
    Codeless,
    Done,
    Expired,
    Cancelled,
    Withdrawn,
}

impl At {
    fn says(self) -> BankSays {
        match self {
            Self::Asked => BankSays::Challenged(Challenge {
                kind: ChallengeKind::App,
                expires_at: LATER,
                attempts_left: None,
            }),
            Self::Ready => {
                BankSays::Available { code: Some(CODE.to_owned().into()), expires_at: LATER }
            }
            Self::Claimed => BankSays::Claimed { at: LATER, by: None },
            Self::ClaimedBy(rut) => {
                BankSays::Claimed { at: LATER, by: Some(Rut::parse(rut).unwrap()) }
            }
            Self::Codeless => BankSays::Available { code: None, expires_at: LATER },
            Self::Done => BankSays::Done { at: LATER },
            Self::Expired => BankSays::Expired { at: LATER },
            Self::Cancelled => BankSays::Cancelled { at: LATER },
            Self::Withdrawn => BankSays::Failed(TransferFailure::Withdrawn),
        }
    }
}

/// What becomes of the next call that tells of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// It is answered.
    Good,
    /// It never arrives.
    Unsent,
    /// It arrives, and nobody knows.
    CutAfter,
    /// Nobody knows, and it has not arrived.
    CutBefore,
}

/// The window.
pub struct Window {
    books: Mutex<Books>,
}

struct Books {
    line: Line,
    known: BTreeMap<EndToEndId, At>,
    cash: BTreeSet<EndToEndId>,
    told: usize,
    looked: usize,
}

impl Window {
    pub fn new() -> Self {
        let books = Books {
            line: Line::Good,
            known: BTreeMap::new(),
            cash: BTreeSet::new(),
            told: 0,
            looked: 0,
        };
        Self { books: Mutex::new(books) }
    }

    pub fn line_is(&self, line: Line) {
        self.books().line = line;
    }

    /// Whatever it knows stands so from now on.
    pub fn stands(&self, at: At) {
        self.books().known.values_mut().for_each(|known| *known = at);
    }

    /// Whatever waits for its customer comes to its end: cash is taken, all else is done.
    pub fn goes_through(&self) {
        let mut books = self.books();
        let Books { known, cash, .. } = &mut *books;
        for (id, at) in known.iter_mut().filter(|(_, at)| **at == At::Asked) {
            *at = if cash.contains(id) { At::Claimed } else { At::Done };
        }
    }

    /// How often it was told of one, how often asked, and what it knows.
    pub fn heard(&self) -> (usize, usize, Vec<At>) {
        let books = self.books();
        (books.told, books.looked, books.known.values().copied().collect())
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }
}

fn told(at: At) -> InstructionTold {
    InstructionTold { says: at.says(), bank_reference: Some("gi_1".to_owned()) }
}

#[async_trait]
impl TakeInstructions for Window {
    fn kinds(&self) -> &'static [InstructionKind] {
        &InstructionKind::ALL
    }

    async fn instruct(
        &self,
        order: &InstructionOrder,
        _: &Context,
    ) -> Result<InstructionTold, ConnectorError> {
        let mut books = self.books();
        books.told += 1;
        let cut = || ConnectorError::new(ErrorKind::Timeout, "instruct", "no answer");
        match books.line {
            Line::Unsent => return Err(cut().before_sending()),
            Line::CutBefore => return Err(cut()),
            Line::Good | Line::CutAfter => {}
        }
        if order.what.kind() == InstructionKind::Withdrawal {
            books.cash.insert(order.end_to_end_id);
        }
        let at = *books.known.entry(order.end_to_end_id).or_insert(At::Asked);
        if books.line == Line::CutAfter { Err(cut()) } else { Ok(told(at)) }
    }

    async fn look(
        &self,
        name: InstructionName,
        _: &Context,
    ) -> Result<Option<InstructionTold>, ConnectorError> {
        let mut books = self.books();
        books.looked += 1;
        Ok(books.known.get(&name.end_to_end_id).copied().map(told))
    }

    async fn cancel(
        &self,
        name: InstructionName,
        _: &Context,
    ) -> Result<InstructionTold, ConnectorError> {
        let mut books = self.books();
        let known = books.known.entry(name.end_to_end_id).or_insert(At::Withdrawn);
        *known = match *known {
            At::Asked => At::Withdrawn,
            At::Ready => At::Cancelled,
            ended => ended,
        };
        Ok(told(*known))
    }
}
