//! Uploads that come slowly, and many of them at once.

use std::io;

use axum::body::{Body, Bytes};
use axum::http::{Method, Request};
use cartola_http::{MAX_UPLOADS, UPLOAD_WAIT};
use futures::stream::{self, StreamExt};
use tokio::task::JoinHandle;
use tokio::time::{Instant, advance};

use crate::files::Form;
use crate::world::{World, request};

/// An upload that has begun with this and never goes on.
fn begun(world: &World, start: Vec<u8>) -> Request<Body> {
    let start = stream::iter([Ok::<_, io::Error>(Bytes::from(start))]);
    request(Method::POST, "/v1/imports", &world.bearer())
        .header("content-type", "multipart/form-data; boundary=a")
        .body(Body::from_stream(start.chain(stream::pending())))
        .unwrap()
}

/// As many uploads under way as there is room for.
async fn crowd(world: &World) -> Vec<JoinHandle<()>> {
    let start = || {
        let (router, request) = (world.router.clone(), begun(world, Vec::new()));
        tokio::spawn(async { drop(tower::ServiceExt::oneshot(router, request).await) })
    };
    let crowd = (0..MAX_UPLOADS).map(|_| start()).collect();
    settle().await;
    crowd
}

/// Lets every upload come as far as it can: to its body, or to where it waits for room.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
#[allow(clippy::disallowed_methods, reason = "how long something takes is monotonic time")]
async fn an_upload_that_finds_no_room_in_time_is_told_to_come_later() {
    let world = World::new().await;
    let crowd = crowd(&world).await;
    let since = Instant::now();
    let answer = world.upload(Form::of(&["5;COMPRA;-10;990"])).await;
    assert_eq!(answer.refusal(), "503 busy");
    assert_eq!(answer.header("retry-after"), "5");
    assert!(since.elapsed() >= UPLOAD_WAIT && since.elapsed() < UPLOAD_WAIT * 2);
    assert_eq!(world.get("/v1/imports").await.status, 200, "reading goes on");
    crowd[0].abort();
    assert_eq!(world.upload(Form::of(&["5;COMPRA;-10;990"])).await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn small_uploads_that_say_so_take_little_room() {
    let world = World::new().await;
    let crowd = crowd(&world).await;
    crowd[0].abort();
    let mut small = Vec::new();
    for _ in 0..2 * MAX_UPLOADS {
        let mut request = begun(&world, Vec::new());
        request.headers_mut().insert("content-length", 1000.into());
        let router = world.router.clone();
        small.push(tokio::spawn(async { tower::ServiceExt::oneshot(router, request).await }));
    }
    settle().await;
    advance(UPLOAD_WAIT * 2).await;
    settle().await;
    assert!(small.iter().all(|upload| !upload.is_finished()), "none was refused for want of room");
}

#[tokio::test(start_paused = true)]
async fn a_short_part_is_refused_as_soon_as_it_is_too_long() {
    let world = World::new().await;
    for (part, refusal) in [
        ("password", "422 form_invalid password"),
        ("account_id", "422 form_invalid account_id"),
        ("institution", "422 form_invalid institution"),
    ] {
        let head =
            format!("--a\r\ncontent-disposition: form-data; name=\"{part}\"\r\n\r\n").into_bytes();
        let start = [head, vec![b'p'; 2000]].concat();
        let answer = world.send(begun(&world, start)).await;
        assert_eq!(answer.refusal(), refusal, "without waiting for the rest");
    }
}
