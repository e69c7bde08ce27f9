//! Keys that clients encrypt to: made, shared by processes, and replaced.

use cartola_crypto::jwe::{EncryptionJwk, JweError};
use cartola_crypto::jws::Algorithm;
use cartola_engine::Engine;
use cartola_engine::message_keys::MessageError;
use cartola_engine::tokens::{SIGNING_PERIOD, TOKEN_LIFETIME};
use cartola_primitives::SignedDuration;
use cartola_primitives::randomness::SeededRandomness;

use crate::world::World;

fn sealed(key: &EncryptionJwk) -> String {
    key.seal(b"12345", &SeededRandomness::new(3)).unwrap()
}

async fn opened(engine: &Engine, message: &str) -> Result<Vec<u8>, JweError> {
    match engine.open_encrypted(message).await {
        Ok(plain) => Ok(plain.expose().clone()),
        Err(MessageError::Message(error)) => Err(error),
        Err(MessageError::Engine(error)) => panic!("{error:?}"),
    }
}

async fn keys(engine: &Engine) -> Vec<EncryptionJwk> {
    engine.encryption_keys().await.unwrap().keys
}

#[tokio::test]
async fn keys_are_made_once_shared_and_replaced_after_a_month() {
    let world = World::new().await;
    let engine = &world.engine;
    let first = keys(engine).await;
    let algorithms: Vec<_> = first.iter().map(|key| key.alg.as_str()).collect();
    assert_eq!(algorithms, ["RSA-OAEP-256", "ECDH-ES+A256KW"]);
    assert_eq!(keys(engine).await, first);
    let other = world.another(5, Algorithm::default()).await;
    assert_eq!(keys(&other).await, first);
    let messages: Vec<String> = first.iter().map(sealed).collect();
    for message in &messages {
        assert_eq!(opened(engine, message).await.as_deref(), Ok(&b"12345"[..]));
        assert_eq!(opened(&other, message).await.as_deref(), Ok(&b"12345"[..]));
    }

    world.clock.advance(SIGNING_PERIOD);
    let second = keys(engine).await;
    assert!(second.iter().all(|key| !first.contains(key)), "no key is published for longer");
    // What another process made since is found by its id.
    assert_eq!(opened(&other, &sealed(&second[1])).await.as_deref(), Ok(&b"12345"[..]));
    for message in &messages {
        assert_eq!(opened(engine, message).await.as_deref(), Ok(&b"12345"[..]));
    }
    world.clock.advance(TOKEN_LIFETIME + SignedDuration::from_mins(1));
    for message in &messages {
        assert_eq!(opened(engine, message).await, Err(JweError::UnknownKey));
        assert_eq!(opened(&other, message).await, Err(JweError::UnknownKey));
    }
}
