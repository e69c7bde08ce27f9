//! A page, as somebody uses it.

use std::fmt::Write as _;
use std::io;

use serde_json::Value;

use crate::http::{Answer, Client};
use crate::payments::Payer;

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const OWN: (&str, &str) = ("Sec-Fetch-Site", "same-origin");

/// A payer's page.
pub struct Page {
    pub client: Client,
    /// Path and query of its address.
    pub path: String,
}

impl Page {
    /// The page of an answer that has one.
    #[track_caller]
    pub fn of(gateway: &str, answer: &Answer) -> Self {
        assert_eq!(answer.status, 200, "{}", answer.text());
        let element = answer.json()["iframe"].as_str().unwrap().to_owned();
        let (head, rest) = element.split_once("src='").unwrap();
        let (address, rest) = rest.split_once('\'').unwrap();
        assert_eq!(
            (head, rest),
            ("<iframe ", " frameborder='0' width='375' height='667' ></iframe>")
        );
        let path = address.strip_prefix(gateway).expect("it is ours").to_owned();
        assert!(path.starts_with("/floid/money-transfer/iframe?transactionId="), "{path}");
        Self { client: Client::new(gateway, ""), path }
    }

    pub fn read(&self) -> Answer {
        self.client.read(&self.path)
    }

    /// What the page shows; it must be there.
    #[track_caller]
    pub fn text(&self) -> String {
        let answer = self.read();
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.text()
    }

    /// Sends a form as the page would.
    pub fn send(&self, fields: &[(&str, &str)]) -> Answer {
        self.send_with(&[FORM, OWN], fields)
    }

    pub fn send_with(&self, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
        self.try_send_with(headers, fields).unwrap()
    }

    /// Sends a form as the page would; an error means that nothing is known of what became of it.
    pub fn try_send(&self, fields: &[(&str, &str)]) -> io::Result<Answer> {
        self.try_send_with(&[FORM, OWN], fields)
    }

    fn try_send_with(
        &self,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> io::Result<Answer> {
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        self.client.send("POST", &self.path, headers, pairs.join("&").as_bytes())
    }

    /// Signs in, which must be taken.
    #[track_caller]
    pub fn pay(&self, payer: &Payer) {
        let Payer { institution, rut, password } = payer;
        let fields = [("step", "pay"), ("bank", institution), ("rut", rut), ("password", password)];
        self.is_sent(&fields);
    }

    /// Sends a form that must be taken: the browser is led back to the page.
    #[track_caller]
    pub fn is_sent(&self, fields: &[(&str, &str)]) {
        let answer = self.send(fields);
        assert_eq!(answer.status, 303, "{}", answer.text());
        let place = answer.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap();
        assert_eq!(self.path, format!("/floid/money-transfer/{place}"));
    }

    /// How it stands, in the document's words, once that is otherwise than under the stamp.
    #[track_caller]
    pub fn status(&self, seen: &str) -> Value {
        let (path, query) = self.path.split_once('?').unwrap();
        self.client.json(&format!("{path}/status?{query}&seen={seen}"))
    }

    /// What it shows once that has this heading.
    #[track_caller]
    pub fn until(&self, heading: &str) -> String {
        let mut seen = String::new();
        loop {
            let status = self.status(&seen);
            let text = self.text();
            if headed(&text) == heading {
                return text;
            }
            assert_eq!(status["message"], "TRANSACTION_IS_IN_PROGRESS", "{}", headed(&text));
            status["stamp"].as_str().unwrap().clone_into(&mut seen);
        }
    }
}

/// The heading of a page.
#[track_caller]
pub fn headed(text: &str) -> &str {
    let (_, rest) = text.split_once("<h1").expect("it has a heading");
    rest.split_once('>').unwrap().1.split_once("</h1>").unwrap().0
}

/// The value of a hidden field.
#[track_caller]
pub fn hidden<'a>(text: &'a str, name: &str) -> &'a str {
    let wanted = format!("name=\"{name}\" value=\"");
    let (_, rest) = text.split_once(&wanted).expect("the field is there");
    rest.split_once('"').unwrap().0
}

fn encoded(value: &str) -> String {
    value.bytes().fold(String::new(), |mut text, byte| {
        write!(text, "%{byte:02X}").unwrap();
        text
    })
}
