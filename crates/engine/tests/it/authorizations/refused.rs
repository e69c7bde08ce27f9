//! What is refused is in the audit trail, with who tried; and so is what nobody did in time.

use cartola_engine::authorizations::{
    AskError, CHALLENGE_LASTS, CODE_LASTS, CODES_WITHIN, Decision, EnrolError, EnrolmentError,
    KeyOrigin, MAX_CODES, MAX_PENDING, NewPhone, PhoneProof, Rules, Validated, Verdict,
};
use cartola_model::audit::AuditEvent;
use cartola_model::{InstitutionId, Scope};
use cartola_primitives::SignedDuration;

use super::{OwnPhone, PIN, Scene, bill, let_in, other_person, person, pin, transfer};
use crate::readings::fields;
use crate::world::bank::{Bank, CLIENT, PASSWORD};
use crate::world::{RULES, World};

impl Scene {
    /// The events of an action, oldest first.
    async fn events(&self, action: &str) -> Vec<AuditEvent> {
        let entries = self.world.engine.audit(&self.world.who, 0, 1_000).await.unwrap();
        let events = entries.into_iter().map(|entry| entry.event);
        events.filter(|event| event.action == action).collect()
    }
}

fn detail<'a>(event: &'a AuditEvent, name: &str) -> &'a str {
    let found = event.details.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.as_str()).unwrap_or_default()
}

#[tokio::test]
async fn each_refused_decision_is_in_the_trail_with_who_sent_it() {
    let scene = Scene::new().await;
    let (phone, stranger) = (OwnPhone::new(1), OwnPhone::new(2));
    let enrolled = scene.enrol(person(), &phone).await;
    let (engine, who) = (&scene.world.engine, &scene.world.who);
    let key = who.actor.to_string();
    let asked = scene.ask(&transfer(25_000)).await;
    let other = scene.ask(&transfer(26_000)).await;
    let signature = phone.signature(&asked, "approve");
    let decision = Decision {
        verdict: Verdict::Approve(pin(PIN)),
        shown: other.shown,
        proof: PhoneProof::Signature(&signature),
    };
    engine.decide_authorization(who, asked.id(), &decision).await.err().unwrap();
    scene.approve(&asked, &stranger, PIN).await.err().unwrap();
    scene.deny(&other, &phone).await.unwrap();
    scene.approve(&other, &phone, PIN).await.err().unwrap();
    scene.world.clock.advance(CHALLENGE_LASTS);
    scene.approve(&asked, &phone, PIN).await.err().unwrap();
    engine.block_phone(who, enrolled.enrolment.row.id).await.unwrap();
    scene.deny(&asked, &phone).await.err().unwrap();
    let events = scene.events("authorization.refused").await;
    let causes: Vec<_> = events.iter().map(|event| detail(event, "cause")).collect();
    assert_eq!(causes, ["digest_other", "phone_other", "denied", "expired", "blocked"]);
    let verdicts: Vec<_> = events.iter().map(|event| detail(event, "decision")).collect();
    assert_eq!(verdicts, ["approve", "approve", "approve", "approve", "deny"]);
    assert!(events.iter().all(|event| event.actor == key));
}

#[tokio::test]
async fn whose_key_sent_a_decision_and_which_key_signed_it_is_told() {
    let scene = Scene::new().await;
    let phone = OwnPhone::new(1);
    let enrolled = scene.enrol(person(), &phone).await;
    let asked = scene.ask(&transfer(25_000)).await;
    scene.approve(&asked, &phone, "705116").await.err().unwrap();
    let decided = scene.approve(&asked, &phone, PIN).await.unwrap();
    let thumbprint = phone.secret.public().thumbprint().to_owned();
    let signed = decided.authorization.signed.unwrap();
    assert_eq!((&signed.thumbprint, signed.origin), (&thumbprint, KeyOrigin::Phone));
    let key = scene.world.who.actor.to_string();
    for action in ["authorization.wrong_pin", "authorization.approved"] {
        let events = scene.events(action).await;
        let [event] = events.as_slice() else { panic!("{action}") };
        assert_eq!(event.actor, enrolled.enrolment.row.id.to_string());
        assert_eq!(detail(event, "through"), key);
        assert_eq!(detail(event, "key"), thumbprint);
        assert_eq!(detail(event, "key_origin"), "phone");
    }
    // One whose key was made here says so.
    let (code, new_pin) = (scene.code(person()).await, pin(PIN));
    let new = NewPhone { name: "Pixel", fingerprint: None, key: None, pin: &new_pin };
    let second = scene.world.engine.enrol_phone(&code, &new).await.unwrap();
    let secret = second.secret.unwrap();
    let data = second.enrolment.phone.unwrap();
    assert_eq!(data.origin, KeyOrigin::Gateway);
    assert_eq!(data.before, Some(enrolled.enrolment.row.id));
    let asked = scene.ask(&transfer(25_000)).await;
    let (engine, decision) = (&scene.world.engine, (Verdict::Approve(pin(PIN)), asked.shown));
    let decided = engine.decide_on_phone(secret.expose(), asked.id(), decision).await.unwrap();
    let signed = decided.authorization.signed.unwrap();
    assert_eq!((&signed.thumbprint, signed.origin), (&data.thumbprint, KeyOrigin::Gateway));
    let approved = scene.events("authorization.approved").await.pop().unwrap();
    assert_eq!(detail(&approved, "through"), "page");
    assert_eq!(detail(&approved, "key_origin"), "gateway");
    let replaced = scene.events("enrolment.replaced").await;
    let [replaced] = replaced.as_slice() else { panic!("it was replaced once") };
    assert_eq!(replaced.subject, enrolled.enrolment.row.id.to_string());
    assert_eq!(detail(replaced, "by"), second.enrolment.row.id.to_string());
    assert!(!format!("{data:?}{asked:?}").contains("Pixel"));
    assert!(!format!("{asked:?}").contains("Ferretería"));
}

