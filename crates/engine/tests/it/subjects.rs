//! What becomes of a person between matters: those who come back, whom somebody else decides on meanwhile,
//! and what goes on although they are erased.

use std::sync::Arc;

use cartola_crypto::jws::Algorithm;
use cartola_engine::authorizations::{
    AskError, Asking, EnrolError, EnrolmentStanding, LeaveBy, NewPhone,
};
use cartola_engine::consents::change::Change;
use cartola_engine::imports::Upload;
use cartola_engine::instructions::{
    CashOrder, Giver, Instruction, InstructionError, InstructionStanding, Wanted,
};
use cartola_engine::links::LinkError;
use cartola_engine::matters::{Decision, NewMatter, RETENTION_YEARS};
use cartola_engine::once::Reply;
use cartola_engine::payments::{Payment, PaymentError, PaymentOrder};
use cartola_model::{ConsentData, Instructed, MatterKind, MatterState, RecordKind, RecordKinds};
use cartola_primitives::{Currency, Money, Rut, SignedDuration};
use cartola_store::{Consents, Instructions, Matters, People};

use crate::authorizations::{OwnPhone, PIN, bill, person, pin, transfer};
use crate::matters::{HOLDER, ask, begin_about, decide, fetch, is_whole, links, stored};
use crate::readings::{Scene, fields};
use crate::world::bank::{PASSWORD, RUT, institution};
use crate::world::between::Between;
use crate::world::window::At;
use crate::world::{MAPPING, World, upload};

/// An account that nobody has told of yet, of the same holder.
fn upload_of(number: &str, rows: &[&str]) -> Upload {
    let mapping = MAPPING.replace("00-123-45678-90", number);
    Upload { mapping: Some(mapping), ..upload(rows) }
}

/// Whoever consents again after an erasure that the law put off is the same person: when the time is over,
/// what was kept goes, and what is new stays.
#[tokio::test]
async fn somebody_who_came_back_keeps_what_is_new() {
    let phones = crate::authorizations::Scene::new().await;
    let world = &phones.world;
    let holder = Rut::parse(HOLDER).unwrap();
    world.import(&["2;A;-100;900"]).await;
    phones.enrol(holder, &crate::authorizations::OwnPhone::new(1)).await;
    let asked = ask(world, MatterKind::Erasure, HOLDER).await;
    let retained = decide(world, &asked, Decision::Grant).await.unwrap();
    let person = world.engine.person_with(&world.who, holder).await.unwrap();
    assert_eq!(links(world).await, ["revoked"]);
    world.clock.advance(SignedDuration::from_hours(24));
    world.import(&["9;DE NUEVO;-5;100"]).await;
    assert_eq!(links(world).await, ["active"], "whoever comes back has it again");
    assert_eq!(world.engine.person_with(&world.who, holder).await.unwrap(), person);
    let left = retained.row.standing.due_at.duration_since(world.engine.now());
    world.clock.advance(left + SignedDuration::from_secs(1));
    assert_eq!(world.engine.erase_retained().await.unwrap(), 1);
    assert_eq!(world.told().await, ["2026-03-09 -5 DE NUEVO"]);
    assert_eq!(world.engine.person_with(&world.who, holder).await.unwrap(), person);
    let matter = world.engine.matter(&world.who, asked.row.id).await.unwrap().unwrap();
    assert_eq!(matter.row.standing.state, MatterState::Granted);
    assert!(matter.steps.last().unwrap().text.contains("came back"));
    assert_eq!(world.engine.erase_retained().await.unwrap(), 0);
    is_whole(world).await;
}

