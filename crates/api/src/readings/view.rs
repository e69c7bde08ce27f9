//! A reading as it is sent.

use cartola_engine::readings::{Progress, ReadingFigures, ReadingStanding, ReadingState, Step};
use cartola_model::Failure;
use cartola_primitives::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::failure::FailureView;
use crate::wire::{self, IdText};

/// One reading of one link.
#[derive(Serialize, ToSchema)]
#[schema(as = Reading)]
pub struct ReadingView {
    #[schema(value_type = wire::ReadingId)]
    id: IdText,
    #[schema(value_type = wire::LinkId)]
    link_id: IdText,
    state: StateView,
    #[schema(value_type = wire::Instant)]
    requested_at: Timestamp,
    /// When it ended, whichever way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::Instant>, nullable = false)]
    ended_at: Option<Timestamp>,
    /// How far it is, while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    progress: Option<ProgressView>,
    /// What it came to, once it is done; left out where the link was read again since.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    result: Option<ResultView>,
    /// Why it came to nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    failure: Option<FailureView>,
}

/// Where a reading stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReadingState)]
enum StateView {
    /// It waits for its turn.
    Waiting,
    /// The institution is being asked.
    Running,
    /// It is done.
    Done,
    /// It came to nothing.
    Failed,
    /// It was cancelled: by the tenant, or because what allowed it has ended.
    Cancelled,
}

/// How far a reading is.
#[derive(Serialize, ToSchema)]
#[schema(as = ReadingProgress)]
struct ProgressView {
    step: StepView,
    /// Accounts there are, once they are known.
    accounts: u32,
    /// Accounts whose movements are read.
    accounts_done: u32,
    /// Movements that were told of so far.
    movements: u64,
}

/// What a reading does.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReadingStep)]
enum StepView {
    /// It signs in.
    SigningIn,
    /// It asks which accounts there are, and for their balances.
    Accounts,
    /// It asks for movements, account by account.
    Movements,
    /// It asks for what is told as a whole.
    Records,
    /// It takes in what was told.
    Keeping,
}

/// What a reading came to, over all accounts of its link.
#[derive(Serialize, ToSchema)]
#[schema(as = ReadingResult)]
struct ResultView {
    /// Accounts that were read.
    accounts: u64,
    /// Lines that the institution told.
    read: u64,
    /// Movements that nobody had told of before.
    new: u64,
    /// Lines that told of a movement that was known.
    duplicates: u64,
    /// Known movements that now say something else.
    amended: u64,
    /// Known movements that the institution no longer has.
    removed: u64,
    /// Products that were told of as a whole.
    records: u64,
}

impl ReadingView {
    /// A reading as it stands, for whoever looks at that time.
    pub fn at(standing: &ReadingStanding, now: Timestamp) -> Self {
        let (state, failure) = match standing.now.state {
            ReadingState::Waiting => (StateView::Waiting, None),
            ReadingState::Running => (StateView::Running, None),
            ReadingState::Done => (StateView::Done, None),
            ReadingState::Failed(failure) => (StateView::Failed, Some(failure)),
            // The tenant knows why; what ended under it, it is told.
            ReadingState::Cancelled(failure) => (
                StateView::Cancelled,
                Some(failure).filter(|failure| *failure == Failure::ConsentRevoked),
            ),
        };
        let progress = matches!(state, StateView::Running).then_some(standing.now.progress);
        Self {
            id: standing.id.into(),
            link_id: standing.link.into(),
            state,
            requested_at: standing.requested_at,
            ended_at: standing.ended_at,
            progress: progress.flatten().map(ProgressView::from),
            result: standing.figures.map(ResultView::from),
            failure: failure.map(|why| FailureView::of(why, standing.asked_again_at, now)),
        }
    }
}

impl From<Progress> for ProgressView {
    fn from(progress: Progress) -> Self {
        let Progress { step, accounts_done, accounts, movements } = progress;
        let step = match step {
            Step::SigningIn => StepView::SigningIn,
            Step::Accounts => StepView::Accounts,
            Step::Movements => StepView::Movements,
            Step::Records => StepView::Records,
            Step::Keeping => StepView::Keeping,
        };
        Self { step, accounts, accounts_done, movements }
    }
}

impl From<ReadingFigures> for ResultView {
    fn from(figures: ReadingFigures) -> Self {
        let ReadingFigures { accounts, read, new, duplicates, amended, removed, records } = figures;
        Self { accounts, read, new, duplicates, amended, removed, records }
    }
}
