//! A small bank that holds state: customers, sessions, movements, and faults on demand.

mod answers;
mod data;
mod products;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use cartola_provider_mibanco::wire::Account;
use cartola_provider_mibanco::wire::Transaction;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

pub use data::{NAME, PASSWORD, PIN, RUT};

/// What goes wrong with the next call.
pub enum Fault {
    /// This answer, whatever was asked.
    Answer { status: u16, headers: Vec<(&'static str, &'static str)>, body: &'static str },
    /// None, ever.
    Hang,
    /// The connection ends.
    Cut,
}

pub struct BankSession {
    pub access: String,
    pub refresh: String,
    pub device: String,
    /// Whether the access token has run out.
    pub expired: bool,
}

#[derive(Default)]
pub struct State {
    pub accounts: Vec<(Account, Vec<Transaction>)>,
    pub sessions: Vec<BankSession>,
    pub wrong_attempts: u32,
    pub unknown_words: bool,
    pub wants_mi_pass: bool,
    /// Whether the bank knows of no product of the customer.
    pub has_no_products: bool,
    /// How many transfers there are.
    pub transfers: u32,
    pub faults: VecDeque<Fault>,
    /// `METHOD path` of every call that arrived.
    pub calls: Vec<String>,
    /// Every token given out and every device seen.
    pub secrets: Vec<String>,
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
        let state = State { accounts: data::accounts(), transfers: 2, ..State::default() };
        let bank = Self { address, state: Arc::new(Mutex::new(state)) };
        tokio::spawn(bank.clone().serve(listener));
        bank
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn fail_next(&self, fault: Fault) {
        self.state().faults.push_back(fault);
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
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
        let fault = {
            let mut state = self.state();
            state.calls.push(format!("{} {}", head.method, head.uri.path()));
            state.faults.pop_front()
        };
        match fault {
            Some(Fault::Hang) => {
                let never: Infallible = std::future::pending().await;
                match never {}
            }
            Some(Fault::Cut) => Err(Cut),
            Some(Fault::Answer { status, headers, body }) => {
                let mut response = Response::builder().status(status);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                Ok(response.body(Full::from(body)).unwrap())
            }
            None => Ok(answers::answer(&mut self.state(), &head, &body)),
        }
    }
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
