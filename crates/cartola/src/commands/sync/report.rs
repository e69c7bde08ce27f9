//! What came of each link, for people and for programs.

use std::time::Duration;

use cartola_connector::{ConnectorError, RetryAdvice};
use cartola_engine::imports::Imported;
use cartola_engine::links::LinkError;
use cartola_model::{Failure, LinkState};
use cartola_primitives::id::LinkId;
use cartola_store::people::LinkRow;
use serde::Serialize;

use crate::output;

/// One link.
#[derive(Serialize)]
pub struct Report {
    link: LinkId,
    institution: String,
    accounts: usize,
    read: u64,
    new: u64,
    duplicates: u64,
    #[serde(skip_serializing_if = "is_zero")]
    amended: u64,
    removed: u64,
    failed: Option<Failed>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields over by reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Why a link was not read.
#[derive(Serialize)]
struct Failed {
    failure: Failure,
    /// Why, and what to do.
    reason: String,
}

impl Report {
    /// Nothing yet.
    fn of(link: &LinkRow) -> Self {
        Self {
            link: link.id,
            institution: link.institution.to_string(),
            accounts: 0,
            read: 0,
            new: 0,
            duplicates: 0,
            amended: 0,
            removed: 0,
            failed: None,
        }
    }

    /// The figures of all its accounts together.
    pub fn done(link: &LinkRow, imported: Imported) -> Self {
        let mut this = Self::of(link);
        for report in imported.reports {
            this.accounts += 1;
            this.read += report.outcome.read;
            this.new += report.outcome.new;
            this.duplicates += report.outcome.duplicates;
            this.amended += report.outcome.amended;
            this.removed += report.outcome.removed;
        }
        this
    }

    /// Nothing was taken in.
    pub fn failed(link: &LinkRow, error: &LinkError) -> Self {
        let reason = match remedy(link, error) {
            Some(remedy) => format!("{error}; {remedy}"),
            None => error.to_string(),
        };
        Self { failed: Some(Failed { failure: class(link, error), reason }), ..Self::of(link) }
    }

    /// Whether nothing of it was taken in.
    pub fn is_failed(&self) -> bool {
        self.failed.is_some()
    }

    /// The failure in one sentence, as a command tells what went wrong.
    pub fn complaint(&self) -> Option<String> {
        let Failed { reason, .. } = self.failed.as_ref()?;
        Some(format!("cartola: {} ({}) is not read: {reason}", self.link, self.institution))
    }

    fn cells(&self) -> Vec<String> {
        let result = self.failed.as_ref().map_or("read", |failed| failed.failure.name());
        let figures = [self.read, self.new, self.duplicates, self.amended, self.removed];
        [self.link.to_string(), self.institution.clone(), self.accounts.to_string()]
            .into_iter()
            .chain(figures.map(|figure| figure.to_string()))
            .chain([result.to_owned()])
            .collect()
    }
}

fn class(link: &LinkRow, error: &LinkError) -> Failure {
    match error {
        LinkError::Unknown | LinkError::OtherPerson => Failure::RequestInvalid,
        LinkError::Transition(_) => Failure::ConsentRevoked,
        LinkError::MandateEnded => match link.state {
            LinkState::Active { .. } => Failure::ConsentExpired,
            LinkState::Revoked { .. } => Failure::ConsentRevoked,
        },
        LinkError::CredentialsRefused => Failure::CredentialsInvalid,
        LinkError::Barred { .. } => Failure::RateLimited,
        LinkError::Institution(error) => error.kind.failure(),
        LinkError::Answer(_) => Failure::ProviderAnswerInvalid,
        LinkError::Engine(_) => Failure::Internal,
    }
}

fn remedy(link: &LinkRow, error: &LinkError) -> Option<String> {
    let institution = &link.institution;
    let text = match error {
        LinkError::MandateEnded | LinkError::CredentialsRefused => {
            format!("`cartola links add {institution}` does")
        }
        LinkError::Institution(error) => asked(institution.as_str(), error),
        LinkError::Answer(_) => "nothing of it was taken in; please report it".to_owned(),
        LinkError::Barred { .. } => "sync again then".to_owned(),
        LinkError::OtherPerson => format!("`cartola links add {institution}` takes the right ones"),
        LinkError::Unknown | LinkError::Transition(_) | LinkError::Engine(_) => return None,
    };
    Some(text)
}

/// What to do when an institution was asked in vain.
fn asked(institution: &str, error: &ConnectorError) -> String {
    match (error.retry, error.kind.failure()) {
        (RetryAdvice::WithNewCredentials, _) => format!(
            "they are not tried again: begin the link again with the right ones, `cartola links \
             add {institution}`"
        ),
        (RetryAdvice::Never, Failure::CredentialsLocked) => format!(
            "they are not tried again: the holder has new ones given at the institution, then begin \
             the link again with those, `cartola links add {institution}`"
        ),
        (_, Failure::ChallengeRequired) => {
            "the holder signs in at the institution by themselves once, then sync again".to_owned()
        }
        (_, Failure::Unsupported) => {
            format!("set `base_url` under [institution.{institution}] in the configuration")
        }
        (RetryAdvice::After(Duration::ZERO) | RetryAdvice::WithNewSession, _) => {
            "sync again later".to_owned()
        }
        (RetryAdvice::After(wait), _) => format!("sync again in {} seconds", wait.as_secs().max(1)),
        (RetryAdvice::Never, _) => "asking again would not help; please report it".to_owned(),
    }
}

const HEADING: [&str; 9] =
    ["LINK", "INSTITUTION", "ACCOUNTS", "READ", "NEW", "DUPLICATE", "AMENDED", "REMOVED", "RESULT"];

/// Prints the reports for people.
pub fn print(reports: &[Report]) -> std::io::Result<()> {
    let rows: Vec<Vec<String>> = reports.iter().map(Report::cells).collect();
    output::table(&HEADING, &rows)
}