/// Whoever is erased approves nothing any more, also where a law keeps what they approved.
#[tokio::test]
async fn whoever_is_erased_has_no_phone_any_more() {
    let phones = crate::authorizations::Scene::new().await;
    let world = &phones.world;
    let phone = OwnPhone::new(1);
    let enrolled = phones.enrol(person(), &phone).await.enrolment.row.id;
    let approved = phones.ask(&transfer(25_000)).await;
    phones.approve(&approved, &phone, PIN).await.unwrap();
    let waits = phones.ask(&bill(1_000)).await;
    // Another phone may be about to take its place.
    let code = phones.code(person()).await;
    let asked = ask(world, MatterKind::Erasure, "12.345.678-5").await;
    let done = decide(world, &asked, Decision::Grant).await.unwrap();
    assert_eq!(done.row.standing.state, MatterState::Retained);
    let kept = world.engine.enrolment(&world.who, enrolled).await.unwrap().unwrap();
    assert_eq!(kept.row.standing.state.standing(), EnrolmentStanding::Blocked);
    for asked in [&approved, &waits] {
        assert_eq!(phones.standing(asked).await, "cancelled");
    }
    let late = phones.approve(&waits, &phone, PIN).await;
    assert!(late.is_err(), "it is blocked");
    let (other, pin) = (OwnPhone::new(2), pin(PIN));
    let new = NewPhone { name: "Pixel", fingerprint: None, key: Some(&other.jwk), pin: &pin };
    let taken = world.engine.enrol_phone(&code, &new).await;
    assert!(matches!(taken, Err(EnrolError::Ended(_))));
    let asked = phones.try_ask(person(), &transfer(1_000), "case").await;
    assert!(matches!(asked, Err(AskError::NoPhone)), "{asked:?}");
    is_whole(world).await;
}

/// What was kept is kept for longer where something was asked for since without any consent, and nothing
/// else becomes of it.
#[tokio::test]
async fn a_later_phone_prolongs_what_is_kept() {
    let phones = crate::authorizations::Scene::new().await;
    let world = &phones.world;
    let holder = Rut::parse(HOLDER).unwrap();
    world.import(&["2;A;-100;900"]).await;
    phones.enrol(holder, &crate::authorizations::OwnPhone::new(1)).await;
    let asked = ask(world, MatterKind::Erasure, HOLDER).await;
    let first = decide(world, &asked, Decision::Grant).await.unwrap().row.standing.due_at;
    world.clock.advance(SignedDuration::from_hours(24 * 30));
    phones.enrol(holder, &crate::authorizations::OwnPhone::new(2)).await;
    world.clock.advance(first.duration_since(world.engine.now()) + SignedDuration::from_secs(1));
    assert_eq!(world.engine.erase_retained().await.unwrap(), 1);
    let matter = world.engine.matter(&world.who, asked.row.id).await.unwrap().unwrap();
    assert_eq!(matter.row.standing.state, MatterState::Retained);
    assert_eq!(matter.row.standing.due_at.duration_since(first).as_hours(), 24 * 30);
    assert_eq!(matter.text.as_deref(), Some("Pido lo que la ley me da."));
    assert_eq!(world.engine.erase_retained().await.unwrap(), 0);
    is_whole(world).await;
}

/// Cash that was put aside can be asked about after its customer was erased, is a record of moved money
/// for as long as the law says, and goes with them then.
#[tokio::test]
async fn instructions_are_kept_while_they_go_on_and_as_long_as_the_law_says() {
    let scene = crate::instructions::Scene::new().await;
    let world = &scene.world;
    let id = scene.give().await;
    scene.goes_on(id).await;
    scene.window.stands(At::Ready);
    assert_eq!(scene.goes_on(id).await, InstructionStanding::Available);
    let asked = ask(world, MatterKind::Erasure, RUT).await;
    let done = decide(world, &asked, Decision::Grant).await.unwrap();
    assert_eq!(done.row.standing.state, MatterState::Retained);
    scene.window.stands(At::Claimed);
    assert_eq!(scene.goes_on(id).await, InstructionStanding::Claimed);
    let left = done.row.standing.due_at.duration_since(world.engine.now());
    world.clock.advance(left + SignedDuration::from_secs(1));
    assert_eq!(world.engine.erase_retained().await.unwrap(), 1);
    assert!(world.store.instruction(world.who.tenant, id).await.unwrap().is_none());
    let person = world.engine.person_with(&world.who, Rut::parse(RUT).unwrap()).await.unwrap();
    assert_eq!(person, None);
    is_whole(world).await;
}

