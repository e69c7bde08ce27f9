//! Enrolling, deciding, blocking.

use cartola_engine::authorizations::{
    AskError, Authorization, CHALLENGE_LASTS, CODE_LASTS, DecideError, Decision, EnrolError,
    EnrolmentError, EnrolmentStanding, IdentityProof, MAX_PENDING, NewPhone, PhoneProof, PinError,
    Use, UseError, Validated, Verdict,
};
use cartola_engine::links::{LinkError, Mandate, NewLink, PaysFor};
use cartola_model::{Failure, Scope};
use cartola_store::Consents;
use cartola_store::jobs::Priority;

use super::{OwnPhone, PIN, Scene, bill, let_in, person, pin, transfer};
use crate::readings::fields;
use crate::world::World;
use crate::world::bank::{Bank, PASSWORD, RUT, institution};

#[tokio::test]
async fn an_operation_is_shown_approved_and_logged() {
    let scene = Scene::new().await;
    let phone = OwnPhone::new(1);
    let enrolled = scene.enrol(person(), &phone).await;
    assert!(enrolled.secret.is_none(), "it has a key of its own");
    let asked = scene.ask(&transfer(25_000)).await;
    assert!(asked.text.starts_with("Transferencia\nMonto: $25.000\nPara: Ferretería Ñuñoa\n"));
    assert!(asked.text.ends_with("\nSolicita: Empresa"), "{}", asked.text);
    let decided = scene.approve(&asked, &phone, PIN).await.unwrap();
    assert!(decided.token.is_some());
    let kept = scene.seen(&asked).await;
    assert_eq!(kept.state().standing().name(), "approved");
    assert_eq!(kept.signed.unwrap().bytes, phone.signature(&asked, "approve"));
    let expected = [
        "enrolment.pending",
        "enrolment.active",
        "authorization.pending",
        "authorization.approved",
    ];
    assert_eq!(scene.audited_of_ours().await, expected);
    let entries = scene.world.engine.audit(&scene.world.who, 0, 1_000).await.unwrap();
    let approved = entries.iter().find(|entry| entry.event.action == "authorization.approved");
    let event = &approved.unwrap().event;
    assert_eq!(event.actor, enrolled.enrolment.row.id.to_string());
    let details: Vec<_> =
        event.details.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let device = format!("device={}", enrolled.enrolment.row.id);
    let through = format!("through={}", scene.world.who.actor);
    let key = format!("key={}", phone.secret.public().thumbprint());
    assert_eq!(
        details,
        [
            "operation=transfer",
            "screen=Mi Pass: autorización de operación",
            device.as_str(),
            "channel=tests",
            through.as_str(),
            key.as_str(),
            "key_origin=phone",
        ]
    );
    for entry in &entries {
        for secret in [PIN, "Ferretería", "12345678"] {
            assert!(!entry.row.body.contains(secret), "{}", entry.row.body);
        }
    }
}

#[tokio::test]
async fn a_decision_is_taken_once() {
    let scene = Scene::new().await;
    let phone = OwnPhone::new(1);
    scene.enrol(person(), &phone).await;
    let approved = scene.ask(&transfer(25_000)).await;
    scene.approve(&approved, &phone, PIN).await.unwrap();
    let denied = scene.ask(&transfer(25_000)).await;
    assert!(scene.deny(&denied, &phone).await.unwrap().token.is_none());
    for asked in [&approved, &denied] {
        for again in [scene.approve(asked, &phone, PIN).await, scene.deny(asked, &phone).await] {
            assert!(matches!(again, Err(DecideError::NotPending(_))));
        }
    }
    // A signature of the one is none of the other, though both say the same.
    let third = scene.ask(&transfer(25_000)).await;
    assert_eq!((third.shown, &third.text), (approved.shown, &approved.text));
    let replayed = phone.signature(&approved, "approve");
    let decision = Decision {
        verdict: Verdict::Approve(pin(PIN)),
        shown: third.shown,
        proof: PhoneProof::Signature(&replayed),
    };
    let (engine, who) = (&scene.world.engine, &scene.world.who);
    let refused = engine.decide_authorization(who, third.id(), &decision).await;
    assert!(matches!(refused, Err(DecideError::OtherPhone)));
    assert_eq!(scene.standing(&third).await, "pending");
}

