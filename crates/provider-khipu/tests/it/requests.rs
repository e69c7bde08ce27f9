use cartola_primitives::date;
use cartola_provider_khipu::request::{Credential, MAX_BODY_BYTES};
use cartola_provider_khipu::{Refusal, Request, RequestError, TokenRequest};
use expect_test::{Expect, expect};
use proptest::prelude::*;

const JSON: Option<&str> = Some("application/json");

fn refused(error: &RequestError) -> String {
    let refusal = Refusal::from(error);
    format!("{} {}: {}", refusal.status, refusal.code, refusal.description)
}

fn said(request: &Request) -> String {
    let credential = match &request.credential {
        None => "nobody".to_owned(),
        Some(Credential::Link(link)) => format!("link of {} characters", link.expose().len()),
        Some(Credential::Login(login)) => {
            format!("login with {} characters", login.password.expose().len())
        }
    };
    let account = request.account.as_ref().map(|number| number.digits().to_owned());
    let (currency, url) = (request.currency, &request.callback_url);
    format!("{account:?} {currency:?} {url:?} {credential}")
}

fn check(body: &str, expect: &Expect) {
    check_typed(JSON, body.as_bytes(), expect);
}

fn check_typed(content_type: Option<&str>, body: &[u8], expect: &Expect) {
    let answer = match Request::parse(content_type, body) {
        Ok(request) => said(&request),
        Err(error) => refused(&error),
    };
    expect.assert_eq(&answer);
}

