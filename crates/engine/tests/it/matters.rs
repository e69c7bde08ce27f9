//! What people ask of whoever has their data.

use cartola_engine::consents::change::{Change, ChangeError};
use cartola_engine::links::{Extent, LinkError, Mandate, NewLink, PaysFor};
use cartola_engine::matters::{
    Breach, BreachChange, Decision, Matter, MatterError, NewMatter, Opened, WhenTold,
};
use cartola_engine::once::Reply;
use cartola_model::{ConsentData, Failure, MatterKind, MatterState, RecordKind, RecordKinds};
use cartola_primitives::id::LinkId;
use cartola_primitives::{Rut, Secret, SignedDuration, Timestamp};
use cartola_store::jobs::Priority;
use cartola_store::{Consents, People, Vault};

use crate::readings::{MARCH, Scene};
use crate::world::World;
use crate::world::bank::{PASSWORD, RUT, institution};

/// Whose statements a world imports.
pub const HOLDER: &str = "11.111.111-1";

pub async fn ask(world: &World, kind: MatterKind, rut: &str) -> Matter {
    open(world, kind, rut).await.matter
}

async fn open(world: &World, kind: MatterKind, rut: &str) -> Opened {
    let new = NewMatter {
        kind,
        rut: Some(Rut::parse(rut).unwrap()),
        text: "Pido lo que la ley me da.".to_owned(),
        contact: Some("maria@example.cl".to_owned()),
        breach: None,
    };
    world.engine.open_matter(&world.who, &new, Reply::NONE).await.unwrap()
}

pub async fn decide(
    world: &World,
    matter: &Matter,
    decision: Decision,
) -> Result<Matter, MatterError> {
    let decided = (&decision, "por esto");
    world.engine.decide_matter(&world.who, matter.row.id, decided, Reply::NONE).await
}

fn is_refused(decided: &Result<Matter, MatterError>) -> bool {
    matches!(decided, Err(MatterError::Transition(_) | MatterError::Content(_)))
}

pub async fn is_whole(world: &World) {
    let proven = world.engine.verify_audit(world.who.tenant, &[], &mut |_| {}).await.unwrap();
    assert!(proven.is_whole(), "{proven:?}");
}

/// Reads March; gives the number of movements that nobody had told of before.
pub async fn fetch(scene: &Scene, link: LinkId) -> Result<u64, Failure> {
    scene.world.read(link, Priority::Interactive).await.map(|figures| figures.new)
}

/// Everything that the store holds, as bytes: what is in plain shows in them.
pub fn stored(world: &World) -> String {
    format!("{:?}", world.store)
}

#[tokio::test]
async fn a_request_has_its_deadline_and_is_put_off_once() {
    let world = World::new().await;
    world.import(&["2;A;-100;900"]).await;
    let asked = ask(&world, MatterKind::Access, HOLDER).await;
    assert_eq!(asked.row.standing.state, MatterState::Open);
    assert!(asked.row.person.is_some());
    let later = decide(&world, &asked, Decision::Extend).await.unwrap();
    assert!(later.row.standing.due_at > asked.row.standing.due_at);
    assert!(is_refused(&decide(&world, &asked, Decision::Extend).await));
    let done = decide(&world, &asked, Decision::Grant).await.unwrap();
    assert_eq!(done.row.standing.state, MatterState::Granted);
    assert_eq!(done.steps.len(), 2);
    assert!(is_refused(&decide(&world, &asked, Decision::Deny).await), "it is decided");
    let read = world.engine.matter(&world.who, asked.row.id).await.unwrap().unwrap();
    assert_eq!(read, done);
    let audited = world.audited().await;
    for action in ["matter.opened", "matter.extended", "matter.granted"] {
        assert!(audited.contains(&action.to_owned()), "{audited:?}");
    }
    assert!(!stored(&world).contains("maria@example.cl"), "what is said is sealed");
    is_whole(&world).await;
}

