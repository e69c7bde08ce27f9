//! The token of a session: kept, renewed before it runs out, and once where it is refused.

use std::time::Duration;

use cartola_connector::{ConnectorError, Context, Credential, Deadline, Endpoint, Request};
use cartola_primitives::Secret;
use tokio::sync::{Mutex, MutexGuard};

use super::{decode, encode};
use crate::wire::told;

/// How long before its end a token is renewed at the latest: longer than any call takes.
pub const RENEWED_BEFORE: Duration = Duration::from_mins(1);

/// Longest time that a token is believed to be good for. What lasts longer is asked for again.
pub const LONGEST_KEPT: Duration = Duration::from_hours(24);

/// Gives tokens to the calls of a session.
pub(super) struct Tokens {
    credential: Credential,
    kept: Mutex<Kept>,
}

struct Kept {
    access: Secret<String>,
    until: Deadline,
    /// Raised at each renewal, so that of several calls refused together one renews.
    generation: u64,
}

impl Kept {
    fn of(told: told::Token, generation: u64) -> Self {
        let lasts = Duration::from_secs(told.expires_in).min(LONGEST_KEPT);
        // Of a token that hardly lasts the half is used, so that not every call asks for one.
        let kept_for = lasts.saturating_sub(RENEWED_BEFORE).max(lasts / 2);
        Self { access: told.access_token, until: Deadline::after(kept_for), generation }
    }
}

impl Tokens {
    /// Gets the first one.
    pub async fn begin(
        credential: Credential,
        endpoint: &Endpoint,
        context: &Context,
    ) -> Result<Self, ConnectorError> {
        let kept = Kept::of(ask(&credential, endpoint, context).await?, 0);
        Ok(Self { credential, kept: Mutex::new(kept) })
    }

    /// The request with a token that has not run out, and which one that is.
    pub async fn authorise(
        &self,
        request: Request,
        endpoint: &Endpoint,
        context: &Context,
    ) -> Result<(Request, u64), ConnectorError> {
        let kept = self.fresh(endpoint, context).await?;
        Ok((request.with_bearer(&kept.access)?, kept.generation))
    }

    /// Sees to it that there is a token that has not run out.
    pub async fn freshen(
        &self,
        endpoint: &Endpoint,
        context: &Context,
    ) -> Result<(), ConnectorError> {
        self.fresh(endpoint, context).await.map(drop)
    }

    async fn fresh(
        &self,
        endpoint: &Endpoint,
        context: &Context,
    ) -> Result<MutexGuard<'_, Kept>, ConnectorError> {
        let mut kept = self.kept.lock().await;
        if kept.until.remaining().is_zero() {
            self.renew(&mut kept, endpoint, context).await?;
        }
        Ok(kept)
    }

    /// Renews the token of that generation, which was refused, unless somebody has done so meanwhile.
    pub async fn refused(
        &self,
        generation: u64,
        endpoint: &Endpoint,
        context: &Context,
    ) -> Result<(), ConnectorError> {
        let mut kept = self.kept.lock().await;
        if kept.generation == generation {
            self.renew(&mut kept, endpoint, context).await?;
        }
        Ok(())
    }

    async fn renew(
        &self,
        kept: &mut Kept,
        endpoint: &Endpoint,
        context: &Context,
    ) -> Result<(), ConnectorError> {
        let told = ask(&self.credential, endpoint, context).await?;
        *kept = Kept::of(told, kept.generation + 1);
        Ok(())
    }
}

async fn ask(
    credential: &Credential,
    endpoint: &Endpoint,
    context: &Context,
) -> Result<told::Token, ConnectorError> {
    decode::token(&endpoint.send(&encode::token(credential)?, context).await?)
}
