//! Statement files and the forms in which they are sent.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Request};
use serde_json::Value;

use crate::world::{Answer, World, request, text};

/// Describes the files of [`csv`]; its holder is personal data that no refusal may show.
pub const MAPPING: &str = r#"
[account]
currency = "CLP"
institution = "banco-chile"
kind = "checking"
number = "00-123-45678-90"
holder_rut = "11.111.111-1"
holder_name = "MARIA DEMO"
[columns]
date = "fecha"
description = "glosa"
amount = "monto"
balance = "saldo"
counterparty_name = "nombre"
"#;

/// A CSV file: `day of March;glosa;amount;balance;counterparty`.
pub fn csv(rows: &[&str]) -> String {
    let mut text = String::from("fecha,glosa,monto,saldo,nombre\n");
    for row in rows {
        let mut cells = row.split(';');
        let day: u8 = cells.next().unwrap().parse().unwrap();
        write!(text, "{day:02}/03/2026").unwrap();
        for _ in 0..4 {
            text.push(',');
            text.push_str(cells.next().unwrap_or_default());
        }
        text.push('\n');
    }
    text
}

/// A form on its way.
pub struct Form {
    boundary: &'static str,
    body: Vec<u8>,
}

impl Form {
    pub fn bounded(boundary: &'static str) -> Self {
        Self { boundary, body: Vec::new() }
    }

    pub fn new() -> Self {
        Self::bounded("frontera")
    }

    /// A file with the mapping that it needs.
    pub fn of(rows: &[&str]) -> Self {
        Self::new().part("file", csv(rows)).part("mapping", MAPPING)
    }

    pub fn part(mut self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let head = format!(
            "--{}\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"cartola.csv\"\r\n\r\n",
            self.boundary
        );
        self.body.extend_from_slice(head.as_bytes());
        self.body.extend_from_slice(content.as_ref());
        self.body.extend_from_slice(b"\r\n");
        self
    }

    pub fn request(mut self, bearer: &str, key: Option<&str>) -> Request<Body> {
        self.body.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        let content_type = format!("multipart/form-data; boundary={}", self.boundary);
        let mut request =
            request(Method::POST, "/v1/imports", bearer).header(CONTENT_TYPE, content_type);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        request.body(Body::from(self.body)).unwrap()
    }
}

impl World {
    pub async fn upload(&self, form: Form) -> Answer {
        self.send(form.request(&self.bearer(), None)).await
    }

    /// Imports rows, and gives the one report.
    pub async fn import(&self, rows: &[&str]) -> Value {
        let answer = self.upload(Form::of(rows)).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["imports"][0].take()
    }

    /// Imports rows into an account, and gives its id.
    pub async fn account_with(&self, rows: &[&str]) -> String {
        text(&self.import(rows).await, "/account_id").to_owned()
    }

    /// Every movement as `day amount description`, the oldest first.
    pub async fn told(&self) -> Vec<String> {
        let list = self.read("/v1/movements?order=oldest_first&limit=500").await;
        list["data"].as_array().unwrap().iter().map(told).collect()
    }
}

/// A movement as `day amount description`.
pub fn told(movement: &Value) -> String {
    let (day, amount) = (text(movement, "/booked_on"), &movement["amount"]);
    format!("{day} {amount} {}", text(movement, "/description"))
}
