//! URLs that somebody gave us.

use std::fmt;
use std::net::IpAddr;

use http::Uri;
use http::uri::Scheme;

/// Longest URL, bytes.
pub const MAX_URL_BYTES: usize = 2_048;

/// A URL that may be called if its addresses may be. It may hold a secret in its path or query,
/// so only its host shows.
#[derive(Clone, PartialEq, Eq)]
pub struct TargetUrl(Uri);

/// Why a URL is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Longer than [`MAX_URL_BYTES`].
    #[error("a URL has at most {MAX_URL_BYTES} bytes")]
    Length,
    /// No absolute URL.
    #[error("an absolute URL is wanted, such as https://example.cl/webhooks")]
    Form,
    /// Neither `http` nor `https`.
    #[error("only http and https are called")]
    Scheme,
    /// With a user name or password.
    #[error("a URL with a user name or password is not called; use a header instead")]
    UserInfo,
    /// Leads to an address that is never called.
    #[error("the URL leads to an address that is not public")]
    Forbidden,
}

impl TargetUrl {
    /// Reads a URL.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        if text.len() > MAX_URL_BYTES {
            return Err(UrlError::Length);
        }
        let uri: Uri = text.parse().map_err(|_| UrlError::Form)?;
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(UrlError::Form);
        };
        if *scheme != Scheme::HTTP && *scheme != Scheme::HTTPS {
            return Err(UrlError::Scheme);
        }
        if authority.as_str().contains('@') {
            return Err(UrlError::UserInfo);
        }
        if authority.host().is_empty() || has_odd_port(authority) {
            return Err(UrlError::Form);
        }
        Ok(Self(uri))
    }

    /// The URL as the client takes it.
    pub fn uri(&self) -> &Uri {
        &self.0
    }

    /// Who answers: the host in small letters, and the port.
    pub fn receiver(&self) -> String {
        let host = self.0.host().unwrap_or_default().to_ascii_lowercase();
        format!("{host}:{}", port(&self.0))
    }

    /// The URL as it was given.
    pub fn to_text(&self) -> String {
        self.0.to_string()
    }
}

/// Whether something stands where a port may stand, and is none.
fn has_odd_port(authority: &http::uri::Authority) -> bool {
    let after_host = authority.as_str().len() > authority.host().len();
    after_host && authority.port_u16().is_none_or(|port| port == 0)
}

/// The port of a URL, its scheme's where it names none.
pub(crate) fn port(uri: &Uri) -> u16 {
    let is_tls = uri.scheme() == Some(&Scheme::HTTPS);
    uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 })
}

/// The host of a URL: an address as it stands, or a name.
pub(crate) enum Host<'a> {
    Address(IpAddr),
    Name(&'a str),
}

pub(crate) fn host(uri: &Uri) -> Host<'_> {
    let text = uri.host().unwrap_or_default();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().map_or(Host::Name(text), Host::Address)
}

impl fmt::Debug for TargetUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TargetUrl({})", self.0.host().unwrap_or_default())
    }
}
