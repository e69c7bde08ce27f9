//! A small bank that holds state: a client, tokens, accounts, payments, and faults on demand.

mod answers;

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;

pub const CLIENT: &str = "cli_4711";
pub const SECRET: &str = "s&cret=with+signs";
/// The accounts of the client, as a link names them.
pub const ACCOUNTS: &str = "00-123-45678-90, 0-007-00001-23:sight:USD";
pub const PESOS: &str = "00-123-45678-90";
pub const DOLLARS: &str = "0-007-00001-23";

/// How long the token endpoint takes, so that somebody can go away meanwhile.
const GRANTING: Duration = Duration::from_millis(5);

/// What goes wrong with the next call.
pub enum Fault {
    /// This answer, whatever was asked.
    Answer { status: u16, headers: Vec<(&'static str, &'static str)>, body: &'static str },
    /// The same, when what was asked is done.
    AnswerAfter { status: u16, body: &'static str },
    /// This body, whatever was asked.
    Told(String),
    /// The one that is right.
    None,
    /// None, ever.
    Hang,
    /// The connection ends, when what was asked is done.
    CutAfter,
}

/// A movement as the bank tells it.
#[derive(Clone)]
pub struct Told {
    pub date: String,
    pub amount: String,
    pub kind: &'static str,
    pub description: String,
}

/// An account of the client.
pub struct Held {
    pub currency: &'static str,
    pub balance: &'static str,
    /// The newest first.
    pub movements: Vec<Told>,
}

pub struct State {
    pub accounts: BTreeMap<&'static str, Held>,
    /// Tokens that are taken.
    pub tokens: Vec<String>,
    /// Every token that was given.
    pub given: Vec<String>,
    /// How long a token lasts, as it is told.
    pub lasts: u64,
    /// Movements of a page at most.
    pub page: usize,
    pub unknown_words: bool,
    /// Payments by their key: the body and what is told.
    pub payments: BTreeMap<String, (Value, Value)>,
    pub faults: VecDeque<Fault>,
    /// `METHOD path` of every call that arrived.
    pub calls: Vec<String>,
    /// Calls under way.
    pub under_way: usize,
}

#[derive(Clone)]
pub struct Bank {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Bank {
    /// Opens on a port of its own, and closes with the test's runtime.
    pub async fn open() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State {
            accounts: accounts(),
            tokens: Vec::new(),
            given: Vec::new(),
            lasts: 3_600,
            page: 200,
            unknown_words: false,
            payments: BTreeMap::new(),
            faults: VecDeque::new(),
            calls: Vec::new(),
            under_way: 0,
        }));
        let bank = Self { address, state };
        tokio::spawn(bank.clone().serve(listener));
        bank
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn fail_next(&self, fault: Fault) {
        self.state().faults.push_back(fault);
    }

    /// The same of a call that so many others come before.
    pub fn fail_later(&self, others: usize, fault: Fault) {
        (0..others).for_each(|_| self.fail_next(Fault::None));
        self.fail_next(fault);
    }

    async fn serve(self, listener: TcpListener) {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let bank = self.clone();
            tokio::spawn(async move {
                let service = service_fn(move |request| bank.clone().answer(request));
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                // A fault may cut it, and a client may leave: neither is the bank's business.
                let _ = connection.await;
            });
        }
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Cut> {
        let _under_way = UnderWay::begin(&self);
        let (head, body) = request.into_parts();
        let body_of_call = body.collect().await.map_err(|_| Cut)?.to_bytes();
        let fault = {
            let mut state = self.state();
            state.calls.push(format!("{} {}", head.method, head.uri.path()));
            state.faults.pop_front()
        };
        if head.uri.path() == "/oauth/token" {
            tokio::time::sleep(GRANTING).await;
        }
        match fault {
            Some(Fault::Hang) => {
                let never: Infallible = std::future::pending().await;
                match never {}
            }
            Some(Fault::CutAfter) => {
                answers::answer(&mut self.state(), &head, &body_of_call);
                Err(Cut)
            }
            Some(Fault::Answer { status, headers, body }) => {
                let mut response = Response::builder().status(status);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                Ok(response.body(Full::from(body)).unwrap())
            }
            Some(Fault::AnswerAfter { status, body }) => {
                answers::answer(&mut self.state(), &head, &body_of_call);
                Ok(Response::builder().status(status).body(Full::from(body)).unwrap())
            }
            Some(Fault::Told(body)) => Ok(Response::new(Full::from(body))),
            Some(Fault::None) | None => {
                Ok(answers::answer(&mut self.state(), &head, &body_of_call))
            }
        }
    }
}

/// The protocol has no sessions that could be ended: what is open at the bank are calls.
struct UnderWay<'a>(&'a Bank);

impl<'a> UnderWay<'a> {
    fn begin(bank: &'a Bank) -> Self {
        bank.state().under_way += 1;
        Self(bank)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.state().under_way -= 1;
    }
}

/// 620 movements in pesos over March and April of 2026, with two equal ones a day, and two in dollars.
fn accounts() -> BTreeMap<&'static str, Held> {
    let told = |(index, date): (usize, String)| Told {
        date,
        amount: if index % 3 == 0 { "25000".to_owned() } else { format!("-{}", 1_000 + index / 2) },
        kind: ["TRANSFER", "PURCHASE", "WITHDRAWAL", "DEBIT", "CREDIT"][index % 5],
        description: format!("TEF DE ANA SOTO {}", index / 2),
    };
    let days = |month: u32, days: u32| (1..=days).flat_map(move |day| vec![(month, day); 10]);
    let dates =
        days(3, 31).chain(days(4, 30)).map(|(month, day)| format!("2026-{month:02}-{day:02}"));
    let mut pesos: Vec<Told> = dates.enumerate().map(told).collect();
    pesos.reverse();
    let dollars = [("2026-04-08", "1450.00", "TRANSFER"), ("2026-04-07", "-19.9900", "PURCHASE")];
    let dollars = dollars.map(|(date, amount, kind)| Told {
        date: date.to_owned(),
        amount: amount.to_owned(),
        kind,
        description: "COMPRA INTERNACIONAL".to_owned(),
    });
    BTreeMap::from([
        (PESOS, Held { currency: "CLP", balance: "1234567", movements: pesos }),
        (DOLLARS, Held { currency: "USD", balance: "842.50", movements: dollars.to_vec() }),
    ])
}

/// The connection is to end without an answer.
#[derive(Debug)]
pub struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("cut")
    }
}

impl std::error::Error for Cut {}
