//! Links as facades hand them out.

use cartola_model::{Principal, Scope};
use data_encoding::BASE64URL_NOPAD;

use crate::links::Scene;
use crate::world::bank::PASSWORD;

#[tokio::test]
async fn an_account_link_is_the_tenants_own_and_cannot_be_made_up() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let (engine, who) = (&scene.world.engine, &scene.world.who);
    let text = engine.account_link(who, link);
    assert_eq!(text, engine.account_link(who, link));
    let found = engine.link_of_account_link(who, &text).await.unwrap();
    assert_eq!(found.map(|row| row.id), Some(link));
    let other = engine.add_tenant("umbra", &Scope::ALL).await.unwrap().tenant.id;
    let other = Principal::operator(other);
    assert!(engine.link_of_account_link(&other, &text).await.unwrap().is_none());
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
    for index in 0..bytes.len() {
        let mut forged = bytes.clone();
        forged[index] ^= 1;
        let forged = BASE64URL_NOPAD.encode(&forged);
        let found = engine.link_of_account_link(who, &forged).await.unwrap();
        assert!(found.is_none(), "byte {index} may be another one");
    }
    for unsound in ["", "a", "%", &text[1..], &format!("{text}AAAA")] {
        assert!(engine.link_of_account_link(who, unsound).await.unwrap().is_none(), "{unsound}");
    }
}