#[tokio::test]
async fn what_was_shown_is_what_is_approved() {
    let scene = Scene::new().await;
    let phone = OwnPhone::new(1);
    scene.enrol(person(), &phone).await;
    let small = scene.ask(&transfer(1_000)).await;
    let large = scene.ask(&transfer(9_000_000)).await;
    // The phone showed the small one; somebody sends that for the large one.
    let signature = phone.signature(&small, "approve");
    let decision = |shown| Decision {
        verdict: Verdict::Approve(pin(PIN)),
        shown,
        proof: PhoneProof::Signature(&signature),
    };
    let (engine, who) = (&scene.world.engine, &scene.world.who);
    let refused = engine.decide_authorization(who, large.id(), &decision(small.shown)).await;
    assert!(matches!(refused, Err(DecideError::OtherContent)));
    let refused = engine.decide_authorization(who, large.id(), &decision(large.shown)).await;
    assert!(matches!(refused, Err(DecideError::OtherPhone)));
    // What was signed as a denial is no approval.
    let denial = phone.signature(&large, "deny");
    let decision = Decision {
        verdict: Verdict::Approve(pin(PIN)),
        shown: large.shown,
        proof: PhoneProof::Signature(&denial),
    };
    let refused = engine.decide_authorization(who, large.id(), &decision).await;
    assert!(matches!(refused, Err(DecideError::OtherPhone)));
    assert_eq!(scene.standing(&large).await, "pending");
}

#[tokio::test]
async fn the_third_wrong_pin_in_a_row_blocks_the_phone() {
    let scene = Scene::new().await;
    let phone = OwnPhone::new(1);
    let enrolled = scene.enrol(person(), &phone).await;
    let asked = scene.ask(&transfer(25_000)).await;
    let waits = scene.ask(&bill(1_000)).await;
    let stranger = OwnPhone::new(2);
    for _ in 0..5 {
        // Whoever is not the phone changes nothing, and learns nothing of the PIN.
        let refused = scene.approve(&asked, &stranger, "705116").await;
        assert!(matches!(refused, Err(DecideError::OtherPhone)));
    }
    for left in [2, 1] {
        let wrong = scene.approve(&asked, &phone, "705116").await;
        assert!(matches!(wrong, Err(DecideError::WrongPin { left: it }) if it == left));
    }
    let third = scene.ask(&transfer(7_000)).await;
    scene.approve(&third, &phone, PIN).await.unwrap();
    for left in [2, 1] {
        let wrong = scene.approve(&asked, &phone, "705116").await;
        assert!(matches!(wrong, Err(DecideError::WrongPin { left: it }) if it == left));
    }
    assert!(matches!(scene.approve(&asked, &phone, "705116").await, Err(DecideError::Blocked)));
    assert!(matches!(scene.approve(&asked, &phone, PIN).await, Err(DecideError::Blocked)));
    for it in [&asked, &waits, &third] {
        assert_eq!(scene.standing(it).await, "cancelled");
    }
    let seen = scene.world.engine.enrolment(&scene.world.who, enrolled.enrolment.row.id).await;
    assert_eq!(seen.unwrap().unwrap().row.standing.state.standing(), EnrolmentStanding::Blocked);
    let refused = scene.try_ask(person(), &transfer(1), "one").await;
    assert!(matches!(refused, Err(AskError::NoPhone)));
    let wrong = scene.audited_of_ours().await;
    assert_eq!(wrong.iter().filter(|it| *it == "authorization.wrong_pin").count(), 5);
}

#[tokio::test]
async fn of_many_guesses_at_once_three_are_borne() {
    let scene = Scene::new().await;
    let phone = OwnPhone::new(1);
    scene.enrol(person(), &phone).await;
    let asked = scene.ask(&transfer(25_000)).await;
    let guesses = (0..12).map(|nth| {
        let (scene, asked, phone) = (&scene, &asked, &phone);
        async move { scene.approve(asked, phone, &format!("70511{}", nth % 10)).await }
    });
    let outcomes = futures::future::join_all(guesses).await;
    assert!(outcomes.iter().all(Result::is_err));
    let wrong = scene.audited_of_ours().await;
    assert_eq!(wrong.iter().filter(|it| *it == "authorization.wrong_pin").count(), 3);
    assert!(matches!(scene.approve(&asked, &phone, PIN).await, Err(DecideError::Blocked)));
}

