//! TLS to the server: who may vouch for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cartola_primitives::Secret;
use cartola_store::Committer;
use cartola_store_postgres::{OpenError, Options, PostgresStore};

use crate::support::told;
use cartola_store_postgres::test_kit::programs;
use cartola_store_postgres::test_kit::{Durability, Server, TEMPLATE};

/// Makes an authority, and a certificate of it for 127.0.0.1 alone.
fn make_certificates(folder: &Path) {
    let openssl = |arguments: &str| {
        let mut command = Command::new("openssl");
        programs::run(command.args(arguments.split(' ')).current_dir(folder));
    };
    fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1\n").expect("a file");
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    openssl(&format!(
        "req -x509 {key} -keyout authority.key -out authority.pem -subj /CN=authority"
    ));
    openssl(&format!("req {key} -keyout server.key -out server.csr -subj /CN=server"));
    openssl(
        "x509 -req -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial \
         -extfile names -out server.crt",
    );
}

async fn open(
    server: &Server,
    host: &str,
    authorities: Option<PathBuf>,
) -> Result<PostgresStore, OpenError> {
    let url = format!("postgres://cartola_app@{host}:{}/{TEMPLATE}?sslmode=require", server.port());
    let options = Options { authorities, connections: 1, ..Options::of(Secret::new(url)) };
    PostgresStore::open(options).await
}

async fn check_refused(server: &Server, host: &str, authorities: Option<PathBuf>, why: &str) {
    let error = open(server, host, authorities).await.err().expect("the server is not trusted");
    assert!(told(&error).contains(why), "{}", told(&error));
}

#[tokio::test]
async fn the_server_is_known_by_its_certificate() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    make_certificates(folder.path());
    let authority = folder.path().join("authority.pem");
    let server = Server::alone(Durability::Fast).await;
    check_refused(&server, "127.0.0.1", Some(authority.clone()), "TLS").await;
    server.encrypt(&folder.path().join("server.crt"), &folder.path().join("server.key")).await;
    let store = open(&server, "127.0.0.1", Some(authority.clone())).await.expect("it is trusted");
    store.ready().await.expect("it answers");
    check_refused(&server, "localhost", Some(authority), "certificate").await;
    check_refused(&server, "127.0.0.1", None, "certificate").await;
    let none = folder.path().join("names");
    let error = open(&server, "127.0.0.1", Some(none)).await.err().expect("it has no certificate");
    assert!(matches!(error, OpenError::Authorities(_)), "{error:?}");
}