/// While one has not ended nobody is shredded, however long that takes.
#[tokio::test]
async fn nobody_is_shredded_while_an_instruction_has_not_ended() {
    let scene = crate::instructions::Scene::new().await;
    let world = &scene.world;
    let id = scene.give().await;
    world.clock.advance(SignedDuration::from_hours(24 * (366 * RETENTION_YEARS)));
    let asked = ask(world, MatterKind::Erasure, RUT).await;
    let done = decide(world, &asked, Decision::Grant).await.unwrap();
    assert_eq!(done.row.standing.state, MatterState::Retained);
    let next = done.row.standing.due_at.duration_since(world.engine.now());
    assert_eq!(next.as_hours(), 24, "it is looked at again");
    assert!(scene.shown(id).await.row.person.is_some());
    world.clock.advance(next);
    assert!(scene.goes_on(id).await.is_final());
    world.engine.erase_retained().await.unwrap();
    assert!(world.store.instruction(world.who.tenant, id).await.unwrap().is_none());
    is_whole(world).await;
}

/// A matter of somebody that is decided while a file of theirs is taken in is known to that file.
async fn check_meanwhile(kind: MatterKind, told: &[&str]) {
    let world = World::new().await;
    world.import(&["2;A;-100;900"]).await;
    let (engine, who) = (world.engine.clone(), world.who.clone());
    let first = Box::pin(async move {
        let new = NewMatter {
            kind,
            rut: Some(Rut::parse(HOLDER).unwrap()),
            text: "Pido lo que la ley me da.".to_owned(),
            contact: None,
            breach: None,
        };
        let asked = engine.open_matter(&who, &new, Reply::NONE).await.unwrap();
        if kind == MatterKind::Erasure {
            let granted = (&Decision::Grant, "por esto");
            let id = asked.matter.row.id;
            engine.decide_matter(&who, id, granted, Reply::NONE).await.unwrap();
        }
    });
    let between = Arc::new(Between::new(world.store.clone(), first));
    let other = world.another_with(9, Algorithm::default(), between).await;
    let file = upload_of("55-555-55555-55", &["3;B;-50;850"]);
    other.import(&world.who, file, Reply::NONE).await.unwrap();
    // All that is there can be opened, by whoever asks.
    world.engine.accounts(&world.who, None, 9).await.unwrap();
    assert_eq!(world.told().await, told);
    is_whole(&world).await;
}

#[tokio::test]
async fn what_is_taken_in_while_somebody_is_erased_is_of_whoever_comes_again() {
    check_meanwhile(MatterKind::Erasure, &["2026-03-03 -50 B"]).await;
}

#[tokio::test]
async fn what_is_taken_in_while_a_block_is_asked_for_is_blocked() {
    check_meanwhile(MatterKind::Block, &[]).await;
}

/// Somebody of whom nothing was kept when they asked has asked all the same.
#[tokio::test]
async fn a_block_holds_for_somebody_who_becomes_known_later() {
    let world = World::new().await;
    let asked = ask(&world, MatterKind::Block, HOLDER).await;
    assert_eq!(asked.row.person, None);
    world.import(&["2;A;-100;900"]).await;
    assert_eq!(world.told().await, Vec::<String>::new());
    decide(&world, &asked, Decision::Deny).await.unwrap();
    assert_eq!(world.told().await, ["2026-03-02 -100 A"]);
    let erasure = ask(&world, MatterKind::Erasure, "12.345.678-5").await;
    world.import(&["9;B;-5;895"]).await;
    assert_eq!(decide(&world, &erasure, Decision::Grant).await.unwrap().row.person, None);
    assert_eq!(world.told().await.len(), 2, "they were somebody else");
    is_whole(&world).await;
}

#[tokio::test]
async fn an_erasure_erases_somebody_who_became_known_later() {
    let world = World::new().await;
    let asked = ask(&world, MatterKind::Erasure, HOLDER).await;
    world.import(&["2;PAGO A MARIA DEMO;-100;900"]).await;
    let done = decide(&world, &asked, Decision::Grant).await.unwrap();
    assert_eq!(done.row.standing.state, MatterState::Granted);
    assert_eq!(world.told().await, Vec::<String>::new());
    assert!(!stored(&world).contains("PAGO A MARIA"));
    is_whole(&world).await;
}