/// Whoever asks the same again has a time of its own for it, and whoever enters it is told of the other.
#[tokio::test]
async fn what_is_asked_again_is_told_to_be_open_already() {
    let world = World::new().await;
    let first = ask(&world, MatterKind::Access, HOLDER).await;
    decide(&world, &first, Decision::Extend).await.unwrap();
    world.clock.advance(SignedDuration::from_hours(24));
    // Somebody else's, and something else of theirs.
    assert_eq!(open(&world, MatterKind::Access, "12.345.678-5").await.also_open, []);
    assert_eq!(open(&world, MatterKind::Rectification, HOLDER).await.also_open, []);
    let second = open(&world, MatterKind::Access, HOLDER).await;
    assert_eq!(second.also_open, [first.row.id]);
    let day = second.matter.row.standing.due_at.duration_since(first.row.standing.due_at);
    assert_eq!(day.as_hours(), 24);
    let third = open(&world, MatterKind::Access, HOLDER).await;
    assert_eq!(third.also_open, [first.row.id, second.matter.row.id]);
    decide(&world, &first, Decision::Grant).await.unwrap();
    let fourth = open(&world, MatterKind::Access, HOLDER).await;
    assert_eq!(fourth.also_open, [second.matter.row.id, third.matter.row.id]);
}

#[tokio::test]
async fn somebody_of_whom_nothing_is_kept_can_ask_too() {
    let world = World::new().await;
    let asked = ask(&world, MatterKind::Erasure, "12.345.678-5").await;
    assert_eq!(asked.row.person, None);
    let done = decide(&world, &asked, Decision::Grant).await.unwrap();
    assert_eq!(done.row.standing.state, MatterState::Granted);
}

/// Nothing is read or served while a block holds, and everything afterwards.
#[tokio::test]
async fn a_block_holds_from_the_moment_it_is_asked_for() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    fetch(&scene, link).await.unwrap();
    let world = &scene.world;
    let before = world.told().await;
    assert!(!before.is_empty());
    let queued = scene.request(link, MARCH).await;
    let first = ask(world, MatterKind::Block, RUT).await;
    let second = ask(world, MatterKind::Block, RUT).await;
    assert_eq!(world.told().await, Vec::<String>::new());
    let mut queued = queued;
    assert_eq!(scene.ended(&mut queued).await, Some(Err(Failure::ConsentRevoked)));
    assert!(fetch(&scene, link).await.is_err());
    let asked = scene.bank.asked();
    decide(world, &first, Decision::Deny).await.unwrap();
    assert_eq!(world.told().await, Vec::<String>::new(), "the other one holds");
    decide(world, &second, Decision::Grant).await.unwrap();
    assert_eq!(world.told().await, Vec::<String>::new(), "it is granted, and goes on");
    assert_eq!(scene.bank.asked(), asked, "nobody was asked meanwhile");
    decide(world, &second, Decision::Close).await.unwrap();
    assert_eq!(world.told().await, before);
    fetch(&scene, link).await.unwrap();
    is_whole(world).await;
}

#[tokio::test]
async fn no_new_consent_gets_past_a_block() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let world = &scene.world;
    let asked = ask(world, MatterKind::Block, RUT).await;
    let consents = async || world.engine.consents(&world.who, None, None, 9).await.unwrap().rows;
    let before = consents().await;
    assert!(matches!(scene.begin(PASSWORD).await, Err(LinkError::Blocked)));
    let end = world.engine.now() + SignedDuration::from_hours(24);
    let data = ConsentData { accounts: true, records: RecordKinds::NONE };
    assert!(matches!(begin_about(&scene, data, end).await, Err(LinkError::Blocked)));
    assert_eq!(consents().await, before, "nothing is recorded");
    assert!(fetch(&scene, link).await.is_err());
    assert!(matches!(scene.call(PASSWORD).await, Err(LinkError::Blocked)));
    assert_eq!(consents().await, before, "nor of a call");
    world.import(&["9;POR ARCHIVO;-5;100"]).await;
    assert_eq!(world.told().await, Vec::<String>::new());
    assert_eq!(scene.bank.asked(), 0);
    decide(world, &asked, Decision::Deny).await.unwrap();
    assert_eq!(world.told().await, ["2026-03-09 -5 POR ARCHIVO"]);
    fetch(&scene, link).await.unwrap();
    is_whole(world).await;
}

#[tokio::test]
async fn an_opposition_that_is_granted_revokes_everything() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    fetch(&scene, link).await.unwrap();
    let world = &scene.world;
    let asked = ask(world, MatterKind::Opposition, RUT).await;
    assert!(!world.told().await.is_empty(), "nothing is decided yet");
    decide(world, &asked, Decision::Grant).await.unwrap();
    assert_eq!(world.told().await, Vec::<String>::new());
    let tenant = world.who.tenant;
    assert!(world.store.link_secret(tenant, link).await.unwrap().is_none(), "credentials are gone");
    is_whole(world).await;
}

