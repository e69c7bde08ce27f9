//! Every failure in both dialects.

use cartola_model::Failure;
use cartola_provider_floid::failure::{said, standing, text};
use expect_test::expect;

#[test]
fn each_has_its_words() {
    let lines = Failure::ALL.map(|failure| {
        let (standing, said) = (standing(failure), said(failure));
        assert!(!text(failure).is_empty() && !said.display.is_empty());
        let way = match (standing.let_in, standing.refused) {
            (true, _) => "let in",
            (false, true) => "refused",
            (false, false) => "-",
        };
        format!("{}: {way} {} {} {}\n", failure.name(), said.status, said.class, said.code)
    });
    expect![[r#"
        gateway_auth: - 401 AUTHENTICATION UNAUTHORIZED
        credentials_invalid: refused 400 LOGIN INVALID_CREDENTIALS
        credentials_locked: - 400 LOGIN LOCKED_CREDENTIALS
        challenge_required: - 400 LOGIN 2FA_REQUIRED
        challenge_rejected: - 400 LOGIN 2FA_REQUIRED
        challenge_expired: - 400 LOGIN 2FA_REQUIRED
        institution_down: - 481 DATA_FAILED DATA_FAILED
        no_data: let in 400 DATA NO_DATA
        request_invalid: refused 400 LOGIN INVALID_CREDENTIALS
        timeout: - 481 DATA_FAILED DATA_FAILED
        provider_answer_invalid: - 481 DATA_FAILED DATA_FAILED
        rate_limited: - 429 REQUEST RATE_LIMITED
        limit_exceeded: let in 400 REQUEST LIMIT_EXCEEDED
        insufficient_funds: - 500 API_ERROR API_ERROR
        consent_missing: - 400 LOGIN CONSENT_ENDED
        consent_expired: - 400 LOGIN CONSENT_ENDED
        consent_revoked: - 400 LOGIN CONSENT_ENDED
        unsupported: - 400 REQUEST UNSUPPORTED
        internal: - 500 API_ERROR API_ERROR
    "#]]
    .assert_eq(&lines.concat());
}
