//! Where pages of ours are reached, and whose pages may hold them in a frame.

use std::collections::BTreeMap;
use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderName;
use axum::http::header::HOST;
use axum::http::request::Parts;
use cartola_http::callbacks::TargetUrl;
use cartola_primitives::id::TenantId;

use super::{PAGE, PREFIX};

/// Origins that one tenant names at most: they stand in a header of each page.
pub const MAX_ORIGINS: usize = 20;

/// Frames, as they are configured.
#[derive(Debug, Clone, Default)]
pub struct Frames {
    public_url: Option<String>,
    of_tenants: BTreeMap<TenantId, Vec<String>>,
}

/// What is configured is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The URL.
    #[error(
        "public_url must be the URL that `/floid` is appended to, such as https://gateway.example"
    )]
    PublicUrl,
    /// An origin.
    #[error(
        "embed_origins must be lists of at most {MAX_ORIGINS} origins such as https://shop.example, \
         each under the id of a tenant"
    )]
    Origin,
}

impl Frames {
    /// The public URL of the gateway, and the origins of single tenants.
    pub fn new(
        public_url: Option<&str>,
        origins: BTreeMap<TenantId, Vec<String>>,
    ) -> Result<Self, FrameError> {
        let is_sound = |origin: &String| origin_of(origin).as_ref() == Some(origin);
        let are_sound =
            |origins: &Vec<String>| origins.len() <= MAX_ORIGINS && origins.iter().all(is_sound);
        if !origins.values().all(are_sound) {
            return Err(FrameError::Origin);
        }
        let public_url = public_url.map(base).transpose()?;
        Ok(Self { public_url, of_tenants: origins })
    }

    /// The origins whose pages may hold a page of that tenant's in a frame: those that are configured,
    /// else that of the merchant's own page to which the payer goes at last.
    pub fn of(&self, tenant: TenantId, on_success: Option<&str>) -> Vec<String> {
        let configured = self.of_tenants.get(&tenant).cloned();
        configured.unwrap_or_else(|| on_success.and_then(origin_of).into_iter().collect())
    }

    /// The address of a page.
    pub fn page(&self, here: &Here, token: &str) -> String {
        let base = self.public_url.as_deref().unwrap_or(&here.0);
        format!("{base}{PREFIX}{PAGE}?transactionId={token}")
    }
}

/// A base URL without a slash at its end.
fn base(text: &str) -> Result<String, FrameError> {
    let bare = text.trim_end_matches('/');
    let is_plain = !bare.contains(['?', '#', '\'', '"', '<', '>']) && origin_of(bare).is_some();
    if is_plain { Ok(bare.to_owned()) } else { Err(FrameError::PublicUrl) }
}

/// The origin of a URL, such as `https://shop.example`. Nothing where it has none that can stand in a
/// header.
pub fn origin_of(url: &str) -> Option<String> {
    let url = TargetUrl::parse(url).ok()?;
    let (scheme, authority) = (url.uri().scheme_str()?, url.uri().authority()?);
    is_host(authority.as_str()).then(|| format!("{scheme}://{}", authority.as_str().to_lowercase()))
}

/// Whether this is a name or an address, and perhaps a port, and nothing else.
fn is_host(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
}

/// How the caller has reached us, for installations that do not say where they are: `Host`, behind a
/// proxy with the scheme that it tells. Whoever calls has a key, and says it of their own page alone.
pub struct Here(String);

impl<S: Sync> FromRequestParts<S> for Here {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let text = |name: HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let scheme = match text(HeaderName::from_static("x-forwarded-proto")) {
            Some("https") => "https",
            _ => "http",
        };
        let host = text(HOST).filter(|host| is_host(host)).unwrap_or("localhost");
        Ok(Self(format!("{scheme}://{host}")))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use cartola_primitives::id::TenantId;

    use super::{FrameError, Frames, Here, origin_of};

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let of = |url| origin_of(url).unwrap_or_default();
        assert_eq!(of("https://Shop.example/paid?order=1#top"), "https://shop.example");
        assert_eq!(of("http://127.0.0.1:8080"), "http://127.0.0.1:8080");
        for none in ["shop.example", "ftp://shop.example", "https://a;b", "https://a,b/c", "/ok"] {
            assert_eq!(of(none), "", "{none}");
        }
    }

    #[test]
    fn what_is_configured_is_sound() {
        let tenant = TenantId::from_bytes([7; 16]);
        let with = |url, origin: &str| {
            Frames::new(url, BTreeMap::from([(tenant, vec![origin.to_owned()])]))
        };
        let page = |frames: &Frames| frames.page(&Here("http://here".to_owned()), "T");
        let frames = with(Some("https://gw.example/"), "https://shop.example").unwrap();
        assert_eq!(page(&frames), "https://gw.example/floid/money-transfer/iframe?transactionId=T");
        assert_eq!(frames.of(tenant, Some("https://other.example")), ["https://shop.example"]);
        let other = TenantId::from_bytes([8; 16]);
        assert_eq!(frames.of(other, Some("https://other.example/a")), ["https://other.example"]);
        assert!(frames.of(other, None).is_empty());
        let plain = Frames::default();
        assert_eq!(page(&plain), "http://here/floid/money-transfer/iframe?transactionId=T");
        for wrong in ["https://shop.example/", "shop.example", "*", "https://a b"] {
            assert_eq!(with(None, wrong).unwrap_err(), FrameError::Origin, "{wrong}");
        }
        for wrong in ["gw.example", "https://gw.example?a", "https://gw.example/'"] {
            let error = with(Some(wrong), "https://shop.example").unwrap_err();
            assert_eq!(error, FrameError::PublicUrl, "{wrong}");
        }
    }
}
