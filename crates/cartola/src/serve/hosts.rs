//! Host names that stand for a facade: whoever asks there leaves the facade's prefix out.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::Request;
use axum::http::Uri;
use axum::http::header::HOST;
use tower::util::MapRequest;

/// The prefix of the facade behind each host name.
#[derive(Debug, Clone, Default)]
pub struct Hosts(BTreeMap<String, &'static str>);

impl Hosts {
    /// Names, each with the prefix that it stands for; none twice, each a name as browsers send it,
    /// without a port.
    pub fn new<'a>(
        named: impl IntoIterator<Item = (&'a str, &'static str)>,
    ) -> Result<Self, String> {
        let mut hosts = BTreeMap::new();
        for (name, prefix) in named {
            let is_name = |part: &str| {
                let is_sound = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
                (1..=63).contains(&part.len()) && part.bytes().all(is_sound)
            };
            if !name.split('.').all(is_name) {
                return Err(format!("{name} is no host name, such as khipu.example.cl"));
            }
            if hosts.insert(name.to_ascii_lowercase(), prefix).is_some() {
                return Err(format!("{name} stands for two facades"));
            }
        }
        Ok(Self(hosts))
    }

    /// Serves what stands under the prefixes by these names too. Paths that begin with their
    /// facade's prefix are left as they are, so that links which name it lead somewhere.
    pub fn around(self, router: Router) -> Router {
        if self.0.is_empty() {
            return router;
        }
        Router::new().fallback_service(MapRequest::new(router, move |request| self.led(request)))
    }

    fn led(&self, mut request: Request) -> Request {
        if let Some(uri) = self.prefix_of(&request).and_then(|prefix| under(prefix, request.uri()))
        {
            *request.uri_mut() = uri;
        }
        request
    }

    fn prefix_of(&self, request: &Request) -> Option<&'static str> {
        let of_uri = request.uri().authority().map(axum::http::uri::Authority::as_str);
        let host = of_uri.or_else(|| request.headers().get(HOST)?.to_str().ok())?;
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        self.0.get(&name.to_ascii_lowercase()).copied()
    }
}

/// The URI behind a prefix; nothing where it is there already, or would be too long to be one.
fn under(prefix: &str, uri: &Uri) -> Option<Uri> {
    let rest = uri.path().strip_prefix(prefix);
    if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
        return None;
    }
    let path = uri.path_and_query()?;
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(format!("{prefix}{path}").parse().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::extract::Request;
    use axum::http::Uri;
    use axum::http::header::HOST;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::Hosts;

    async fn told(host: &str, path: &str) -> String {
        let echo = get(|uri: Uri| async move { uri.to_string() });
        let router = Router::new().route("/khipu/{*rest}", echo.clone()).route("/v1/me", echo);
        let named = [("khipu.example.cl", "/khipu"), ("floid.example.cl", "/floid")];
        let router = Hosts::new(named).unwrap().around(router);
        let request = Request::get(path).header(HOST, host).body(Body::empty()).unwrap();
        let answer = router.oneshot(request).await.unwrap();
        let status = answer.status();
        let body = to_bytes(answer.into_body(), 1_024).await.unwrap();
        format!("{} {}", status.as_u16(), String::from_utf8_lossy(&body)).trim_end().to_owned()
    }

    #[tokio::test]
    async fn a_name_stands_for_its_facade() {
        assert_eq!(
            told("khipu.example.cl", "/oauth/token?a=1").await,
            "200 /khipu/oauth/token?a=1"
        );
        assert_eq!(told("KHIPU.example.cl:8443", "/v1/me").await, "200 /khipu/v1/me");
        assert_eq!(told("khipu.example.cl", "/khipu/v1").await, "200 /khipu/v1");
        assert_eq!(told("khipu.example.cl", "/khipus").await, "200 /khipu/khipus");
        assert_eq!(told("floid.example.cl", "/v1/me").await, "404");
        assert_eq!(told("gateway.example.cl", "/v1/me").await, "200 /v1/me");
        assert_eq!(told("gateway.example.cl", "/oauth/token").await, "404");
    }

    #[test]
    fn a_name_is_one() {
        let said = |names: &[(&'static str, &'static str)]| {
            Hosts::new(names.iter().copied()).map(|_| ()).unwrap_err()
        };
        for name in ["", "a..cl", "https://a.cl", "a.cl:80", "a.cl/", "ñ.cl"] {
            assert!(said(&[(name, "/khipu")]).contains("no host name"), "{name}");
        }
        let twice = [("a.cl", "/khipu"), ("A.cl", "/floid")];
        assert_eq!(said(&twice), "A.cl stands for two facades");
    }
}
