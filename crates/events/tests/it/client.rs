//! The client against receivers that are slow, huge, dead or want it elsewhere.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use cartola_events::client::{Answer, MAX_ANSWER_BYTES};
use cartola_events::url::UrlError;
use cartola_events::{Client, Reach, Resolver, TargetUrl};
use cartola_store::outbox::AttemptFailure;
use http::HeaderMap;

use crate::receiver::{Behaviour, Receiver, answer};

/// Long enough for this machine to answer itself, short enough to wait for.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// How long a receiver that says nothing is waited for here.
const IMPATIENCE: Duration = Duration::from_millis(100);

/// Names as a test has them; each look-up of a name takes the next of its answers.
#[derive(Debug, Default)]
pub struct Names {
    answers: HashMap<&'static str, Vec<Vec<&'static str>>>,
    asked: AtomicUsize,
}

impl Names {
    pub fn with(mut self, name: &'static str, answers: &[&[&'static str]]) -> Self {
        self.answers.insert(name, answers.iter().map(|one| one.to_vec()).collect());
        self
    }
}

#[async_trait]
impl Resolver for Names {
    async fn resolve(&self, name: &str, _: u16) -> io::Result<Vec<IpAddr>> {
        let answers = self.answers.get(name).ok_or(io::ErrorKind::NotFound)?;
        let nth = self.asked.fetch_add(1, Ordering::Relaxed).min(answers.len() - 1);
        Ok(answers[nth].iter().map(|text| text.parse().unwrap()).collect())
    }
}

pub fn client(reach: Reach) -> Client {
    Client::with_timeout(reach, Arc::new(Names::default()), PATIENCE)
}

fn url(text: &str) -> TargetUrl {
    TargetUrl::parse(text).unwrap()
}

async fn post(client: &Client, text: &str) -> Result<Answer, AttemptFailure> {
    client.post(&url(text), HeaderMap::new(), Bytes::from_static(b"{}")).await
}

/// Calls a receiver of this machine.
async fn call(behaviour: Behaviour) -> Result<Answer, AttemptFailure> {
    let receiver = Receiver::start(vec![behaviour]).await;
    post(&client(Reach::PublicAndLoopback), &receiver.url()).await
}

#[tokio::test]
async fn an_answer_comes_back() {
    let said = call(answer(202, "retry-after: 7\r\n", "thanks")).await.unwrap();
    assert_eq!((said.status, &said.body[..]), (202, &b"thanks"[..]));
    assert_eq!(said.headers["retry-after"], "7");
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let elsewhere = Receiver::start(vec![answer(200, "", "")]).await;
    let location = format!("location: {}\r\n", elsewhere.url());
    for status in [301, 302, 303, 307, 308] {
        let said = call(answer(status, &location, "")).await.unwrap();
        assert_eq!(said.status, status);
    }
    assert!(elsewhere.received().is_empty(), "nobody was sent there");
}

#[tokio::test]
async fn a_huge_answer_is_not_read_to_its_end() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n";
    let said = call(Behaviour::Endless(head.to_owned())).await.unwrap();
    assert_eq!((said.status, said.body.len()), (200, 0));
    let whole = "a".repeat(MAX_ANSWER_BYTES);
    let said = call(answer(200, "", &whole)).await.unwrap();
    assert_eq!(said.body.len(), MAX_ANSWER_BYTES);
}

#[tokio::test]
async fn a_head_without_end_is_no_answer() {
    let failure = call(Behaviour::Endless("HTTP/1.1 200 OK\r\nx: ".to_owned())).await.unwrap_err();
    assert_eq!(failure, AttemptFailure::Protocol);
}

#[tokio::test]
async fn what_is_no_http_is_no_answer() {
    let failure = call(Behaviour::Answer("220 mail.example.cl ESMTP\r\n".into())).await;
    assert_eq!(failure.unwrap_err(), AttemptFailure::Protocol);
}

#[tokio::test]
async fn a_connection_that_is_closed_is_no_answer() {
    assert_eq!(call(Behaviour::Close).await.unwrap_err(), AttemptFailure::Unreachable);
}

#[tokio::test]
async fn silence_is_not_waited_for() {
    let client =
        Client::with_timeout(Reach::PublicAndLoopback, Arc::new(Names::default()), IMPATIENCE);
    let silent = Receiver::start(vec![Behaviour::Silence]).await;
    assert_eq!(post(&client, &silent.url()).await.unwrap_err(), AttemptFailure::Timeout);
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n".to_owned();
    let begins = Receiver::start(vec![Behaviour::HeadOnly(head)]).await;
    let said = post(&client, &begins.url()).await.unwrap();
    assert_eq!(said.status, 200, "the status was said before the body stayed away");
}

