//! Requests that one process takes and others do.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::chile::Chile;
use crate::installation::Gateway;
use crate::khipu::{Khipu, login, request};
use crate::postgres::{Cluster, PASSWORD};
use crate::process::Background;
use crate::statement;

const BANK: &str = "personal/demo-bank.khipu.com";
const LOGIN: (&str, &str) = ("11.111.111-1", "wxyz1234!@#$");

/// Looks at a reading at most, until it has ended.
const LOOKS: usize = 20;

/// How long a state may take to show itself.
const PATIENCE: Duration = Duration::from_secs(20);

/// A process that serves and does no work, and the bank that its clients ask about.
struct Scene {
    cluster: Cluster,
    chile: Chile,
    gateway: Gateway,
    khipu: Khipu,
    key: String,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let chile = Chile::start(folder.path());
        let bank =
            format!("[institution.demo-bank]\nbase_url = \"{}/banks/demo-bank\"\n", chile.url);
        let more = "[jobs]\nserve = false\n[log]\nlevel = \"trace\"\n";
        let cluster = Cluster::new(&format!("{more}{bank}"));
        let keys = cluster.installation.tenant("acme");
        let gateway = cluster.installation.serve();
        let khipu = Khipu::of(&gateway.url, &keys);
        let key = keys["api_key"].as_str().unwrap().to_owned();
        Self { cluster, chile, gateway, khipu, key }
    }

    /// Asks for the accounts of somebody, which is a job of its own each time.
    #[track_caller]
    fn accounts(&self) -> usize {
        let data =
            self.khipu.data(&format!("{BANK}/accounts"), &request(&login(LOGIN), &json!({})));
        data["Account"].as_array().unwrap().len()
    }

    #[allow(clippy::disallowed_methods, reason = "a limit to waiting is no business time")]
    fn wait(&self, rows: &str, count: i64) {
        let begun = Instant::now();
        let statement = format!("SELECT count(*) FROM cartola.{rows}");
        while self.cluster.count(&statement) != count {
            assert!(begun.elapsed() < PATIENCE, "no {count} of {rows}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Stops a process, and insists that it ends well and has shown no secret.
#[track_caller]
fn stop(process: Background) {
    let (code, said) = process.terminate();
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("serve.stopping"), "{said}");
    assert!(!said.contains(PASSWORD) && !said.contains(LOGIN.1), "{said}");
}

#[test]
fn workers_do_what_a_server_without_jobs_takes() {
    let scene = Scene::new();
    let workers = [scene.cluster.work(), scene.cluster.work()];
    let accounts = scene.accounts();
    assert!(accounts > 0);
    assert_eq!(scene.cluster.count("SELECT count(*) FROM cartola.pacing WHERE settled > 0"), 1);
    let client = scene.gateway.client(&scene.key);
    let lines = [(1, "ABONO", 500), (2, "CARGO", -20)];
    let (csv, mapping) = (statement::csv(0, &lines), statement::mapping("1234567890"));
    assert_eq!(client.import(&csv, &mapping, "one").unwrap().status, 201);
    // Another process that serves sees it, and has the same answer to the same call.
    let other = scene.cluster.installation.serve();
    let again = other.client(&scene.key);
    assert_eq!(again.list("/v1/movements").len(), 2);
    assert_eq!(again.import(&csv, &mapping, "one").unwrap().status, 201);
    assert_eq!(client.list("/v1/movements").len(), 2);
    for path in ["/healthz", "/readyz"] {
        assert_eq!(client.json(path), json!({"status": "ok"}));
    }
    for verb in [&["audit", "verify"][..], &["doctor"], &["links", "list"]] {
        scene.cluster.installation.run(verb).done();
    }
    let exported = ["export", "transactions", "--format", "csv"];
    assert_eq!(scene.cluster.installation.run(&exported).done().stdout.lines().count(), 3);
    workers.into_iter().chain([scene.gateway.process, other.process]).for_each(stop);
}

#[test]
fn a_call_wakes_who_waits_in_another_process() {
    const CALLS: usize = 5;
    let scene = Scene::new();
    let worker = scene.cluster.work();
    scene.accounts();
    #[allow(clippy::disallowed_methods, reason = "how long a caller waits is what is measured")]
    let begun = Instant::now();
    for _ in 0..CALLS {
        scene.accounts();
    }
    // Whoever is not told looks once a second.
    let each = begun.elapsed() / u32::try_from(CALLS).unwrap();
    assert!(each < Duration::from_millis(900), "a call took {each:?}");
    stop(worker);
}

#[test]
fn a_reading_whose_worker_is_killed_ends_once() {
    let scene = Scene::new();
    let first = scene.cluster.work();
    // Credentials that are known to be good: an attempt whose end nobody knows is held against others.
    scene.accounts();
    let slow = json!({"kind": "latency", "milliseconds": 500, "calls": 4});
    let fault = scene.chile.lever("POST", "/_sandbox/institutions/demo-bank/fault", &slow);
    assert_eq!(fault.status, 204, "{}", fault.text());
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| scene.accounts());
        // It is written before the bank is asked.
        scene.wait("sign_ins WHERE open > 0", 1);
        first.kill();
        let second = scene.cluster.work();
        // In the place of the seconds until the lease is over.
        scene.cluster.execute("UPDATE cartola.job SET lease_until = 0 WHERE state = 2");
        assert!(asked.join().unwrap() > 0);
        scene.wait("job WHERE state = 3 AND attempts = 2", 1);
        scene.wait("job WHERE state <> 3", 0);
        stop(second);
    });
    scene.cluster.installation.run(&["audit", "verify"]).done();
}

