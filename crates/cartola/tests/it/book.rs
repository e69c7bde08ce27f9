//! Takes callbacks until the test ends.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::receiver::Receiver;

/// What was posted for one case, by `webhook-id`: the bodies.
pub type Posted = BTreeMap<String, Vec<String>>;

/// What was posted is known by a member of the bodies: the caller's case, an operation.
pub struct Book {
    /// What was posted, by case.
    pub posted: Arc<Mutex<BTreeMap<String, Posted>>>,
    /// Where it is posted.
    pub url: String,
}

impl Book {
    /// By that member.
    pub fn open(member: &'static str) -> Self {
        let receiver = Receiver::start();
        let url = receiver.url();
        let posted: Arc<Mutex<BTreeMap<String, Posted>>> = Arc::default();
        let keep = Arc::clone(&posted);
        std::thread::spawn(move || {
            while let Some(call) = receiver.wait() {
                let told: Value = serde_json::from_str(&call.body).unwrap();
                let case = told[member].as_str().unwrap().to_owned();
                let id = call.header("webhook-id").to_owned();
                let mut posted = keep.lock().unwrap();
                posted.entry(case).or_default().entry(id).or_default().push(call.body.clone());
                drop(posted);
                call.answer(204);
            }
        });
        Self { posted, url }
    }

    /// Whether anything was posted for a case.
    pub fn has(&self, case: &str) -> bool {
        self.posted.lock().unwrap().contains_key(case)
    }

    /// Insists that what was posted for a case was posted under one id, with one body, and gives it;
    /// nothing where nothing was.
    #[track_caller]
    pub fn only(&self, case: &str) -> Option<String> {
        let posted = self.posted.lock().unwrap();
        let of_case = posted.get(case)?;
        assert_eq!(of_case.len(), 1, "{case} was posted under several ids");
        let bodies = of_case.values().next().unwrap();
        assert!(bodies.iter().all(|body| *body == bodies[0]), "{case} has several bodies");
        Some(bodies[0].clone())
    }
}
