//! Sessions of devices: what they open, once what is renewed, and what ends them.

use cartola_crypto::jws::Algorithm;
use cartola_engine::device_sessions::{
    ACCESS_LIFETIME, DeviceSessionError, Presented, SESSION_LASTS, SESSION_TERM, SessionTokens,
};
use cartola_engine::once::Reply;
use cartola_engine::retention::ENDED_KEPT;
use cartola_engine::tokens::Audience;
use cartola_model::access::Actor;
use cartola_model::{Principal, Scope};
use cartola_primitives::SignedDuration;
use cartola_primitives::clock::Clock;
use cartola_primitives::id::LinkId;
use cartola_store::Tenancy;

use crate::links::Scene;
use crate::world::World;
use crate::world::bank::PASSWORD;

const MIBANCO: Audience = Audience::new("mibanco");
const OTHER: Audience = Audience::new("other");
const DEVICE: &str = "device one";

struct Opened {
    scene: Scene,
    link: LinkId,
    tokens: SessionTokens,
}

impl Opened {
    async fn by(who: impl Fn(&Scene) -> Principal) -> Self {
        let scene = Scene::new().await;
        let link = scene.begin(PASSWORD).await.unwrap();
        let engine = &scene.world.engine;
        let tokens = engine.open_device_session(&who(&scene), MIBANCO, link, DEVICE).await.unwrap();
        Self { scene, link, tokens }
    }

    async fn new() -> Self {
        Self::by(|scene| scene.world.who.clone()).await
    }

    /// The device, at a host that opens sessions of the tenant without a key.
    fn at(&self) -> Presented<'static> {
        let host = Some(self.scene.world.who.tenant);
        Presented { audience: MIBANCO, device: Some(DEVICE), host }
    }

    async fn told(&self, token: &str, audience: Audience, device: Option<&str>) -> &'static str {
        let at = Presented { audience, device, ..self.at() };
        word(self.scene.world.engine.device_session(token, &at).await.map(drop))
    }

    async fn renewed(&self, token: &str) -> Result<SessionTokens, DeviceSessionError> {
        self.scene.world.engine.renew_device_session(token, &self.at()).await
    }
}

fn word(outcome: Result<(), DeviceSessionError>) -> &'static str {
    match outcome {
        Ok(()) => "holds",
        Err(DeviceSessionError::Ended) => "ended",
        Err(DeviceSessionError::MandateEnded) => "mandate ended",
        Err(DeviceSessionError::OtherDevice) => "other device",
        Err(DeviceSessionError::Engine(error)) => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn a_session_opens_its_link_from_its_device() {
    let opened = Opened::new().await;
    let engine = &opened.scene.world.engine;
    let access = opened.tokens.access.expose();
    let session = engine.device_session(access, &opened.at()).await.unwrap();
    assert_eq!((session.link.id, &session.who), (opened.link, &opened.tokens.session.who));
    assert_eq!(opened.told(access, MIBANCO, None).await, "holds");
    assert_eq!(opened.told(access, MIBANCO, Some("device two")).await, "other device");
    assert_eq!(opened.told(access, OTHER, Some(DEVICE)).await, "ended");
    assert_eq!(opened.told("made up", MIBANCO, None).await, "ended");
    // Neither token is of any other use.
    assert!(engine.principal_of_token(access, MIBANCO).await.is_err());
    let refresh = opened.tokens.refresh.expose();
    assert_eq!(opened.told(refresh, MIBANCO, None).await, "ended");
    assert!(opened.renewed(access).await.is_err());
}

#[tokio::test]
async fn a_session_that_nobodys_key_opened_acts_as_itself() {
    let opened = Opened::by(|scene| Principal::operator(scene.world.who.tenant)).await;
    let session = &opened.tokens.session;
    assert_eq!(session.who.actor, Actor::Credential(session.id));
    assert_eq!(session.who.scopes, [Scope::Read, Scope::Manage, Scope::Enrol]);
}

#[tokio::test]
async fn an_access_token_runs_out_and_a_session_that_is_not_renewed_too() {
    let opened = Opened::new().await;
    let clock = &opened.scene.world.clock;
    clock.advance(ACCESS_LIFETIME - SignedDuration::from_secs(1));
    let access = opened.tokens.access.expose();
    assert_eq!(opened.told(access, MIBANCO, None).await, "holds");
    clock.advance(SignedDuration::from_secs(1));
    assert_eq!(opened.told(access, MIBANCO, None).await, "ended");
    let renewed = opened.renewed(opened.tokens.refresh.expose()).await.unwrap();
    assert_eq!(renewed.session.id, opened.tokens.session.id);
    clock.advance(SESSION_TERM);
    assert!(matches!(
        opened.renewed(renewed.refresh.expose()).await,
        Err(DeviceSessionError::Ended)
    ));
}

#[tokio::test]
async fn reuse_ends_the_session_and_a_made_up_token_nothing() {
    let opened = Opened::new().await;
    let first = opened.tokens.refresh.expose();
    let second = opened.renewed(first).await.unwrap();
    let text = second.refresh.expose();
    for place in [4, 30, 60, text.len() - 2] {
        let mut forged = text.clone().into_bytes();
        forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).unwrap();
        assert!(opened.renewed(&forged).await.is_err());
    }
    assert_eq!(opened.told(second.access.expose(), MIBANCO, None).await, "holds");
    assert!(opened.renewed(first).await.is_err());
    assert_eq!(opened.told(second.access.expose(), MIBANCO, None).await, "ended");
    assert!(opened.renewed(text).await.is_err());
    let audited = opened.scene.world.audited().await;
    assert!(audited.iter().filter(|action| *action == "session.ended").count() == 1);
}

