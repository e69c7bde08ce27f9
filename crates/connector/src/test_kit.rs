//! What a connector is tested with: a suite that every one of them passes, against any server.
//!
//! A connector's tests implement [`Stage`] over a server that holds state, and write
//! `cartola_connector::conformance!(TheirStage::new)`. One that decodes implements [`Sample`] for a
//! source of each layout, and writes `cartola_connector::decoding!(their_sample, another)`.

mod capture;
mod conformance;
mod decoding;

use std::sync::Arc;
use std::time::Duration;

use cartola_model::InstitutionId;
use cartola_primitives::clock::ManualClock;
use cartola_primitives::id::RequestId;
use cartola_primitives::randomness::SeededRandomness;
use cartola_primitives::{Secret, Timestamp};

pub use capture::{Capture, Captured};
pub use conformance::{
    cancelling_leaves_no_session, logs_show_nothing, offers_what_its_manifest_says,
    paging_ends_and_repeats_nothing, reading_again_says_the_same, unknown_words_degrade,
    wrong_credentials_are_told,
};

pub use decoding::{
    Sample, batches_hold_together, decoding_again_says_the_same, is_known_by_its_content,
    limits_hold, nothing_secret_is_logged_or_said, unknown_words_of_files,
};

use crate::session::DayRange;
use crate::{Context, Credential, Deadline, Registry};

/// A connector and a server that it may be tried on. The server has a customer with several
/// accounts, one of which has more than one page of movements in the period.
pub trait Stage: Send + Sync {
    /// With the connector in it.
    fn registry(&self) -> &Registry;

    /// Where the customer is.
    fn institution(&self) -> InstitutionId;

    /// The customer's credentials, right ones.
    fn credential(&self) -> Credential;

    /// Credentials of the right form that are wrong.
    fn wrong_credential(&self) -> Credential;

    /// The period to read.
    fn period(&self) -> DayRange;

    /// What no log may show: credentials, tokens, RUTs in every written form, names, device ids.
    /// Asked after everything was done, so that it may name what the server has given out.
    fn forbidden(&self) -> Vec<Secret<String>>;

    /// How many sessions are open at the server.
    fn open_sessions(&self) -> usize;

    /// From now on the server says a word that nobody knows wherever it says one from a list.
    fn speak_unknown_words(&self);
}

/// The instant at which [`context`] stands: noon of 20 November 2026 in Santiago.
pub const NOW: &str = "2026-11-20T15:00:00Z";

/// A context on a frozen clock and repeatable randomness, with a minute of time.
///
/// # Panics
///
/// Never, as long as [`NOW`] is an instant.
pub fn context() -> Context {
    let now: Timestamp = NOW.parse().expect("an instant");
    Context::new(
        RequestId::from_bytes([7; 16]),
        Arc::new(ManualClock::new(now)),
        Arc::new(SeededRandomness::new(42)),
        Deadline::after(Duration::from_mins(1)),
    )
}

/// The suite as tests: `cartola_connector::conformance!(make_stage)`, where `make_stage` is an
/// async function that returns a fresh [`Stage`].
#[macro_export]
macro_rules! conformance {
    ($make_stage:path) => {
        $crate::conformance!(@ $make_stage:
            cancelling_leaves_no_session,
            logs_show_nothing,
            offers_what_its_manifest_says,
            paging_ends_and_repeats_nothing,
            reading_again_says_the_same,
            unknown_words_degrade,
            wrong_credentials_are_told,
        );
    };
    (@ $make_stage:path: $($check:ident,)*) => {
        $(
            #[tokio::test]
            async fn $check() {
                $crate::test_kit::$check(&$make_stage().await).await;
            }
        )*
    };
}

/// The suite of those that decode as tests: `cartola_connector::decoding!(first, second)`, where each is
/// a function that returns a fresh [`Sample`]. Its tests are in a module of its name.
#[macro_export]
macro_rules! decoding {
    (@ $make_sample:path: $($check:ident,)*) => {
        $(
            #[test]
            fn $check() {
                $crate::test_kit::$check(&$make_sample());
            }
        )*
    };
    ($($sample:ident),* $(,)?) => {
        $(
            mod $sample {
                $crate::decoding!(@ super::$sample:
                    batches_hold_together,
                    decoding_again_says_the_same,
                    is_known_by_its_content,
                    limits_hold,
                    nothing_secret_is_logged_or_said,
                    unknown_words_of_files,
                );
            }
        )*
    };
}
