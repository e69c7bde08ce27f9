//! Lists that come page by page.

use cartola_store::Page;

/// Hands every row of a list to `take`, in its order.
pub async fn each<Row, Key, Error>(
    page: impl AsyncFn(Option<Key>) -> Result<Page<Row, Key>, Error>,
    mut take: impl FnMut(Row) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut after = None;
    loop {
        let found = page(after).await?;
        found.rows.into_iter().try_for_each(&mut take)?;
        after = found.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// All of a list, however many pages it has.
pub async fn all<Row, Key, Error>(
    page: impl AsyncFn(Option<Key>) -> Result<Page<Row, Key>, Error>,
) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    each(page, |row| {
        rows.push(row);
        Ok(())
    })
    .await?;
    Ok(rows)
}
