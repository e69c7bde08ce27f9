//! A store that is nothing but rows, for tests of what backends give and take.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::stream::channel;
use super::{Cell, Dump, Load, Row, Rows, TABLES, Table};
use crate::StoreError;

type Content = BTreeMap<&'static str, BTreeMap<Vec<Cell>, Row>>;

/// Rows by table and key.
#[derive(Default)]
pub struct Pile {
    rows: Mutex<Content>,
    complete: Mutex<bool>,
}

impl Pile {
    /// All that a store gives.
    ///
    /// # Panics
    ///
    /// Where the store does not give its tables in the order of their keys, each once.
    pub async fn of(store: &dyn Dump) -> Self {
        let pile = Self::default();
        for table in TABLES {
            let mut rows = store.rows(table).await.expect("a table can be read");
            let mut last: Option<Vec<Cell>> = None;
            while let Some(row) = rows.next().await.expect("a row can be read") {
                let key = table.key(&row).to_vec();
                let order = "the rows of a table come in the order of its key";
                assert!(last.is_none_or(|last| last < key), "{order}: {}", table.name);
                last = Some(key);
                pile.add(table, vec![row]).await.expect("a pile takes everything");
            }
        }
        pile
    }

    /// Whether the copy into it was ended.
    pub fn is_complete(&self) -> bool {
        *self.complete.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tables without any row.
    pub fn empty_tables(&self) -> Vec<&'static str> {
        let rows = self.lock();
        let empty =
            TABLES.iter().filter(|table| rows.get(table.name).is_none_or(BTreeMap::is_empty));
        empty.map(|table| table.name).collect()
    }

    /// Changes rows behind everybody's back.
    pub fn change(
        &self,
        table: &'static Table,
        change: impl FnOnce(&mut BTreeMap<Vec<Cell>, Row>),
    ) {
        change(self.lock().entry(table.name).or_default());
    }

    fn lock(&self) -> MutexGuard<'_, Content> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Dump for Pile {
    async fn count(&self, table: &'static Table) -> Result<u64, StoreError> {
        Ok(self.lock().get(table.name).map_or(0, BTreeMap::len) as u64)
    }

    async fn rows(&self, table: &'static Table) -> Result<Rows, StoreError> {
        let rows: Vec<Row> =
            self.lock().get(table.name).into_iter().flat_map(BTreeMap::values).cloned().collect();
        let (mut sender, receiver) = channel();
        tokio::spawn(async move {
            for row in rows {
                if !sender.send(row).await {
                    return;
                }
            }
            sender.end(Ok(())).await;
        });
        Ok(receiver)
    }
}

#[async_trait]
impl Load for Pile {
    async fn begin(&self) -> Result<(), StoreError> {
        self.lock().clear();
        Ok(())
    }

    async fn add(&self, table: &'static Table, rows: Vec<Row>) -> Result<(), StoreError> {
        let mut content = self.lock();
        let content = content.entry(table.name).or_default();
        for row in rows {
            content.insert(table.key(&row).to_vec(), row);
        }
        Ok(())
    }

    async fn settle(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn complete(&self) -> Result<(), StoreError> {
        *self.complete.lock().unwrap_or_else(PoisonError::into_inner) = true;
        Ok(())
    }
}
