//! Movements and balances.

use expect_test::expect;
use serde_json::{Value, json};

use super::{FILED, Scene, client_of, told};
use crate::chile::Chile;
use crate::process;

/// A query for [`FILED`] in March 2026.
fn march(more: &str) -> String {
    format!("account_id={FILED}&from=2026-03-01&to=2026-03-31{more}")
}

#[test]
fn an_account_of_files_is_told_as_printed() {
    let scene = Scene::new();
    scene.file(
        100_000,
        &[(2, "TEF DE ANA SOTO", 50_000), (5, "COMPRA JUMBO", -12_990), (9, "COMISION", -990)],
    );
    let whole = expect![[
        r#"200 {"account_id":"00-111-22333-44","movements":[{"date":"2026-03-09","amount":-990,"type":"DEBIT","description":"COMISION"},{"date":"2026-03-05","amount":-12990,"type":"PURCHASE","description":"COMPRA JUMBO"},{"date":"2026-03-02","amount":50000,"type":"TRANSFER","description":"TEF DE ANA SOTO"}]}"#
    ]];
    scene.check(&march(""), whole);
    scene.check(
        "account_id=1112233344&from=2026-03-05&to=2026-03-05",
        expect![[r#"200 {"account_id":"1112233344","movements":[{"date":"2026-03-05","amount":-12990,"type":"PURCHASE","description":"COMPRA JUMBO"}]}"#]],
    );
    let account = scene.filed();
    let by_id = scene.asked(&format!("account_id={account}&from=2026-03-01&to=2026-03-31"));
    assert!(by_id.starts_with("200 "), "{by_id}");
}

#[test]
fn pages_together_are_the_whole() {
    let scene = Scene::new();
    let glosas: Vec<String> = (1..=28).map(|day| format!("PAGO {day}")).collect();
    let lines: Vec<_> =
        (1..=28).map(|day| (day, glosas[usize::from(day) - 1].as_str(), 10)).collect();
    scene.file(0, &lines);
    let whole = &scene.client.json(&path(&march("")))["movements"];
    let mut paged = Vec::new();
    let mut more = "&limit=5".to_owned();
    loop {
        let page = scene.client.json(&path(&march(&more)));
        paged.extend(page["movements"].as_array().unwrap().clone());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        more = format!("&limit=5&cursor={cursor}");
    }
    assert_eq!((whole, paged.len()), (&Value::Array(paged.clone()), 28));
    let other = format!("account_id={FILED}&from=2026-03-02&to=2026-03-31&{}", &more[9..]);
    scene.check(
        &other,
        expect![[r#"400 {"error":"invalid_request","error_description":"A cursor goes on with the list that gave it, under the same filters and order, for the same tenant. This one was altered or comes from elsewhere."}"#]],
    );
}

fn path(query: &str) -> String {
    format!("/apistore/api/movimientos-saldos?{query}")
}

#[test]
fn what_is_wrong_with_a_question_is_told() {
    let scene = Scene::new();
    let march = "from=2026-03-01&to=2026-03-31";
    let queries = [
        String::new(),
        "account_id=1&from=2026-03-01".to_owned(),
        format!("account_id=abc&{march}"),
        "account_id=1&from=2026-02-29&to=2026-03-31".to_owned(),
        "account_id=1&from=2026-04-01&to=2026-03-31".to_owned(),
        "account_id=1&from=2023-03-31&to=2026-03-31".to_owned(),
        format!("account_id=1&{march}&limit=501"),
        format!("account_id=1&{march}&page=2"),
        format!("account_id=1&{march}"),
        format!("account_id=*1234&{march}"),
    ];
    let mut said: Vec<String> = queries.iter().map(|query| scene.asked(query)).collect();
    said.push(told(&scene.client.read("/apistore/api/nada")));
    said.push(told(&scene.client.send("POST", &path(march), &[], b"").unwrap()));
    expect![[r#"
        400 {"error":"invalid_request","error_description":"`account_id`: it is missing."}
        400 {"error":"invalid_request","error_description":"`to`: it is missing."}
        400 {"error":"invalid_request","error_description":"`account_id`: expected the number of an account, or its id, which begins with acc_."}
        400 {"error":"invalid_request","error_description":"`from`: expected a day of the calendar as YYYY-MM-DD, of the years 1900 to 2199."}
        400 {"error":"invalid_request","error_description":"`from`: it lies after `to`."}
        400 {"error":"invalid_request","error_description":"`from`: it and `to` are more than 1096 days."}
        400 {"error":"invalid_request","error_description":"`limit`: expected a whole number from 1 to 500."}
        400 {"error":"invalid_request","error_description":"In the query: a parameter is unknown; known are `account_id`, `from`, `to`, `limit`, `cursor`."}
        404 {"error":"not_found","error_description":"There is no such account, or no consent of this tenant allows it to be shown."}
        404 {"error":"not_found","error_description":"There is no such account, or no consent of this tenant allows it to be shown."}
        404 {"error":"not_found","error_description":"The gateway serves nothing under this path."}
        405 {"error":"method_not_allowed","error_description":"The path exists and does not take this method."}"#]].assert_eq(&said.join("\n"));
}

#[test]
fn an_account_is_its_tenants_alone_and_as_long_as_it_is_allowed() {
    let scene = Scene::new();
    scene.file(0, &[(2, "ABONO", 5)]);
    let data = scene.folder.path().join("demo");
    let add = ["tenants", "add", "umbra", "--json", "--data", data.to_str().unwrap()];
    let umbra = process::run(scene.folder.path(), &add).done().json();
    let umbra = client_of(scene.gateway(), &umbra);
    let account = scene.filed();
    let by_id = format!("account_id={account}&from=2026-03-01&to=2026-03-31");
    for query in [march(""), by_id] {
        assert_eq!(scene.client.read(&path(&query)).status, 200);
        assert_eq!(umbra.read(&path(&query)).status, 404);
    }
    for consent in scene.ours.list("/v1/consents") {
        let revoke = format!("/v1/consents/{}/revoke", consent["id"].as_str().unwrap());
        let revoked = scene.ours.send("POST", &revoke, &[], b"").unwrap();
        assert_eq!(revoked.status, 200, "{}", revoked.text());
    }
    assert_eq!(scene.client.read(&path(&march(""))).status, 404);
}

#[test]
fn an_account_that_its_bank_was_asked_for_is_told() {
    let scene = Scene::new();
    let chile = Chile::at(scene.demo.announced["sandbox"].as_str().unwrap());
    let (rut, place) = chile.person("ok", "banco-chile");
    let link = json!({"institution": "banco-chile", "rut": rut,
        "credentials": {"password": place["password"]}});
    let json = [("Content-Type", "application/json")];
    let post = |path: &str, body: Value| {
        scene.ours.send("POST", path, &json, body.to_string().as_bytes()).unwrap().json()
    };
    let link = post("/v1/links", link);
    let reading = post(&format!("/v1/links/{}/readings", link["id"].as_str().unwrap()), json!({}));
    let reading = format!("/v1/readings/{}?wait=50", reading["id"].as_str().unwrap());
    while scene.ours.json(&reading)["ended_at"].is_null() {}
    let number = place["accounts"][0].as_str().unwrap();
    let today = scene.ours.list("/v1/balances")[0]["as_of"].as_str().unwrap().to_owned();
    let told = scene.client.json(&path(&format!("account_id={number}&from={today}&to={today}")));
    let ours = scene.ours.list("/v1/accounts");
    let ours = ours.iter().find(|account| account["number"] == json!(number)).unwrap();
    let balances = scene.ours.list("/v1/balances").into_iter();
    let available = balances
        .filter(|balance| balance["account_id"] == ours["id"] && balance["kind"] == "available");
    let available: Vec<_> = available.map(|balance| balance["amount"].clone()).collect();
    assert_eq!(vec![told["balance"]["amount"].clone()], available, "{told}");
}