fn check_data(data: &str, expect: &Expect) {
    check(&format!(r#"{{"RequestData":{data}}}"#), expect);
}

#[test]
fn the_documents_examples_are_read() {
    check("{\n\"RequestData\": {}\n}", &expect!["None None None nobody"]);
    check(
        "{\n\"RequestData\": {\n\"AccountNumber\": \"000011887755\"\n}\n}",
        &expect![[r#"Some("000011887755") None None nobody"#]],
    );
    let token = r#"{"Username": "11.111.111-1", "Password": "wxyz1234!@#$"}"#;
    let TokenRequest { login, .. } = TokenRequest::parse(JSON, token.as_bytes()).ok().unwrap();
    assert_eq!(login.username.compact(), "11111111-1");
    assert_eq!(login.password.expose(), "wxyz1234!@#$");
}

#[test]
fn the_end_user_is_a_link_or_a_login() {
    check_data(
        r#"{"AccountCredential":{"AccountLink":"abc="}}"#,
        &expect!["None None None link of 4 characters"],
    );
    check_data(
        r#"{"AccountCredential":{"Username":"11111111-1","Password":"x"}}"#,
        &expect!["None None None login with 1 characters"],
    );
    check_data(
        r#"{"AccountCredential":{"AccountLink":"a","Password":"x"}}"#,
        &expect![
            "400 P003: AccountCredential: it holds either AccountLink or Username and Password"
        ],
    );
    check_data(
        r#"{"AccountCredential":{"Username":"11111111-1"}}"#,
        &expect!["400 P002: Password is missing"],
    );
    check_data(r#"{"AccountCredential":{}}"#, &expect!["400 P002: Username is missing"]);
    check_data(
        r#"{"AccountCredential":{"AccountLink":""}}"#,
        &expect!["400 P003: AccountLink: it must have 1 to 4096 characters"],
    );
    check_data(
        r#"{"AccountCredential":{"Username":"11111111-2","Password":"x"}}"#,
        &expect!["400 P003: Username: the verifier of the RUT is wrong, it should be 1"],
    );
    check_data(
        r#"{"AccountCredential":{"Username":"11111111-1","Password":"1234567890123456789012345"}}"#,
        &expect!["400 P003: Password: it must have 1 to 24 characters"],
    );
}

#[test]
fn what_an_operation_needs_is_named() {
    let empty = Request::parse(JSON, br#"{"RequestData":{}}"#).ok().unwrap();
    let credential = empty.required_credential().err().unwrap();
    expect!["400 P002: AccountCredential is missing"].assert_eq(&refused(&credential));
    let account = empty.required_account().err().unwrap();
    expect!["400 P002: AccountNumber is missing"].assert_eq(&refused(&account));
    assert!(
        TokenRequest::parse(JSON, b"{}").err()
            == Some(RequestError::Missing { member: "Username" })
    );
}

#[test]
fn a_body_that_cannot_be_read_is_p001() {
    let right = br#"{"RequestData":{}}"#;
    check_typed(None, right, &expect!["400 P001: Content-Type must be application/json"]);
    check_typed(
        Some("text/plain"),
        right,
        &expect!["400 P001: Content-Type must be application/json"],
    );
    check_typed(
        Some("application/x-www-form-urlencoded"),
        b"RequestData=",
        &expect!["400 P001: Content-Type must be application/json"],
    );
    check_typed(Some("Application/JSON; charset=utf-8"), right, &expect!["None None None nobody"]);
    check_typed(
        JSON,
        &vec![b' '; MAX_BODY_BYTES + 1],
        &expect!["400 P001: The body is longer than 16384 bytes"],
    );
    check_typed(JSON, b"{\"RequestData\":\xff}", &expect!["400 P001: The body is not UTF-8"]);
    check("", &expect!["400 P001: The body is not JSON, at line 1, column 0"]);
    check(r#"{"RequestData":{}"#, &expect!["400 P001: The body is not JSON, at line 1, column 17"]);
    check(
        "{\"RequestData\":{},\n}",
        &expect!["400 P001: The body is not JSON, at line 2, column 1"],
    );
    check(
        r#"{"RequestData":{}} {}"#,
        &expect!["400 P001: The body is not JSON, at line 1, column 20"],
    );
    check("[1, 2", &expect!["400 P001: The body is not JSON, at line 1, column 5"]);
    check(r#"[{"AccountNumber":"1"}]"#, &expect!["400 P001: The body is not a JSON object"]);
    check("null", &expect!["400 P001: The body is not a JSON object"]);
    check(&"[".repeat(1_000), &expect!["400 P001: The body is nested too deeply"]);
    check(
        &format!(r#"{{"RequestData":{}"#, r#"{"AccountCredential":"#.repeat(300)),
        &expect!["400 P001: The body is nested too deeply"],
    );
    check(
        r#"{"callback":1,"RequestData":{"#,
        &expect!["400 P001: The body is not JSON, at line 1, column 29"],
    );
    check(
        &format!(r#"{{"RequestData":{{}},"x":{}1{}}}"#, "[".repeat(200), "]".repeat(200)),
        &expect!["400 P001: The body is nested too deeply"],
    );
    check(
        &format!(r#"{{"x":{}"#, "[".repeat(300)),
        &expect!["400 P001: The body is nested too deeply"],
    );
}

#[test]
fn a_member_is_what_it_must_be() {
    check("{}", &expect!["400 P002: RequestData is missing"]);
    check(
        r#"{"RequestData":null}"#,
        &expect!["400 P003: The body, at line 1, column 19: expected an object"],
    );
    check(
        r#"{"RequestData":["1"]}"#,
        &expect!["400 P003: The body, at line 1, column 15: expected an object"],
    );
    check(
        r#"{"RequestData":{},"callback":"https://a.cl"}"#,
        &expect![
            "400 P003: The body, at line 1, column 28: a member is unknown; known are RequestData or CallbackUrl"
        ],
    );
    check(
        r#"{"RequestData":{},"RequestData":{}}"#,
        &expect!["400 P003: The body, at line 1, column 31: RequestData is there twice"],
    );
    check_data(
        r#"{"accountNumber":"1"}"#,
        &expect![
            "400 P003: The body, at line 1, column 31: a member is unknown; known are AccountNumber, Currency, BookingDateStart, BookingDateEnd, AccountCredential"
        ],
    );
    check_data(
        r#"{"AccountNumber":1}"#,
        &expect!["400 P003: The body, at line 1, column 33: expected a string"],
    );
    check_data(
        r#"{"AccountNumber":"1","AccountNumber":"2"}"#,
        &expect!["400 P003: The body, at line 1, column 51: AccountNumber is there twice"],
    );
    check_data(
        r#"{"AccountNumber":""}"#,
        &expect!["400 P003: AccountNumber: it must have 1 to 20 characters"],
    );
    check_data(
        r#"{"AccountNumber":"123456789012345678901"}"#,
        &expect!["400 P003: AccountNumber: it must have 1 to 20 characters"],
    );
    check_data(
        r#"{"AccountNumber":"12a"}"#,
        &expect![
            "400 P003: AccountNumber: the account number has a character that is neither a digit, hyphen, dot, blank nor asterisk"
        ],
    );
    check_data(
        r#"{"AccountCredential":["a"]}"#,
        &expect!["400 P003: The body, at line 1, column 36: expected an object"],
    );
    check_data(
        r#"{"AccountCredential":{"Pin":"1"}}"#,
        &expect![
            "400 P003: The body, at line 1, column 42: a member is unknown; known are AccountLink, Username, Password"
        ],
    );
    check_data(
        r#"{"AccountNumber":null,"Currency":"USD"}"#,
        &expect!["None Some(USD) None nobody"],
    );
    check_data(
        r#"{"Currency":"usd"}"#,
        &expect!["200 E402: Currency must be a code such as CLP or USD"],
    );
}

#[test]
fn a_callback_goes_to_a_url() {
    let check = |url: &str, expect: &Expect| {
        check(&format!(r#"{{"RequestData":{{}},"CallbackUrl":"{url}"}}"#), expect);
    };
    check(
        "https://client.example/khipu?x=1",
        &expect![[r#"None None Some("https://client.example/khipu?x=1") nobody"#]],
    );
    check(
        "http://127.0.0.1:9000/",
        &expect![[r#"None None Some("http://127.0.0.1:9000/") nobody"#]],
    );
    check(
        "ftp://client.example/",
        &expect!["400 P003: CallbackUrl: it must begin with https:// or http://"],
    );
    check("https://", &expect!["400 P003: CallbackUrl: it must be a URL with a host"]);
    check("https:///path", &expect!["400 P003: CallbackUrl: it must be a URL with a host"]);
    check(
        "https://client.example/a b",
        &expect!["400 P003: CallbackUrl: it must be a URL with a host"],
    );
    check(
        &format!("https://client.example/{}", "x".repeat(255)),
        &expect!["400 P003: CallbackUrl: it must have 1 to 255 characters"],
    );
}

fn check_period(start: &str, end: &str, days: &Expect, months: &Expect) {
    let member = |name, value: &str| {
        if value.is_empty() { String::new() } else { format!(r#","{name}":"{value}""#) }
    };
    let (start, end) = (member("BookingDateStart", start), member("BookingDateEnd", end));
    let body = format!(r#"{{"RequestData":{{"AccountNumber":"1"{start}{end}}}}}"#);
    let request = Request::parse(JSON, body.as_bytes()).ok().unwrap();
    let today = date(2026, 3, 5);
    let said = request.days(today).map(|days| format!("{} to {}", days.from, days.to));
    days.assert_eq(&said.unwrap_or_else(|error| refused(&error)));
    let said = request.months(today).map(|months| {
        let listed: Vec<String> = months.newest_first().map(|month| month.to_string()).collect();
        listed.join(" ")
    });
    months.assert_eq(&said.unwrap_or_else(|error| refused(&error)));
}

#[test]
fn a_period_is_days_or_months() {
    check_period("", "", &expect!["2026-03-05 to 2026-03-05"], &expect!["2026-02"]);
    check_period(
        "2026-02-01",
        "2026-02-28",
        &expect!["2026-02-01 to 2026-02-28"],
        &expect!["200 E400: BookingDateStart must be a month as YYYY-MM"],
    );
    check_period(
        "2025-12",
        "2026-02",
        &expect!["200 E400: BookingDateStart must be a day of the calendar as YYYY-MM-DD"],
        &expect!["2026-02 2026-01 2025-12"],
    );
    check_period(
        "2026-02",
        "2025-12",
        &expect!["200 E400: BookingDateStart must be a day of the calendar as YYYY-MM-DD"],
        &expect!["200 E401: BookingDateEnd lies before BookingDateStart"],
    );
    check_period(
        "2026-02-02",
        "2026-02-01",
        &expect!["200 E401: BookingDateEnd lies before BookingDateStart"],
        &expect!["200 E400: BookingDateStart must be a month as YYYY-MM"],
    );
    check_period(
        "2026-02-29",
        "2026-03-01",
        &expect!["200 E400: BookingDateStart must be a day of the calendar as YYYY-MM-DD"],
        &expect!["200 E400: BookingDateStart must be a month as YYYY-MM"],
    );
    check_period(
        "2026-2-1",
        "2026-02-02",
        &expect!["200 E400: BookingDateStart must be a day of the calendar as YYYY-MM-DD"],
        &expect!["200 E400: BookingDateStart must be a month as YYYY-MM"],
    );
    check_period(
        "01/02/2026",
        "2026-02-02",
        &expect!["200 E400: BookingDateStart must be a day of the calendar as YYYY-MM-DD"],
        &expect!["200 E400: BookingDateStart must be a month as YYYY-MM"],
    );
    check_period(
        "2023-01-01",
        "2026-01-01",
        &expect!["200 E401: At most 1096 days of transactions or 36 statements are given at once"],
        &expect!["200 E400: BookingDateStart must be a month as YYYY-MM"],
    );
    check_period(
        "2023-01",
        "2026-01",
        &expect!["200 E400: BookingDateStart must be a day of the calendar as YYYY-MM-DD"],
        &expect!["200 E401: At most 1096 days of transactions or 36 statements are given at once"],
    );
    check_period(
        "2026-02-01",
        "",
        &expect!["400 P002: BookingDateEnd is missing"],
        &expect!["400 P002: BookingDateEnd is missing"],
    );
    check_period(
        "",
        "2026-02-01",
        &expect!["400 P002: BookingDateStart is missing"],
        &expect!["400 P002: BookingDateStart is missing"],
    );
}

proptest! {
    /// Whatever is sent is refused or read, and a refusal never repeats it.
    #[test]
    fn a_refusal_quotes_nothing(secret in "[g-z]{12}", place in 0..6_usize) {
        let body = match place {
            0 => format!(r#"{{"RequestData":{{"AccountNumber":"{secret}"}}}}"#),
            1 => format!(r#"{{"RequestData":{{"{secret}":"1"}}}}"#),
            2 => format!(r#"{{"RequestData":"{secret}"}}"#),
            3 => format!(r#"{{"RequestData":{{}},"CallbackUrl":"{secret}"}}"#),
            4 => format!(
                r#"{{"RequestData":{{"AccountCredential":{{"Username":"{secret}","Password":"p"}}}}}}"#
            ),
            _ => secret.clone(),
        };
        let error = Request::parse(JSON, body.as_bytes()).err().unwrap();
        prop_assert!(!refused(&error).contains(&secret));
        let debug = format!("{error:?}");
        prop_assert!(!debug.contains(&secret));
    }

    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Request::parse(JSON, &bytes).is_err());
    }
}
