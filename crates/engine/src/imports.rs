//! Importing statement files.
//!
//! A file is decoded as a whole, its batches are compared with what is known, and everything it
//! comes to is one unit of work: consent, account, movements, sources, balances, audit and, for a
//! repeatable call, the answer. A file that is refused leaves nothing behind.

mod draft;
mod report;
mod resolve;
mod seal;

use bytes::Bytes;
use cartola_connector::{Batch, DecodeError, SourceFile};
use cartola_crypto::ContentHash;
use cartola_model::{InstitutionId, Principal};
use cartola_primitives::id::{AccountId, ImportId};
use cartola_primitives::{Secret, santiago};
use cartola_store::imports::ImportRow;
use cartola_store::{Command, Page};

use crate::access::Subject;
use crate::links::LinkError;
use crate::once::Reply;
use crate::retry::{MaybeConflict, until_settled};
use crate::{Engine, EngineError};

pub use cartola_connector::{MAX_BATCHES, MAX_MAPPING_BYTES, MAX_SOURCE_BYTES as MAX_FILE_BYTES};
pub(crate) use draft::granted_event;
pub use report::{ImportReport, Imported};
pub(crate) use resolve::{Giver, Made};
pub(crate) use seal::{SealedCounterparty, counterparty_place};

use draft::Draft;

/// A file, and what its giver says about it.
#[derive(Clone, Default)]
pub struct Upload {
    /// Its bytes.
    pub bytes: Bytes,
    /// How to read a file that does not explain itself.
    pub mapping: Option<String>,
    /// What opens an encrypted file.
    pub password: Option<std::sync::Arc<Secret<String>>>,
    /// The account it belongs to, for files that do not say.
    pub account: Option<AccountId>,
    /// The institution it comes from, for files that do not say.
    pub institution: Option<InstitutionId>,
}

/// What is proven and compared by hash.
#[derive(Debug, Clone, Copy)]
struct Hashes {
    /// Of the file: the evidence of its consent.
    file: ContentHash,
    /// Of the file and of the mapping it is read by: what an equal import is known by.
    reading: ContentHash,
}

impl Hashes {
    fn of(upload: &Upload) -> Self {
        let file = ContentHash::of(&upload.bytes);
        let reading = upload.mapping.as_ref().map_or(file, |mapping| {
            ContentHash::of(&[file.as_bytes().as_slice(), mapping.as_bytes()].concat())
        });
        Self { file, reading }
    }
}

/// What a unit of work does beside taking in what it came to.
pub(crate) type Also<'a> =
    &'a (dyn Fn(&Imported) -> Result<Vec<Command>, EngineError> + Send + Sync);

/// Why a file was not imported. Nothing of it is kept.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It cannot be read.
    #[error(transparent)]
    Refused(#[from] DecodeError),
    /// It is larger than [`MAX_FILE_BYTES`], or its mapping than [`MAX_MAPPING_BYTES`].
    #[error("the file is larger than {} MiB", MAX_FILE_BYTES >> 20)]
    TooLarge,
    /// The account named by the caller is not there.
    #[error("there is no such account")]
    AccountUnknown,
    /// Neither the file nor the caller says which account it is.
    #[error("the file does not say its {0}; {how}, or name the account that it belongs to", how = how_to_say(.0))]
    AccountUnclear(&'static str),
    /// File and caller say different things.
    #[error("the file is of another {0} than the one named")]
    AccountMismatch(&'static str),
    /// The institution is not in the catalogue.
    #[error("there is no such institution in the catalogue")]
    InstitutionUnknown,
    /// The file has two statements of one account, or too many accounts.
    #[error("the file has {0}; import them from files of their own")]
    Shape(&'static str),
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// How a caller says what a file leaves out. Only an institution can be named by itself.
fn how_to_say(missing: &str) -> &'static str {
    if missing == "institution" { "name it" } else { "write it into the mapping" }
}

impl ImportError {
    /// Whether nothing was written for certain.
    pub(crate) fn is_certain(&self) -> bool {
        match self {
            Self::Engine(error) => error.is_certain(),
            _ => true,
        }
    }
}

impl MaybeConflict for ImportError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_conflict())
    }
}

impl Engine {
    /// Imports a file.
    pub async fn import(
        &self,
        who: &Principal,
        upload: Upload,
        reply: Reply<'_, Imported>,
    ) -> Result<Imported, ImportError> {
        let hashes = Hashes::of(&upload);
        let batches = self.decode(&upload).await?;
        check_shape(&batches)?;
        let (upload, batches, reply) = (&upload, batches.as_slice(), &reply);
        until_settled(|| self.import_once(who, upload, hashes, batches, reply)).await
    }

