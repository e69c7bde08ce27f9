//! Links that are read through.

use std::collections::BTreeMap;
use std::time::Duration;

use cartola_connector::{ErrorKind, RetryAdvice};
use cartola_crypto::ContentHash;
use cartola_engine::Engine;
use cartola_engine::consents::change::Change;
use cartola_engine::links::{LinkError, Mandate, NewLink, PaysFor};
use cartola_engine::once::Reply;
use cartola_engine::readings::Wanted;
use cartola_model::{ConsentData, ConsentState, Failure};
use cartola_primitives::id::{LinkId, TenantId};
use cartola_primitives::{Rut, Secret, SignedDuration, Timestamp};
use cartola_store::jobs::Priority;
use cartola_store::{Consents, People};
use expect_test::{Expect, expect};

use crate::readings::{MARCH, fields};
use crate::world::bank::{Bank, PASSWORD, RUT, institution};
use crate::world::{RULES, World};

pub struct Scene {
    pub world: World,
    pub bank: Bank,
}

impl Scene {
    pub async fn new() -> Self {
        let bank = Bank::new();
        bank.has(&["2;COMPRA;-100", "2;COMPRA;-100", "3;SUELDO;1000"]);
        Self { world: World::with(bank.clone()).await, bank }
    }

    pub async fn begin(&self, password: &str) -> Result<LinkId, LinkError> {
        self.begin_until(password, None).await
    }

    async fn begin_until(
        &self,
        password: &str,
        expires_at: Option<Timestamp>,
    ) -> Result<LinkId, LinkError> {
        self.begin_for(RUT, password, expires_at).await
    }

    async fn begin_for(
        &self,
        mandated: &str,
        password: &str,
        expires_at: Option<Timestamp>,
    ) -> Result<LinkId, LinkError> {
        self.begin_as(mandated, password, expires_at, false).await
    }

    async fn begin_as(
        &self,
        mandated: &str,
        password: &str,
        expires_at: Option<Timestamp>,
        proven: bool,
    ) -> Result<LinkId, LinkError> {
        let fields = BTreeMap::from([
            ("rut".to_owned(), Secret::new(RUT.to_owned())),
            ("password".to_owned(), Secret::new(password.to_owned())),
        ]);
        let wanted = NewLink {
            institution: institution(),
            rut: Rut::parse(mandated).unwrap(),
            fields: &fields,
            mandate: Mandate { purpose: "tests", evidence: b"a signed paper", expires_at },
            proven,
            pays: PaysFor::Nobody,
        };
        Ok(self.world.engine.begin_link(&self.world.who, &wanted).await?.id)
    }

    /// Reads March; gives the number of movements that nobody had told of before.
    pub async fn fetch(&self, link: LinkId) -> Result<u64, Failure> {
        self.world.read(link, Priority::Interactive).await.map(|figures| figures.new)
    }

    /// Whether there is anything left that the link could sign in with.
    async fn signs_in(&self, link: LinkId) -> bool {
        let tenant = self.world.who.tenant;
        self.world.store.link_secret(tenant, link).await.unwrap().is_some()
    }

    async fn check(&self, expected: Expect) {
        expected.assert_eq(&self.world.told().await.join("\n"));
        self.world.engine.connectors().settled().await;
        assert_eq!(self.bank.open(), 0, "a session was left open");
    }
}

