//! Why nothing is done with a link, as a problem: exhaustively, and here alone.

use cartola_engine::links::LinkError;
use cartola_http::problem::{Code, Text};
use cartola_http::{Problem, Refusal, of_write};
use cartola_model::Failure;
use cartola_primitives::Timestamp;

/// The problem of an error at that time.
pub fn refused(error: LinkError, now: Timestamp) -> Refusal {
    let code = match error {
        LinkError::Unknown => return Problem::not_found("link").into(),
        LinkError::Transition(_) | LinkError::MandateEnded => Code::MandateEnded,
        LinkError::Blocked => Code::PersonBlocked,
        LinkError::MandateExpired => Code::MandateExpired,
        LinkError::CredentialsRefused => Code::CredentialsRefused,
        LinkError::OtherPerson => Code::CredentialsOfAnother,
        LinkError::Barred { until } => {
            return Problem::new(Code::InstitutionRateLimited).after(seconds(now, until)).into();
        }
        LinkError::QuotaUsed { until } => {
            return Problem::new(Code::InstitutionQuotaUsed).after(seconds(now, until)).into();
        }
        LinkError::Locked { until } => {
            return Problem::new(Code::CredentialsLocked).after(seconds(now, until)).into();
        }
        LinkError::Institution(ref told) => match told.kind.failure() {
            Failure::RequestInvalid => return malformed(&told.reason).into(),
            Failure::Unsupported => Code::InstitutionNotConfigured,
            _ => return Problem::internal(error.to_string()).into(),
        },
        LinkError::Answer(error) => return error.into(),
        LinkError::Engine(error) => return of_write(error),
    };
    Problem::new(code).into()
}

/// The reason names our fields, and nothing that came.
fn malformed(reason: &str) -> Problem {
    let es = format!("no tienen la forma que la institución acepta (en inglés: {reason})");
    Problem::new(Code::CredentialsMalformed).named("credentials", Text::new(reason.to_owned(), es))
}

/// Whole seconds until then, one at least.
pub fn seconds(now: Timestamp, until: Timestamp) -> u32 {
    let left = until.duration_since(now);
    u32::try_from(left.as_secs()).unwrap_or(if left.is_negative() { 0 } else { u32::MAX }).max(1)
}
