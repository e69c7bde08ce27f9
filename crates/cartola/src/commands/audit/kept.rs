//! A head of a trail that was kept elsewhere.

use std::fmt;
use std::str::FromStr;

use cartola_crypto::{ChainHash, ChainHead};
use cartola_engine::audit::Verified;
use cartola_store::{Audit, StoreError};
use serde::Serialize;

/// A head as it is printed and given: the last entry's number and its hash, `SEQ:HASH`.
#[derive(Debug, Clone, Copy)]
pub struct KeptHead(pub ChainHead);

impl fmt::Display for KeptHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.0.sequence, self.0.hash)
    }
}

impl Serialize for KeptHead {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for KeptHead {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "a head is a number, a colon and 64 hexadecimal digits, as `cartola audit verify` prints it";
        let (sequence, hash) = text.split_once(':').ok_or(EXPECTED)?;
        let sequence = sequence.parse().map_err(|_| EXPECTED)?;
        let hash: ChainHash = hash.parse().map_err(|_| EXPECTED)?;
        Ok(Self(ChainHead { sequence, hash }))
    }
}

/// What comparing with a kept head found.
#[derive(Serialize)]
pub struct Compared {
    /// The head that was kept.
    pub head: KeptHead,
    /// Why the trail does not lead on from it, if so.
    pub problem: Option<String>,
}

impl KeptHead {
    /// Whether the trail, as verified, has this entry. Where the trail is broken before it, that is
    /// what `found` says, and an equal hash proves nothing.
    pub async fn compare(
        self,
        store: &dyn Audit,
        found: &Verified,
    ) -> Result<Compared, StoreError> {
        let Self(ChainHead { sequence, hash }) = self;
        let problem = if sequence > found.head.sequence {
            Some(format!(
                "entry {sequence} was there when the head was kept, and what follows entry {} is cut \
                 off; compare with a backup",
                found.head.sequence
            ))
        } else if hash_at(store, found, sequence).await? != Some(hash) {
            Some(format!(
                "entry {sequence} is not the one of the kept head, so it or one before it was \
                 altered; compare with a backup"
            ))
        } else {
            None
        };
        Ok(Compared { head: self, problem })
    }
}

async fn hash_at(
    store: &dyn Audit,
    found: &Verified,
    sequence: u64,
) -> Result<Option<ChainHash>, StoreError> {
    let Some(before) = sequence.checked_sub(1) else {
        return Ok(Some(ChainHash::genesis(found.tenant)));
    };
    let rows = store.audit(found.tenant, before, 1).await?;
    Ok(rows.first().filter(|row| row.sequence == sequence).map(|row| row.hash))
}