#[tokio::test]
async fn a_new_phone_takes_the_place_of_the_one_before() {
    let scene = Scene::new().await;
    let (old, new) = (OwnPhone::new(1), OwnPhone::new(2));
    scene.enrol(person(), &old).await;
    let asked = scene.ask(&transfer(25_000)).await;
    let approved = scene.ask(&transfer(3_000)).await;
    scene.approve(&approved, &old, PIN).await.unwrap();
    scene.enrol_with(person(), &new, "908172").await;
    for it in [&asked, &approved] {
        assert_eq!(scene.standing(it).await, "cancelled");
    }
    let refused = scene.approve(&asked, &old, PIN).await;
    assert!(matches!(refused, Err(DecideError::PhoneEnded(_))));
    let refused = scene.approve(&asked, &new, "908172").await;
    assert!(matches!(refused, Err(DecideError::OtherPhone)));
    let again = scene.ask(&transfer(25_000)).await;
    let refused = scene.approve(&again, &old, PIN).await;
    assert!(matches!(refused, Err(DecideError::OtherPhone)));
    let refused = scene.approve(&again, &new, PIN).await;
    assert!(matches!(refused, Err(DecideError::WrongPin { left: 2 })));
    scene.approve(&again, &new, "908172").await.unwrap();
}

#[tokio::test]
async fn a_lost_phone_is_blocked_from_afar() {
    let scene = Scene::new().await;
    let phone = OwnPhone::new(1);
    let id = scene.enrol(person(), &phone).await.enrolment.row.id;
    let asked = scene.ask(&transfer(25_000)).await;
    let (engine, who) = (&scene.world.engine, &scene.world.who);
    for _ in 0..2 {
        let blocked = engine.block_phone(who, id).await.unwrap();
        assert_eq!(blocked.row.standing.state.standing(), EnrolmentStanding::Blocked);
    }
    assert_eq!(scene.standing(&asked).await, "cancelled");
    let refused = scene.approve(&asked, &phone, PIN).await;
    assert!(matches!(refused, Err(DecideError::PhoneEnded(_))));
    assert!(matches!(scene.try_ask(person(), &bill(1), "x").await, Err(AskError::NoPhone)));
    let of_blocked = scene.audited_of_ours().await;
    assert_eq!(of_blocked.iter().filter(|it| *it == "enrolment.blocked").count(), 1);
    scene.enrol(person(), &OwnPhone::new(2)).await;
    scene.ask(&transfer(25_000)).await;
}

#[tokio::test]
async fn nobody_decides_when_its_time_is_over() {
    let scene = Scene::new().await;
    let phone = OwnPhone::new(1);
    scene.enrol(person(), &phone).await;
    let asked = scene.ask(&transfer(25_000)).await;
    scene.world.clock.advance(CHALLENGE_LASTS);
    assert_eq!(scene.standing(&asked).await, "expired");
    for refused in [scene.approve(&asked, &phone, PIN).await, scene.deny(&asked, &phone).await] {
        assert!(matches!(refused, Err(DecideError::NotPending(_))));
    }
    for _ in 0..2 {
        scene.world.worker.run_due().await.unwrap();
        let audited = scene.audited_of_ours().await;
        assert_eq!(audited.last().map(String::as_str), Some("authorization.expired"));
        let expired = audited.iter().filter(|it| *it == "authorization.expired").count();
        assert_eq!(expired, 1);
    }
}

#[tokio::test]
async fn a_code_is_taken_once_and_in_time() {
    let scene = Scene::new().await;
    let engine = &scene.world.engine;
    let phone = OwnPhone::new(1);
    let pin = pin(PIN);
    let new = NewPhone { name: "Pixel", fingerprint: None, key: Some(&phone.jwk), pin: &pin };
    let first = scene.code(person()).await;
    let second = scene.code(person()).await;
    let lapsed = engine.enrol_phone(&first, &new).await;
    assert!(matches!(lapsed, Err(EnrolError::Ended(_))), "another code was given out");
    engine.enrol_phone(&second, &new).await.unwrap();
    let used = engine.enrol_phone(&second, &new).await;
    assert!(matches!(used, Err(EnrolError::Ended(_))));
    let late = scene.code(person()).await;
    scene.world.clock.advance(CODE_LASTS);
    assert!(matches!(engine.enrol_phone(&late, &new).await, Err(EnrolError::Ended(_))));
    for wrong in ["", "x", &late[1..], &format!("{late}A")] {
        assert!(matches!(engine.enrol_phone(wrong, &new).await, Err(EnrolError::Unknown)));
    }
    // What was never taken has replaced nothing.
    scene.approve(&scene.ask(&transfer(25_000)).await, &phone, PIN).await.unwrap();
}

