//! Killing a gateway on a database while cash is put aside.

use crate::crash_withdrawals::{Kept, check};
use crate::postgres::Cluster;

#[test]
fn withdrawals_survive_kills_of_a_gateway_on_a_database() {
    check(|config| Kept::Database(Cluster::new(config)));
}
