//! The client of all that a bench asks beside its load. It keeps its connections, as clients do.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{LazyLock, Mutex, PoisonError};

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What ends the head of an answer, and a line of it.
const END: &[u8] = b"\r\n\r\n";
const LINE: &[u8] = b"\r\n";

/// Bytes that are read at once at least.
const READ_BYTES: usize = 16 << 10;

/// Connections that nobody uses now.
static IDLE: LazyLock<Mutex<HashMap<SocketAddr, Vec<TcpStream>>>> = LazyLock::new(Mutex::default);

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
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {length}\r\n\
         {key}{headers}\r\n"
    );
    let mut request = head.into_bytes();
    request.extend_from_slice(body);
    let idle = idle(|all| all.get_mut(&address).and_then(Vec::pop));
    if let Some(mut stream) = idle
        && let Some(answer) = exchange(&mut stream, &request).await?
    {
        return Ok(keep(address, stream, answer));
    }
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let answer = exchange(&mut stream, &request).await?;
    Ok(keep(address, stream, answer.context("the connection ended before the answer")?))
}

/// An answer, and whether another request may follow.
struct Exchanged {
    answer: Answer,
    goes_on: bool,
}

/// Leaves the connection for whoever asks next.
fn keep(address: SocketAddr, stream: TcpStream, exchanged: Exchanged) -> Answer {
    if exchanged.goes_on {
        idle(|all| all.entry(address).or_default().push(stream));
    }
    exchanged.answer
}

fn idle<T>(change: impl FnOnce(&mut HashMap<SocketAddr, Vec<TcpStream>>) -> T) -> T {
    change(&mut IDLE.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Sends a request and reads its answer; nothing where the other side had closed the connection.
async fn exchange(stream: &mut TcpStream, request: &[u8]) -> anyhow::Result<Option<Exchanged>> {
    let mut read = Vec::new();
    if stream.write_all(request).await.is_err() {
        return Ok(None);
    }
    let head = loop {
        if let Some(end) = find(&read, END) {
            break end;
        }
        let more = more(stream, &mut read).await;
        if read.is_empty() && !matches!(more, Ok(true)) {
            return Ok(None);
        }
        ensure!(more?, "the connection ended within the head of an answer");
    };
    let told = Head::parse(&read[..head]).context("the answer is no HTTP")?;
    read.drain(..head + END.len());
    let body = match told.length {
        Length::Bytes(length) => {
            while read.len() < length {
                ensure!(more(stream, &mut read).await?, "the connection ended within an answer");
            }
            read.truncate(length);
            read
        }
        Length::Chunks => unchunked(stream, read).await?,
        Length::ToTheEnd => {
            while more(stream, &mut read).await? {}
            read
        }
    };
    let goes_on = told.goes_on && told.length != Length::ToTheEnd;
    Ok(Some(Exchanged { answer: Answer { status: told.status, body }, goes_on }))
}

/// Reads what comes next; false at the end.
async fn more(stream: &mut TcpStream, read: &mut Vec<u8>) -> std::io::Result<bool> {
    read.reserve(READ_BYTES);
    Ok(stream.read_buf(read).await? > 0)
}

/// A body that comes in chunks, each after a line with its length.
async fn unchunked(stream: &mut TcpStream, mut read: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let Some(line) = find(&read[at..], LINE) else {
            ensure!(more(stream, &mut read).await?, "the connection ended within an answer");
            continue;
        };
        let length = std::str::from_utf8(&read[at..at + line])?;
        let length = usize::from_str_radix(length.trim(), 16)?;
        let begin = at + line + LINE.len();
        let end = begin + length + LINE.len();
        while read.len() < end {
            ensure!(more(stream, &mut read).await?, "the connection ended within an answer");
        }
        body.extend_from_slice(&read[begin..begin + length]);
        at = end;
        if length == 0 {
            return Ok(body);
        }
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

/// How long a body is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Length {
    Bytes(usize),
    Chunks,
    ToTheEnd,
}

/// What the head of an answer says.
struct Head {
    status: u16,
    length: Length,
    goes_on: bool,
}

impl Head {
    fn parse(head: &[u8]) -> Option<Self> {
        let mut lines = std::str::from_utf8(head).ok()?.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        // What has no body does not say how long it is.
        let length = if status == 204 { Length::Bytes(0) } else { Length::ToTheEnd };
        let mut parsed = Self { status, length, goes_on: true };
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                parsed.length = Length::Bytes(value.parse().ok()?);
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                parsed.length = Length::Chunks;
            } else if name.eq_ignore_ascii_case("connection") {
                parsed.goes_on = !value.eq_ignore_ascii_case("close");
            }
        }
        Some(parsed)
    }
}
