//! Reading movements, why they are what they are, and following their changes.

mod split;
mod told;

use std::collections::HashSet;

use cartola_model::audit::SCREEN_OF_MOVEMENTS;
use cartola_model::{ConsentData, Counterparty, Principal};
use cartola_primitives::id::{AccountId, ConsentId, MovementId};
use cartola_store::consents::ConsentRow;
use cartola_store::movements::{
    AliasRow, Attested, FeedEntry, MovementPage, MovementQuery, MovementRow,
};

use crate::access::Subject;
use crate::imports::{SealedCounterparty, counterparty_place};
use crate::ingest::standing;
use crate::{Engine, EngineError};

pub use split::{Split, SplitError};

/// Entries of the change feed that one reading gives at most.
pub const MAX_FEED: usize = 1_000;

/// A movement and why it is what it is.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The movement with its sources. One that says nothing, and is not an absence, is withheld: the
    /// consent under which it came has ended, or is about movements no more.
    pub attested: Attested,
    /// Merges and undone merges that name it.
    pub aliases: Vec<AliasRow>,
}

/// What changed after a position.
#[derive(Debug, Clone)]
pub struct Changes {
    /// The changes, in order.
    pub entries: Vec<FeedEntry>,
    /// The position to go on from.
    pub position: u64,
    /// Whether there may be more at once.
    pub more: bool,
    /// Whether the position asked for lies beyond the end of the feed: whoever holds it has it from
    /// another store, or from this one before an older backup was restored.
    pub beyond: bool,
}

impl Engine {
    /// A page of movements. The caller fills everything but the time.
    pub async fn movements(
        &self,
        who: &Principal,
        mut query: MovementQuery,
    ) -> Result<MovementPage, EngineError> {
        query.now = self.now();
        let subject = query.account.map_or(Subject::list("movements"), Subject::one);
        self.note_screen(who, "movement.read", subject, Some(SCREEN_OF_MOVEMENTS));
        Ok(self.store().movements(who.tenant, &query).await?)
    }

    /// Whether there is an account that a consent allows to be shown.
    pub async fn shows_account(&self, who: &Principal, id: AccountId) -> Result<bool, EngineError> {
        Ok(self.store().account(who.tenant, id, self.now()).await?.is_some())
    }

    /// One movement, with its sources and the ids that were merged into it or split from it.
    pub async fn explain(
        &self,
        who: &Principal,
        id: MovementId,
    ) -> Result<Option<Explained>, EngineError> {
        self.note_screen(who, "movement.read", Subject::one(id), Some(SCREEN_OF_MOVEMENTS));
        let Some(mut attested) = self.store().movement(who.tenant, id, self.now()).await? else {
            return Ok(None);
        };
        self.confirm(who, &mut attested).await?;
        self.withhold(who, &mut attested).await?;
        let aliases = self.store().aliases(who.tenant, id).await?;
        Ok(Some(Explained { attested, aliases }))
    }

    /// Makes the records of a movement as young as what said the same again.
    async fn confirm(&self, who: &Principal, attested: &mut Attested) -> Result<(), EngineError> {
        let movement = &attested.row.movement;
        let (account, day) = (movement.account, movement.booked_on);
        let sightings = self.store().sightings(who.tenant, account, day, day).await?;
        standing::confirm(attested, &sightings);
        Ok(())
    }

    /// Takes out what those sources said whose own consent no longer holds, or is no longer about
    /// movements; that they spoke stays.
    async fn withhold(&self, who: &Principal, attested: &mut Attested) -> Result<(), EngineError> {
        let consents: HashSet<ConsentId> =
            attested.sources.iter().map(|source| source.consent).collect();
        let mut holding = HashSet::with_capacity(consents.len());
        for id in consents {
            let consent = self.store().consent(who.tenant, id).await?;
            let shows = |consent: ConsentRow| {
                consent.state.holds(self.now()) && ConsentData::has_accounts(consent.data)
            };
            if consent.is_some_and(shows) {
                holding.insert(id);
            }
        }
        for source in &mut attested.sources {
            source.says.take_if(|_| !holding.contains(&source.consent));
        }
        Ok(())
    }

    /// The other side of a movement, opened.
    pub async fn counterparty<Text>(
        &self,
        who: &Principal,
        row: &MovementRow<Text>,
    ) -> Result<Option<Counterparty>, EngineError> {
        let Some(sealed) = &row.counterparty else { return Ok(None) };
        let place = counterparty_place(who.tenant, &row.movement.id);
        let record: SealedCounterparty = self.vault().open_record(&place, sealed).await?;
        Ok(Some(record.open()))
    }

    /// What changed after a position, at most `limit` changes and never more than [`MAX_FEED`].
    pub async fn changes(
        &self,
        who: &Principal,
        after: u64,
        limit: usize,
    ) -> Result<Changes, EngineError> {
        self.note_screen(who, "movement.read", Subject::list("changes"), Some(SCREEN_OF_MOVEMENTS));
        let limit = limit.clamp(1, MAX_FEED);
        let entries = self.store().feed(who.tenant, after, limit, self.now()).await?;
        let position = entries.last().map_or(after, |entry| entry.position);
        let more = entries.len() == limit;
        let beyond = entries.is_empty() && !self.feed_reaches(who, after).await?;
        Ok(Changes { entries, position, more, beyond })
    }

    /// Whether the feed has come to a position, whatever of it is forgotten.
    async fn feed_reaches(&self, who: &Principal, position: u64) -> Result<bool, EngineError> {
        Ok(position <= self.store().feed_end(who.tenant).await?)
    }
}
