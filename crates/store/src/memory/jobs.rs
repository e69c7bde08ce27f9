use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use cartola_model::Failure;
use cartola_primitives::id::{ConsentId, JobId, LeaseId, TenantId};
use cartola_primitives::{Moment, Timestamp};

use super::tables::{Tables, add, expect, page};
use super::unit::Unit;
use super::{MemoryStore, State, outbox};
use crate::arrivals::Arrivals;
use crate::jobs::turns::{Contender, give_out};
use crate::jobs::{
    Claim, ClaimedJob, JobEnd, JobOrder, JobRow, JobState, Lane, Lease, ProgressNote, Queue,
    Standing, check_open,
};
use crate::{Jobs, MAX_PAGE, Page, StoreError};

#[async_trait]
impl Jobs for MemoryStore {
    async fn claim(&self, claim: Claim) -> Result<Vec<ClaimedJob>, StoreError> {
        let mut state = self.lock();
        for tables in state.tenants.values_mut() {
            free(Arc::make_mut(tables), &claim);
        }
        let mut leases = claim.leases.iter();
        let contenders = contenders(&state, claim.queue);
        let last_turn = contenders.iter().map(|contender| contender.turn).max().unwrap_or(0);
        let mut busy = busy_lanes(&state, claim.queue);
        let places = (claim.leases.len(), claim.limits);
        give_out(contenders, last_turn, places, |tenant, turn| {
            let tables = state.tenants.get_mut(&tenant).map(Arc::make_mut);
            let next = tables.and_then(|tables| Some((next_due(tables, &claim, &busy)?, tables)));
            let Some((id, tables)) = next else { return Ok(None) };
            let lease = *leases.next().expect("there is a lease for each place");
            Arc::make_mut(&mut tables.turns).insert(claim.queue, turn);
            let row = start(tables, id, lease, &claim);
            if let Some(lane) = &row.order.lane {
                *busy.entry(lane.clone()).or_default() += 1;
            }
            Ok(Some(ClaimedJob { tenant, lease, row }))
        })
    }

    async fn prolong(
        &self,
        tenant: TenantId,
        job: JobId,
        lease: LeaseId,
        moment: Moment,
    ) -> Result<Option<Failure>, StoreError> {
        let mut state = self.lock();
        let tables = state.tenants.get_mut(&tenant).map(Arc::make_mut);
        let tables = tables.ok_or_else(|| StoreError::conflict("there is no such tenant"))?;
        let row = expect(&mut tables.jobs, &job, |row| runs_under(row, lease))?;
        if let JobState::Running(held) = &mut row.state {
            *held = Lease::starting(lease, moment, held.term);
        }
        Ok(row.cancelled)
    }

    async fn note_progress(&self, notes: Vec<ProgressNote>) -> Result<(), StoreError> {
        let mut state = self.lock();
        for ProgressNote { tenant, job, lease, progress } in notes {
            let tables = state.tenants.get_mut(&tenant).map(Arc::make_mut);
            let row = tables.and_then(|tables| Arc::make_mut(&mut tables.jobs).get_mut(&job));
            if let Some(row) = row.filter(|row| runs_under(row, lease)) {
                row.progress = Some(progress);
            }
        }
        Ok(())
    }

    async fn leases(&self, queue: Queue) -> Result<Vec<Lease>, StoreError> {
        let state = self.lock();
        let jobs = state.tenants.values().flat_map(|tables| tables.jobs.values());
        let lease = |row: &JobRow| match row.state {
            JobState::Running(lease) if row.order.queue == queue => Some(lease),
            _ => None,
        };
        Ok(jobs.filter_map(lease).collect())
    }

    async fn next_due(&self, queue: Queue) -> Result<Option<Timestamp>, StoreError> {
        let state = self.lock();
        let jobs = state.tenants.values().flat_map(|tables| tables.jobs.values());
        let queued = jobs.filter(|row| row.order.queue == queue && row.state == JobState::Queued);
        Ok(queued.map(|row| row.order.not_before).min())
    }

    fn arrivals(&self) -> Arrivals {
        self.signal.arrivals()
    }

