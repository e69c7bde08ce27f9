//! A small server of one institution: a person, sessions, and answers that are scripted.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use cartola_primitives::{Rut, Secret};
use cartola_provider_portal::wire::{
    ErrorBody, ErrorCode, SESSION_PATH, SessionRequest, SessionResponse, TOKEN_SECONDS,
};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

pub const RUT: &str = "12.345.678-5";
pub const NAME: &str = "María Paz Rojas Soto";
pub const PASSWORD: &str = "clave1234";

/// Wrong attempts after which the person is locked out.
const ATTEMPTS: u32 = 3;

#[derive(Default)]
pub struct State {
    /// Tokens of open sessions.
    pub sessions: Vec<String>,
    pub wrong_attempts: u32,
    /// Words that are said in place of others.
    pub replaced: Vec<(&'static str, &'static str)>,
    /// What every product answers instead of what it is.
    pub fault: Option<(u16, String)>,
    /// `METHOD path` of every call that arrived.
    pub calls: Vec<String>,
    /// Every token given out.
    pub secrets: Vec<String>,
}

#[derive(Clone)]
pub struct Server {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

type Answered = Result<Response<Full<Bytes>>, ErrorCode>;

impl Server {
    /// Opens on a port of its own, and closes with the test's runtime.
    pub async fn open() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Self { address, state: Arc::default() };
        tokio::spawn(server.clone().serve(listener));
        server
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    async fn serve(self, listener: TcpListener) {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let server = self.clone();
            tokio::spawn(async move {
                let service = service_fn(move |request| server.clone().answer(request));
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                // A client may leave, which is not the server's business.
                let _ = connection.await;
            });
        }
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let (head, body) = request.into_parts();
        let body =
            body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let answered = self.state().route(&head, &body);
        Ok(answered.unwrap_or_else(|code| {
            let message = format!("No se pudo atender a {NAME}.");
            let error = ErrorBody { code, message, retry_after: None };
            response(code.status(), serde_json::to_vec(&error).unwrap())
        }))
    }
}

impl State {
    fn route(&mut self, head: &Parts, body: &Bytes) -> Answered {
        let path = head.uri.path();
        self.calls.push(format!("{} {path}", head.method));
        if (head.method.as_str(), path) == ("POST", SESSION_PATH) {
            return self.sign_in(&serde_json::from_slice(body).unwrap());
        }
        let bearer = head.headers.get("authorization").and_then(|value| value.to_str().ok());
        let is_owner = |token: &String| bearer == Some(&format!("Bearer {token}"));
        let found = self.sessions.iter().position(is_owner).ok_or(ErrorCode::InvalidToken)?;
        if head.method == "DELETE" {
            self.sessions.remove(found);
            return Ok(response(204, Vec::new()));
        }
        if let Some((status, body)) = &self.fault {
            return Ok(response(*status, body.clone().into_bytes()));
        }
        let told = crate::products::told(path).ok_or(ErrorCode::ProductNotFound)?.to_string();
        let told = self.replaced.iter().fold(told, |told, (word, other)| told.replace(word, other));
        Ok(response(200, told.into_bytes()))
    }

    fn sign_in(&mut self, request: &SessionRequest) -> Answered {
        if self.wrong_attempts >= ATTEMPTS {
            return Err(ErrorCode::CredentialsLocked);
        }
        if request.user != Rut::parse(RUT).unwrap() || request.password.expose() != PASSWORD {
            self.wrong_attempts += 1;
            return Err(ErrorCode::InvalidCredentials);
        }
        let token = format!("at_{}_secret", self.secrets.len());
        self.secrets.push(token.clone());
        self.sessions.push(token.clone());
        let answer = SessionResponse { token: Secret::new(token), expires_in: TOKEN_SECONDS };
        Ok(response(200, serde_json::to_vec(&answer).unwrap()))
    }
}

fn response(status: u16, body: Vec<u8>) -> Response<Full<Bytes>> {
    Response::builder().status(status).body(Full::from(body)).unwrap()
}
