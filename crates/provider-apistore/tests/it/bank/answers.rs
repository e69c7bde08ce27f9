//! How the bank answers each call.

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;
use hyper::http::request::Parts;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{CLIENT, SECRET, State, Told};

type Answer = Response<Full<Bytes>>;

pub fn answer(state: &mut State, head: &Parts, body: &Bytes) -> Answer {
    let path = head.uri.path();
    if path == "/oauth/token" {
        return token(state, body);
    }
    let bearer = head.headers.get("authorization").and_then(|value| value.to_str().ok());
    let is_known = |token: &String| bearer == Some(&format!("Bearer {token}"));
    if !state.tokens.iter().any(is_known) {
        return refused(401, "invalid_token");
    }
    let segments: Vec<&str> = path.trim_start_matches("/api/").split('/').collect();
    match (head.method.as_str(), &segments[..]) {
        ("GET", ["movimientos-saldos"]) => statement(state, head.uri.query().unwrap_or_default()),
        ("POST", ["pagos" | "abono-en-linea"]) => pay(state, head, body),
        ("GET", ["pagos" | "abono-en-linea", "clave", key]) => match state.payments.get(*key) {
            Some((_, told)) => ok(200, &told.to_string()),
            None => refused(404, "not_found"),
        },
        ("POST", ["pagos" | "abono-en-linea", "clave", key, "anulacion"]) => take_back(state, key),
        _ => refused(404, "not_found"),
    }
}

fn token(state: &mut State, body: &Bytes) -> Answer {
    let form = pairs(std::str::from_utf8(body).unwrap());
    let is = |name: &str, wanted: &str| form.iter().any(|(n, v)| n == name && v == wanted);
    if !is("grant_type", "client_credentials") {
        return refused(400, "unsupported_grant_type");
    }
    if !is("client_id", CLIENT) || !is("client_secret", SECRET) {
        return refused(401, "invalid_client");
    }
    let token = format!("tok-{}-{}", state.given.len(), "x".repeat(20));
    state.tokens = vec![token.clone()];
    state.given.push(token.clone());
    ok(200, &json!({"access_token": token, "expires_in": state.lasts}).to_string())
}

fn statement(state: &State, query: &str) -> Answer {
    let asked = pairs(query);
    let value = |name: &str| {
        asked.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    let Some(held) = state.accounts.get(value("account_id")) else {
        return refused(404, "not_found");
    };
    let days = value("from")..=value("to");
    let wanted: Vec<&Told> =
        held.movements.iter().filter(|told| days.contains(&told.date.as_str())).collect();
    let limit: usize = value("limit").parse::<usize>().unwrap().min(state.page);
    let begin: usize = value("cursor").trim_start_matches("c/+").parse().unwrap_or(0);
    let end = (begin + limit).min(wanted.len());
    let movements: Vec<Value> =
        wanted[begin..end].iter().map(|told| movement(state, told)).collect();
    // A cursor with signs that a URL has other uses for.
    let next = (end < wanted.len()).then(|| format!("c/+{end}"));
    let amount = exactly(held.balance);
    let account = value("account_id");
    let body = json!({"account_id": account, "movements": movements, "next_cursor": next});
    let text = body.to_string();
    let balance = format!(r#""balance":{{"amount":{amount},"currency":"{}"}},"#, held.currency);
    let text = text.replacen('{', &format!("{{{balance}"), 1);
    ok(200, &unquoted(&text))
}

fn movement(state: &State, told: &Told) -> Value {
    let kind = if state.unknown_words { "PALOMA_MENSAJERA" } else { told.kind };
    // Quotes are taken off once all is written: the figures are to stand as they are.
    json!({"date": told.date, "amount": format!("#{}#", told.amount), "type": kind,
        "description": told.description})
}

fn unquoted(text: &str) -> String {
    text.replace("\"#", "").replace("#\"", "")
}

fn exactly(figures: &str) -> Box<RawValue> {
    RawValue::from_string(figures.to_owned()).unwrap()
}

fn pay(state: &mut State, head: &Parts, body: &Bytes) -> Answer {
    let Some(key) = head.headers.get("idempotency-key").and_then(|key| key.to_str().ok()) else {
        return refused(400, "invalid_request");
    };
    let asked: Value = serde_json::from_slice(body).unwrap();
    if let Some((known, told)) = state.payments.get(key) {
        let is_same = *known == asked;
        return if is_same {
            ok(201, &told.to_string())
        } else {
            refused(422, "idempotency_key_reused")
        };
    }
    if asked["amount"] == json!(1_001) {
        return refused(409, "account_not_enabled");
    }
    let mut told = asked.clone();
    told["id"] = json!("out_1");
    told["status"] = json!("COMPLETED");
    told["completed_at"] = json!("2026-11-20T15:00:07Z");
    told["bank_reference"] = json!("TEFMBCO1");
    state.payments.insert(key.to_owned(), (asked, told.clone()));
    ok(201, &told.to_string())
}

fn take_back(state: &mut State, key: &str) -> Answer {
    let withdrawn = json!({"reference": key, "status": "FAILED", "reason": "withdrawn"});
    let (_, told) = state.payments.entry(key.to_owned()).or_insert((Value::Null, withdrawn));
    ok(200, &told.to_string())
}

fn pairs(text: &str) -> Vec<(String, String)> {
    let decoded = |part: &str| {
        let bytes = percent_encoding::percent_decode_str(&part.replace('+', " ")).collect();
        String::from_utf8(bytes).unwrap()
    };
    let pair =
        |part: &str| part.split_once('=').map(|(name, value)| (decoded(name), decoded(value)));
    text.split('&').filter_map(pair).collect()
}

fn refused(status: u16, word: &str) -> Answer {
    ok(status, &json!({"error": word, "error_description": "No se pudo."}).to_string())
}

fn ok(status: u16, body: &str) -> Answer {
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(Full::from(body.to_owned())).unwrap()
}