/// After an erasure nothing of the person can be read, by any path, nor is it in the store in plain; the
/// same person can come again.
#[tokio::test]
async fn an_erased_person_can_be_read_nowhere() {
    let world = World::new().await;
    world.import(&["2;PAGO A MARIA DEMO;-100;900;JUAN TERCERO"]).await;
    let other = world.another(9, cartola_crypto::jws::Algorithm::default()).await;
    let (tenant, engine) = (world.who.tenant, &world.engine);
    let rut = Rut::parse(HOLDER).unwrap();
    let person = engine.person_with(&world.who, rut).await.unwrap().expect("the holder is known");
    let key = world.store.data_key_of(tenant, Some(person)).await.unwrap().expect("it has a key");
    assert!(stored(&world).contains("PAGO A MARIA"), "glosas are in plain");
    let asked = ask(&world, MatterKind::Erasure, HOLDER).await;
    let done = decide(&world, &asked, Decision::Grant).await.unwrap();
    assert_eq!(done.row.standing.state, MatterState::Granted, "nothing had to be kept");
    for engine in [engine, &other] {
        assert_eq!(engine.person_with(&world.who, rut).await.unwrap(), None);
        assert_eq!(engine.rut_with(tenant, person).await.unwrap(), None);
        assert!(engine.accounts(&world.who, None, 9).await.unwrap().rows.is_empty());
        assert!(engine.changes(&world.who, 0, 99).await.unwrap().entries.is_empty());
    }
    assert_eq!(world.told().await, Vec::<String>::new());
    assert!(world.store.data_key(tenant, key.id).await.unwrap().is_none(), "the key is destroyed");
    let left = stored(&world);
    for plain in ["PAGO A MARIA", "MARIA DEMO", "JUAN TERCERO", "11111111-1", "11.111.111-1"] {
        assert!(!left.contains(plain), "{plain}");
    }
    assert_eq!(links(&world).await, ["revoked"]);
    // What was asked went with the key; that it was, and what was decided, is kept.
    let kept = engine.matter(&world.who, asked.row.id).await.unwrap().unwrap();
    assert_eq!((kept.text, kept.contact, kept.steps.len()), (None, None, 1));
    assert!(world.audited().await.contains(&"person.erased".to_owned()));
    is_whole(&world).await;
    world.import(&["2;B;-100;900"]).await;
    assert_eq!(world.told().await, ["2026-03-02 -100 B"]);
    assert_eq!(links(&world).await, ["revoked", "active"]);
    is_whole(&world).await;
}

/// How the links of the world's tenant stand, the oldest first.
pub async fn links(world: &World) -> Vec<&'static str> {
    let page = world.engine.links(&world.who, None, 9).await.unwrap();
    page.rows.iter().map(|row| row.state.name()).collect()
}

