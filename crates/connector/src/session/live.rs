//! Sessions that are closed whatever becomes of their user.

use std::sync::Arc;
use std::time::Duration;

use cartola_model::InstitutionId;
use tokio::sync::watch;

use super::{Login, Meter, Session, StatementQuery, WholeStatement, whole_statement};
use crate::{Connector, ConnectorError, Context, Deadline, DeviceId, ErrorKind};

/// How long closing a session may take. It has a time of its own, as the one of the work may be
/// used up.
pub const CLOSE_TIMEOUT: Duration = Duration::from_secs(10);

/// Counts the sessions that are being opened, used or closed.
#[derive(Clone, Debug)]
pub struct Housekeeping {
    live: Arc<watch::Sender<usize>>,
}

impl Default for Housekeeping {
    fn default() -> Self {
        Self { live: Arc::new(watch::Sender::new(0)) }
    }
}

impl Housekeeping {
    /// Waits until every session is closed: before a process ends, and in tests.
    pub async fn settled(&self) {
        let closed = self.live.subscribe().wait_for(|live| *live == 0).await.is_ok();
        debug_assert!(closed, "the sender lives as long as self");
    }

    fn tally(&self) -> Tally {
        self.live.send_modify(|live| *live += 1);
        Tally { live: Arc::clone(&self.live) }
    }
}

/// One of the sessions counted.
struct Tally {
    live: Arc<watch::Sender<usize>>,
}

impl Drop for Tally {
    fn drop(&mut self) {
        self.live.send_modify(|live| *live -= 1);
    }
}

/// A session in use. Close it to know whether that worked; dropped, it closes itself in a task of
/// its own.
pub struct LiveSession {
    institution: InstitutionId,
    context: Context,
    open: Option<(Box<dyn Session>, Tally)>,
}

impl LiveSession {
    /// Opens a session in a task of its own: a caller who goes away in the middle cannot leave one
    /// at the bank that nobody knows of, since the task sees it through and closes it.
    pub(crate) async fn open(
        connector: Arc<dyn Connector>,
        login: Login,
        context: Context,
        housekeeping: &Housekeeping,
    ) -> Result<Self, ConnectorError> {
        let tally = housekeeping.tally();
        let opening = tokio::spawn(async move {
            let opener = connector.opener().ok_or_else(unsupported)?;
            let outcome = opener.open(&login, &context).await;
            context.signed_in(outcome.as_ref().map(|_| ())).await;
            let session = outcome?;
            let open = Some((session, tally));
            let live = Self { institution: login.institution, context, open };
            if live.context.is_outside() { Err(uninvited()) } else { Ok(live) }
        });
        opening.await.unwrap_or_else(|_| {
            let reason = "opening the session broke off";
            Err(ConnectorError::new(ErrorKind::Internal, "open", reason))
        })
    }

    /// Where it is.
    pub fn institution(&self) -> &InstitutionId {
        &self.institution
    }

    /// The session itself, with what it offers.
    pub fn session(&self) -> &dyn Session {
        &*self.open.as_ref().expect("it is taken out only where self is given up").0
    }

    /// The device that it was opened from.
    pub fn device(&self) -> Option<&DeviceId> {
        self.session().device()
    }

    /// All movements of some days of an account.
    pub async fn statement(
        &self,
        query: &StatementQuery<'_>,
    ) -> Result<WholeStatement, ConnectorError> {
        let reader = self.session().statements().ok_or_else(unsupported)?;
        whole_statement(reader, &self.institution, query, &self.context, None).await
    }

    /// The same, page by page as `meter` allows.
    pub async fn metered_statement(
        &self,
        query: &StatementQuery<'_>,
        meter: &dyn Meter,
    ) -> Result<WholeStatement, ConnectorError> {
        let reader = self.session().statements().ok_or_else(unsupported)?;
        whole_statement(reader, &self.institution, query, &self.context, Some(meter)).await
    }

    /// Ends the session. It ends even where the caller does not wait for it.
    pub async fn close(mut self) -> Result<(), ConnectorError> {
        let Some(closing) = self.closing() else { return Ok(()) };
        tokio::spawn(closing).await.unwrap_or_else(|_| {
            let reason = "closing the session broke off";
            Err(ConnectorError::new(ErrorKind::Internal, "close", reason))
        })
    }

    fn closing(&mut self) -> Option<impl Future<Output = Result<(), ConnectorError>> + use<>> {
        let (session, tally) = self.open.take()?;
        let context = self.context.clone();
        Some(async move {
            let context = context.with_deadline(Deadline::after(CLOSE_TIMEOUT));
            let closed = session.close(&context).await;
            drop(tally);
            closed
        })
    }
}

impl Drop for LiveSession {
    /// Without a runtime nothing can be sent any more, and the session ends when the bank lets it.
    fn drop(&mut self) {
        let Some(closing) = self.closing() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let institution = self.institution.clone();
        runtime.spawn(async move {
            if let Err(error) = closing.await {
                let kind = error.kind.name();
                tracing::warn!(%institution, kind, "connector.session.left_open");
            }
        });
    }
}

/// What nobody has written down may not count as an attempt.
fn uninvited() -> ConnectorError {
    let reason = "the connector signed in without asking for leave";
    ConnectorError::new(ErrorKind::Internal, "open", reason)
}

fn unsupported() -> ConnectorError {
    let reason = "this connector does not offer it";
    ConnectorError::new(ErrorKind::Unsupported, "session", reason)
}