#[tokio::test]
async fn of_many_renewals_at_once_one_is_taken() {
    let opened = Opened::new().await;
    let refresh = opened.tokens.refresh.expose();
    let renewals = (0..8).map(|_| opened.renewed(refresh));
    let outcomes = futures::future::join_all(renewals).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
}

#[tokio::test]
async fn what_ends_a_session() {
    // Its device.
    let opened = Opened::new().await;
    let engine = &opened.scene.world.engine;
    let access = opened.tokens.access.expose();
    let other = engine.end_device_session(access, MIBANCO, Some("device two")).await;
    assert_eq!(word(other), "other device");
    for _ in 0..2 {
        engine.end_device_session(access, MIBANCO, Some(DEVICE)).await.unwrap();
    }
    assert_eq!(opened.told(access, MIBANCO, None).await, "ended");

    // The key that opened it.
    let keyed = |scene: &Scene| {
        let keys = &scene.world.keys;
        Principal {
            actor: Actor::Credential(keys.api_key_id),
            ..Principal::operator(keys.tenant.id)
        }
    };
    let opened = Opened::by(keyed).await;
    let access = opened.tokens.access.expose();
    assert_eq!(opened.told(access, MIBANCO, None).await, "holds");
    let keys = &opened.scene.world.keys;
    opened.scene.world.engine.revoke_credential(keys.tenant.id, keys.api_key_id).await.unwrap();
    assert_eq!(opened.told(access, MIBANCO, None).await, "ended");

    // Its link, and beginning that again does not bring it back.
    let opened = Opened::new().await;
    let access = opened.tokens.access.expose();
    let world = &opened.scene.world;
    world.engine.end_link(&world.who, opened.link).await.unwrap();
    assert_eq!(opened.told(access, MIBANCO, None).await, "ended");
    world.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(opened.scene.begin(PASSWORD).await.unwrap(), opened.link);
    assert_eq!(opened.told(access, MIBANCO, None).await, "ended");
}

/// A mandate that came later is of whoever gave it, from their own device.
#[tokio::test]
async fn a_session_ends_with_the_mandate_that_it_was_opened_under() {
    let opened = Opened::new().await;
    let (world, link) = (&opened.scene.world, opened.link);
    let (engine, who) = (&world.engine, &world.who);
    let mandate = engine.consents(who, Some(link), None, 9).await.unwrap().rows.remove(0).id;
    engine.revoke_consent(who, mandate, Reply::NONE).await.unwrap();
    let access = opened.tokens.access.expose();
    assert_eq!(opened.told(access, MIBANCO, Some(DEVICE)).await, "mandate ended");
    assert_eq!(opened.scene.begin(PASSWORD).await.unwrap(), link);
    let later = engine.open_device_session(who, MIBANCO, link, "device two").await.unwrap();
    let later = later.access.expose();
    assert_eq!(opened.told(later, MIBANCO, Some("device two")).await, "holds");
    assert_eq!(opened.told(access, MIBANCO, Some(DEVICE)).await, "mandate ended");
    let renewed = opened.renewed(opened.tokens.refresh.expose()).await;
    assert!(matches!(renewed, Err(DeviceSessionError::MandateEnded)));
}