#[tokio::test]
async fn nobody_there() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let failure = post(&client(Reach::PublicAndLoopback), &format!("http://{address}/")).await;
    assert_eq!(failure.unwrap_err(), AttemptFailure::Unreachable);
}

#[tokio::test]
async fn a_receiver_that_speaks_no_tls() {
    let plain = Plain::start("HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let failure = post(&client(Reach::PublicAndLoopback), &format!("https://{}/", plain.0)).await;
    assert_eq!(failure.unwrap_err(), AttemptFailure::Tls);
}

/// Answers whatever comes, before it is understood.
struct Plain(std::net::SocketAddr);

impl Plain {
    async fn start(said: &'static str) -> Self {
        use tokio::io::AsyncWriteExt;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(said.as_bytes()).await.unwrap();
            std::future::pending::<()>().await;
        });
        Self(address)
    }
}

/// The same place, spelt in every way.
#[tokio::test]
async fn a_literal_is_looked_at_too() {
    let receiver = Receiver::start(vec![answer(200, "", "")]).await;
    let port = receiver.address.port();
    let client = client(Reach::Public);
    for host in ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "10.0.0.1"] {
        let text = format!("http://{host}:{port}/");
        assert_eq!(post(&client, &text).await.unwrap_err(), AttemptFailure::Forbidden, "{host}");
        assert_eq!(client.admit(&url(&text)).await, Err(UrlError::Forbidden), "{host}");
    }
    assert!(receiver.received().is_empty(), "nobody was called");
}

/// The system's resolver takes more spellings of an address than we do: what it makes of them is
/// looked at.
#[tokio::test]
async fn odd_spellings_of_an_address_lead_nowhere() {
    let resolver = Arc::new(cartola_events::SystemResolver);
    let client = Client::with_timeout(Reach::Public, resolver, PATIENCE);
    let receiver = Receiver::start(vec![answer(200, "", "")]).await;
    let port = receiver.address.port();
    for host in ["localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1"] {
        let failure = post(&client, &format!("http://{host}:{port}/")).await.unwrap_err();
        let refused = [AttemptFailure::Forbidden, AttemptFailure::Unresolved];
        assert!(refused.contains(&failure), "{host}: {failure:?}");
    }
    assert!(receiver.received().is_empty(), "nobody was called");
}

#[tokio::test]
async fn every_address_of_a_name_is_looked_at() {
    let names = || {
        Names::default()
            .with("inside.example", &[&["10.0.0.1"]])
            .with("mixed.example", &[&["8.8.8.8", "127.0.0.1"]])
            .with("nothing.example", &[&[]])
    };
    let client = Client::with_timeout(Reach::Public, Arc::new(names()), PATIENCE);
    for (name, failure, admitted) in [
        ("inside.example", AttemptFailure::Forbidden, Err(UrlError::Forbidden)),
        ("mixed.example", AttemptFailure::Forbidden, Err(UrlError::Forbidden)),
        ("nothing.example", AttemptFailure::Unresolved, Ok(())),
        ("unknown.example", AttemptFailure::Unresolved, Ok(())),
    ] {
        let text = format!("http://{name}:9/");
        assert_eq!(post(&client, &text).await.unwrap_err(), failure, "{name}");
        assert_eq!(client.admit(&url(&text)).await, admitted, "{name}");
    }
}

/// A name that was good when it was registered, and leads inside when it is called.
#[tokio::test]
async fn a_name_is_looked_at_each_time() {
    let names = Names::default().with("turns.example", &[&["8.8.8.8"], &["127.0.0.1"]]);
    let client = Client::with_timeout(Reach::Public, Arc::new(names), PATIENCE);
    let receiver = Receiver::start(vec![answer(200, "", "")]).await;
    let text = format!("http://turns.example:{}/", receiver.address.port());
    assert_eq!(client.admit(&url(&text)).await, Ok(()));
    assert_eq!(post(&client, &text).await.unwrap_err(), AttemptFailure::Forbidden);
    assert!(receiver.received().is_empty(), "nobody was called");
}

/// A connection is not kept for a second call, which would go to an address that was looked at
/// long ago.
#[tokio::test]
async fn each_call_makes_its_own_connection() {
    let names = Names::default().with("here.example", &[&["127.0.0.1"], &["10.0.0.1"]]);
    let reach = Reach::PublicAndLoopback;
    let client = Client::with_timeout(reach, Arc::new(names), PATIENCE);
    let receiver = Receiver::start(vec![answer(200, "", "")]).await;
    let text = format!("http://here.example:{}/", receiver.address.port());
    assert_eq!(post(&client, &text).await.unwrap().status, 200);
    assert_eq!(post(&client, &text).await.unwrap_err(), AttemptFailure::Forbidden);
}