/// Nothing was kept of somebody when they asked; a law keeps what came until it was granted.
#[tokio::test]
async fn what_a_law_keeps_of_somebody_who_became_known_later_goes_too() {
    let phones = crate::authorizations::Scene::new().await;
    let world = &phones.world;
    let holder = Rut::parse(HOLDER).unwrap();
    let asked = ask(world, MatterKind::Erasure, HOLDER).await;
    assert_eq!(asked.row.person, None);
    let phone = phones.enrol(holder, &crate::authorizations::OwnPhone::new(1)).await;
    let phone = phone.enrolment.row.id;
    let retained = decide(world, &asked, Decision::Grant).await.unwrap();
    assert_eq!(retained.row.standing.state, MatterState::Retained);
    let left = retained.row.standing.due_at.duration_since(world.engine.now());
    world.clock.advance(left + SignedDuration::from_secs(1));
    assert_eq!(world.engine.erase_retained().await.unwrap(), 1);
    assert_eq!(world.engine.person_with(&world.who, holder).await.unwrap(), None);
    assert!(world.engine.enrolment(&world.who, phone).await.unwrap().is_none());
    let matter = world.engine.matter(&world.who, asked.row.id).await.unwrap().unwrap();
    assert_eq!(matter.row.standing.state, MatterState::Granted);
    is_whole(world).await;
}

/// Versions before sealed what was decided under the tenant's key: the matter says whose it is.
#[tokio::test]
async fn what_a_law_keeps_goes_too_where_the_matter_is_under_the_tenants_key() {
    let phones = crate::authorizations::Scene::new().await;
    let world = &phones.world;
    let holder = Rut::parse(HOLDER).unwrap();
    let asked = ask(world, MatterKind::Erasure, HOLDER).await;
    phones.enrol(holder, &crate::authorizations::OwnPhone::new(1)).await;
    let person = world.engine.person_with(&world.who, holder).await.unwrap();
    world.clock.advance(SignedDuration::from_hours(24 * (366 * RETENTION_YEARS)));
    let now = world.engine.now();
    world.store.tamper(world.who.tenant, |rows| {
        let row = rows.matters.get_mut(&asked.row.id).unwrap();
        row.person = person;
        (row.standing.state, row.standing.due_at) = (MatterState::Retained, now);
    });
    assert_eq!(world.engine.erase_retained().await.unwrap(), 1);
    assert_eq!(world.engine.person_with(&world.who, holder).await.unwrap(), None);
    let matter = world.engine.matter(&world.who, asked.row.id).await.unwrap().unwrap();
    assert_eq!(matter.row.standing.state, MatterState::Granted);
    is_whole(world).await;
}

/// What an erased person asked before went with their key; it can be decided all the same.
#[tokio::test]
async fn what_an_erased_person_had_asked_is_closed() {
    let world = World::new().await;
    world.import(&["2;A;-100;900"]).await;
    let access = ask(&world, MatterKind::Access, HOLDER).await;
    let erasure = ask(&world, MatterKind::Erasure, HOLDER).await;
    decide(&world, &erasure, Decision::Grant).await.unwrap();
    let read = world.engine.matter(&world.who, access.row.id).await.unwrap().unwrap();
    assert_eq!(read.text, None);
    let done = decide(&world, &access, Decision::Withdraw).await.unwrap();
    assert_eq!(done.row.standing.state, MatterState::Withdrawn);
    assert_eq!(world.engine.matter(&world.who, access.row.id).await.unwrap().unwrap(), done);
    is_whole(&world).await;
}

/// A key that is gone without an erasure was taken away: it may come back from a backup, and what it
/// opens is not written over.
#[tokio::test]
async fn nothing_is_written_over_what_cannot_be_opened() {
    let world = World::new().await;
    world.import(&["2;A;-100;900"]).await;
    let access = ask(&world, MatterKind::Access, HOLDER).await;
    let other = ask(&world, MatterKind::Erasure, "12.345.678-5").await;
    decide(&world, &other, Decision::Grant).await.unwrap();
    let mut before = None;
    world.store.tamper(world.who.tenant, |rows| {
        let row = rows.matters.get_mut(&access.row.id).unwrap();
        row.standing.content.key = world.engine.mint();
        before = Some(row.clone());
    });
    let refused = decide(&world, &access, Decision::Grant).await.unwrap_err().to_string();
    assert!(refused.contains("no erasure destroyed it"), "{refused}");
    let kept = world.store.matter(world.who.tenant, access.row.id).await.unwrap();
    assert_eq!(kept, before);
}

