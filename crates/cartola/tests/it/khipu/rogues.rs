//! Banks that misbehave, and everybody else's requests beside them.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use cartola_primitives::Rut;
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::{Khipu, login, request};
use crate::chile::Chile;
use crate::http::Client;
use crate::installation::Installation;

/// What a bank does to whoever asks it.
#[derive(Clone, Copy)]
enum Rogue {
    Lies,
    Hangs,
    Cuts,
    Floods,
}

impl Rogue {
    /// Where it listens from now on.
    fn listen(self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                thread::spawn(move || self.answer(stream));
            }
        });
        address
    }

    /// Whoever asked may have gone away: that is no concern of a rogue's.
    fn answer(self, mut stream: TcpStream) {
        let mut request = BufReader::new(stream.try_clone().unwrap());
        // To its end: what is left unread when a connection closes resets it, and nobody would see
        // what was said.
        read_request(&mut request);
        // Each call has a connection of its own: on one that is kept, the next call would meet its end.
        let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n";
        let said = match self {
            Self::Lies => format!("{head}Content-Length: 16\r\n\r\n{{\"accounts\": [[]"),
            Self::Cuts => format!("{head}Content-Length: 4000\r\n\r\n{{"),
            Self::Hangs => return drop(request.read_line(&mut String::new())),
            Self::Floods => format!("{head}Transfer-Encoding: chunked\r\n\r\n"),
        };
        let mut sent = stream.write_all(said.as_bytes());
        while matches!(self, Self::Floods) && sent.is_ok() {
            // A chunk of 4,096 blanks, again and again.
            sent = stream.write_all(format!("1000\r\n{:4096}\r\n", "").as_bytes());
        }
    }
}

/// Reads one request, with its body.
fn read_request(request: &mut impl BufRead) {
    let mut length = 0;
    for line in request.lines().map_while(Result::ok).take_while(|line| !line.is_empty()) {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or_default();
        }
    }
    // Whoever went away in the middle is no concern of a rogue's.
    let _ = io::copy(&mut request.take(length), &mut io::sink());
}

/// How many ask the rogue while somebody asks a bank that is well.
const CALLERS: u32 = 40;

/// How long the first of them waits at most: an attempt to sign in is given up after half of it.
const PATIENCE: Duration = Duration::from_mins(1);

fn check(rogue: Rogue, expected: Expect) {
    let folder = tempfile::tempdir().unwrap();
    let chile = Chile::start(folder.path());
    let banks = format!(
        "[institution.banco-bci]\nbase_url = \"http://{}\"\n\
         [institution.banco-chile]\nbase_url = \"{}/banks/banco-chile\"\n",
        rogue.listen(),
        chile.url
    );
    let installation = Installation::with(&banks);
    let gateway = installation.serve();
    let khipu = Khipu::of(&gateway.url, &installation.tenant("acme"));
    let (sender, rogues) = mpsc::channel();
    for number in 0..CALLERS {
        let rut = Rut::from_body(10_000_000 + number).unwrap();
        let (client, credential) = (khipu.client.clone(), login((&rut.compact(), "abc12345")));
        let sender = sender.clone();
        // Where the test has heard enough, nobody hears the rest.
        thread::spawn(move || drop(sender.send(told(&client, &credential))));
    }
    drop(sender);
    let (rut, place) = chile.person("ok", "banco-chile");
    let asked = request(&login((&rut, place["password"].as_str().unwrap())), &json!({}));
    for _ in 0..5 {
        let data = khipu.data("personal/bancochile.cl/accounts", &asked);
        assert!(!data["Account"].as_array().unwrap().is_empty());
    }
    if matches!(rogue, Rogue::Hangs) {
        assert!(rogues.try_recv().is_err(), "nobody waited for a rogue");
        expected.assert_eq(&rogues.recv_timeout(PATIENCE).unwrap());
        return;
    }
    let mut told: Vec<String> = rogues.into_iter().collect();
    assert_eq!(told.len(), CALLERS as usize);
    told.sort();
    told.dedup();
    expected.assert_eq(&told.join("\n"));
}

fn told(client: &Client, credential: &Value) -> String {
    let khipu = Khipu { client: client.clone() };
    let (status, envelope) =
        khipu.ask("personal/bci.cl/accounts", &request(credential, &json!({})));
    format!("{status} {}", envelope["Error"]["Code"].as_str().unwrap_or("OK"))
}

#[test]
fn a_bank_that_lies_harms_nobody_else() {
    check(Rogue::Lies, expect!["200 F000"]);
}

#[test]
fn a_bank_that_hangs_harms_nobody_else() {
    check(Rogue::Hangs, expect!["200 T000"]);
}

#[test]
fn a_bank_that_cuts_harms_nobody_else() {
    check(Rogue::Cuts, expect!["200 E200"]);
}

#[test]
fn a_bank_that_floods_harms_nobody_else() {
    check(Rogue::Floods, expect!["200 F000"]);
}