#[tokio::test]
async fn what_the_institution_has_comes_in_once() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    assert_eq!(scene.fetch(link).await.unwrap(), 3);
    assert_eq!(scene.fetch(link).await.unwrap(), 0);
    scene
        .check(expect![[r#"
            2026-03-02 -100 COMPRA
            2026-03-02 -100 COMPRA
            2026-03-03 1000 SUELDO"#]])
        .await;
}

/// All of a mandate's words are known but the RUT, and RUTs are few enough to be tried.
#[tokio::test]
async fn the_evidence_of_a_mandate_does_not_give_its_words_away() {
    const WORDS: &str = "a signed paper";
    let scene = Scene::new().await;
    let (world, tenant) = (&scene.world, scene.world.who.tenant);
    let link = scene.begin(PASSWORD).await.unwrap();
    let mandates = async || world.store.consents(tenant, Some(link), None, 10).await.unwrap().rows;
    let before = mandates().await;
    let evidence = before[0].evidence;
    assert_ne!(evidence, ContentHash::of(WORDS.as_bytes()), "words can be tried");
    let kept = world.engine.kept_words(tenant, WORDS);
    assert_eq!(evidence, ContentHash::of(kept.as_bytes()), "whoever keeps the text can prove it");
    let (words, reference) = kept.split_once("\nreference: ").unwrap();
    assert_eq!((words, reference.len()), (WORDS, 32));
    assert_ne!(world.engine.kept_words(TenantId::from_bytes([9; 16]), WORDS), kept);
    assert!(!world.engine.kept_words(tenant, "other words").contains(reference));
    // The same words once more are the same mandate.
    assert_eq!(scene.begin(PASSWORD).await.unwrap(), link);
    assert_eq!(mandates().await, before);
}

#[tokio::test]
async fn what_was_pending_is_booked_and_what_is_gone_is_removed() {
    let scene = Scene::new().await;
    scene.bank.has(&["2;GIRO;-50", "~3;CHEQUE;-70"]);
    let link = scene.begin(PASSWORD).await.unwrap();
    scene.fetch(link).await.unwrap();
    let before = scene.world.movements().await;
    scene.world.clock.advance(SignedDuration::from_hours(24));
    scene.bank.has(&["3;CHEQUE;-70"]);
    assert_eq!(scene.fetch(link).await.unwrap(), 0);
    let after = scene.world.movements().await;
    assert_eq!(after.len(), 1);
    assert_eq!(after[0].movement.id, before[1].movement.id);
    assert_eq!(after[0].movement.status, cartola_model::MovementStatus::Booked);
}

#[tokio::test]
async fn credentials_that_were_refused_are_not_tried_again() {
    let scene = Scene::new().await;
    let link = scene.begin("wrong-one").await.unwrap();
    for _ in 0..4 {
        assert_eq!(scene.fetch(link).await, Err(Failure::CredentialsInvalid));
    }
    let same = scene.begin("wrong-one").await.unwrap_err();
    assert!(matches!(same, LinkError::CredentialsRefused), "{same:?}");
    // Somebody has shown meanwhile that the institution takes them after all.
    scene.begin_as(RUT, "wrong-one", None, true).await.unwrap();
    assert_eq!(scene.bank.asked(), 1);
    assert_eq!(scene.begin(PASSWORD).await.unwrap(), link);
    assert_eq!(scene.fetch(link).await.unwrap(), 3);
}

#[tokio::test]
async fn an_institution_that_names_a_time_is_not_asked_before() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    for kind in [ErrorKind::CredentialsLocked, ErrorKind::RateLimited] {
        let asked = scene.bank.asked();
        scene.bank.refuses(Some((kind, RetryAdvice::After(Duration::from_mins(10)))));
        assert_eq!(scene.fetch(link).await, Err(kind.failure()));
        scene.bank.refuses(None);
        assert_eq!(scene.fetch(link).await, Err(Failure::RateLimited));
        assert_eq!(scene.bank.asked(), asked + 1);
        scene.world.clock.advance(SignedDuration::from_mins(10));
        scene.fetch(link).await.unwrap();
    }
}

#[tokio::test]
async fn a_mandate_is_of_the_person_whom_the_credentials_sign_in() {
    let scene = Scene::new().await;
    let refused = scene.begin_for("12.345.678-5", PASSWORD, None).await.unwrap_err();
    assert!(matches!(refused, LinkError::OtherPerson), "{refused:?}");
}

#[tokio::test]
async fn what_is_withdrawn_during_a_reading_is_not_taken_in() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    scene.bank.is_slow();
    let end = async {
        scene.bank.reading.notified().await;
        scene.world.engine.end_link(&scene.world.who, link).await.unwrap();
        scene.bank.goes_on();
    };
    let (fetched, ()) = tokio::join!(scene.fetch(link), end);
    assert_eq!(fetched, Err(Failure::ConsentRevoked));
    scene.check(expect![""]).await;
    assert!(!scene.signs_in(link).await);
}

#[tokio::test]
async fn a_mandate_that_is_revoked_takes_the_credentials_along() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let engine = &scene.world.engine;
    let consent = engine.consents(&scene.world.who, None, None, 1).await.unwrap().rows.remove(0);
    engine.revoke_consent(&scene.world.who, consent.id, Reply::NONE).await.unwrap();
    assert!(!scene.signs_in(link).await);
    assert_eq!(scene.fetch(link).await, Err(Failure::ConsentRevoked));
    scene.begin(PASSWORD).await.unwrap();
    assert!(scene.signs_in(link).await);
}

#[tokio::test]
async fn other_credentials_under_the_same_mandate_hide_nothing() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    scene.fetch(link).await.unwrap();
    scene.begin("another-one").await.unwrap();
    assert_eq!(scene.world.movements().await.len(), 3);
}