#[tokio::test]
async fn a_pin_that_is_easy_to_guess_is_not_taken() {
    let scene = Scene::new().await;
    let code = scene.code(person()).await;
    for (digits, expected) in [
        ("123456", PinError::Trivial),
        ("777777", PinError::Trivial),
        ("345678", PinError::Trivial),
    ] {
        let pin = pin(digits);
        let new = NewPhone { name: "Pixel", fingerprint: None, key: None, pin: &pin };
        let refused = scene.world.engine.enrol_phone(&code, &new).await;
        assert!(matches!(refused, Err(EnrolError::Pin(it)) if it == expected), "{digits}");
    }
    let long = "x".repeat(81);
    for name in ["", " ", "a\nb", &long] {
        let pin = pin(PIN);
        let new = NewPhone { name, fingerprint: None, key: None, pin: &pin };
        let refused = scene.world.engine.enrol_phone(&code, &new).await;
        assert!(matches!(refused, Err(EnrolError::Text)), "{name:?}");
    }
}

/// Identity is validated by the bank that lets the person in with what comes along now, or by the tenant.
#[tokio::test]
async fn a_bank_shows_who_somebody_is_with_credentials_that_come_along() {
    let bank = Bank::new();
    let world = World::with(bank.clone()).await;
    let (engine, who) = (&world.engine, &world.who);
    let rut = cartola_primitives::Rut::parse(RUT).unwrap();
    let mandate = Mandate { purpose: "tests", evidence: b"paper", expires_at: None };
    let wanted = NewLink {
        institution: institution(),
        rut,
        fields: &fields(PASSWORD),
        mandate,
        proven: false,
        pays: PaysFor::Nobody,
    };
    let link = engine.begin_link(who, &wanted).await.unwrap().id;
    world.read(link, Priority::Interactive).await.unwrap();
    // That the link was read this minute shows nothing of whoever asks.
    let refused = let_in(&world, institution(), &fields("wrong-one")).await;
    assert!(matches!(refused, Err(EnrolmentError::NotLetIn(Failure::CredentialsInvalid))));
    let asked = bank.asked();
    let shown = let_in(&world, institution(), &fields(PASSWORD)).await.unwrap();
    assert_eq!(bank.asked(), asked + 1);
    let of_another = engine.begin_enrolment(who, person(), Validated::ByBank(&shown)).await;
    assert!(matches!(of_another, Err(EnrolmentError::OtherPerson)));
    let other = engine.add_tenant("Otra", &Scope::ALL).await.unwrap();
    let other = engine.authenticate(other.api_key.expose()).await.unwrap().unwrap();
    let elsewhere = engine.begin_enrolment(&other, rut, Validated::ByBank(&shown)).await;
    assert!(matches!(elsewhere, Err(EnrolmentError::OtherPerson)));
    let begun = engine.begin_enrolment(who, rut, Validated::ByBank(&shown)).await.unwrap();
    assert_eq!(begun.enrolment.row.proof, IdentityProof::Bank);
    // What allowed the question allows nothing more, and wrong ones are counted with all others.
    let page = world.store.consents(who.tenant, None, None, 100).await.unwrap();
    let holding = page.rows.iter().filter(|row| row.state.holds(engine.now()));
    assert_eq!(holding.map(|row| row.link).collect::<Vec<_>>(), [link]);
    for _ in 0..3 {
        world.clock.advance(cartola_primitives::SignedDuration::from_secs(1));
        let _ = let_in(&world, institution(), &fields("wrong-one")).await;
    }
    let locked = let_in(&world, institution(), &fields(PASSWORD)).await;
    assert!(matches!(locked, Err(EnrolmentError::Door(LinkError::Locked { .. }))));
    let nothing = engine.begin_enrolment(who, rut, Validated::ByTenant(b"")).await;
    assert!(matches!(nothing, Err(EnrolmentError::Evidence)));
}

#[tokio::test]
async fn few_operations_wait_for_somebody_at_once() {
    let scene = Scene::new().await;
    let phone = OwnPhone::new(1);
    scene.enrol(person(), &phone).await;
    let mut asked = Vec::new();
    for nth in 0..MAX_PENDING {
        asked.push(scene.try_ask(person(), &transfer(1_000), &nth.to_string()).await.unwrap());
    }
    let refused = scene.try_ask(person(), &transfer(1_000), "more").await;
    assert!(matches!(refused, Err(AskError::TooMany)));
    let known = scene.try_ask(person(), &transfer(1_000), "0").await.unwrap();
    assert_eq!(known.id(), asked[0].id());
    let other = scene.try_ask(person(), &transfer(1_001), "0").await;
    assert!(matches!(other, Err(AskError::OtherRequest)));
    scene.deny(&asked[0], &phone).await.unwrap();
    scene.try_ask(person(), &transfer(1_000), "more").await.unwrap();
}

