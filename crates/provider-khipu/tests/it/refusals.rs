use std::collections::BTreeSet;

use cartola_model::Failure;
use cartola_provider_khipu::{Refusal, wire};
use expect_test::expect;

#[test]
fn every_failure_has_a_code_of_its_own() {
    let line = |failure: Failure| {
        let Refusal { status, code, kind, description } = Refusal::from(failure);
        let kind = serde_json::to_value(kind).unwrap();
        let kind = kind.as_str().unwrap();
        format!("{} | {status} | {code} | {kind} | {description}", failure.name())
    };
    expect![[r#"
        gateway_auth | 401 | A000 | FIX_CREDENTIALS | The token is missing, invalid, expired or revoked
        credentials_invalid | 200 | E100 | FIX_CREDENTIALS | The bank refused the user or the password
        credentials_locked | 200 | E101 | WAIT | Too many wrong passwords: the user is locked for a time
        challenge_required | 200 | D000 | FIX_CREDENTIALS | The bank asks for a second factor to go on
        challenge_rejected | 200 | E102 | FIX_CREDENTIALS | The bank refused the second factor
        challenge_expired | 200 | E103 | RETRY | The second factor came too late
        institution_down | 200 | E200 | RETRY | The bank does not answer
        no_data | 200 | E300 | FIX_REQUEST | The customer does not have this product
        request_invalid | 400 | P003 | FIX_REQUEST | The request is wrong
        timeout | 200 | T000 | RETRY | The bank took too long
        provider_answer_invalid | 200 | F000 | CONTACT_SUPPORT | The bank's answer could not be understood
        rate_limited | 429 | I002 | WAIT | Too many requests
        limit_exceeded | 200 | E405 | FIX_REQUEST | The request asks for more than is given at once
        insufficient_funds | 200 | E500 | FIX_REQUEST | The account does not hold enough money
        consent_missing | 200 | E104 | FIX_CREDENTIALS | The customer has not allowed this
        consent_expired | 200 | E105 | FIX_CREDENTIALS | What the customer allowed has run out
        consent_revoked | 200 | E106 | FIX_CREDENTIALS | The customer has withdrawn what was allowed
        unsupported | 200 | E301 | FIX_REQUEST | The bank does not offer this for this product
        internal | 500 | I001 | CONTACT_SUPPORT | The gateway failed"#]].assert_eq(&Failure::ALL.map(line).join("\n"));
    let codes: BTreeSet<&str> = Failure::ALL.map(|failure| Refusal::from(failure).code).into();
    assert_eq!(codes.len(), Failure::ALL.len());
}

#[test]
fn the_status_follows_from_the_class() {
    for failure in Failure::ALL {
        let refusal = Refusal::from(failure);
        let expected = match (refusal.code.as_bytes()[0], failure) {
            (b'A', _) => 401,
            (b'P', _) => 400,
            (b'I', Failure::RateLimited) => 429,
            (b'I', _) => 500,
            (b'E' | b'D' | b'F' | b'T', _) => 200,
            (other, _) => panic!("no class {other}"),
        };
        assert_eq!(refusal.status, expected, "{failure:?}");
    }
}

#[test]
fn a_refusal_is_an_envelope() {
    let envelope =
        Refusal::from(Failure::Timeout).envelope::<wire::Accounts>("an-operation".to_owned());
    expect![[r#"{"OperationId":"an-operation","Status":"ERROR","Data":null,"AdditionalInformation":null,"Error":{"Code":"T000","Type":"RETRY","Description":"The bank took too long"},"LifeSpan":null}"#]].assert_eq(&serde_json::to_string(&envelope).unwrap());
}
