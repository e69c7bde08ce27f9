//! Where an institution is asked.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use cartola_model::InstitutionId;
use http::Uri;
use http::uri::{Authority, Scheme};

use crate::layer::{LocalPace, Pace, Policy, layered};
use crate::{Answer, ConnectorError, Context, ErrorKind, Exchange, Request, Transport};

/// The address that an institution's paths are appended to: scheme, host, port and perhaps a
/// leading path. It comes from the operator's configuration, never from a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    scheme: Scheme,
    authority: Authority,
    path: String,
}

/// Why a text is no base URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// It is none at all, or has a user, a query or a fragment.
    #[error("expected a URL such as https://bank.example, without user, query or fragment")]
    Form,
    /// It would send credentials in plain to another machine.
    #[error("expected https: in plain, credentials could be read on the way")]
    Plain,
}

impl BaseUrl {
    /// Reads a URL: `https`, or `http` to this machine alone.
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let base = Self::parse_even_plain(text)?;
        if base.scheme == Scheme::HTTPS || is_loopback(base.authority.host()) {
            Ok(base)
        } else {
            Err(BaseUrlError::Plain)
        }
    }

    /// Reads a URL that may be `http` to any host: for a sandbox, whose credentials are made up.
    pub fn parse_even_plain(text: &str) -> Result<Self, BaseUrlError> {
        let uri: Uri = text.parse().map_err(|_| BaseUrlError::Form)?;
        let parts = uri.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(BaseUrlError::Form);
        };
        let known = scheme == Scheme::HTTPS || scheme == Scheme::HTTP;
        let extra = authority.as_str().contains('@') || text.contains(['?', '#']);
        if !known || extra {
            return Err(BaseUrlError::Form);
        }
        let path = parts.path_and_query.map_or("", |_| text_after(text, &authority));
        Ok(Self { scheme, authority, path: path.trim_end_matches('/').to_owned() })
    }

    /// The address of a request's path.
    pub(crate) fn join(&self, request: &Request) -> Result<Uri, ConnectorError> {
        Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(format!("{}{}", self.path, request.path))
            .build()
            .map_err(|_| {
                let reason = "the path has a character that no URL may have";
                ConnectorError::new(ErrorKind::Internal, request.operation, reason).before_sending()
            })
    }
}

fn text_after<'a>(text: &'a str, authority: &Authority) -> &'a str {
    text.split_once(authority.as_str()).map_or("", |(_, after)| after)
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// One institution as it is reached: its address behind the layers. Clones share the layers'
/// counts.
#[derive(Clone)]
pub struct Endpoint {
    institution: InstitutionId,
    exchange: Arc<dyn Exchange>,
}

impl Endpoint {
    /// The institution at that address, called at a pace of this process's own.
    pub fn new(
        institution: InstitutionId,
        base: BaseUrl,
        transport: &Transport,
        policy: &Policy,
    ) -> Self {
        Self::paced(institution, base, transport, policy, LocalPace::of(policy))
    }

    /// The institution at that address, called at a pace that others may share.
    pub fn paced(
        institution: InstitutionId,
        base: BaseUrl,
        transport: &Transport,
        policy: &Policy,
        pace: Arc<dyn Pace>,
    ) -> Self {
        let exchange = layered(transport.to(base), &institution, policy, pace);
        Self { institution, exchange }
    }

    /// Which institution.
    pub fn institution(&self) -> &InstitutionId {
        &self.institution
    }

    /// Sends through all layers.
    pub async fn send(
        &self,
        request: &Request,
        context: &Context,
    ) -> Result<Answer, ConnectorError> {
        self.exchange.send(request, context).await
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Endpoint").field(&self.institution).finish()
    }
}