#[tokio::test]
async fn a_phone_that_was_given_a_key_uses_its_secret() {
    let scene = Scene::new().await;
    let engine = &scene.world.engine;
    let code = scene.code(person()).await;
    let pin_of_it = pin(PIN);
    let new = NewPhone { name: "Pixel", fingerprint: None, key: None, pin: &pin_of_it };
    let enrolled = engine.enrol_phone(&code, &new).await.unwrap();
    let secret = enrolled.secret.unwrap();
    let secret = secret.expose();
    let asked = scene.ask(&transfer(25_000)).await;
    let phone = engine.phone(secret).await.unwrap().unwrap();
    assert_eq!((phone.rut, phone.pending.len()), (person(), 1));
    assert_eq!(phone.pending[0].text, asked.text);
    let by_id = asked.id().to_string();
    let operation = transfer(25_000);
    let wanted = Use { token: &by_id, rut: person(), operation: &operation };
    let early = engine.use_authorization(&scene.world.who, &wanted).await;
    assert!(matches!(early, Err(UseError::NotUsable(_))));
    let decision = (Verdict::Approve(pin(PIN)), asked.shown);
    engine.decide_on_phone(secret, asked.id(), decision).await.unwrap();
    let log = engine.log_of_phone(secret, None, 10).await.unwrap().unwrap();
    assert_eq!(log.rows.iter().map(Authorization::id).collect::<Vec<_>>(), [asked.id()]);
    // Nobody was told a token: its id stands for it, and is used once. Where there is one, it does not.
    engine.use_authorization(&scene.world.who, &wanted).await.unwrap();
    let again = engine.use_authorization(&scene.world.who, &wanted).await;
    assert!(matches!(again, Err(UseError::NotUsable(_))));
    let other = scene.ask(&operation).await;
    let decision = Decision {
        verdict: Verdict::Approve(pin(PIN)),
        shown: other.shown,
        proof: PhoneProof::Secret(secret),
    };
    let token = engine.decide_authorization(&scene.world.who, other.id(), &decision).await;
    let by_id = other.id().to_string();
    let wanted = Use { token: &by_id, rut: person(), operation: &operation };
    let refused = engine.use_authorization(&scene.world.who, &wanted).await;
    assert!(matches!(refused, Err(UseError::Unknown)));
    let token = token.unwrap().token.unwrap();
    let wanted = Use { token: token.expose(), ..wanted };
    engine.use_authorization(&scene.world.who, &wanted).await.unwrap();
    assert!(engine.phone(secret).await.unwrap().unwrap().pending.is_empty());
    let changed = |nth: usize| {
        let mut text = secret.clone().into_bytes();
        text[nth] = if text[nth] == b'A' { b'B' } else { b'A' };
        String::from_utf8(text).unwrap()
    };
    for wrong in [changed(6), changed(30), changed(60), String::new(), "mpd_".to_owned()] {
        assert!(engine.phone(&wrong).await.unwrap().is_none(), "{wrong}");
    }
    engine.block_own_phone(secret).await.unwrap();
    let phone = engine.phone(secret).await.unwrap().unwrap();
    assert_eq!(phone.enrolment.row.standing.state.standing(), EnrolmentStanding::Blocked);
}

#[tokio::test]
async fn tenants_do_not_decide_for_each_other() {
    let scene = Scene::new().await;
    let phone = OwnPhone::new(1);
    scene.enrol(person(), &phone).await;
    let asked = scene.ask(&transfer(25_000)).await;
    let engine = &scene.world.engine;
    let other = engine.add_tenant("Otra", &Scope::ALL).await.unwrap();
    let other = engine.authenticate(other.api_key.expose()).await.unwrap().unwrap();
    let signature = phone.signature(&asked, "approve");
    let decision = Decision {
        verdict: Verdict::Approve(pin(PIN)),
        shown: asked.shown,
        proof: PhoneProof::Signature(&signature),
    };
    let refused = engine.decide_authorization(&other, asked.id(), &decision).await;
    assert!(matches!(refused, Err(DecideError::Unknown)));
    assert!(engine.authorization(&other, asked.id()).await.unwrap().is_none());
    assert_eq!(scene.standing(&asked).await, "pending");
    let none = engine.cancel_authorization(&other, asked.id()).await;
    assert!(matches!(none, Err(UseError::Unknown)));
    let token = scene.approve(&asked, &phone, PIN).await.unwrap().token.unwrap();
    let operation = transfer(25_000);
    let wanted = Use { token: token.expose(), rut: person(), operation: &operation };
    let used = engine.use_authorization(&other, &wanted).await;
    assert!(matches!(used, Err(UseError::Unknown)));
    engine.use_authorization(&scene.world.who, &wanted).await.unwrap();
}
