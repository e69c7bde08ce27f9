//! What an answer to a challenge has to have.

use cartola_connector::session::ChallengeAnswer;
use cartola_model::ChallengeKind;

fn answer(sms: bool, codes: usize) -> ChallengeAnswer {
    let codes = (0..codes).map(|_| "07".to_owned().into()).collect::<Vec<_>>();
    ChallengeAnswer {
        sms: sms.then(|| "123456".to_owned().into()),
        codes: (!codes.is_empty()).then_some(codes),
    }
}

/// The one answer of so many codes, with or without an SMS, that the challenge takes.
fn check(kind: &ChallengeKind, wanted: Option<(bool, usize)>) {
    for sms in [false, true] {
        for codes in 0..4 {
            let takes = answer(sms, codes).answers(kind);
            assert_eq!(takes, wanted == Some((sms, codes)), "{kind:?} {sms} {codes}");
        }
    }
}

#[test]
fn an_answer_has_exactly_what_was_asked_for() {
    let labels = || vec!["A1".to_owned(), "B1".to_owned(), "C1".to_owned()];
    check(&ChallengeKind::App, None);
    check(&ChallengeKind::Sms, Some((true, 0)));
    check(&ChallengeKind::Card { labels: labels() }, Some((false, 3)));
    check(&ChallengeKind::Device { fields: 2 }, Some((false, 2)));
    check(&ChallengeKind::SmsAndCard { labels: labels() }, Some((true, 3)));
}

#[test]
fn an_answer_shows_no_code() {
    assert_eq!(format!("{:?}", answer(true, 2)), "ChallengeAnswer { sms: true, codes: Some(2) }");
}

#[test]
fn a_code_is_taken_as_phones_and_cards_show_it() {
    let takes = |sms: &str, code: &str| {
        let labels = vec!["A1".to_owned()];
        let answer = ChallengeAnswer::typed(Some(sms), Some([code]));
        answer.answers(&ChallengeKind::SmsAndCard { labels })
    };
    assert!(takes("123456", "07"));
    let spaced = ChallengeAnswer::typed(Some(" 123-456\u{a0}"), Some([" 0 7 "]));
    let codes = spaced.codes.unwrap();
    assert_eq!(
        (spaced.sms.unwrap().expose().as_str(), codes[0].expose().as_str()),
        ("123456", "07")
    );
    assert!(takes("K7P2Q9", "07"));
    for none in ["", " - ", "hola", "no sé", "12.34", "１２", &"1".repeat(17)] {
        assert!(!takes(none, "07") && !takes("123456", none), "{none:?}");
    }
}
