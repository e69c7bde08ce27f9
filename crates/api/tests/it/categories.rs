//! What movements were for.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use cartola_api::Settings;
use cartola_insights::categories::{Matcher, Rulebook, RulesFile};
use expect_test::expect;
use serde_json::Value;

use crate::files::{Form, MAPPING};
use crate::world::{World, text};

const CSV: &str = "fecha,glosa,monto,saldo,nombre,rut
02/03/2026,SUELDO,1000000,1000000,,
05/03/2026,COMPRA JUMBO,-15990,984010,,
06/03/2026,TRANSFERENCIA A,-20000,964010,MARIA DEMO,11.111.111-1
07/03/2026,TRANSFERENCIA A,-30000,934010,PEDRO,12.345.678-5
08/03/2026,XQZW,-40,933970,,
";

const RULES: &str = r#"
version = 1
[[rule]]
id = "quincho"
tier = "merchant"
category = "alimentacion/restaurante"
any = ["xqzw"]
"#;

async fn world() -> World {
    let world = World::new().await;
    let mapping = format!("{MAPPING}counterparty_rut = \"rut\"\n");
    let form = Form::new().part("file", CSV).part("mapping", mapping);
    let sent = world.upload(form).await;
    assert_eq!(sent.status, 201, "{}", sent.text());
    world
}

/// Each movement with its category.
fn told(rows: &Value) -> String {
    let mut told = String::new();
    for row in rows.as_array().unwrap() {
        let (day, category) = (text(row, "/booked_on"), &row["category"]);
        writeln!(told, "{day}: {category}").unwrap();
    }
    told
}

#[tokio::test]
async fn categories_are_told_where_they_are_asked_for() {
    let world = world().await;
    let plain = world.read("/v1/movements?order=oldest_first").await;
    let whole = world.read("/v1/movements?order=oldest_first&include=category").await;
    expect![[r#"
        2026-03-02: {"code":"ingresos/remuneracion","group":"Ingresos","label":"Remuneración","own_rule":false,"rule":"remuneraciones"}
        2026-03-05: {"code":"alimentacion/supermercado","group":"Alimentación","label":"Supermercado","own_rule":false,"rule":"supermercados"}
        2026-03-06: {"code":"transferencias/propias","group":"Transferencias","label":"Entre cuentas propias","own_rule":false,"rule":"mismo-titular"}
        2026-03-07: {"code":"transferencias/terceros","group":"Transferencias","label":"Transferencia de o a terceros","own_rule":false,"rule":"transferencias"}
        2026-03-08: {"code":"otros/sin-clasificar","group":"Otros","label":"Sin clasificar","own_rule":false,"rule":"ninguna"}
    "#]].assert_eq(&told(&whole["data"]));
    for (row, plain) in
        whole["data"].as_array().unwrap().iter().zip(plain["data"].as_array().unwrap())
    {
        let path = format!("/v1/movements/{}", text(row, "/id"));
        assert_eq!(world.read(&format!("{path}?include=category")).await, *row);
        assert_eq!(world.read(&path).await, *plain);
        let mut row = row.clone();
        row.as_object_mut().unwrap().remove("category");
        assert_eq!(row, *plain);
    }
}

#[tokio::test]
async fn the_feed_tells_them_too_and_a_cursor_goes_on_with_or_without() {
    let world = world().await;
    let feed = world.read("/v1/movements/sync?include=category").await;
    let list = world.read("/v1/movements?order=oldest_first&include=category").await;
    assert_eq!(told(&feed["added"]), told(&list["data"]));
    let first = world.read("/v1/movements?limit=2").await;
    let cursor = text(&first, "/next_cursor");
    let next = world.read(&format!("/v1/movements?limit=2&include=category&cursor={cursor}")).await;
    assert_eq!(text(&next, "/data/0/category/code"), "transferencias/propias");
    let wrong = world.get("/v1/movements?include=everything").await;
    assert_eq!(wrong.refusal(), "400 parameter_invalid include");
}

#[tokio::test]
async fn a_tenants_own_rules_go_first_and_are_no_other_tenants() {
    let mut world = world().await;
    let path = "/v1/movements?limit=1&include=category";
    for (tenant, code, is_own) in [
        (world.keys.tenant.id, "alimentacion/restaurante", true),
        ("ten_0198c1d2a3b4c5d6e7f8091a2b3c4d5e".parse().unwrap(), "otros/sin-clasificar", false),
    ] {
        let matcher = Matcher::with_rules(RulesFile::read(RULES).unwrap()).unwrap();
        let rules = Arc::new(Rulebook::new(BTreeMap::from([(tenant, matcher)])));
        world.router =
            cartola_api::router(world.engine.clone(), Settings { rules, ..Settings::default() });
        let page = world.read(path).await;
        assert_eq!(text(&page, "/data/0/category/code"), code);
        assert_eq!(page["data"][0]["category"]["own_rule"], is_own);
    }
}
