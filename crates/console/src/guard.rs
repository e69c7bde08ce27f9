//! What protects the page: who may frame it, what it loads, and whose forms it takes.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, ORIGIN, REFERRER_POLICY,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

/// Nothing is loaded, asked or sent but from and to where the page comes from.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'";

/// Whether another site sends the form. Browsers say so; a page whose address nobody else knows is
/// safe without, and this costs nothing. `Origin` is `null` where a page sends no referrer.
pub fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return !matches!(site, "same-origin" | "none");
    }
    let origin = text(ORIGIN).filter(|origin| *origin != "null");
    let host = origin.and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    origin.is_some() && host != text(HOST)
}

/// Who may hold a page in a frame.
pub enum Framed<'a> {
    /// These origins.
    By(&'a [String]),
    /// Anybody: there is nothing on it to click, and whoever is in a frame already is to read it.
    ByAnybody,
}

/// With the headers that every page has.
pub fn guarded(mut response: Response, framed: &Framed<'_>) -> Response {
    let ancestors = match framed {
        Framed::By([]) => "; frame-ancestors 'none'".to_owned(),
        Framed::By(origins) => format!("; frame-ancestors {}", origins.join(" ")),
        Framed::ByAnybody => String::new(),
    };
    let policy = HeaderValue::try_from(format!("{POLICY}{ancestors}"));
    let policy = policy.unwrap_or(HeaderValue::from_static("default-src 'none'"));
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::is_foreign;

    fn check(headers: &[(&'static str, &'static str)], expected: bool) {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let headers: HeaderMap = headers.collect();
        assert_eq!(is_foreign(&headers), expected, "{headers:?}");
    }

    #[test]
    fn a_form_of_another_site_is_told() {
        let host = ("host", "pay.example:8080");
        check(&[host], false);
        check(&[host, ("sec-fetch-site", "same-origin"), ("origin", "null")], false);
        check(&[host, ("sec-fetch-site", "cross-site")], true);
        check(&[host, ("sec-fetch-site", "same-site")], true);
        check(&[host, ("origin", "https://pay.example:8080")], false);
        check(&[host, ("origin", "https://evil.example")], true);
        check(&[host, ("origin", "null")], false);
    }
}