#[tokio::test]
async fn what_nobody_took_or_decided_in_time_is_written_down() {
    let scene = Scene::new().await;
    let code = scene.code(person()).await;
    let first = scene.events("enrolment.pending").await.pop().unwrap();
    scene.world.clock.advance(CODE_LASTS);
    scene.world.worker.run_due().await.unwrap();
    let lapsed = scene.events("enrolment.lapsed").await;
    let [lapsed] = lapsed.as_slice() else { panic!("once") };
    assert_eq!((lapsed.actor.as_str(), &lapsed.subject), ("clock", &first.subject));
    let pin = pin(PIN);
    let new = NewPhone { name: "Pixel", fingerprint: None, key: None, pin: &pin };
    let late = scene.world.engine.enrol_phone(&code, &new).await;
    assert!(matches!(late, Err(EnrolError::Ended(_))));
    // A code that a phone took does not lapse.
    let phone = OwnPhone::new(1);
    scene.enrol(person(), &phone).await;
    scene.world.clock.advance(CODE_LASTS);
    scene.world.worker.run_due().await.unwrap();
    assert_eq!(scene.events("enrolment.lapsed").await.len(), 1);
    // Where the job did not come, whoever asks next writes it down.
    let asked = scene.ask(&transfer(25_000)).await;
    scene.world.clock.advance(CHALLENGE_LASTS);
    assert!(scene.events("authorization.expired").await.is_empty());
    scene.ask(&transfer(25_000)).await;
    let expired = scene.events("authorization.expired").await;
    let [expired] = expired.as_slice() else { panic!("once") };
    assert_eq!((expired.actor.as_str(), &expired.subject), ("clock", &asked.id().to_string()));
}

/// Each question changes the phone's version, so that of many at once each has counted the others.
#[tokio::test]
async fn each_question_is_of_another_version_of_the_phone() {
    let scene = Scene::new().await;
    let phone = OwnPhone::new(1);
    let id = scene.enrol(person(), &phone).await.enrolment.row.id;
    let (engine, who) = (&scene.world.engine, &scene.world.who);
    let version = async || engine.enrolment(who, id).await.unwrap().unwrap().row.version;
    let before = version().await;
    for nth in 1..=MAX_PENDING {
        scene.ask(&transfer(1_000)).await;
        assert_eq!(version().await, before + u32::try_from(nth).unwrap());
    }
    let refused = scene.try_ask(person(), &transfer(1_000), "more").await;
    assert!(matches!(refused, Err(AskError::TooMany)));
}

#[tokio::test]
async fn a_phone_that_came_after_another_waits_with_what_is_high_risk() {
    let cooling_off = SignedDuration::from_hours(24);
    let rules = Rules { cooling_off, ..RULES };
    let scene = Scene { world: World::with_rules(Bank::new(), Vec::new(), rules).await };
    let document = cartola_model::authorization::Signed {
        title: "Contrato".to_owned(),
        sha256: "0a".repeat(32),
    };
    let document = cartola_model::Operation::Document(document);
    let first = scene.enrol(person(), &OwnPhone::new(1)).await;
    scene.ask(&transfer(25_000)).await;
    // Blocked first or not: it is the person's second phone.
    let (engine, who) = (&scene.world.engine, &scene.world.who);
    engine.block_phone(who, first.enrolment.row.id).await.unwrap();
    scene.enrol(person(), &OwnPhone::new(2)).await;
    let since = engine.now();
    for high_risk in [transfer(25_000), transfer(1_000), bill(1_000)] {
        let refused = scene.try_ask(person(), &high_risk, "a").await;
        assert!(
            matches!(refused, Err(AskError::Cooling { until }) if until == since + cooling_off)
        );
    }
    scene.ask(&document).await;
    // Another person's first phone is no new one.
    scene.enrol(other_person(), &OwnPhone::new(3)).await;
    scene.try_ask(other_person(), &transfer(25_000), "b").await.unwrap();
    scene.world.clock.advance(cooling_off - SignedDuration::from_secs(1));
    assert!(scene.try_ask(person(), &transfer(25_000), "c").await.is_err());
    scene.world.clock.advance(SignedDuration::from_secs(1));
    scene.try_ask(person(), &transfer(25_000), "c").await.unwrap();
}