async fn give_with_credentials(world: &World, case: &str) -> Result<Instruction, InstructionError> {
    let giver = Giver::Credentials {
        institution: institution(),
        rut: Rut::parse(RUT).unwrap(),
        fields: &fields(PASSWORD),
        from: None,
    };
    let amount = Money::new(20_000, Currency::CLP);
    let order = CashOrder { rut: Rut::parse("12.345.678-5").unwrap(), amount, comment: None };
    let what = Instructed::Withdrawal(order);
    let (request, evidence) = (case.as_bytes(), b"paper".as_slice());
    let (leave, asking) = (LeaveBy::NotNeeded, Asking::WhereRequired);
    let wanted = Wanted { giver, what, case, request, evidence, leave, asking, next: None };
    world.engine.begin_instruction(&world.who, &wanted).await
}

async fn pay_with_credentials(world: &World, case: &str) -> Result<Payment, PaymentError> {
    let order = PaymentOrder {
        institution: institution(),
        rut: Rut::parse(RUT).unwrap(),
        fields: &fields(PASSWORD),
        amount: Money::new(20_000, Currency::CLP),
        from: None,
        payee: None,
        comment: None,
        case,
        request: case.as_bytes(),
        evidence: b"paper",
        approval: None,
        next: None,
    };
    world.engine.begin_payment(&world.who, &order).await
}

/// No money moves while somebody wants nothing done with their data.
#[tokio::test]
async fn nothing_is_paid_or_instructed_while_a_block_holds() {
    let scene = crate::instructions::Scene::new().await;
    let world = &scene.world;
    let asked = ask(world, MatterKind::Block, RUT).await;
    // Through the account, which is hidden, and with what signs them in.
    assert!(matches!(scene.try_give("one", 20_000).await, Err(InstructionError::UnknownAccount)));
    let given = give_with_credentials(world, "two").await;
    assert!(matches!(given, Err(InstructionError::Link(LinkError::Blocked))), "{given:?}");
    let paid = pay_with_credentials(world, "three").await;
    assert!(matches!(paid, Err(PaymentError::Link(LinkError::Blocked))), "{paid:?}");
    decide(world, &asked, Decision::Deny).await.unwrap();
    scene.try_give("one", 20_000).await.unwrap();
}

/// What signs somebody in goes when the consent runs out, in a block or not.
#[tokio::test]
async fn credentials_go_with_a_consent_that_runs_out_in_a_block() {
    for lifts_first in [false, true] {
        let scene = Scene::new().await;
        let end = scene.world.engine.now() + SignedDuration::from_hours(24);
        let data = ConsentData { accounts: true, records: RecordKinds::NONE };
        let link = begin_about(&scene, data, end).await.unwrap();
        let world = &scene.world;
        let asked = ask(world, MatterKind::Block, RUT).await;
        world.clock.advance(SignedDuration::from_hours(25));
        if lifts_first {
            decide(world, &asked, Decision::Deny).await.unwrap();
        } else {
            assert_eq!(world.engine.end_run_out().await.unwrap(), 1);
        }
        let secret = world.store.link_secret(world.who.tenant, link).await.unwrap();
        assert!(secret.is_none(), "lifted first: {lifts_first}");
        assert_eq!(world.engine.end_run_out().await.unwrap(), 0);
        is_whole(world).await;
    }
}

/// A consent that is narrowed shows nothing more of what it is not about any more.
#[tokio::test]
async fn what_a_consent_is_no_longer_about_is_not_served() {
    let scene = Scene::new().await;
    let end = scene.world.engine.now() + SignedDuration::from_hours(24 * 30);
    let cards = RecordKinds::one(RecordKind::Cards);
    let all = ConsentData { accounts: true, records: cards };
    let link = begin_about(&scene, all, end).await.unwrap();
    fetch(&scene, link).await.unwrap();
    let world = &scene.world;
    assert!(!world.told().await.is_empty());
    let id = world.store.consents(world.who.tenant, None, None, 9).await.unwrap().rows[0].id;
    let less = Change { until: None, data: Some(ConsentData { accounts: false, records: cards }) };
    world.engine.change_consent(&world.who, id, less, Reply::NONE).await.unwrap();
    assert_eq!(world.told().await, Vec::<String>::new());
    assert!(world.engine.accounts(&world.who, None, 9).await.unwrap().rows.is_empty());
}