    async fn job(&self, tenant: TenantId, id: JobId) -> Result<Option<JobRow>, StoreError> {
        Ok(self.tables(tenant).jobs.get(&id).cloned())
    }

    async fn jobs(
        &self,
        tenant: TenantId,
        queue: Queue,
        standing: Option<Standing>,
        after: Option<JobId>,
        limit: usize,
    ) -> Result<Page<JobRow, JobId>, StoreError> {
        let asked = |row: &JobRow| {
            row.order.queue == queue && standing.is_none_or(|it| it == row.state.standing())
        };
        Ok(page(&self.tables(tenant).jobs, after, limit, asked))
    }

    async fn forget_ended(&self, before: Timestamp) -> Result<usize, StoreError> {
        let mut state = self.lock();
        let mut forgotten = 0;
        for tables in state.tenants.values_mut() {
            let ended: Vec<JobId> = tables
                .jobs
                .values()
                .filter(|row| ended_at(&row.state).is_some_and(|at| at < before))
                .map(|row| row.order.id)
                .take(MAX_PAGE - forgotten)
                .collect();
            forgotten += ended.len();
            let tables = Arc::make_mut(tables);
            for id in ended {
                Arc::make_mut(&mut tables.jobs).remove(&id);
                outbox::forget(tables, id);
            }
        }
        Ok(forgotten)
    }
}

const fn ended_at(state: &JobState) -> Option<Timestamp> {
    match *state {
        JobState::Done { at } | JobState::Dead { at } | JobState::Cancelled { at } => Some(at),
        JobState::Queued | JobState::Running(_) => None,
    }
}

fn runs_under(row: &JobRow, lease: LeaseId) -> bool {
    matches!(row.state, JobState::Running(held) if held.id == lease)
}

/// Queues again what nobody runs any more.
fn free(tables: &mut Tables, claim: &Claim) {
    for row in Arc::make_mut(&mut tables.jobs).values_mut() {
        let over = matches!(&row.state, JobState::Running(lease) if claim.frees(lease));
        if over && row.order.queue == claim.queue {
            row.state = JobState::Queued;
            row.last_failure = Some(Failure::Internal);
        }
    }
}

fn contenders(state: &State, queue: Queue) -> Vec<Contender> {
    let contender = |(tenant, tables): (&TenantId, &Arc<Tables>)| Contender {
        tenant: *tenant,
        running: tables
            .jobs
            .values()
            .filter(|row| row.order.queue == queue && row.state.standing() == Standing::Running)
            .count() as u64,
        turn: tables.turns.get(&queue).copied().unwrap_or(0),
    };
    state.tenants.iter().map(contender).collect()
}

/// How many jobs of each lane run, whosever they are.
fn busy_lanes(state: &State, queue: Queue) -> BTreeMap<Lane, u64> {
    let mut busy = BTreeMap::new();
    for row in state.tenants.values().flat_map(|tables| tables.jobs.values()) {
        let runs = row.order.queue == queue && row.state.standing() == Standing::Running;
        if let Some(lane) = row.order.lane.as_ref().filter(|_| runs) {
            *busy.entry(lane.clone()).or_default() += 1;
        }
    }
    busy
}

/// The tenant's first job that is due, whose link is free and whose lane has room.
fn next_due(tables: &Tables, claim: &Claim, busy: &BTreeMap<Lane, u64>) -> Option<JobId> {
    let has_room = |row: &JobRow| {
        let running = row.order.lane.as_ref().and_then(|lane| busy.get(lane));
        row.order.lane.is_none() || claim.limits.lane_has_room(*running.unwrap_or(&0))
    };
    let taken = |row: &JobRow| {
        let running = |other: &&JobRow| other.state.standing() == Standing::Running;
        row.order.link.is_some()
            && tables.jobs.values().filter(running).any(|other| other.order.link == row.order.link)
    };
    tables
        .jobs
        .values()
        .filter(|row| row.order.queue == claim.queue && row.state == JobState::Queued)
        .filter(|row| row.order.not_before <= claim.now && has_room(row) && !taken(row))
        .min_by_key(|row| (row.order.priority, row.order.not_before, row.order.id))
        .map(|row| row.order.id)
}

