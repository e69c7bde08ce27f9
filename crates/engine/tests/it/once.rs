//! One effect per idempotency key.

use cartola_engine::EngineError;
use cartola_engine::imports::{ImportError, Imported};
use cartola_engine::once::{KEPT, OnceError, RecordedAnswer, Repeatable, Reply};

use crate::world::{World, upload};

fn call<'a>(key: &'a str, request: &'a [u8]) -> Repeatable<'a> {
    Repeatable { verb: "imports.create", key, request }
}

fn render(imported: &Imported) -> RecordedAnswer {
    RecordedAnswer { status: 201, body: imported.reports[0].import.to_string().into_bytes() }
}

#[tokio::test]
async fn a_repeated_call_gets_the_first_answer() {
    let world = World::new().await;
    let ticket = world.engine.once(&world.who, call("k1", b"file")).await.unwrap();
    let reply = Reply { ticket: Some(&ticket), render: &render };
    let imported = world.engine.import(&world.who, upload(&["2;A;-1;9"]), reply).await.unwrap();

    let again = world.engine.once(&world.who, call("k1", b"file")).await;
    let Err(OnceError::Answered(answer)) = again else { panic!("expected the first answer") };
    assert_eq!(answer, render(&imported));
    let other = world.engine.once(&world.who, call("k1", b"another file")).await;
    assert!(matches!(other, Err(OnceError::OtherRequest)));

    world.clock.advance(KEPT);
    assert!(world.engine.once(&world.who, call("k1", b"another file")).await.is_ok());
}

#[tokio::test]
async fn of_two_calls_at_once_the_second_gets_the_answer_of_the_first() {
    let world = World::new().await;
    let first = world.engine.once(&world.who, call("k1", b"file")).await.unwrap();
    let second = world.engine.once(&world.who, call("k1", b"file")).await.unwrap();
    let import = async |ticket| {
        let reply = Reply { ticket: Some(ticket), render: &render };
        world.engine.import(&world.who, upload(&["2;A;-1;9"]), reply).await
    };
    let imported = import(&first).await.unwrap();
    let Err(ImportError::Engine(EngineError::Answered(answer))) = import(&second).await else {
        panic!("expected the answer of the first call")
    };
    assert_eq!(answer, render(&imported));
    assert_eq!(world.movements().await.len(), 1);
}

#[tokio::test]
async fn keys_are_short_and_printable() {
    let world = World::new().await;
    for key in ["", "a\nb", "ñ", &"x".repeat(256)] {
        let refused = world.engine.once(&world.who, call(key, b"")).await;
        assert!(matches!(refused, Err(OnceError::Key)), "{key:?}");
    }
}
