//! A receiver of webhooks that answers when the test says so.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::Duration;

/// How long a call is waited for before a test fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// A server on this machine. Whoever calls it waits until the test answers.
pub struct Receiver {
    address: SocketAddr,
    calls: mpsc::Receiver<Call>,
}

/// A call that came in.
pub struct Call {
    pub body: String,
    head: Vec<String>,
    stream: TcpStream,
}

impl Receiver {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, calls) = mpsc::channel();
        std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let Some(call) = Call::read(stream) else { continue };
                if sender.send(call).is_err() {
                    return;
                }
            }
        });
        Self { address, calls }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hooks?case=7", self.address)
    }

    /// The next call.
    #[track_caller]
    pub fn call(&self) -> Call {
        self.calls.recv_timeout(PATIENCE).expect("somebody calls")
    }

    /// The next call, whenever it comes.
    pub fn wait(&self) -> Option<Call> {
        self.calls.recv().ok()
    }

    /// Insists that nobody has called.
    #[track_caller]
    pub fn was_left_alone(&self) {
        assert!(self.calls.try_recv().is_err(), "somebody called");
    }
}

impl Call {
    fn read(stream: TcpStream) -> Option<Self> {
        let mut reader = BufReader::new(stream);
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
            match line.trim_end() {
                "" => break,
                line => head.push(line.to_owned()),
            }
        }
        let mut call =
            Self { body: String::new(), head, stream: reader.get_ref().try_clone().ok()? };
        let length = call.header("content-length").parse().ok()?;
        reader.take(length).read_to_string(&mut call.body).ok()?;
        Some(call)
    }

    /// Method, path and version.
    pub fn asked(&self) -> &str {
        &self.head[0]
    }

    /// The value of a header line that must be there.
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let lines = self.head.iter().filter_map(|line| line.split_once(": "));
        let mut named = lines.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        named.next().unwrap_or_else(|| panic!("{name} is not among {:?}", self.head)).1
    }

    pub fn answer(self, status: u16) {
        self.say(status);
    }

    /// Wants it elsewhere.
    pub fn redirect(self, to: &str) {
        let answer = format!("HTTP/1.1 307 Said\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
        (&self.stream).write_all(answer.as_bytes()).unwrap();
    }

    /// Answers without end, until the caller has enough or so many bytes were taken; whether it had.
    pub fn flood(self, most: usize) -> bool {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n";
        let piece = [b'a'; 4_096];
        let mut sent = (&self.stream).write_all(head.as_bytes());
        let mut taken = 0;
        while sent.is_ok() && taken < most {
            sent = (&self.stream).write_all(&piece);
            taken += piece.len();
        }
        sent.is_err()
    }

    /// Takes the message, and keeps the call to look at.
    pub fn acknowledge(&self) {
        self.say(204);
    }

    fn say(&self, status: u16) {
        let answer = format!("HTTP/1.1 {status} Said\r\nContent-Length: 0\r\n\r\n");
        (&self.stream).write_all(answer.as_bytes()).unwrap();
    }
}
