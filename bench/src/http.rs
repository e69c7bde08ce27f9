//! One request a connection: all that a bench needs beside its load.

use std::net::SocketAddr;

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Parts the fields of a form; no statement of ours has it in it.
const BOUNDARY: &str = "cartola-bench-boundary";

/// An answer.
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body, if all went well.
    pub fn success(self) -> anyhow::Result<Vec<u8>> {
        let Self { status, body } = self;
        let text = || String::from_utf8_lossy(&body).into_owned();
        ensure!((200..300).contains(&status), "the gateway answered {status}: {}", text());
        Ok(body)
    }
}

/// Asks for a path.
pub async fn ask(address: SocketAddr, path: &str, key: Option<&str>) -> anyhow::Result<Answer> {
    send(address, "GET", path, key, "", &[]).await
}

/// Posts a form with a statement and its mapping.
pub async fn post_statement(
    address: SocketAddr,
    path: &str,
    key: &str,
    statement: &[u8],
    mapping: &str,
) -> anyhow::Result<Answer> {
    let field = |name: &str, file: &str| {
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n")
    };
    let mut body = field("mapping", "").into_bytes();
    body.extend_from_slice(mapping.as_bytes());
    body.extend_from_slice(b"\r\n");
    body.extend_from_slice(field("file", "; filename=\"cartola.csv\"").as_bytes());
    body.extend_from_slice(statement);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    let form = format!("Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n");
    send(address, "POST", path, Some(key), &form, &body).await
}

/// Posts a body of that type.
pub async fn post(
    address: SocketAddr,
    path: &str,
    key: Option<&str>,
    content_type: &str,
    body: &[u8],
) -> anyhow::Result<Answer> {
    let typed = format!("Content-Type: {content_type}\r\n");
    send(address, "POST", path, key, &typed, body).await
}

/// Posts JSON with a bearer key, once under that idempotency key.
pub async fn post_once(
    address: SocketAddr,
    path: &str,
    (key, once): (&str, &str),
    body: &[u8],
) -> anyhow::Result<Answer> {
    let headers = format!("Content-Type: application/json\r\nIdempotency-Key: {once}\r\n");
    send(address, "POST", path, Some(key), &headers, body).await
}

/// Posts JSON that is signed in the header `X-Signature`.
pub async fn post_signed(
    address: SocketAddr,
    path: &str,
    signature: &str,
    body: &[u8],
) -> anyhow::Result<Answer> {
    let headers = format!("Content-Type: application/json\r\nX-Signature: {signature}\r\n");
    send(address, "POST", path, None, &headers, body).await
}

/// Posts nothing, with a key in the header `X-API-Key`.
pub async fn post_with_api_key(
    address: SocketAddr,
    path: &str,
    key: &str,
) -> anyhow::Result<Answer> {
    send(address, "POST", path, None, &format!("X-API-Key: {key}\r\n"), &[]).await
}

async fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    key: Option<&str>,
    headers: &str,
    body: &[u8],
) -> anyhow::Result<Answer> {
    let key = key.map_or_else(String::new, |key| format!("Authorization: Bearer {key}\r\n"));
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Content-Length: {length}\r\n{key}{headers}\r\n"
    );
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    parse(&answer).context("the answer is no HTTP")
}

fn parse(answer: &[u8]) -> Option<Answer> {
    const END: &[u8] = b"\r\n\r\n";
    let end = answer.windows(END.len()).position(|window| window == END)?;
    let (head, body) = (&answer[..end], &answer[end + END.len()..]);
    let status = std::str::from_utf8(head).ok()?.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, body: body.to_vec() })
}
