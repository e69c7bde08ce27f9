//! Which addresses an institution may be asked at.

use cartola_connector::{BaseUrl, BaseUrlError};

fn check(text: &str, expected: Result<(), BaseUrlError>) {
    assert_eq!(BaseUrl::parse(text).map(|_| ()), expected, "{text}");
}

#[test]
fn an_address_is_encrypted_or_of_this_machine() {
    check("https://bank.example", Ok(()));
    check("https://bank.example:8443/open/", Ok(()));
    check("http://127.0.0.1:8081", Ok(()));
    check("http://[::1]:8081", Ok(()));
    check("http://localhost", Ok(()));
    check("http://bank.example", Err(BaseUrlError::Plain));
    check("http://127.0.0.1.example", Err(BaseUrlError::Plain));
    check("http://localhost.example", Err(BaseUrlError::Plain));
}

#[test]
fn an_address_is_nothing_more() {
    for text in [
        "",
        "bank.example",
        "/path",
        "ftp://bank.example",
        "https://user@bank.example",
        "https://bank.example/?key=1",
        "https://bank.example/#part",
    ] {
        check(text, Err(BaseUrlError::Form));
    }
}

#[test]
fn a_sandbox_may_be_plain() {
    assert!(BaseUrl::parse_even_plain("http://sandbox:8081").is_ok());
}
