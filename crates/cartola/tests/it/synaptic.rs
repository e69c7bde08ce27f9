//! `/synaptic`, as a client of Synaptic's calls it, against the institutions of the sandbox.

mod actions;
mod failures;
mod refusals;
mod schema;
mod sessions;
mod tenants;

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::chile::Chile;
use crate::http::{Answer, Client};
use crate::installation::Demo;
use crate::process;

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// How long a task may take in a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// How long a client holds back that is told it asks too often.
const A_MOMENT: Duration = Duration::from_secs(1);

/// How often a client looks where a task stands.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A demo, its sandbox, and a client with a session.
struct Scene {
    folder: tempfile::TempDir,
    demo: Demo,
    chile: Chile,
    synaptic: Synaptic,
}

impl Scene {
    #[track_caller]
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let demo = Demo::start(folder.path());
        let chile = Chile::at(demo.announced["sandbox"].as_str().unwrap());
        let synaptic = Synaptic::announced(&demo.announced);
        Self { folder, demo, chile, synaptic }
    }

    /// A client of another tenant of the same gateway.
    #[track_caller]
    fn other_tenant(&self) -> Synaptic {
        let arguments = ["tenants", "add", "other", "--data", "demo", "--json"];
        let keys = process::run(self.folder.path(), &arguments).done().json();
        let gateway = self.demo.announced["gateway"].as_str().unwrap();
        Synaptic::with_key(gateway, keys["api_key"].as_str().unwrap())
    }

    /// The user name and password of somebody of the box.
    fn login(&self, scenario: &str, institution: &str) -> Value {
        let (_, place) = self.chile.person(scenario, institution);
        json!({"username": place["username"], "password": place["password"]})
    }
}

/// A client of the facade.
pub struct Synaptic {
    /// Calls without anything that says who calls.
    bare: Client,
    key: String,
    token: String,
}

impl Synaptic {
    #[track_caller]
    pub fn announced(announced: &Value) -> Self {
        let text = |name: &str| announced[name].as_str().unwrap();
        Self::with_key(text("gateway"), text("api_key"))
    }

    #[track_caller]
    pub fn with_key(gateway: &str, key: &str) -> Self {
        let bare = Client::new(gateway, "");
        let client = Self { bare, key: key.to_owned(), token: String::new() };
        let token = client.login().json()["token"].as_str().unwrap().to_owned();
        Self { token, ..client }
    }

    fn login(&self) -> Answer {
        self.call("POST", "auth/login", &[("X-API-Key", &self.key)], "")
    }

    fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let path = format!("/synaptic/api/v1/{path}");
        loop {
            let answer = self.bare.send(method, &path, headers, body.as_bytes()).unwrap();
            if answer.status != 429 {
                return answer;
            }
            // A test that looks at hundreds of tasks may be faster than a key is allowed to be.
            assert!(answer.head.to_lowercase().contains("retry-after: "), "{}", answer.head);
            thread::sleep(A_MOMENT);
        }
    }

    fn entities(&self) -> Value {
        self.call("GET", "entities", &[("X-API-Key", &self.key)], "").json()
    }

    /// Posts a body as it is.
    fn post(&self, path: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        self.call("POST", path, &[("Authorization", &bearer), JSON], body)
    }

    pub fn begin(&self, action: &str, args: &Value) -> Answer {
        self.post("tasks", &json!({"action": action, "args": args}).to_string())
    }

    pub fn look(&self, task: &str) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        self.call("GET", &format!("tasks/{task}"), &[("Authorization", &bearer)], "")
    }

    /// Begins a task, and gives its id.
    #[track_caller]
    pub fn task(&self, action: &str, args: &Value) -> String {
        let begun = self.begin(action, args);
        assert_eq!(begun.status, 200, "{action}: {}", begun.text());
        begun.json()["taskId"].as_str().unwrap().to_owned()
    }

    /// Looks at a task until it has ended.
    #[track_caller]
    fn ended(&self, task: &str) -> Value {
        self.ended_while(task, || ())
    }

    /// The same, with something done between two looks.
    #[track_caller]
    #[allow(clippy::disallowed_methods, reason = "a limit to waiting is no business time")]
    fn ended_while(&self, task: &str, meanwhile: impl Fn()) -> Value {
        let begun = Instant::now();
        loop {
            let standing = self.look(task).json();
            if standing["taskStatusCode"] != 202 {
                return standing;
            }
            let status = standing["taskStatus"].as_str().unwrap();
            assert!(["pending", "running"].contains(&status), "{standing}");
            assert!(begun.elapsed() < PATIENCE, "{task} does not end");
            meanwhile();
            thread::sleep(LOOK_EVERY);
        }
    }

    /// What comes of a task.
    #[track_caller]
    fn run(&self, action: &str, args: &Value) -> Value {
        self.ended(&self.task(action, args))
    }

    fn standing(&self, username: &Value, entity: &str) -> Value {
        let body = json!({"username": username, "entity": entity});
        self.post("users/status/by-entity", &body.to_string()).json()
    }
}