#[tokio::test]
async fn processes_share_sessions() {
    let opened = Opened::new().await;
    let other = opened.scene.world.another(5, Algorithm::default()).await;
    let access = opened.tokens.access.expose();
    assert!(other.device_session(access, &opened.at()).await.is_ok());
    let refresh = opened.tokens.refresh.expose();
    assert!(other.renew_device_session(refresh, &opened.at()).await.is_ok());
    assert!(opened.renewed(refresh).await.is_err());
}

#[tokio::test]
async fn a_session_that_ended_long_ago_is_forgotten() {
    let opened = Opened::new().await;
    let world = &opened.scene.world;
    let kept = async || {
        let (tenant, id) = (world.who.tenant, opened.tokens.session.id);
        world.store.credential_by_id(tenant, id).await.unwrap().is_some()
    };
    let forget = async || while world.engine.forget_ended().await.unwrap() > 0 {};
    world.clock.advance(SESSION_TERM + ENDED_KEPT);
    forget().await;
    assert!(kept().await);
    world.clock.advance(SignedDuration::from_secs(1));
    forget().await;
    assert!(!kept().await);
    let refresh = opened.tokens.refresh.expose();
    assert!(matches!(opened.renewed(refresh).await, Err(DeviceSessionError::Ended)));
    // The key of its tenant is as it was.
    assert!(world.engine.authenticate(world.keys.api_key.expose()).await.unwrap().is_some());
}

/// Nobody stays signed in for ever by renewing.
#[tokio::test]
async fn a_session_comes_to_its_end_however_often_it_is_renewed() {
    let opened = Opened::new().await;
    let clock = &opened.scene.world.clock;
    let begun = clock.now();
    let mut refresh = opened.renewed(opened.tokens.refresh.expose()).await.unwrap().refresh;
    let step = SESSION_TERM - SignedDuration::from_hours(24);
    while clock.now() + step < begun + SESSION_LASTS {
        clock.advance(step);
        refresh = opened.renewed(refresh.expose()).await.unwrap().refresh;
    }
    clock.set(begun + SESSION_LASTS);
    assert!(matches!(opened.renewed(refresh.expose()).await, Err(DeviceSessionError::Ended)));
}

/// What a host opened without a key holds only where the host is still the tenant's.
#[tokio::test]
async fn a_session_without_a_key_holds_at_its_tenants_host_alone() {
    let opened = Opened::by(|scene| Principal::operator(scene.world.who.tenant)).await;
    let engine = &opened.scene.world.engine;
    let (access, refresh) = (opened.tokens.access.expose(), opened.tokens.refresh.expose());
    let other = engine.add_tenant("Otra", &Scope::ALL).await.unwrap().tenant.id;
    for host in [None, Some(other)] {
        let at = Presented { host, ..opened.at() };
        assert_eq!(word(engine.device_session(access, &at).await.map(drop)), "ended");
        assert_eq!(word(engine.device_session_to_renew(refresh, &at).await.map(drop)), "ended");
        assert_eq!(word(engine.renew_device_session(refresh, &at).await.map(drop)), "ended");
    }
    assert_eq!(opened.told(access, MIBANCO, None).await, "holds");
    assert!(opened.renewed(refresh).await.is_ok());
}

#[tokio::test]
async fn an_operator_ends_one_session_or_all() {
    let opened = Opened::new().await;
    let World { engine, who, .. } = &opened.scene.world;
    let access = opened.tokens.access.expose();
    engine.revoke_credential(who.tenant, opened.tokens.session.id).await.unwrap();
    assert_eq!(opened.told(access, MIBANCO, None).await, "ended");
    let again = engine.open_device_session(who, MIBANCO, opened.link, DEVICE).await.unwrap();
    let other = engine.add_tenant("Otra", &Scope::ALL).await.unwrap().tenant.id;
    engine.end_device_sessions(other).await.unwrap();
    assert_eq!(opened.told(again.access.expose(), MIBANCO, None).await, "holds");
    engine.end_device_sessions(who.tenant).await.unwrap();
    assert_eq!(opened.told(again.access.expose(), MIBANCO, None).await, "ended");
    assert!(opened.renewed(again.refresh.expose()).await.is_err());
}

/// Whoever is told to come back later has lost nothing.
#[tokio::test]
async fn a_refresh_token_that_is_looked_at_is_not_used_up() {
    let opened = Opened::new().await;
    let engine = &opened.scene.world.engine;
    let refresh = opened.tokens.refresh.expose();
    for _ in 0..2 {
        let session = engine.device_session_to_renew(refresh, &opened.at()).await.unwrap();
        assert_eq!(session.id, opened.tokens.session.id);
    }
    assert!(opened.renewed(refresh).await.is_ok());
}
