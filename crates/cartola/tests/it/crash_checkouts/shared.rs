//! On a gateway on PostgreSQL and a sandbox of its own process, of which one or the other is killed.

use std::net::TcpListener;
use std::time::Instant;

use tempfile::TempDir;

use super::{
    LOOK_EVERY, PAGES_A_KILL, PATIENCE, Place, Scene, ends_hold, money_moved_as_told, pages, table,
    under_fire, wanted,
};
use crate::chile::Chile;
use crate::customers::{configuration, customers};
use crate::installation::Gateway;
use crate::postgres::Cluster;
use crate::seeded::Seeded;
use crate::shop;

/// One page in so many of those of a demo.
const FEWER: usize = 3;

/// Where callbacks go, which nobody takes: how many there are is counted.
const NOWHERE: &str = "https://93.184.216.34/hook";

struct Scenery {
    folder: TempDir,
    cluster: Cluster,
    gateway: Gateway,
    chile: Chile,
    port: u16,
    key: String,
}

impl Scenery {
    fn begin(count: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let paid = shop::paid(&shop::merchant().account);
        let cluster = Cluster::new(&(configuration(&customers(count), port) + &paid));
        let keys = cluster.installation.tenant("acme");
        let chile = Chile::start_on(folder.path(), port);
        let gateway = cluster.installation.serve();
        let key = keys["api_key"].as_str().unwrap().to_owned();
        Self { folder, cluster, gateway, chile, port, key }
    }
}

impl Scene for Scenery {
    const MAX_LIFE: u64 = 800;

    fn place(&self) -> Place {
        Place { gateway: self.gateway.client(&self.key), chile: self.chile.client.clone() }
    }

    fn killed(self, seeded: &mut Seeded) -> Self {
        if seeded.below(2) == 0 {
            self.gateway.process.kill();
            let gateway = self.cluster.installation.serve();
            return Self { gateway, ..self };
        }
        self.chile.kill();
        Self { chile: Chile::start_on(self.folder.path(), self.port), ..self }
    }
}

/// Waits until there is one last word for each page that has ended: it is written by a job of its own,
/// which may have been with a gateway that was killed.
#[allow(clippy::disallowed_methods, reason = "a limit to waiting is no business time")]
fn until_written(place: &Place, ended: usize) {
    let begun = Instant::now();
    let written = || place.gateway.list("/v1/messages").len();
    while written() < ended && begun.elapsed() < PATIENCE {
        std::thread::sleep(LOOK_EVERY);
    }
    assert_eq!(written(), ended, "one last word each");
}

#[test]
fn pages_survive_kills_of_a_gateway_on_postgresql_and_of_the_banks() {
    let count = pages().div_ceil(FEWER).max(PAGES_A_KILL);
    let mut wanted = wanted(count, NOWHERE);
    let (scene, kills) = under_fire(Scenery::begin(count), &mut wanted);
    let place = scene.place();
    let payments = money_moved_as_told(&place, &shop::merchant().account, &wanted);
    ends_hold(&place, &wanted);
    eprintln!("{count} pages, {payments} payments, {kills} kills\n{}", table(&wanted));
    let ended = wanted.iter().filter(|one| one.end.is_some()).count();
    until_written(&place, ended);
    let left = "SELECT count(*) FROM cartola.payment WHERE credentials_sealed IS NOT NULL \
        OR page IS NOT NULL OR next_id IS NOT NULL";
    assert_eq!(scene.cluster.count(left), 0, "something is left of a payment that has ended");
    let told = "SELECT count(*) FROM cartola.checkout WHERE next_id IS NULL";
    assert_eq!(scene.cluster.count(told), i64::try_from(ended).unwrap());
    scene.cluster.installation.run(&["audit", "verify"]).done();
    scene.cluster.installation.run(&["doctor"]).done();
}
