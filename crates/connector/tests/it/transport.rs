//! The client against servers that misbehave.

use std::net::Ipv4Addr;
use std::time::Duration;

use cartola_connector::{
    BaseUrl, ConnectorError, ErrorKind, Exchange, MAX_ANSWER_BYTES, RetryAdvice, Transport,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::scripted::{context, request};

/// Asks a server that reads a little, writes these bytes and ends the connection.
async fn ask(scheme: &str, answer: Vec<u8>) -> Result<usize, ConnectorError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let base = format!("{scheme}://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let read = stream.read(&mut [0; 1024]).await;
        // The client may have left by now, which is its right.
        if read.is_ok() && stream.write_all(&answer).await.is_ok() {
            let _ = stream.shutdown().await;
        }
    });
    let exchange = Transport::new().to(BaseUrl::parse(&base).unwrap());
    let answer = exchange.send(&request(), &context(Duration::from_secs(30))).await?;
    Ok(answer.body.len())
}

fn answer(length: usize, body: usize) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n").into_bytes();
    bytes.resize(bytes.len() + body, b'x');
    bytes
}

async fn check(scheme: &str, answer: Vec<u8>, kind: ErrorKind, unsent: bool) {
    let error = ask(scheme, answer).await.unwrap_err();
    assert_eq!((error.kind, error.unsent), (kind, unsent), "{error}");
}

#[tokio::test]
async fn an_answer_has_a_largest_size() {
    assert_eq!(
        ask("http", answer(MAX_ANSWER_BYTES, MAX_ANSWER_BYTES)).await.unwrap(),
        MAX_ANSWER_BYTES
    );
    let larger = MAX_ANSWER_BYTES + 1;
    let error = ask("http", answer(larger, larger)).await.unwrap_err();
    assert_eq!((error.kind, error.retry), (ErrorKind::AnswerInvalid, RetryAdvice::Never));
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    check("http", answer(10, 9), ErrorKind::InstitutionDown, false).await;
    check("http", Vec::new(), ErrorKind::InstitutionDown, false).await;
    check("http", b"SSH-2.0\r\n".to_vec(), ErrorKind::InstitutionDown, false).await;
}

#[tokio::test]
async fn nothing_is_sent_to_who_cannot_prove_who_it_is() {
    check("https", answer(0, 0), ErrorKind::InstitutionDown, true).await;
}
