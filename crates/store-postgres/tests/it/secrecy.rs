//! What a failure may say.

use cartola_primitives::Secret;
use cartola_store_postgres::{Options, PostgresStore};
use expect_test::{Expect, expect};

use crate::support::told;
use cartola_store_postgres::test_kit::Server;

const PASSWORD: &str = "hunter2";

async fn check(url: String, expected: &Expect) {
    let options = Options::of(Secret::new(url));
    let shown = format!("{options:?}");
    let error = PostgresStore::open(options).await.err().expect("there is no such database");
    let told = told(&error);
    assert!(!told.contains(PASSWORD) && !shown.contains(PASSWORD), "{told}{shown}");
    expected.assert_eq(told.lines().next().expect("a line").split(" / ").next().expect("a part"));
}

#[tokio::test]
async fn the_password_is_in_no_error() {
    let unreadable = expect![[
        r#"the URL of the database cannot be read: it is `postgres://user:password@host:port/database`, with special characters of the password percent-encoded"#
    ]];
    check(format!("postgres://u:{PASSWORD}@127.0.0.1/x?sslmode={PASSWORD}"), &unreadable).await;
    check(format!("postgres://u:{PASSWORD}@127.0.0.1/x?{PASSWORD}=1"), &unreadable).await;
    check(format!("mysql://u:{PASSWORD}@127.0.0.1/x"), &unreadable).await;
    let unreachable = expect!["connecting to the database"];
    check(format!("postgres://u:{PASSWORD}@127.0.0.1:1/x"), &unreachable).await;
    check(format!("postgres://u:{PASSWORD}?x@127.0.0.1:1/x"), &unreachable).await;
}

#[tokio::test]
async fn a_refused_connection_says_why() {
    let server = Server::shared().await;
    let url = server.url("nobody", "nowhere");
    let error = PostgresStore::open(Options::of(url)).await.err().expect("nobody is let in");
    expect![[r#"
        PostgreSQL answers 28000 (role "nobody" does not exist)"#]]
    .assert_eq(told(&error).lines().last().expect("a line").split(" / ").next().expect("a part"));
}
