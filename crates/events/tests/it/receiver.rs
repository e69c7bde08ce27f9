//! A receiver: a real server on this machine that answers as it is told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How a connection is answered.
#[derive(Clone)]
pub enum Behaviour {
    /// With these bytes.
    Answer(String),
    /// Not at all, and the connection stays.
    Silence,
    /// With the head of an answer, and then with nothing.
    HeadOnly(String),
    /// Without end.
    Endless(String),
    /// By closing it.
    Close,
}

/// An answer with a status, header lines (each with its line break) and a body.
pub fn answer(status: u16, headers: &str, body: &str) -> Behaviour {
    let length = body.len();
    Behaviour::Answer(format!(
        "HTTP/1.1 {status} Said\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    ))
}

/// What came in: the head as text, and the body.
#[derive(Clone, Debug)]
pub struct Received {
    pub head: String,
    pub body: String,
}

impl Received {
    /// The value of a header line.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// A server that answers each connection with the next behaviour, and the last one for ever.
pub struct Receiver {
    pub address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    changed: Arc<Mutex<Option<Behaviour>>>,
}

impl Receiver {
    pub async fn start(behaviours: Vec<Behaviour>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let changed: Arc<Mutex<Option<Behaviour>>> = Arc::default();
        let (log, now) = (Arc::clone(&received), Arc::clone(&changed));
        tokio::spawn(async move {
            for nth in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                let planned = behaviours[nth.min(behaviours.len() - 1)].clone();
                let behaviour = now.lock().unwrap().clone().unwrap_or(planned);
                tokio::spawn(serve(stream, behaviour, Arc::clone(&log)));
            }
        });
        Self { address, received, changed }
    }

    /// Answers every connection so from now on.
    pub fn behave(&self, behaviour: Behaviour) {
        *self.changed.lock().unwrap() = Some(behaviour);
    }

    /// Its URL, by address.
    pub fn url(&self) -> String {
        format!("http://{}/hooks", self.address)
    }

    /// What came in so far.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, behaviour: Behaviour, log: Arc<Mutex<Vec<Received>>>) {
    let Some(received) = read(&mut stream).await else { return };
    log.lock().unwrap().push(received);
    match behaviour {
        Behaviour::Answer(text) => drop(stream.write_all(text.as_bytes()).await),
        Behaviour::Close => {}
        Behaviour::Silence => std::future::pending().await,
        Behaviour::HeadOnly(text) => {
            drop(stream.write_all(text.as_bytes()).await);
            std::future::pending::<()>().await;
        }
        Behaviour::Endless(text) => {
            drop(stream.write_all(text.as_bytes()).await);
            while stream.write_all(&[b'a'; 4_096]).await.is_ok() {}
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 4_096];
        let count = stream.read(&mut piece).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let received = Received { head: head.to_owned(), body: body.to_owned() };
        let length: usize = received.header("content-length")?.parse().ok()?;
        if body.len() >= length {
            return Some(received);
        }
    }
}
