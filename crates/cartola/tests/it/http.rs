//! The least of an HTTP client: one request, one connection, no layer that could repeat a request
//! behind a test's back.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// How long an answer may take before a test fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// Parts the parts of a form; no statement of these tests holds it.
const BOUNDARY: &str = "cartola-test-7d1f0c";

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

/// A gateway to ask.
#[derive(Debug, Clone)]
pub struct Client {
    pub address: String,
    pub key: String,
}

impl Client {
    /// For a gateway's URL.
    pub fn new(gateway: &str, key: &str) -> Self {
        let address = gateway.strip_prefix("http://").unwrap().to_owned();
        Self { address, key: key.to_owned() }
    }

    /// Asks; an error means that nothing is known about what the gateway did.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Answer> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n",
            self.address,
            body.len()
        );
        if !self.key.is_empty() {
            write!(head, "Authorization: Bearer {}\r\n", self.key).unwrap();
        }
        for (name, value) in headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        stream.write_all(format!("{head}\r\n").as_bytes())?;
        stream.write_all(body)?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        parse(&bytes).ok_or_else(|| io::Error::other("the answer broke off"))
    }

    /// Reads.
    pub fn read(&self, path: &str) -> Answer {
        self.send("GET", path, &[], b"").unwrap()
    }

    /// Uploads a CSV statement.
    pub fn import(&self, csv: &str, mapping: &str, key: &str) -> io::Result<Answer> {
        let part = |name: &str, content: &str| {
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {name}\r\n\r\n{content}\r\n")
        };
        let body = part("name=\"file\"; filename=\"statement.csv\"", csv)
            + &part("name=\"mapping\"", mapping)
            + &format!("--{BOUNDARY}--\r\n");
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let headers = [("Content-Type", kind.as_str()), ("Idempotency-Key", key)];
        self.send("POST", "/v1/imports", &headers, body.as_bytes())
    }

    /// Reads what must be there.
    #[track_caller]
    pub fn json(&self, path: &str) -> Value {
        let answer = self.read(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// Reads every page of a list.
    #[track_caller]
    pub fn list(&self, path: &str) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut next = path.to_owned();
        loop {
            let page = self.json(&next);
            rows.extend(page["data"].as_array().unwrap().iter().cloned());
            let Some(cursor) = page["next_cursor"].as_str() else { return rows };
            let joint = if path.contains('?') { '&' } else { '?' };
            next = format!("{path}{joint}cursor={cursor}");
        }
    }
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let split = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8(bytes[..split].to_vec()).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let body = &bytes[split + 4..];
    let lower = head.to_lowercase();
    let body = if status == 204 {
        Vec::new()
    } else if lower.contains("transfer-encoding: chunked") {
        unchunk(body)?
    } else {
        let length = lower.lines().find_map(|line| line.strip_prefix("content-length: "))?;
        let length: usize = length.trim().parse().ok()?;
        (body.len() == length).then(|| body.to_vec())?
    };
    Some(Answer { status, head, body })
}

fn unchunk(mut body: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let end = body.windows(2).position(|window| window == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&body[..end]).ok()?, 16).ok()?;
        body = &body[end + 2..];
        if size == 0 {
            return Some(whole);
        }
        whole.extend_from_slice(body.get(..size)?);
        body = body.get(size + 2..)?;
    }
}