    /// Decides on what is known now, keeps the file, and commits.
    async fn import_once(
        &self,
        who: &Principal,
        upload: &Upload,
        hashes: Hashes,
        batches: &[Batch],
        reply: &Reply<'_, Imported>,
    ) -> Result<Imported, ImportError> {
        self.check_ticket(reply.ticket).await?;
        let batches = &*self.on_kept_days(batches).await?;
        let giver = Giver::Tenant(upload);
        let resolved = self.resolve_all(who, giver, batches).await?;
        if let Some(repeated) = self.repeated(who, hashes, &resolved).await? {
            self.acknowledge(who, &repeated, reply).await?;
            return Ok(repeated);
        }
        let draft = self.draft(who, giver, hashes, batches, resolved).await?;
        let also = |imported: &Imported| Ok(reply.command(self, imported)?.into_iter().collect());
        self.keep_and_commit(who, &upload.bytes, draft, &also).await
    }

    /// Takes in what an institution said through a link, under the link's mandate. What `before` gives
    /// is part of the unit too, and decided anew with it.
    pub(crate) async fn take_in<B>(
        &self,
        who: &Principal,
        giver: Giver<'_>,
        (raw, batches): (&[u8], &[Batch]),
        before: impl Fn() -> B,
        also: Also<'_>,
    ) -> Result<Imported, LinkError>
    where
        B: Future<Output = Result<Vec<Command>, EngineError>>,
    {
        check_shape(batches)?;
        let turn = self.inner.taking_in.acquire().await;
        let _turn = turn.map_err(|_| EngineError::Interrupted)?;
        let hash = ContentHash::of(raw);
        let hashes = Hashes { file: hash, reading: hash };
        until_settled(|| async {
            // What a mandate allowed to be asked, it may no longer allow to be kept. The unit expects
            // it in the version that is looked at here: one that was renewed meanwhile holds.
            let mandate = match giver {
                Giver::Institution { mandate, .. } => {
                    Some(self.mandate_that_holds(who, mandate.id).await?)
                }
                Giver::Tenant(_) => None,
            };
            let giver = mandate.as_ref().map_or(giver, |mandate| giver.under(mandate));
            let batches = &*self.on_kept_days(batches).await?;
            let mut resolved = self.resolve_all(who, giver, batches).await?;
            resolved.made.extend(before().await?);
            let draft = self.draft(who, giver, hashes, batches, resolved).await?;
            Ok(self.keep_and_commit(who, raw, draft, also).await?)
        })
        .await
    }

    async fn keep_and_commit(
        &self,
        who: &Principal,
        raw: &[u8],
        draft: Draft,
        also: Also<'_>,
    ) -> Result<Imported, ImportError> {
        if !draft.needs_source() || draft.kept().is_some() {
            let kept = draft.kept();
            return self.commit_draft(who, draft, kept, also).await;
        }
        let archive = self.keep_source(who, raw, &draft).await?;
        let outcome = self.commit_draft(who, draft, Some(archive), also).await;
        if outcome.as_ref().is_err_and(ImportError::is_certain) {
            self.forget_source(who, archive).await;
        }
        outcome
    }

    /// One import.
    pub async fn import_by_id(
        &self,
        who: &Principal,
        id: ImportId,
    ) -> Result<Option<ImportRow>, EngineError> {
        self.note_access(who, "import.read", Subject::one(id));
        Ok(self.store().import(who.tenant, id).await?)
    }

    /// Imports, by age; of one account if asked.
    pub async fn imports(
        &self,
        who: &Principal,
        account: Option<AccountId>,
        after: Option<ImportId>,
        limit: usize,
    ) -> Result<Page<ImportRow, ImportId>, EngineError> {
        self.note_access(who, "import.read", Subject::list("imports"));
        Ok(self.store().imports(who.tenant, account, after, limit).await?)
    }

    /// Decodes on a thread of its own: a large file takes a second of computing.
    async fn decode(&self, upload: &Upload) -> Result<Vec<Batch>, ImportError> {
        let mapping_size = upload.mapping.as_ref().map_or(0, String::len);
        if upload.bytes.len() > MAX_FILE_BYTES || mapping_size > MAX_MAPPING_BYTES {
            return Err(ImportError::TooLarge);
        }
        let interrupted = |_| EngineError::Interrupted;
        let decoding = self.inner.decoding.clone();
        let turn = decoding.acquire_owned().await.map_err(|_| EngineError::Interrupted)?;
        let connectors = self.connectors().clone();
        let today = santiago::today(self.now());
        let upload = upload.clone();
        let decoded = tokio::task::spawn_blocking(move || {
            // Held by the work and not by who waits for it, who may be gone.
            let _turn = turn;
            connectors.decode(&SourceFile {
                bytes: upload.bytes.clone(),
                today,
                mapping: upload.mapping.as_deref(),
                password: upload.password.as_deref(),
            })
        });
        Ok(decoded.await.map_err(interrupted)??)
    }
}

fn check_shape(batches: &[Batch]) -> Result<(), ImportError> {
    match batches.len() {
        0 => Err(ImportError::Shape("no statement at all")),
        1..=MAX_BATCHES => Ok(()),
        _ => Err(ImportError::Shape("too many accounts")),
    }
}