#[tokio::test]
async fn an_institution_that_is_down_is_asked_again() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let down = (ErrorKind::InstitutionDown, RetryAdvice::After(Duration::ZERO));
    scene.bank.refuses(Some(down));
    assert_eq!(scene.fetch(link).await, Err(Failure::InstitutionDown));
    scene.bank.refuses(None);
    assert_eq!(scene.fetch(link).await.unwrap(), 3);
}

#[tokio::test]
async fn credentials_that_no_form_has_never_reach_the_institution() {
    let scene = Scene::new().await;
    let refused = scene.begin("abc").await.unwrap_err();
    expect!["open: the field `password` has a form that the institution does not take"]
        .assert_eq(&refused.to_string());
    assert_eq!(scene.bank.asked(), 0);
}

#[tokio::test]
async fn a_link_that_ended_asks_nothing_and_shows_nothing() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    scene.fetch(link).await.unwrap();
    scene.world.engine.end_link(&scene.world.who, link).await.unwrap();
    scene.check(expect![""]).await;
    assert_eq!(scene.fetch(link).await, Err(Failure::ConsentRevoked));
    assert_eq!(scene.bank.asked(), 1);
    let again = scene.world.engine.end_link(&scene.world.who, link).await.unwrap_err();
    assert!(matches!(again, LinkError::Transition(_)), "{again:?}");
    scene.begin(PASSWORD).await.unwrap();
    scene.fetch(link).await.unwrap();
    assert_eq!(scene.world.movements().await.len(), 3);
}

#[tokio::test]
async fn a_mandate_that_ran_out_allows_nothing() {
    let scene = Scene::new().await;
    let end = scene.world.engine.now() + SignedDuration::from_hours(1);
    let link = scene.begin_until(PASSWORD, Some(end)).await.unwrap();
    scene.fetch(link).await.unwrap();
    scene.world.clock.set(end);
    scene.check(expect![""]).await;
    assert_eq!(scene.fetch(link).await, Err(Failure::ConsentExpired));
    assert_eq!(scene.bank.asked(), 1);
}

#[tokio::test]
async fn a_link_keeps_its_device() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    for _ in 0..3 {
        scene.fetch(link).await.unwrap();
        scene.begin(PASSWORD).await.unwrap();
    }
    let devices = scene.bank.devices();
    assert_eq!(devices.len(), 3);
    assert!(devices.iter().all(|device| *device == devices[0]), "{devices:?}");
}