fn start(tables: &mut Tables, id: JobId, lease: LeaseId, claim: &Claim) -> JobRow {
    let jobs = Arc::make_mut(&mut tables.jobs);
    let row = jobs.get_mut(&id).expect("the job was found a moment ago");
    row.attempts += 1;
    row.progress = None;
    row.state = JobState::Running(Lease::starting(lease, claim.moment, claim.term));
    row.clone()
}

pub fn enqueue(unit: &mut Unit<'_>, order: JobOrder) -> Result<(), StoreError> {
    order.check()?;
    add_job(unit, order, None)
}

/// Adds a job that waits.
pub fn add_job(
    unit: &mut Unit<'_>,
    order: JobOrder,
    after: Option<JobId>,
) -> Result<(), StoreError> {
    let jobs = &mut unit.tables.jobs;
    let is_open = |row: &&JobRow| row.order.queue == order.queue && ended_at(&row.state).is_none();
    check_open(jobs.values().filter(is_open).count() as u64)?;
    let row = JobRow {
        after,
        created_at: unit.at,
        attempts: 0,
        last_failure: None,
        cancelled: None,
        progress: None,
        state: JobState::Queued,
        order,
    };
    add(jobs, row.order.id, row)
}

pub fn end(unit: &mut Unit<'_>, id: JobId, lease: LeaseId, end: JobEnd) -> Result<(), StoreError> {
    let at = unit.at;
    let ends = |row: &JobRow| end != JobEnd::Cancelled || row.cancelled.is_some();
    let row = expect(&mut unit.tables.jobs, &id, |row| runs_under(row, lease) && ends(row))?;
    if let JobEnd::Retry { failure, .. } | JobEnd::Dead { failure } = end {
        row.last_failure = Some(failure);
    }
    let state = match end {
        JobEnd::Retry { not_before, .. } => {
            let is_cancelled = row.cancelled.is_some();
            row.order.not_before = if is_cancelled { at.min(not_before) } else { not_before };
            row.state = JobState::Queued;
            return Ok(());
        }
        JobEnd::Done => JobState::Done { at },
        JobEnd::Dead { .. } => JobState::Dead { at },
        JobEnd::Cancelled => JobState::Cancelled { at },
    };
    finish(unit, id, state)
}

/// Ends a job for good, and queues what follows.
fn finish(unit: &mut Unit<'_>, id: JobId, state: JobState) -> Result<(), StoreError> {
    let row = expect(&mut unit.tables.jobs, &id, |_| true)?;
    row.state = state;
    if state.standing() == Standing::Cancelled {
        row.last_failure = row.cancelled;
    }
    let ended = row.order.clone();
    (row.order.arguments, row.order.continuation) = (None, None);
    let Some(next) = &ended.continuation else { return Ok(()) };
    let next = JobOrder {
        id: next.id,
        kind: next.kind.clone(),
        link: None,
        lane: None,
        mandate: None,
        arguments: next.arguments.clone(),
        not_before: unit.at,
        continuation: None,
        ..ended
    };
    add_job(unit, next, Some(id))
}

pub fn cancel(
    unit: &mut Unit<'_>,
    id: JobId,
    expected: Standing,
    failure: Failure,
) -> Result<(), StoreError> {
    let is_expected = |row: &JobRow| {
        row.order.queue == Queue::Work
            && row.state.standing() == expected
            && ended_at(&row.state).is_none()
    };
    let row = expect(&mut unit.tables.jobs, &id, is_expected)?;
    row.cancelled.get_or_insert(failure);
    let at = unit.at;
    match expected {
        Standing::Queued => finish(unit, id, JobState::Cancelled { at }),
        _ => Ok(()),
    }
}

pub fn cancel_under(
    unit: &mut Unit<'_>,
    mandate: ConsentId,
    failure: Failure,
) -> Result<(), StoreError> {
    let is_under = |row: &&JobRow| {
        row.order.mandate == Some(mandate)
            && row.order.queue == Queue::Work
            && ended_at(&row.state).is_none()
    };
    let under = unit.tables.jobs.values().filter(is_under);
    let under: Vec<_> = under.map(|row| (row.order.id, row.state.standing())).collect();
    under.into_iter().try_for_each(|(id, standing)| cancel(unit, id, standing, failure))
}
