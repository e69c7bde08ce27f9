//! JSON bodies that are not what they should be.

use std::fmt::Write as _;

use axum::body::{Body, Bytes};
use axum::http::Method;
use expect_test::expect;

use crate::world::{World, request};

fn path() -> String {
    format!("/v1/movements/mov_{}/split", "0".repeat(32))
}

#[tokio::test]
async fn a_wrong_body_is_told_where_and_what_and_never_quoted() {
    let world = World::new().await;
    let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    let deep_field = format!(r#"{{"source_id":{deep}}}"#);
    let cases = [
        "",
        "{",
        "MARIA",
        "{\n  \"source_id\": }",
        "[]",
        "null",
        r#""MARIA DEMO""#,
        "{}",
        r#"{"source_id":"11.111.111-1"}"#,
        r#"{"source_id":12345678}"#,
        r#"{"source_id":null}"#,
        r#"{"rut":"11.111.111-1"}"#,
        r#"{"source_id":"src_00000000000000000000000000000000","MARIA, expected x":1}"#,
        r#"{"source_id":"src_00000000000000000000000000000000"} x"#,
        r#"{"source_id":"src_00000000000000000000000000000000","source_id":"src_00000000000000000000000000000000"}"#,
        &deep,
        &deep_field,
    ];
    let mut told = String::new();
    for body in cases {
        let answer = world.post(&path(), body).await;
        let problem = answer.json();
        let shown: String = body.chars().take(40).collect();
        let detail = problem["detail"].as_str().unwrap();
        writeln!(told, "{}: {} | {detail}", shown.escape_debug(), answer.refusal()).unwrap();
    }
    expect![[r#"
        : 400 json_malformed | The body, at line 1, column 0: it ends too early.
        {: 400 json_malformed | The body, at line 1, column 1: it ends too early.
        MARIA: 400 json_malformed | The body, at line 1, column 1: it is not JSON.
        {\n  \"source_id\": }: 400 json_malformed | The body, at line 2, column 16: it is not JSON.
        []: 422 json_invalid | The body is not an object.
        null: 422 json_invalid | The body is not an object.
        \"MARIA DEMO\": 422 json_invalid | The body is not an object.
        {}: 422 json_invalid | The body, at line 1, column 2: the field `source_id` is missing.
        {\"source_id\":\"11.111.111-1\"}: 422 json_invalid source_id | The body, at line 1, column 27, in `source_id`: expected src_ followed by 32 lowercase hexadecimal digits.
        {\"source_id\":12345678}: 422 json_invalid source_id | The body, at line 1, column 21, in `source_id`: expected an id such as src_ and 32 hexadecimal digits.
        {\"source_id\":null}: 422 json_invalid source_id | The body, at line 1, column 17, in `source_id`: expected an id such as src_ and 32 hexadecimal digits.
        {\"rut\":\"11.111.111-1\"}: 422 json_invalid | The body, at line 1, column 6: a field is unknown; known are `source_id`.
        {\"source_id\":\"src_0000000000000000000000: 422 json_invalid | The body, at line 1, column 71: a field is unknown; known are `source_id`.
        {\"source_id\":\"src_0000000000000000000000: 400 json_malformed | The body, at line 1, column 54: it is not JSON.
        {\"source_id\":\"src_0000000000000000000000: 422 json_invalid | The body, at line 1, column 63: the field `source_id` is there twice.
        [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[: 422 json_invalid | The body is not an object.
        {\"source_id\":[[[[[[[[[[[[[[[[[[[[[[[[[[[: 422 json_invalid source_id | The body, at line 1, column 13, in `source_id`: expected an id such as src_ and 32 hexadecimal digits.
    "#]].assert_eq(&told);
}

#[tokio::test]
async fn invalid_utf_8_is_placed() {
    let world = World::new().await;
    let send = request(Method::POST, &path(), &world.bearer())
        .header("content-type", "application/json; charset=utf-8")
        .body(Body::from(b"{\n\"source_id\": \"\xff\"}".to_vec()));
    let answer = world.send(send.unwrap()).await;
    assert_eq!(answer.refusal(), "400 json_malformed");
    assert_eq!((&answer.json()["line"], &answer.json()["column"]), (&2.into(), &15.into()));
}

#[tokio::test]
async fn only_json_is_taken() {
    let world = World::new().await;
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""]
    {
        let send = request(Method::POST, &path(), &world.bearer())
            .header("content-type", content_type)
            .body(Body::from("{}"));
        let answer = world.send(send.unwrap()).await;
        assert_eq!(answer.refusal(), "415 content_type_unsupported", "{content_type}");
    }
    let send = request(Method::POST, &path(), &world.bearer())
        .header("content-type", "application/merge-patch+json")
        .body(Body::from("{}"));
    assert_eq!(world.send(send.unwrap()).await.refusal(), "422 json_invalid");
}

#[tokio::test]
async fn a_body_beyond_256_kib_is_refused_with_and_without_a_length() {
    let world = World::new().await;
    let body = vec![b' '; (256 << 10) + 1];
    let sized = request(Method::POST, &path(), &world.bearer())
        .header("content-type", "application/json")
        .header("content-length", body.len().to_string())
        .body(Body::from(body.clone()));
    assert_eq!(world.send(sized.unwrap()).await.refusal(), "413 body_too_large");
    let pieces = futures::stream::iter(
        body.chunks(1 << 10)
            .map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece)))
            .collect::<Vec<_>>(),
    );
    let streamed = request(Method::POST, &path(), &world.bearer())
        .header("content-type", "application/json")
        .body(Body::from_stream(pieces));
    assert_eq!(world.send(streamed.unwrap()).await.refusal(), "413 body_too_large");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_said_to() {
    let world = World::new().await;
    let pieces = futures::stream::iter([
        Ok(Bytes::from_static(b"{\"source_id\":")),
        Err(std::io::Error::other("connection reset")),
    ]);
    let broken = request(Method::POST, &path(), &world.bearer())
        .header("content-type", "application/json")
        .body(Body::from_stream(pieces));
    assert_eq!(world.send(broken.unwrap()).await.refusal(), "400 body_incomplete");
}

#[tokio::test]
async fn a_post_without_anything_to_say_takes_an_empty_object_or_nothing() {
    let world = World::new().await;
    let path = format!("/v1/consents/con_{}/revoke", "0".repeat(32));
    assert_eq!(world.post(&path, "").await.refusal(), "404 not_found consent");
    assert_eq!(world.post(&path, " {} ").await.refusal(), "404 not_found consent");
    assert_eq!(world.post(&path, r#"{"why":"MARIA"}"#).await.refusal(), "422 json_invalid");
    assert_eq!(world.post(&path, "[]").await.refusal(), "422 json_invalid");
}
