use std::fmt::{Debug, Display};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cartola_primitives::secret::Secret;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// Tells when it has been wiped.
#[derive(Default)]
struct Probe {
    wiped: Arc<AtomicBool>,
}

impl Zeroize for Probe {
    fn zeroize(&mut self) {
        self.wiped.store(true, Ordering::Relaxed);
    }
}

#[derive(Deserialize)]
struct Settings {
    password: Secret<String>,
}

#[test]
fn it_is_wiped_when_dropped() {
    let wiped = Arc::new(AtomicBool::new(false));
    let secret = Secret::new(Probe { wiped: wiped.clone() });
    assert!(!wiped.load(Ordering::Relaxed));
    drop(secret);
    assert!(wiped.load(Ordering::Relaxed));
}

#[test]
fn what_is_taken_out_is_whole() {
    let wiped = Arc::new(AtomicBool::new(false));
    let taken = Secret::new(Probe { wiped: wiped.clone() }).into_inner();
    assert!(!taken.wiped.load(Ordering::Relaxed));
    assert_eq!(Secret::new("clave".to_owned()).into_inner(), "clave");
}

#[test]
fn settings_can_hold_one_and_nothing_can_print_it() {
    let settings: Settings = serde_json::from_str(r#"{"password":"clave"}"#).unwrap();
    assert_eq!(settings.password.expose(), "clave");
    assert_lacks!(Secret<String>: Debug, Display, Clone, Serialize);
}
