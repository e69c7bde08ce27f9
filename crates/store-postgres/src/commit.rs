//! How a unit of work reaches the disk.
//!
//! Units of a tenant that come while others are on their way wait, and go together: [`groups`] says
//! which, [`writer`] how.

mod groups;
mod writer;

use async_trait::async_trait;
use cartola_store::{Committer, Receipt, StoreError, StoreErrorKind, UnitOfWork};

use crate::PostgresStore;
use crate::columns::Columns;
use crate::rows::only;
use crate::unit::check_size;

pub use groups::Groups;
pub use writer::Writer;

#[async_trait]
impl Committer for PostgresStore {
    async fn commit(&self, work: UnitOfWork) -> Result<Receipt, StoreError> {
        check_size(&work)?;
        self.groups().commit(work).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        const WRITABLE: &str = "SELECT NOT pg_is_in_recovery()";
        if only(&self.of_nobody(WRITABLE, Vec::new()).await?, |columns: &mut Columns<'_>| {
            columns.flag()
        })? {
            return Ok(());
        }
        let context = "the database is a copy that takes no writes";
        Err(StoreError::new(StoreErrorKind::Unavailable, context))
    }
}
