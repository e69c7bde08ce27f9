//! The pool of connections, and whose rows each of them shows.
//!
//! A connection shows the rows of the tenant that it was told last, so that a read is one statement and
//! no transaction around it. What belongs to no tenant is asked on one that shows nobody's.

use cartola_primitives::id::TenantId;
use cartola_store::StoreError;
use deadpool::managed::{self, Manager, Metrics, RecycleResult};
use deadpool_postgres::ClientWrapper;
use tokio_postgres::Error;

use crate::error::Doing;

/// The pool.
pub type Pool = managed::Pool<Connections>;

/// A connection out of it.
pub type Object = managed::Object<Connections>;

const CONNECTING: &str = "connecting to the database";

/// Makes connections, and looks after them.
pub struct Connections(pub deadpool_postgres::Manager);

/// One connection.
pub struct Pooled {
    /// What is asked.
    pub client: ClientWrapper,
    /// Whose rows it shows outside of transactions.
    pub shown: Shown,
}

/// Whose rows a connection shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// A tenant's, or nobody's.
    Of(Option<TenantId>),
    /// Nobody knows: it is new, or was told to show others and may not have heard that.
    Unknown,
}

impl Shown {
    /// What makes a connection show a tenant's rows, or nobody's; nothing where it does. Until that was
    /// answered, nobody knows what it shows.
    pub fn telling(&mut self, tenant: Option<TenantId>) -> Option<String> {
        if *self == Self::Of(tenant) {
            return None;
        }
        *self = Self::Unknown;
        let tenant = tenant.map(|tenant| tenant.hex()).unwrap_or_default();
        Some(format!("SET cartola.tenant = '{tenant}'"))
    }
}

impl Manager for Connections {
    type Type = Pooled;
    type Error = Error;

    async fn create(&self) -> Result<Pooled, Error> {
        let client = self.0.create().await?;
        Ok(Pooled { client, shown: Shown::Unknown })
    }

    async fn recycle(&self, connection: &mut Pooled, metrics: &Metrics) -> RecycleResult<Error> {
        self.0.recycle(&mut connection.client, metrics).await
    }

    fn detach(&self, connection: &mut Pooled) {
        self.0.detach(&mut connection.client);
    }
}

/// A connection of the pool.
pub async fn connect(pool: &Pool) -> Result<Object, StoreError> {
    pool.get().await.doing(CONNECTING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_told_whatever_it_may_not_show() {
        let [one, other] = [1, 2].map(|byte| Some(TenantId::from_bytes([byte; 16])));
        let mut shown = Shown::Of(None);
        assert_eq!(shown.telling(None), None);
        let told = shown.telling(one).expect("it shows nobody's");
        assert_eq!(told, format!("SET cartola.tenant = '{}'", "01".repeat(16)));
        // Whoever told it did not wait for the answer.
        assert!(shown.telling(one).is_some());
        shown = Shown::Of(one);
        assert_eq!(shown.telling(one), None);
        assert!(shown.telling(other).is_some());
        assert!(shown.telling(one).is_some(), "it may show the other's by now");
        shown = Shown::Of(one);
        assert_eq!(shown.telling(None), Some("SET cartola.tenant = ''".to_owned()));
    }
}
