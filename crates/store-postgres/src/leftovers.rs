//! What a process that died leaves in the archive.
//!
//! An object is durable before the unit of work that names it is. A crash in between leaves a sealed
//! source that nothing names: nobody consented to its being kept, so it is removed. Since another
//! process may be in between at this moment, only what is old enough is.

use std::time::Duration;

use cartola_store::{MAX_PAGE, StoreError};

use crate::PostgresStore;
use crate::columns::Columns;
use crate::rows::only;
use crate::value::values;

const CLEAR: &str = "SELECT clear_archive($1::bigint * interval '1 second', $2)";

impl PostgresStore {
    /// Removes objects that nothing names and that have been kept for so long, in whole seconds
    /// of the database's clock: longer than any import takes. Gives their number.
    pub async fn clear_leftovers(&self, age: Duration) -> Result<u64, StoreError> {
        let mut removed = 0;
        loop {
            let rows = self.of_nobody(CLEAR, values![age.as_secs(), MAX_PAGE as u64]).await?;
            let page: u64 = only(&rows, |columns: &mut Columns<'_>| columns.number())?;
            removed += page;
            if page < MAX_PAGE as u64 {
                return Ok(removed);
            }
        }
    }
}