#[tokio::test]
async fn a_breach_has_its_entry_in_the_register() {
    let world = World::new().await;
    let breach = Breach {
        effects: "Alguien puede conocer saldos".to_owned(),
        data: "saldos, movimientos".to_owned(),
        people: 12,
        measures: "Se cambió la clave".to_owned(),
        ..Breach::default()
    };
    let new = NewMatter {
        kind: MatterKind::Breach,
        rut: None,
        text: "Se perdió un respaldo".to_owned(),
        contact: None,
        breach: Some(breach.clone()),
    };
    let noticed = world.engine.open_matter(&world.who, &new, Reply::NONE).await.unwrap();
    assert_eq!(noticed.also_open, []);
    let noticed = noticed.matter;
    let hours = noticed.row.standing.due_at.duration_since(noticed.row.opened_at).as_hours();
    assert_eq!(hours, 72);
    let later = world.engine.now() + SignedDuration::from_secs(1);
    for told in [
        Breach { agency_told_at: Some(later), ..breach.clone() },
        Breach { people_told_at: Some(later), ..breach.clone() },
    ] {
        let opened = NewMatter { breach: Some(told), ..new.clone() };
        let refused = world.engine.open_matter(&world.who, &opened, Reply::NONE).await;
        assert!(matches!(refused, Err(MatterError::ToldLater(_))));
    }
    let amend = async |change| decide(&world, &noticed, Decision::Amend(change)).await;
    let when = WhenTold::At(later);
    for change in [
        BreachChange { agency_told: when, ..BreachChange::default() },
        BreachChange { people_told: when, ..BreachChange::default() },
    ] {
        assert!(matches!(amend(change).await, Err(MatterError::ToldLater(_))));
    }
    let empty = BreachChange { data: Some(" ".to_owned()), ..BreachChange::default() };
    assert!(is_refused(&amend(empty).await));
    assert!(is_refused(&amend(BreachChange::default()).await), "it says nothing");
    let now = world.engine.now();
    let told = BreachChange { agency_told: WhenTold::At(now), ..BreachChange::default() };
    let amended = amend(told).await.unwrap();
    let told = Breach { agency_told_at: Some(now), ..breach };
    assert_eq!(amended.breach, Some(told.clone()));
    // What is left out stays, and a date goes where that is said.
    let amended = amend(BreachChange { people: Some(7), ..BreachChange::default() }).await.unwrap();
    let fewer = Breach { people: 7, ..told };
    assert_eq!(amended.breach, Some(fewer.clone()));
    let untold = BreachChange { agency_told: WhenTold::Never, ..BreachChange::default() };
    let amended = amend(untold).await.unwrap();
    assert_eq!(amended.breach, Some(Breach { agency_told_at: None, ..fewer }));
    assert!(is_refused(&decide(&world, &noticed, Decision::Grant).await));
    let closed = decide(&world, &noticed, Decision::Close).await.unwrap();
    assert_eq!(closed.row.standing.state, MatterState::Closed);
    for (rut, breach) in [(None, None), (Some(Rut::parse(HOLDER).unwrap()), new.breach.clone())] {
        let wrong = NewMatter { rut, breach, ..new.clone() };
        let refused = world.engine.open_matter(&world.who, &wrong, Reply::NONE).await;
        assert!(matches!(refused, Err(MatterError::Content(_))));
    }
    is_whole(&world).await;
}

/// Begins a link for some data alone.
pub async fn begin_about(
    scene: &Scene,
    data: ConsentData,
    end: Timestamp,
) -> Result<LinkId, LinkError> {
    let fields = std::collections::BTreeMap::from([
        ("rut".to_owned(), Secret::new(RUT.to_owned())),
        ("password".to_owned(), Secret::new(PASSWORD.to_owned())),
    ]);
    let wanted = NewLink {
        institution: institution(),
        rut: Rut::parse(RUT).unwrap(),
        fields: &fields,
        mandate: Mandate { purpose: "tests", evidence: b"paper", expires_at: Some(end) },
        proven: false,
        pays: PaysFor::Nobody,
    };
    let extent = Extent { recipient: Some("Contadores Limitada"), data: Some(data) };
    let world = &scene.world;
    let begun = world.engine.begin_link_about(&world.who, &wanted, extent, Reply::NONE).await?;
    Ok(begun.link.id)
}

#[tokio::test]
async fn nothing_is_read_that_the_consent_is_not_about() {
    let scene = Scene::new().await;
    let cards = RecordKinds::one(RecordKind::Cards);
    let end = scene.world.engine.now() + SignedDuration::from_hours(24 * 30);
    let data = ConsentData { accounts: false, records: cards };
    let link = begin_about(&scene, data, end).await.unwrap();
    assert_eq!(fetch(&scene, link).await, Err(Failure::ConsentRevoked));
    assert_eq!(scene.world.told().await, Vec::<String>::new());
    let data = ConsentData { accounts: true, records: cards };
    let link = begin_about(&scene, data, end).await.unwrap();
    assert!(fetch(&scene, link).await.unwrap() > 0);
    let consents = scene.world.engine.consents(&scene.world.who, None, None, 9).await.unwrap();
    let last = consents.rows.last().unwrap();
    assert_eq!(last.recipient.as_deref(), Some("Contadores Limitada"));
    assert_eq!(last.data, Some(data));
    is_whole(&scene.world).await;
}

