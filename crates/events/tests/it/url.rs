use cartola_events::TargetUrl;
use cartola_events::url::{MAX_URL_BYTES, UrlError};

#[test]
fn urls_that_are_taken() {
    for text in [
        "https://example.cl/webhooks",
        "http://example.cl:8080/a?b=c",
        "https://example.cl",
        "https://[2606:4700::1111]:9443/x",
        "http://8.8.8.8:1/",
        "HTTPS://EXAMPLE.CL/",
    ] {
        assert!(TargetUrl::parse(text).is_ok(), "{text}");
    }
}

#[test]
fn urls_that_are_not() {
    let long = format!("https://example.cl/{}", "a".repeat(MAX_URL_BYTES));
    let cases = [
        ("", UrlError::Form),
        ("/webhooks", UrlError::Form),
        ("example.cl", UrlError::Form),
        ("https://", UrlError::Form),
        ("https://example.cl:0/", UrlError::Form),
        ("https://example.cl:/", UrlError::Form),
        ("https://example.cl:65536/", UrlError::Form),
        ("https://exa mple.cl/", UrlError::Form),
        ("ftp://example.cl/", UrlError::Scheme),
        ("file://example.cl/etc/passwd", UrlError::Scheme),
        ("gopher://example.cl/", UrlError::Scheme),
        ("https://user@example.cl/", UrlError::UserInfo),
        ("https://user:password@example.cl/", UrlError::UserInfo),
        ("https://8.8.8.8@127.0.0.1/", UrlError::UserInfo),
        (&long, UrlError::Length),
    ];
    for (text, expected) in cases {
        assert_eq!(TargetUrl::parse(text).unwrap_err(), expected, "{text}");
    }
}

#[test]
fn only_the_host_shows() {
    let url = TargetUrl::parse("https://example.cl/hooks/s3cret?token=s3cret").unwrap();
    assert_eq!(format!("{url:?}"), "TargetUrl(example.cl)");
    assert_eq!(url.to_text(), "https://example.cl/hooks/s3cret?token=s3cret");
}