#[tokio::test]
async fn what_is_done_with_a_link_is_in_the_audit_trail() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    scene.fetch(link).await.unwrap();
    scene.world.engine.end_link(&scene.world.who, link).await.unwrap();
    let audited = scene.world.audited().await;
    let of_links: Vec<&str> = audited
        .iter()
        .map(String::as_str)
        .filter(|action| !action.starts_with("credential.") && *action != "tenant.added")
        .collect();
    expect![[r#"
        consent.granted
        link.begun
        import.committed
        consent.revoked
        link.ended"#]]
    .assert_eq(&of_links.join("\n"));
}

#[tokio::test]
async fn a_link_of_files_or_of_nobody_is_no_link_to_an_institution() {
    let scene = Scene::new().await;
    scene.world.import(&["2;COMPRA;-100;900;"]).await;
    let links = scene.world.engine.links(&scene.world.who, None, 10).await.unwrap();
    for link in [links.rows[0].id, scene.world.engine.mint()] {
        assert_eq!(scene.fetch(link).await, Err(Failure::RequestInvalid));
    }
}

/// A mandate for the same that ends later renews the one that holds, so nothing is hidden.
#[tokio::test]
async fn a_mandate_is_renewed_by_one_for_the_same() {
    let scene = Scene::new().await;
    let end = |hours| Some(scene.world.engine.now() + SignedDuration::from_hours(hours));
    let link = scene.begin_until(PASSWORD, end(1)).await.unwrap();
    assert_eq!(scene.fetch(link).await, Ok(3));
    scene.begin_until(PASSWORD, end(3)).await.unwrap();
    scene.world.clock.advance(SignedDuration::from_hours(2));
    assert_eq!(scene.world.movements().await.len(), 3);
    assert_eq!(scene.fetch(link).await, Ok(0));
    let audited = scene.world.audited().await;
    assert_eq!(audited.iter().filter(|action| *action == "consent.renewed").count(), 1);
    // One that ends earlier takes its place.
    scene
        .begin_until(PASSWORD, end(0).map(|now| now + SignedDuration::from_mins(5)))
        .await
        .unwrap();
    assert_eq!(scene.world.movements().await.len(), 0);
}

/// Who signs in signs nothing: what their tenant may do under a mandate that holds stays as it was.
#[tokio::test]
async fn signing_in_widens_no_mandate() {
    let scene = Scene::new().await;
    let World { engine, who, store, .. } = &scene.world;
    let end = |hours| Some(engine.now() + SignedDuration::from_hours(hours));
    let fields = fields(PASSWORD);
    let wanted = |purpose, evidence, pays| NewLink {
        institution: institution(),
        rut: Rut::parse(RUT).unwrap(),
        fields: &fields,
        mandate: Mandate { purpose, evidence, expires_at: end(5) },
        proven: true,
        pays,
    };
    let sign_in = async || {
        engine
            .begin_link_signing_in(who, &wanted("signed in", b"paying", PaysFor::Holder))
            .await
            .unwrap()
            .id
    };
    let holding = async || {
        let page = store.consents(who.tenant, None, None, 100).await.unwrap();
        let rows = page.rows.into_iter().filter(|row| row.state.holds(engine.now()));
        rows.map(|row| (row.purpose, row.evidence)).collect::<Vec<_>>()
    };
    let hash = |words: &str| {
        cartola_crypto::ContentHash::of(engine.kept_words(who.tenant, words).as_bytes())
    };
    let link = scene.begin_until(PASSWORD, end(1)).await.unwrap();
    let pays = async || engine.pays_through(who, link).await.unwrap();
    assert_eq!(sign_in().await, link);
    assert_eq!(holding().await, [("tests".to_owned(), hash("a signed paper"))]);
    assert_eq!(pays().await, PaysFor::Nobody, "it is for readings alone");
    // Even where the words are the same, the evidence of readings is none of payments.
    engine.begin_link(who, &wanted("signed in", b"reading", PaysFor::Nobody)).await.unwrap();
    assert_eq!(sign_in().await, link);
    assert_eq!(holding().await, [("signed in".to_owned(), hash("reading"))]);
    assert_eq!(pays().await, PaysFor::Nobody);
    engine.begin_link(who, &wanted("signed in", b"paying", PaysFor::Holder)).await.unwrap();
    assert_eq!(holding().await, [("signed in".to_owned(), hash("paying"))]);
    // Where nothing stands, signing in is what there is.
    engine.end_link(who, link).await.unwrap();
    assert_eq!(sign_in().await, link);
    assert_eq!(pays().await, PaysFor::Holder);
    assert_eq!(holding().await, [("signed in".to_owned(), hash("paying"))]);
    // Where the tenant may have it pay, signing in narrows nothing either.
    engine.begin_link(who, &wanted("payouts", b"paying out", PaysFor::Tenant)).await.unwrap();
    assert_eq!(sign_in().await, link);
    assert_eq!(pays().await, PaysFor::Tenant);
    assert_eq!(holding().await, [("payouts".to_owned(), hash("paying out"))]);
    // Whoever takes back some of what they allowed has said nothing of payments.
    let page = store.consents(who.tenant, Some(link), None, 100).await.unwrap();
    let held = page.rows.into_iter().find(|row| row.state.holds(engine.now())).unwrap();
    let change = |until, data| Change { until, data };
    engine.change_consent(who, held.id, change(end(4), None), Reply::NONE).await.unwrap();
    assert_eq!(pays().await, PaysFor::Tenant);
    let movements = ConsentData::parse(["movements"]);
    engine.change_consent(who, held.id, change(None, movements), Reply::NONE).await.unwrap();
    assert_eq!(pays().await, PaysFor::Nobody);
}

/// A refusal that was on its way when payments were taken back brings them back no more than it is lost.
#[tokio::test]
async fn a_link_that_pays_no_more_does_not_pay_by_a_refusal_that_came_later() {
    let scene = Scene::new().await;
    let Scene { world, bank, .. } = &scene;
    let wanted = NewLink {
        institution: institution(),
        rut: Rut::parse(RUT).unwrap(),
        fields: &fields(PASSWORD),
        mandate: Mandate { purpose: "tests", evidence: b"paper", expires_at: None },
        proven: false,
        pays: PaysFor::Tenant,
    };
    let link = world.engine.begin_link(&world.who, &wanted).await.unwrap().id;
    let held = world.engine.consents(&world.who, Some(link), None, 9).await.unwrap().rows.remove(0);
    let other = world.under(bank.clone(), RULES).await;
    bank.has_a_queue();
    let narrow = async {
        bank.queued.notified().await;
        let less = Change { until: None, data: ConsentData::parse(["movements"]) };
        other.change_consent(&world.who, held.id, less, Reply::NONE).await.unwrap();
        let advice = RetryAdvice::After(Duration::from_mins(10));
        bank.refuses(Some((ErrorKind::RateLimited, advice)));
        bank.takes_in(9);
    };
    let (read, ()) = tokio::join!(scene.fetch(link), narrow);
    assert!(read.is_err(), "{read:?}");
    let pays = async |engine: &Engine| engine.pays_through(&world.who, link).await.unwrap();
    assert_eq!(pays(&other).await, PaysFor::Nobody);
    assert_eq!(pays(&world.engine).await, PaysFor::Nobody);
}

/// Whoever signs in again while a reading is under way does not spoil it.
#[tokio::test]
async fn a_mandate_that_is_renewed_during_a_reading_still_allows_it() {
    let scene = Scene::new().await;
    let end = |hours| Some(scene.world.engine.now() + SignedDuration::from_hours(hours));
    let link = scene.begin_until(PASSWORD, end(1)).await.unwrap();
    scene.bank.is_slow();
    let renew = async {
        scene.bank.reading.notified().await;
        scene.begin_until(PASSWORD, end(3)).await.unwrap();
        scene.bank.goes_on();
    };
    let (fetched, ()) = tokio::join!(scene.fetch(link), renew);
    assert_eq!(fetched, Ok(3));
}

/// The actions in the audit trail that tell of ends.
async fn ends(world: &World) -> Vec<String> {
    let is_end = |action: &String| action.ends_with("expired") || action.ends_with("destroyed");
    world.audited().await.into_iter().filter(is_end).collect()
}

#[tokio::test]
async fn what_a_link_signs_in_with_is_destroyed_when_its_mandate_has_run_out() {
    let scene = Scene::new().await;
    let World { engine, who, clock, .. } = &scene.world;
    let until = engine.now() + SignedDuration::from_hours(1);
    let link = scene.begin_until(PASSWORD, Some(until)).await.unwrap();
    assert_eq!(scene.fetch(link).await, Ok(3));
    clock.advance(SignedDuration::from_hours(1) - SignedDuration::from_secs(1));
    assert_eq!(engine.end_run_out().await.unwrap(), 0);
    assert!(scene.signs_in(link).await);
    clock.advance(SignedDuration::from_secs(1));
    assert_eq!(engine.end_run_out().await.unwrap(), 1);
    assert!(!scene.signs_in(link).await);
    assert_eq!(ends(&scene.world).await, ["consent.expired", "credentials.destroyed"]);
    let consent = engine.consents(who, Some(link), None, 10).await.unwrap().rows.remove(0);
    let granted_at = consent.state.granted_at();
    assert_eq!(consent.state, ConsentState::Expired { granted_at, at: until });
    assert_eq!(engine.end_run_out().await.unwrap(), 0, "once");
    assert_eq!(scene.fetch(link).await, Err(Failure::ConsentExpired));
    // It is begun again as before.
    assert_eq!(scene.begin(PASSWORD).await.unwrap(), link);
    clock.advance(SignedDuration::from_secs(1));
    assert_eq!(scene.fetch(link).await, Ok(0));
}

#[tokio::test]
async fn a_mandate_that_was_renewed_before_its_end_keeps_its_credentials() {
    let scene = Scene::new().await;
    let World { engine, clock, .. } = &scene.world;
    let until = engine.now() + SignedDuration::from_hours(1);
    let link = scene.begin_until(PASSWORD, Some(until)).await.unwrap();
    let later = until + SignedDuration::from_hours(1);
    assert_eq!(scene.begin_until(PASSWORD, Some(later)).await.unwrap(), link);
    clock.advance(SignedDuration::from_hours(1));
    assert_eq!(engine.end_run_out().await.unwrap(), 0);
    assert!(scene.signs_in(link).await);
    assert!(scene.fetch(link).await.is_ok());
}

#[tokio::test]
async fn what_waits_under_a_mandate_that_has_run_out_is_cancelled_with_it() {
    let scene = Scene::new().await;
    let World { engine, who, clock, .. } = &scene.world;
    let until = engine.now() + SignedDuration::from_hours(1);
    let link = scene.begin_until(PASSWORD, Some(until)).await.unwrap();
    let wanted = Wanted::told_later(MARCH);
    let job = engine.request_reading(who, link, wanted).await.unwrap().job();
    clock.advance(SignedDuration::from_hours(1));
    engine.end_run_out().await.unwrap();
    let ended = engine.job_ended(who.tenant, job).await.unwrap();
    assert_eq!(ended, Some(Err(Failure::ConsentExpired)));
    assert_eq!(scene.bank.asked(), 0);
}
