//! Callbacks: where they may go, and what is composed.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use cartola_engine::Engine;
use cartola_engine::outbox::{MAX_MESSAGE_BYTES, MessageOrder};
use cartola_engine::tenants::NewKeys;
use cartola_events::client::LOOK_UP;
use cartola_events::{Client, Destination, Reach, Resolver};
use cartola_http::callbacks::{
    Callback, CallbackError, Callbacks, TargetUrl, UrlError, receiver_of,
};
use cartola_model::{Principal, Scope};
use tokio::time::timeout;

use crate::world::engine;

/// Three names, and no other.
#[derive(Debug)]
struct Names;

#[async_trait]
impl Resolver for Names {
    async fn resolve(&self, name: &str, _: u16) -> io::Result<Vec<IpAddr>> {
        match name {
            "public.example" => Ok(vec!["8.8.8.8".parse().unwrap()]),
            "inside.example" => Ok(vec!["192.168.1.4".parse().unwrap()]),
            "silent.example" => std::future::pending().await,
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

struct World {
    engine: Engine,
    callbacks: Callbacks,
    keys: NewKeys,
}

impl World {
    async fn new(reach: Reach) -> Self {
        let engine = engine().await;
        let keys = engine.add_tenant("Empresa", &Scope::ALL).await.unwrap();
        let callbacks = Callbacks::new(engine.clone(), Client::new(reach, Arc::new(Names)));
        Self { engine, callbacks, keys }
    }

    async fn compose(
        &self,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<MessageOrder, CallbackError> {
        let url = TargetUrl::parse("https://public.example/done?case=7").unwrap();
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let headers: Vec<_> = headers.iter().map(owned).collect();
        let callback = Callback { url, headers: &headers, body: body.to_vec() };
        self.callbacks.compose(self.keys.tenant.id, callback).await
    }
}

#[tokio::test(start_paused = true)]
async fn urls_are_checked_when_they_are_told() {
    let (public, demo) =
        tokio::join!(World::new(Reach::Public), World::new(Reach::PublicAndLoopback));
    let forbidden = Err(UrlError::Forbidden);
    for (url, outcome, of_demo) in [
        ("https://public.example/", Ok(()), Ok(())),
        ("https://not-yet.example/", Ok(()), Ok(())),
        ("https://inside.example/", forbidden, forbidden),
        ("http://127.0.0.1:9/", forbidden, Ok(())),
        ("http://[::1]/", forbidden, Ok(())),
        ("http://10.1.2.3/", forbidden, forbidden),
        ("http://169.254.169.254/latest/meta-data", forbidden, forbidden),
        ("http://[fe80::1]/", forbidden, forbidden),
        ("ftp://public.example/", Err(UrlError::Scheme), Err(UrlError::Scheme)),
        ("/relative", Err(UrlError::Form), Err(UrlError::Form)),
    ] {
        assert_eq!(public.callbacks.check(url).await.map(|_| ()), outcome, "{url}");
        assert_eq!(demo.callbacks.check(url).await.map(|_| ()), of_demo, "{url}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_not_told_in_time_is_taken() {
    let world = World::new(Reach::Public).await;
    let check = async || world.callbacks.check("https://silent.example/").await;
    let moment = Duration::from_millis(1);
    assert!(
        timeout(LOOK_UP.saturating_sub(moment), check()).await.is_err(),
        "it is looked up as long as that"
    );
    assert!(timeout(LOOK_UP + moment, check()).await.unwrap().is_ok());
}

#[tokio::test]
async fn what_is_composed_is_sealed_with_where_it_goes() {
    let world = World::new(Reach::Public).await;
    let tenant = world.keys.tenant.clone();
    let body = r#"{"glosa":"TRASPASO Ñ"}"#.as_bytes();
    let order = world.compose(&[("authorization", "t0ken")], body).await.unwrap();
    let plain = world.engine.open_message(tenant.id, &order).await.unwrap();
    assert_eq!(plain.body.expose(), body);
    let destination = Destination::from_bytes(&plain.envelope).unwrap();
    assert_eq!(destination.url().to_text(), "https://public.example/done?case=7");
    assert_eq!(destination.headers()["authorization"], "t0ken");
    let secret = world.keys.webhook_secret.as_ref().unwrap().expose().trim_start_matches("whsec_");
    let sealed = String::from_utf8(plain.envelope.expose().clone()).unwrap();
    assert!(!sealed.contains(secret), "no secret is kept with a message");
}

/// Path and query may hold secrets; a list shows no more than who receives.
#[tokio::test]
async fn of_a_url_host_and_port_are_shown() {
    let world = World::new(Reach::Public).await;
    let tenant = world.keys.tenant.id;
    let order = world.compose(&[], b"{}").await.unwrap();
    world.engine.send(tenant, order.clone()).await.unwrap();
    let who = Principal::operator(tenant);
    let (message, _) = world.engine.message(&who, order.id).await.unwrap().unwrap();
    let shown = receiver_of(&world.engine, tenant, &message.head).await;
    assert_eq!(shown.as_deref(), Some("public.example:443"));
}

#[tokio::test]
async fn what_the_outbox_does_not_take_is_told_to_the_facade() {
    let world = World::new(Reach::Public).await;
    let reserved = world.compose(&[("webhook-id", "forged")], b"{}").await;
    assert!(matches!(reserved, Err(CallbackError::Destination(_))));
    let long = world.compose(&[], &vec![b' '; MAX_MESSAGE_BYTES]).await;
    assert!(matches!(long, Err(CallbackError::TooLong)));
}