/// A shop with a password is not where people are known; a bank is, and so is ClaveÚnica.
#[tokio::test]
async fn where_people_are_known_shows_who_they_are() {
    for (id, proves) in [
        ("banco-chile", true),
        ("clave-unica", true),
        ("registro-civil", true),
        ("servipag", false),
        ("sii", false),
        ("cryptomkt", false),
    ] {
        let institution = InstitutionId::parse(id).unwrap();
        let world = World::with(Bank::of("bank", institution.clone())).await;
        let shown = let_in(&world, institution.clone(), &fields(PASSWORD)).await;
        let expected = if proves { "shown" } else { "no proof" };
        let came = match shown {
            Ok(_) => "shown",
            Err(EnrolmentError::NoProof) => "no proof",
            Err(_) => "something else",
        };
        assert_eq!(came, expected, "{id}");
        // A client's secret says who asks, and nothing of whoever has the RUT that it writes there.
        let mut of_client = fields(PASSWORD);
        of_client.insert(CLIENT.to_owned(), "one".to_owned().into());
        let shown = let_in(&world, institution, &of_client).await;
        assert!(matches!(shown, Err(EnrolmentError::NoProof)), "{id}");
    }
}

/// However many codes were given out, a phone that came before is known, and few are given in a day.
#[tokio::test]
async fn codes_that_nobody_took_hide_no_phone() {
    let rules = Rules { cooling_off: SignedDuration::from_hours(24), ..RULES };
    let scene = Scene { world: World::with_rules(Bank::new(), Vec::new(), rules).await };
    let (engine, who) = (&scene.world.engine, &scene.world.who);
    let phone = OwnPhone::new(1);
    let first = scene.enrol(person(), &phone).await.enrolment.row.id;
    engine.block_phone(who, first).await.unwrap();
    let begin = async || {
        engine.begin_enrolment(who, person(), Validated::ByTenant(b"cedula")).await.map(drop)
    };
    for _ in 1..MAX_CODES {
        begin().await.unwrap();
    }
    let until = engine.now() + CODES_WITHIN;
    let refused = begin().await;
    assert!(matches!(refused, Err(EnrolmentError::TooMany { until: at }) if at == until));
    // More of them than one page has.
    scene.world.clock.advance(CODES_WITHIN);
    for _ in 0..cartola_store::MAX_PAGE {
        scene.world.clock.advance(SignedDuration::from_hours(2));
        begin().await.unwrap();
    }
    let second = scene.enrol(person(), &OwnPhone::new(2)).await;
    assert_eq!(second.enrolment.phone.unwrap().before, Some(first));
    let asked = scene.try_ask(person(), &transfer(25_000), "soon").await;
    assert!(matches!(asked, Err(AskError::Cooling { .. })));
}

/// A tenant whose name could be taken for another's asks nobody.
#[tokio::test]
async fn who_asks_is_shown_by_a_name_that_is_plain() {
    let scene = Scene::new().await;
    let engine = &scene.world.engine;
    let new = engine.add_tenant("Banc\u{43e}", &Scope::ALL).await.unwrap();
    let who = engine.authenticate(new.api_key.expose()).await.unwrap().unwrap();
    let begun = engine.begin_enrolment(&who, person(), Validated::ByTenant(b"a")).await.unwrap();
    let pin = pin(PIN);
    let phone = OwnPhone::new(1);
    let new = NewPhone { name: "Pixel", fingerprint: None, key: Some(&phone.jwk), pin: &pin };
    engine.enrol_phone(begun.code.expose(), &new).await.unwrap();
    let operation = transfer(25_000);
    let ask = cartola_engine::authorizations::Ask {
        rut: person(),
        operation: &operation,
        channel: "tests",
        case: "a",
        next: None,
    };
    let refused = engine.ask_authorization(&who, &ask).await;
    assert!(matches!(refused, Err(AskError::Requester)));
}
