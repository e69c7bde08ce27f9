//! What the phone keeps.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use cartola_primitives::Secret;

use super::PATH;

/// The name of the cookie. `__Secure-` says to browsers that it is never set without TLS; a browser on
/// this very machine takes it too.
const NAME: &str = "__Secure-cartola-mi-pass";

/// How long a browser keeps it, in seconds: as long as any does, which is 400 days (RFC 6265bis, 5.5).
/// Each visit begins it anew.
const KEPT_SECONDS: u32 = 400 * 24 * 60 * 60;

/// The secret that came along, if one did.
pub fn secret(headers: &HeaderMap) -> Option<Secret<String>> {
    let texts = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.split_once('='));
    let found = pairs.find(|(name, _)| name.trim() == NAME);
    found.map(|(_, value)| Secret::new(value.trim().to_owned()))
}

/// Has the browser keep the secret: for this page alone, out of the reach of scripts, and not sent with
/// forms of other sites.
pub fn kept(mut response: Response, secret: &Secret<String>) -> Response {
    let secret = secret.expose();
    let cookie = format!(
        "{NAME}={secret}; Path={PATH}; Max-Age={KEPT_SECONDS}; Secure; HttpOnly; SameSite=Lax"
    );
    if let Ok(mut cookie) = HeaderValue::try_from(cookie) {
        cookie.set_sensitive(true);
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::http::header::COOKIE;
    use axum::http::{HeaderMap, HeaderValue};

    use super::secret;

    fn check(cookies: &[&'static str], expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(COOKIE, HeaderValue::from_static(cookie));
        }
        let found = secret(&headers);
        assert_eq!(found.as_ref().map(|secret| secret.expose().as_str()), expected, "{cookies:?}");
    }

    #[test]
    fn the_secret_is_found_among_other_cookies() {
        check(&[], None);
        check(&["a=1; b=2"], None);
        check(&["cartola-mi-pass=mpd_x"], None);
        check(&["a=1; __Secure-cartola-mi-pass=mpd_x; b=2"], Some("mpd_x"));
        check(&["a=1", "__Secure-cartola-mi-pass=mpd_x"], Some("mpd_x"));
    }
}
