//! What came of each link, for people and for programs.

use cartola_engine::links::LinkError;
use cartola_engine::readings::ReadingFigures;
use cartola_model::Failure;
use cartola_primitives::id::LinkId;
use cartola_store::people::LinkRow;
use serde::Serialize;

use crate::output;

/// One link.
#[derive(Serialize)]
pub struct Report {
    link: LinkId,
    institution: String,
    accounts: u64,
    read: u64,
    new: u64,
    duplicates: u64,
    #[serde(skip_serializing_if = "is_zero")]
    amended: u64,
    removed: u64,
    records: u64,
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
            records: 0,
            failed: None,
        }
    }

    /// What came of it, over all its accounts.
    pub fn done(link: &LinkRow, figures: ReadingFigures) -> Self {
        let ReadingFigures { accounts, read, new, duplicates, amended, removed, records } = figures;
        Self { accounts, read, new, duplicates, amended, removed, records, ..Self::of(link) }
    }

    /// The institution was asked, or would have been, and it came to nothing.
    pub fn failed(link: &LinkRow, failure: Failure) -> Self {
        let reason = reason(link.institution.as_str(), failure);
        Self { failed: Some(Failed { failure, reason }), ..Self::of(link) }
    }

    /// The institution was not asked.
    pub fn refused(link: &LinkRow, error: &LinkError) -> Self {
        let reason = match remedy(link.institution.as_str(), error) {
            Some(remedy) => format!("{error}; {remedy}"),
            None => error.to_string(),
        };
        Self { failed: Some(Failed { failure: error.failure(), reason }), ..Self::of(link) }
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
        let figures =
            [self.read, self.new, self.duplicates, self.amended, self.removed, self.records];
        [self.link.to_string(), self.institution.clone(), self.accounts.to_string()]
            .into_iter()
            .chain(figures.map(|figure| figure.to_string()))
            .chain([result.to_owned()])
            .collect()
    }
}

/// What to do about a link that is not even tried.
fn remedy(institution: &str, error: &LinkError) -> Option<String> {
    match error {
        LinkError::MandateEnded | LinkError::MandateExpired | LinkError::CredentialsRefused => {
            Some(format!("`cartola links add {institution}` does"))
        }
        LinkError::OtherPerson => {
            Some(format!("`cartola links add {institution}` takes the right ones"))
        }
        LinkError::Barred { .. } | LinkError::QuotaUsed { .. } | LinkError::Locked { .. } => {
            Some("sync again then".to_owned())
        }
        LinkError::Unknown
        | LinkError::Blocked
        | LinkError::Transition(_)
        | LinkError::Institution(_)
        | LinkError::Answer(_)
        | LinkError::Engine(_) => None,
    }
}

/// What went wrong and what to do about it, one sentence.
fn reason(institution: &str, failure: Failure) -> String {
    let add = || format!("`cartola links add {institution}`");
    match failure {
        Failure::CredentialsInvalid => format!(
            "the institution refused the credentials; they are not tried again: begin the link \
             again with the right ones, {}",
            add()
        ),
        Failure::CredentialsLocked => format!(
            "the institution has locked the holder out; they unlock themselves there, then begin \
             the link again, {}",
            add()
        ),
        Failure::ChallengeRequired | Failure::ChallengeRejected | Failure::ChallengeExpired => {
            "the institution wants a second factor; the holder signs in there by themselves once, \
             then sync again"
                .to_owned()
        }
        Failure::InstitutionDown => {
            "the institution does not answer as it should; sync again later".to_owned()
        }
        Failure::Timeout => "there was no answer in time; sync again later".to_owned(),
        Failure::RateLimited => {
            "the institution was asked too often; sync again in some minutes".to_owned()
        }
        Failure::ProviderAnswerInvalid => {
            "the institution's answer cannot be understood; nothing of it was taken in; please \
             report it"
                .to_owned()
        }
        Failure::Unsupported => {
            format!(
                "nobody asks it; set `base_url` under [institution.{institution}] in the \
                     configuration"
            )
        }
        Failure::ConsentMissing | Failure::ConsentExpired | Failure::ConsentRevoked => {
            format!("its mandate has ended; begin it again, {}", add())
        }
        Failure::NoData => "the holder has no such product there".to_owned(),
        Failure::GatewayAuth
        | Failure::RequestInvalid
        | Failure::LimitExceeded
        | Failure::InsufficientFunds
        | Failure::Internal => {
            "it failed here, and asking again may not help; the log says why".to_owned()
        }
    }
}

const HEADING: [&str; 10] = [
    "LINK",
    "INSTITUTION",
    "ACCOUNTS",
    "READ",
    "NEW",
    "DUPLICATE",
    "AMENDED",
    "REMOVED",
    "RECORDS",
    "RESULT",
];

/// Prints the reports for people.
pub fn print(reports: &[Report]) -> std::io::Result<()> {
    let rows: Vec<Vec<String>> = reports.iter().map(Report::cells).collect();
    output::table(&HEADING, &rows)
}
