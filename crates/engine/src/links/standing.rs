//! Where links stand, for whoever is told: a link that nothing allows to be read is not told as active.

use std::collections::HashMap;

use cartola_model::{LinkSource, LinkStanding, Principal};
use cartola_primitives::id::LinkId;
use cartola_store::Page;
use cartola_store::people::LinkRow;

use crate::consents::purposes::OF_ONE_OPERATION;
use crate::{Engine, EngineError};

/// A link, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownLink {
    /// As it is kept.
    pub row: LinkRow,
    /// Where it stands, with its mandate.
    pub standing: LinkStanding,
}

impl Engine {
    /// Links, by age, and where each stands. Of one that is fed by files or calls each of those brings its
    /// own consent: its mandate does not say whether it takes data.
    pub async fn shown_links(
        &self,
        who: &Principal,
        after: Option<LinkId>,
        limit: usize,
    ) -> Result<Page<ShownLink, LinkId>, EngineError> {
        let Page { rows, next } = self.links(who, after, limit).await?;
        let signing_in = rows.iter().filter(|row| row.source == LinkSource::Credentials);
        let signing_in = signing_in.map(|row| row.id).collect();
        let mandates =
            self.store().mandates_of_links(who.tenant, signing_in, OF_ONE_OPERATION).await?;
        let mandates: HashMap<_, _> =
            mandates.into_iter().map(|mandate| (mandate.link, mandate.state)).collect();
        let now = self.now();
        let shown = |row: LinkRow| {
            let standing = row.state.under(mandates.get(&row.id), now);
            ShownLink { row, standing }
        };
        Ok(Page { rows: rows.into_iter().map(shown).collect(), next })
    }
}

impl ShownLink {
    /// One that was just begun, under a mandate that holds.
    pub fn begun(row: LinkRow) -> Self {
        Self { standing: row.state.standing(), row }
    }
}