/// One process takes the readings, a second one does them, and a third one revokes the consent. The bank
/// is slower than the five seconds in which the second one has to let go.
#[test]
fn a_consent_that_one_process_revokes_ends_in_all() {
    let scene = Scene::new();
    let worker = scene.cluster.work();
    let other = scene.cluster.installation.serve();
    let (client, elsewhere) = (scene.gateway.client(&scene.key), other.client(&scene.key));
    let post = |client: &crate::http::Client, path: &str, body: &serde_json::Value| {
        let headers = [("Content-Type", "application/json")];
        client.send("POST", path, &headers, body.to_string().as_bytes()).unwrap()
    };
    let (rut, password) = LOGIN;
    let link =
        json!({"institution": "demo-bank", "rut": rut, "credentials": {"password": password}});
    let link = post(&client, "/v1/links", &link);
    assert_eq!(link.status, 201, "{}", link.text());
    let (link, mandate) = (link.json()["id"].clone(), link.json()["mandate"]["consent_id"].clone());
    let (link, mandate) = (link.as_str().unwrap(), mandate.as_str().unwrap());
    let slow = json!({"kind": "latency", "milliseconds": 30_000});
    let fault = scene.chile.lever("POST", "/_sandbox/institutions/demo-bank/fault", &slow);
    assert_eq!(fault.status, 204, "{}", fault.text());
    let read = || {
        let reading = post(&client, &format!("/v1/links/{link}/readings"), &json!({}));
        assert_eq!(reading.status, 202, "{}", reading.text());
        reading.json()["id"].as_str().unwrap().to_owned()
    };
    let readings = [read(), read()];
    scene.wait("job WHERE state = 2", 1);
    scene.wait("job WHERE state = 1", 1);
    let revoked = post(&elsewhere, &format!("/v1/consents/{mandate}/revoke"), &json!({}));
    assert_eq!(revoked.status, 200, "{}", revoked.text());
    // What waited has ended with the answer, and what ran ends while the bank is still silent.
    assert_eq!(scene.cluster.count("SELECT count(*) FROM cartola.job WHERE state = 1"), 0);
    for reading in readings {
        let path = format!("/v1/readings/{reading}?wait=20");
        // A look comes back with any news.
        let mut looks = std::iter::repeat_with(|| client.json(&path)).take(LOOKS);
        let ended = looks.find(|now| !now["ended_at"].is_null());
        assert_eq!(ended.expect("it ends")["state"], "cancelled");
    }
    for client in [&client, &elsewhere] {
        assert_eq!(client.list("/v1/movements"), <[serde_json::Value; 0]>::default());
        let again = post(client, &format!("/v1/links/{link}/readings"), &json!({}));
        assert!(!(200..300).contains(&again.status), "{}", again.text());
    }
    for rows in ["import", "movement", "link_secret"] {
        assert_eq!(scene.cluster.count(&format!("SELECT count(*) FROM cartola.{rows}")), 0);
    }
    for process in [worker, scene.gateway.process, other.process] {
        stop(process);
    }
    scene.cluster.installation.run(&["audit", "verify"]).done();
}

/// Starts a process that does background work, from a configuration that names no institution.
#[track_caller]
fn work_without_institutions(scene: &Scene) -> Background {
    let folder = scene.cluster.installation.path();
    let whole = std::fs::read_to_string(folder.join("cartola.toml")).unwrap();
    let (without, _) = whole.split_once("[institution.").unwrap();
    std::fs::write(folder.join("without.toml"), without).unwrap();
    let arguments = ["worker", "--config", "without.toml"];
    Background::start(crate::process::command(folder, &arguments)).unwrap().0
}

#[test]
fn a_worker_that_lacks_an_institution_leaves_its_readings_to_others() {
    let scene = Scene::new();
    let first = work_without_institutions(&scene);
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| scene.accounts());
        scene.wait("job WHERE state = 1 AND attempts > 0", 1);
        stop(first);
        let second = scene.cluster.work();
        assert!(asked.join().unwrap() > 0);
        stop(second);
    });
}

#[test]
fn a_worker_says_how_it_is_where_it_is_told_to_listen() {
    let cluster = Cluster::new("");
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let command =
        crate::process::command(cluster.installation.path(), &["worker", "--listen", &address]);
    let (process, _) = Background::start(command).unwrap();
    let client = crate::http::Client::new(&format!("http://{address}"), "");
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(client.read(path).status, 200, "{path}");
    }
    assert_eq!(client.read("/v1/institutions").status, 404);
    stop(process);
}
