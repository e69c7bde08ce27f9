//! The trait that every connector implements.

use bytes::Bytes;
use cartola_model::InstitutionId;
use cartola_primitives::{Date, Secret};

use crate::registry::unrecognised;
use crate::{Batch, CredentialSchema, DecodeError, Opener, Product};

/// What a connector says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Its id, such as `file`.
    pub id: &'static str,
    /// What it reads, one line.
    pub summary: &'static str,
    /// The layouts it decodes.
    pub layouts: Vec<Layout>,
    /// The institutions that it opens sessions at.
    pub institutions: Vec<Served>,
}

impl Manifest {
    /// One that does nothing yet.
    pub const fn new(id: &'static str, summary: &'static str) -> Self {
        Self { id, summary, layouts: Vec::new(), institutions: Vec::new() }
    }

    /// With the layouts it decodes.
    #[must_use]
    pub fn decoding(mut self, layouts: Vec<Layout>) -> Self {
        self.layouts = layouts;
        self
    }

    /// With the institutions it opens sessions at.
    #[must_use]
    pub fn serving(mut self, institutions: Vec<Served>) -> Self {
        self.institutions = institutions;
        self
    }

    /// What it says of an institution.
    pub fn served(&self, institution: &InstitutionId) -> Option<&Served> {
        self.institutions.iter().find(|served| served.institution == *institution)
    }
}

/// One institution of a connector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// Which.
    pub institution: InstitutionId,
    /// What its sessions offer.
    pub products: Vec<Product>,
    /// What opens one.
    pub credentials: CredentialSchema,
}

/// One layout of a connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Its id, such as `banco-chile/account-sheet`.
    pub id: &'static str,
    /// What it is, one line.
    pub summary: &'static str,
    /// How well its shape is known.
    pub provenance: Provenance,
}

/// Where the knowledge of a layout comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// A published standard.
    Standard,
    /// Second-hand: public parsers and synthetic fixtures; no real file of the bank was opened.
    SecondHand,
    /// The user's own mapping.
    Mapped,
}

/// Largest source, in bytes. A year of a busy company's account is about 10 MiB as XLSX. Whoever
/// takes sources in refuses larger ones at the door, a connector whatever reaches it.
pub const MAX_SOURCE_BYTES: usize = 32 << 20;

/// Largest mapping, in bytes. One with every key has 2 KiB.
pub const MAX_MAPPING_BYTES: usize = 64 << 10;

/// Most batches, and so accounts, of one source. A bank's customer has a few.
pub const MAX_BATCHES: usize = 50;

/// A source to decode.
#[derive(Clone)]
pub struct SourceFile<'a> {
    /// Its bytes.
    pub bytes: Bytes,
    /// Today in Santiago: no source speaks of later days, and it completes dates without a year.
    pub today: Date,
    /// The mapping for files that do not explain themselves (TOML).
    pub mapping: Option<&'a str>,
    /// The password of an encrypted file.
    pub password: Option<&'a Secret<String>>,
}

/// How sure a connector is that a source is its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recognition {
    /// Not its own.
    No,
    /// Of a kind it can read with help, such as CSV with a mapping.
    Possible,
    /// Its signature is there.
    Certain,
}

/// An institution's, provider's or format's way of saying things. It reads what it is given, opens
/// sessions, or both; what it does not do is left as it stands here.
pub trait Connector: Send + Sync {
    /// What it is and reads.
    fn manifest(&self) -> &Manifest;

    /// Whether the source is its own, by its content alone.
    fn recognise(&self, _file: &SourceFile<'_>) -> Recognition {
        Recognition::No
    }

    /// Reads the source. Pure, and all or nothing: an error means that no part of it is to be
    /// used. Never returns an empty list.
    fn decode(&self, _file: &SourceFile<'_>) -> Result<Vec<Batch>, DecodeError> {
        Err(unrecognised())
    }

    /// What opens sessions, where it pulls.
    fn opener(&self) -> Option<&dyn Opener> {
        None
    }
}
