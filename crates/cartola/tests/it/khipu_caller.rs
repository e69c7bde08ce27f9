//! Khipu's API as its clients call it.

use std::io;

use serde_json::{Value, json};

use crate::customers::Customer;
use crate::http::{Answer, Client};

const JSON: [(&str, &str); 1] = [("Content-Type", "application/json")];

/// A client with a token.
#[derive(Clone)]
pub struct Khipu {
    client: Client,
}

impl Khipu {
    /// Gets a token, with what a demo announced.
    #[track_caller]
    pub fn sign_in(announced: &Value) -> Self {
        let text = |name: &str| announced[name].as_str().unwrap();
        let (gateway, id, secret) = (text("gateway"), text("client_id"), text("client_secret"));
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let headers = [("Content-Type", "application/x-www-form-urlencoded")];
        let anybody = Client::new(gateway, "");
        let answer = anybody.send("POST", "/khipu/oauth/token", &headers, form.as_bytes()).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        let token = answer.json()["access_token"].as_str().unwrap().to_owned();
        Self { client: Client::new(gateway, &token) }
    }

    /// Asks a customer's bank; an error means that nothing is known about what the gateway did.
    pub fn ask(&self, customer: &Customer, operation: &str, body: &Value) -> io::Result<Answer> {
        let path = format!("/khipu/v1/cl/banking/{}/{operation}", customer.khipu_path());
        self.client.send("POST", &path, &JSON, body.to_string().as_bytes())
    }

    /// The records of an answer that must be there.
    #[track_caller]
    pub fn data(&self, customer: &Customer, operation: &str, body: &Value) -> Value {
        let answer = self.ask(customer, operation, body).unwrap();
        let told = answer.json();
        assert_eq!((answer.status, &told["Status"]), (200, &json!("OK")), "{}", answer.text());
        told["Data"].clone()
    }

    /// A lasting link in the place of a customer's password.
    #[track_caller]
    pub fn account_link(&self, customer: &Customer) -> Value {
        let login = json!({"Username": customer.rut, "Password": customer.password});
        let data = self.data(customer, "token", &login);
        data["AccountLink"].clone()
    }
}
