//! Following the pages of a list.

use std::fmt::Debug;

use crate::{MAX_PAGE, Page, StoreError};

/// Fails unless the list is `expected`, in that order, in pages of every size.
pub async fn check_list<Row, Key>(
    expected: &[Row],
    read: impl AsyncFn(Option<Key>, usize) -> Result<Page<Row, Key>, StoreError>,
) where
    Row: Debug + PartialEq,
    Key: Copy,
{
    for limit in [0, 1, 2, 3, expected.len(), expected.len() + 1, MAX_PAGE, usize::MAX] {
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let page = read(after, limit).await.expect("a page can be read");
            assert!(page.rows.len() <= limit.max(1), "a page of {limit} is longer");
            assert!(
                !page.rows.is_empty() || after.is_none(),
                "the page after the last was promised"
            );
            found.extend(page.rows);
            assert!(found.len() <= expected.len(), "pages of {limit} repeat themselves");
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, expected, "pages of {limit}");
    }
}