#[tokio::test]
async fn a_consent_holds_for_36_months_at_most() {
    let scene = Scene::new().await;
    let now = scene.world.engine.now();
    let data = ConsentData { accounts: true, records: RecordKinds::NONE };
    let ten_years = now + SignedDuration::from_hours(24 * 3_650);
    begin_about(&scene, data, ten_years).await.unwrap();
    let tenant = scene.world.who.tenant;
    let consents = scene.world.store.consents(tenant, None, None, 9).await.unwrap();
    let end = consents.rows[0].state.expires_at().expect("it has an end");
    assert_eq!(end, cartola_model::consent::latest_end(now));
    assert_eq!(end.duration_since(now).as_hours() / 24, 3 * 365 + 1);
}

#[tokio::test]
async fn a_consent_is_changed_to_less_and_never_to_more() {
    let scene = Scene::new().await;
    let world = &scene.world;
    let day = SignedDuration::from_hours(24);
    let now = world.engine.now();
    let all = ConsentData { accounts: true, records: RecordKinds::one(RecordKind::Cards) };
    begin_about(&scene, all, now + day * 30).await.unwrap();
    let id = world.store.consents(world.who.tenant, None, None, 9).await.unwrap().rows[0].id;
    let change =
        async |change| world.engine.change_consent(&world.who, id, change, Reply::NONE).await;
    let until = |days: i32| Change { until: Some(now + day * days), data: None };
    let less = ConsentData { records: RecordKinds::NONE, ..all };
    assert!(matches!(change(Change::default()).await, Err(ChangeError::Nothing)));
    assert!(matches!(change(until(31)).await, Err(ChangeError::Transition(_))));
    assert!(matches!(change(until(0)).await, Err(ChangeError::Transition(_))));
    let both = Change { data: Some(less), ..until(20) };
    let changed = change(both).await.unwrap();
    assert_eq!((changed.data, changed.state.expires_at()), (Some(less), Some(now + day * 20)));
    assert_eq!(world.store.consent(world.who.tenant, id).await.unwrap(), Some(changed));
    let wider = Change { until: None, data: Some(all) };
    assert!(matches!(change(wider).await, Err(ChangeError::Wider)));
    is_whole(world).await;
    world.clock.advance(day * 21);
    assert!(matches!(
        change(Change { until: None, data: Some(less) }).await,
        Err(ChangeError::Ended)
    ));
    assert!(matches!(change(until(30)).await, Err(ChangeError::Ended)));
}

/// A law says that what somebody approved is to be kept: the rest goes at once, and that by itself when
/// the time is over.
#[tokio::test]
async fn what_a_law_says_is_to_be_kept_goes_when_its_time_is_over() {
    let phones = crate::authorizations::Scene::new().await;
    let world = &phones.world;
    let holder = Rut::parse(HOLDER).unwrap();
    world.import(&["2;PAGO A MARIA DEMO;-100;900"]).await;
    let enrolled = phones.enrol(holder, &crate::authorizations::OwnPhone::new(1)).await;
    let asked = ask(world, MatterKind::Erasure, HOLDER).await;
    let retained = decide(world, &asked, Decision::Grant).await.unwrap();
    let standing = &retained.row.standing;
    assert_eq!(standing.state, MatterState::Retained);
    let years = standing.due_at.duration_since(world.engine.now()).as_hours() / (24 * 365);
    assert_eq!(years, cartola_engine::matters::RETENTION_YEARS);
    assert!(!stored(world).contains("PAGO A MARIA"), "what need not be kept is gone");
    let who = &world.who;
    let person = world.engine.person_with(who, holder).await.unwrap().expect("they are kept");
    assert!(world.engine.enrolment(who, enrolled.enrolment.row.id).await.unwrap().is_some());
    assert!(
        is_refused(&decide(world, &asked, Decision::Grant).await),
        "it is not for anybody to say"
    );
    assert_eq!(world.engine.erase_retained().await.unwrap(), 0);
    let left = standing.due_at.duration_since(world.engine.now());
    world.clock.advance(left + SignedDuration::from_secs(1));
    assert_eq!(world.engine.erase_retained().await.unwrap(), 1);
    assert_eq!(world.engine.person_with(who, holder).await.unwrap(), None);
    assert!(world.store.data_key_of(who.tenant, Some(person)).await.unwrap().is_none());
    let matter = world.engine.matter(who, asked.row.id).await.unwrap().unwrap();
    assert_eq!(matter.row.standing.state, MatterState::Granted);
    assert_eq!(matter.steps.last().unwrap().by, "operator");
    assert_eq!(world.engine.erase_retained().await.unwrap(), 0);
    is_whole(world).await;
}
