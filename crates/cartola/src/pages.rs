//! Lists that come page by page.

use cartola_store::Page;

/// All of a list, however many pages it has.
pub async fn all<Row, Key, Error>(
    page: impl AsyncFn(Option<Key>) -> Result<Page<Row, Key>, Error>,
) -> Result<Vec<Row>, Error> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let found = page(after).await?;
        rows.extend(found.rows);
        after = found.next;
        if after.is_none() {
            return Ok(rows);
        }
    }
}
