//! How far readings are, on the bar.

use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;

use cartola_engine::Engine;
use cartola_engine::readings::{Progress, ReadingProgress, ReadingState, Step};
use cartola_model::Principal;
use cartola_primitives::id::JobId;
use cartola_store::people::LinkRow;
use indicatif::ProgressBar;

/// How long nothing may change before it is asked for anew.
const LONGEST: Duration = Duration::from_mins(1);

/// Shows how far a reading is until it is dropped. Of several, the bar tells of the one that moved
/// last. Where it cannot be asked, whoever waits for the end hears of that.
pub async fn show(
    engine: &Engine,
    who: &Principal,
    (link, job): (&LinkRow, JobId),
    bar: &ProgressBar,
) -> Infallible {
    let mut seen: Option<ReadingProgress> = None;
    loop {
        match engine.next_progress(who, job, seen.as_ref(), LONGEST).await {
            Ok(Some(now)) if !now.state.has_ended() => {
                if seen != Some(now) {
                    bar.set_message(format!("{}: {}", link.institution, said(&now)));
                }
                seen = Some(now);
            }
            Ok(_) | Err(_) => return pending().await,
        }
    }
}

/// Where a reading is, in a few words.
fn said(now: &ReadingProgress) -> String {
    let (ReadingState::Running, Some(progress)) = (now.state, now.progress) else {
        return "waiting for its turn".to_owned();
    };
    let Progress { step, accounts_done, accounts, movements } = progress;
    match step {
        Step::SigningIn => "signing in".to_owned(),
        Step::Accounts => "accounts".to_owned(),
        Step::Movements => {
            let account = accounts.min(accounts_done.saturating_add(1));
            format!("account {account} of {accounts}, {movements} movements so far")
        }
        Step::Records => "records".to_owned(),
        Step::Keeping => format!("keeping {movements} movements"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(step: Step, accounts_done: u32, expected: &str) {
        let progress = Progress { step, accounts_done, accounts: 3, movements: 120 };
        let state = ReadingState::Running;
        let now = ReadingProgress { state, progress: Some(progress) };
        assert_eq!(said(&now), expected);
    }

    #[test]
    fn each_step_is_told_in_a_few_words() {
        check(Step::SigningIn, 0, "signing in");
        check(Step::Accounts, 0, "accounts");
        check(Step::Movements, 0, "account 1 of 3, 120 movements so far");
        check(Step::Movements, 3, "account 3 of 3, 120 movements so far");
        check(Step::Records, 3, "records");
        check(Step::Keeping, 3, "keeping 120 movements");
        let waiting = ReadingProgress { state: ReadingState::Waiting, progress: None };
        assert_eq!(said(&waiting), "waiting for its turn");
    }
}
