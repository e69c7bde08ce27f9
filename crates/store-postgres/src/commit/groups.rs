//! Which units of work are committed together.
//!
//! Units that move the ends of a tenant's feed and audit trail wait for each other anyway, and every
//! commit waits for the disk. So those of one tenant form a lane: while as many groups of it as may be
//! are on their way, what comes waits, and the next group takes all of it into one transaction. Nobody
//! waits for company: a unit that finds its lane empty goes alone, at once.
//!
//! Where a group fails by what one of its units asks for, its halves are applied, and theirs: one that
//! conflicts harms no other. Groups are formed within a process; those of several take turns at the lock of the
//! tenant's row.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cartola_primitives::id::TenantId;
use cartola_store::{Receipt, StoreError, StoreErrorKind, UnitOfWork};
use tokio::sync::oneshot;

use super::writer::{Together, Writer};
use crate::head;
use crate::unit::rows_of;

/// Units in one transaction, at most.
const MAX_GROUP_UNITS: usize = 64;

/// Rows in one transaction of several units, at most. A larger unit goes alone.
const MAX_GROUP_ROWS: usize = 10_000;

/// Units of one lane that wait, at most.
const MAX_WAITING: usize = 10_000;

/// Groups of one lane that are on their way at once, where they do not wait for one row.
const GROUPS_AT_ONCE: usize = 4;

const COMMITTING: &str = "committing a unit of work";

/// Whose units, and whether they move the ends of feed and audit trail.
type LaneName = (TenantId, bool);

/// All lanes.
#[derive(Clone)]
pub struct Groups(Arc<Shared>);

struct Shared {
    writer: Arc<Writer>,
    lanes: Mutex<HashMap<LaneName, Lane>>,
}

#[derive(Default)]
struct Lane {
    /// Groups on their way.
    groups: usize,
    waiting: VecDeque<Waiting>,
}

/// A unit, and who waits for what becomes of it.
struct Waiting {
    work: UnitOfWork,
    answer: oneshot::Sender<Result<Receipt, StoreError>>,
}

impl Groups {
    /// Groups that are written so.
    pub fn new(writer: Arc<Writer>) -> Self {
        Self(Arc::new(Shared { writer, lanes: Mutex::default() }))
    }

    /// Commits a unit. It goes on where the caller does not wait for it.
    pub async fn commit(&self, work: UnitOfWork) -> Result<Receipt, StoreError> {
        let name = (work.tenant, head::is_moved_by(&work));
        let (answer, answered) = oneshot::channel();
        if let Some(place) = self.enter(name, Waiting { work, answer })? {
            tokio::spawn(place.run());
        }
        let lost = || StoreError::new(StoreErrorKind::Unavailable, COMMITTING);
        answered.await.unwrap_or_else(|_| Err(lost().caused_by("whoever wrote it has ended")))
    }

    /// Lets a unit wait; gives a place among the groups of the lane where there is one.
    fn enter(&self, name: LaneName, waiting: Waiting) -> Result<Option<Place>, StoreError> {
        let mut lanes = self.0.lanes();
        let lane = lanes.entry(name).or_default();
        if lane.waiting.len() == MAX_WAITING {
            let context = "too many units of work of the tenant wait already";
            return Err(StoreError::new(StoreErrorKind::Busy, context));
        }
        lane.waiting.push_back(waiting);
        let (_, moves_head) = name;
        let at_once = if moves_head { 1 } else { GROUPS_AT_ONCE };
        Ok((lane.groups < at_once).then(|| {
            lane.groups += 1;
            Place { shared: Arc::clone(&self.0), name, left: false }
        }))
    }
}

impl Shared {
    fn lanes(&self) -> MutexGuard<'_, HashMap<LaneName, Lane>> {
        // Each change is whole before anything can panic.
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of the groups that a lane may have on their way; given back when it is dropped.
struct Place {
    shared: Arc<Shared>,
    name: LaneName,
    left: bool,
}

impl Place {
    /// Commits what waits, a group after the other, until nothing does.
    async fn run(mut self) {
        while let Some(group) = self.next() {
            commit(&self.shared.writer, group).await;
        }
    }

    /// The next group; none where nothing waits, and then the place is given back in the same moment.
    fn next(&mut self) -> Option<Vec<Waiting>> {
        let shared = Arc::clone(&self.shared);
        let mut lanes = shared.lanes();
        let lane = lanes.get_mut(&self.name).expect("a lane stays while a place in it is taken");
        let group = gather(&mut lane.waiting);
        if group.is_empty() {
            self.leave(&mut lanes);
            return None;
        }
        Some(group)
    }

    fn leave(&mut self, lanes: &mut HashMap<LaneName, Lane>) {
        self.left = true;
        let lane = lanes.get_mut(&self.name).expect("a lane stays while a place in it is taken");
        lane.groups -= 1;
        if lane.groups == 0 {
            lanes.remove(&self.name);
        }
    }
}

impl Drop for Place {
    /// Also of one that panicked: with the last one goes what waits, which is told so.
    fn drop(&mut self) {
        if !self.left {
            let shared = Arc::clone(&self.shared);
            self.leave(&mut shared.lanes());
        }
    }
}

/// What waits, in its order, up to the limits.
fn gather(waiting: &mut VecDeque<Waiting>) -> Vec<Waiting> {
    let (mut group, mut rows) = (Vec::new(), 0);
    while let Some(next) = waiting.front() {
        rows += rows_of(&next.work);
        if group.len() == MAX_GROUP_UNITS || (!group.is_empty() && rows > MAX_GROUP_ROWS) {
            break;
        }
        group.extend(waiting.pop_front());
    }
    group
}

/// Commits a group; one that fails by what a unit asks for, half by half, until that one is alone.
async fn commit(writer: &Writer, group: Vec<Waiting>) {
    let mut groups = vec![group];
    while let Some(mut group) = groups.pop() {
        if group.len() <= 1 {
            for each in group {
                let outcome = writer.alone(&each.work).await;
                each.tell(outcome);
            }
            continue;
        }
        let works: Vec<&UnitOfWork> = group.iter().map(|each| &each.work).collect();
        match writer.together(&works).await {
            Together::Done(receipts) => {
                for (each, receipt) in group.into_iter().zip(receipts) {
                    each.tell(Ok(receipt));
                }
            }
            Together::Refused(error) | Together::Unknown(error) => refuse(group, error),
            Together::Undone => {
                let second = group.split_off(group.len() / 2);
                groups.extend([second, group]);
            }
        }
    }
}

/// Tells all what became of them, and the first also why.
fn refuse(group: Vec<Waiting>, error: StoreError) {
    let (kind, context) = (error.kind, error.context.clone());
    let like_it = || {
        let cause = "the group of units that it was in failed";
        StoreError::new(kind, context.clone()).caused_by(cause)
    };
    let mut first = Some(error);
    for each in group {
        each.tell(Err(first.take().unwrap_or_else(like_it)));
    }
}

impl Waiting {
    fn tell(self, outcome: Result<Receipt, StoreError>) {
        // Who does not wait any more need not be told.
        drop(self.answer.send(outcome));
    }
}
