//! Reading movements.

use std::fmt::Write as _;

use expect_test::expect;
use serde_json::Value;

use crate::files::{Form, MAPPING, csv, told};
use crate::statement::march;
use crate::world::{World, text};

const ROWS: &[&str] = &[
    "2;  SUELDO   MARZO ;1000000;1000000",
    "5;COMPRA NACIONAL JUMBO;-15990;984010;SUPERMERCADO JUMBO",
    "5;COMPRA NACIONAL JUMBO;-15990;968020",
    "9;Transferencia a Peñalolén;-20000;948020",
    "30;GIRO CAJERO;-40000;908020",
];

async fn world() -> (World, String) {
    let world = World::new().await;
    let account = world.account_with(ROWS).await;
    (world, account)
}

/// What a query finds, as the days and amounts of its rows.
async fn found(world: &World, query: &str) -> Vec<String> {
    let list = world.read(&format!("/v1/movements?{query}")).await;
    list["data"].as_array().unwrap().iter().map(|row| told(row)[8..].to_owned()).collect()
}

#[tokio::test]
async fn a_movement_says_what_there_is_to_say_and_nothing_else() {
    let (world, account) = world().await;
    let list = world.read(&format!("/v1/movements?account_id={account}&order=oldest_first")).await;
    assert_eq!(list["next_cursor"], Value::Null);
    let mut shown = String::new();
    for row in list["data"].as_array().unwrap().iter().take(2) {
        let mut row = row.clone();
        assert_eq!(text(&row, "/account_id"), account);
        assert!(text(&row, "/id").starts_with("mov_"));
        row["id"] = "…".into();
        row["account_id"] = "…".into();
        shown.push_str(&serde_json::to_string_pretty(&row).unwrap());
        shown.push('\n');
    }
    expect![[r#"
        {
          "account_id": "…",
          "amount": 1000000,
          "balance_after": 1000000,
          "booked_on": "2026-03-02",
          "currency": "CLP",
          "description": "SUELDO MARZO",
          "description_raw": "SUELDO   MARZO",
          "id": "…",
          "status": "booked",
          "version": 1
        }
        {
          "account_id": "…",
          "amount": -15990,
          "balance_after": 984010,
          "booked_on": "2026-03-05",
          "counterparty": {
            "name": "SUPERMERCADO JUMBO"
          },
          "currency": "CLP",
          "description": "COMPRA NACIONAL JUMBO",
          "id": "…",
          "status": "booked",
          "version": 1
        }
    "#]]
    .assert_eq(&shown);
}

#[tokio::test]
async fn a_page_says_the_same_as_each_of_its_movements() {
    let (world, _) = world().await;
    let list = world.read("/v1/movements").await;
    for row in list["data"].as_array().unwrap() {
        let one = world.read(&format!("/v1/movements/{}", text(row, "/id"))).await;
        assert_eq!(one, *row);
    }
}

#[tokio::test]
async fn filters_let_through_what_they_say() {
    let (world, account) = world().await;
    let cases = [
        "order=oldest_first",
        "from=2026-03-09",
        "to=2026-03-05&order=oldest_first",
        "from=2026-03-05&to=2026-03-05",
        "min_amount=0",
        "max_amount=-20000",
        "text=penalolen",
        "text=jumbo&limit=1",
        "status=removed",
        "status=booked&min_amount=1&from=2026-01-01",
    ];
    let mut shown = String::new();
    for query in cases {
        let rows = found(&world, &format!("{query}&account_id={account}")).await;
        writeln!(shown, "{query}: {rows:?}").unwrap();
    }
    expect![[r#"
        order=oldest_first: ["02 1000000 SUELDO MARZO", "05 -15990 COMPRA NACIONAL JUMBO", "05 -15990 COMPRA NACIONAL JUMBO", "09 -20000 Transferencia a Peñalolén", "30 -40000 GIRO CAJERO"]
        from=2026-03-09: ["30 -40000 GIRO CAJERO", "09 -20000 Transferencia a Peñalolén"]
        to=2026-03-05&order=oldest_first: ["02 1000000 SUELDO MARZO", "05 -15990 COMPRA NACIONAL JUMBO", "05 -15990 COMPRA NACIONAL JUMBO"]
        from=2026-03-05&to=2026-03-05: ["05 -15990 COMPRA NACIONAL JUMBO", "05 -15990 COMPRA NACIONAL JUMBO"]
        min_amount=0: ["02 1000000 SUELDO MARZO"]
        max_amount=-20000: ["30 -40000 GIRO CAJERO", "09 -20000 Transferencia a Peñalolén"]
        text=penalolen: ["09 -20000 Transferencia a Peñalolén"]
        text=jumbo&limit=1: ["05 -15990 COMPRA NACIONAL JUMBO"]
        status=removed: []
        status=booked&min_amount=1&from=2026-01-01: ["02 1000000 SUELDO MARZO"]
    "#]].assert_eq(&shown);
}

#[tokio::test]
async fn pages_go_through_everything_once_in_both_orders() {
    let (world, _) = world().await;
    for order in ["newest_first", "oldest_first"] {
        let whole = found(&world, &format!("order={order}&limit=500")).await;
        let (mut paged, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/v1/movements?order={order}&limit=2{cursor}");
            let page = world.read(&path).await;
            let rows = page["data"].as_array().unwrap();
            assert!(rows.len() <= 2);
            paged.extend(rows.iter().map(|row| told(row)[8..].to_owned()));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(paged, whole);
    }
}

#[tokio::test]
async fn a_cursor_goes_on_with_its_own_list_alone() {
    let (world, account) = world().await;
    let page = world.read("/v1/movements?limit=2").await;
    let cursor = text(&page, "/next_cursor");
    let refused = async |path: String| world.get(&path).await.refusal();
    let cases = [
        format!("/v1/movements?cursor={cursor}&order=oldest_first"),
        format!("/v1/movements?cursor={cursor}&account_id={account}"),
        format!("/v1/movements?cursor={cursor}&text=x"),
        format!("/v1/movements/sync?cursor={cursor}"),
        format!("/v1/accounts?cursor={cursor}"),
        format!("/v1/movements?cursor={}", cursor.to_lowercase()),
        format!("/v1/movements?cursor={}", &cursor[..cursor.len() - 4]),
        "/v1/movements?cursor=%C3%B1".to_owned(),
    ];
    for path in cases {
        assert_eq!(refused(path.clone()).await, "400 cursor_invalid", "{path}");
    }
    let shorter = format!("/v1/movements?cursor={cursor}&limit=1");
    assert_eq!(world.get(&shorter).await.status, 200, "only the size may change");
    let long = format!("/v1/movements?cursor={}", "A".repeat(105));
    assert_eq!(refused(long).await, "400 parameter_invalid cursor");
}

#[tokio::test]
async fn every_single_character_of_a_cursor_counts() {
    let (world, _) = world().await;
    let page = world.read("/v1/movements?limit=2").await;
    let cursor = text(&page, "/next_cursor");
    for place in 0..cursor.len() {
        let other = if &cursor[place..=place] == "A" { "B" } else { "A" };
        let altered = format!("{}{other}{}", &cursor[..place], &cursor[place + 1..]);
        let answer = world.get(&format!("/v1/movements?cursor={altered}")).await;
        assert_eq!(answer.refusal(), "400 cursor_invalid", "character {place}");
    }
}

#[tokio::test]
async fn an_unknown_account_is_not_found_and_a_quiet_one_is_empty() {
    let (world, account) = world().await;
    let unknown = format!("acc_{}", "0".repeat(32));
    let answer = world.get(&format!("/v1/movements?account_id={unknown}")).await;
    assert_eq!(answer.refusal(), "404 not_found account");
    assert!(found(&world, &format!("account_id={account}&from=2027-01-01")).await.is_empty());
}

#[tokio::test]
async fn a_movement_can_be_asked_why_it_is_what_it_is() {
    let (world, _) = world().await;
    world.import(&["5;COMPRA NACIONAL JUMBO;-15990;984010", "9;OTRA GLOSA;-20000;948020"]).await;
    let list = world.read("/v1/movements?max_amount=-20000&text=transferencia").await;
    let id = text(&list, "/data/0/id");
    let why = world.read(&format!("/v1/movements/{id}/why")).await;
    assert_eq!(why["movement"], list["data"][0]);
    let told = why["sources"].as_array().unwrap().iter().map(|source| {
        format!(
            "{} | {} | {} | {} | {} | {}\n",
            text(source, "/place"),
            text(source, "/kind"),
            text(source, "/says/description"),
            text(source, "/reason"),
            text(source, "/explanation"),
            text(source, "/explanation_es"),
        )
    });
    expect![[r#"
        line 5 | mapped_file | Transferencia a Peñalolén | first | It was the first source to tell of this movement. | Fue la primera fuente que informó este movimiento.
        line 3 | mapped_file | OTRA GLOSA | same_balance | Day, amount and balance after are the same; the text differs. | El día, el monto y el saldo posterior son iguales; la glosa difiere.
    "#]].assert_eq(&told.collect::<String>());
}

#[tokio::test]
async fn what_no_consent_allows_any_longer_is_as_if_it_were_not_there() {
    let (world, account) = world().await;
    let report = world.read("/v1/consents").await;
    let consent = text(&report, "/data/0/id");
    let list = world.read("/v1/movements").await;
    let id = text(&list, "/data/0/id").to_owned();
    assert_eq!(world.post(&format!("/v1/consents/{consent}/revoke"), "").await.status, 200);
    assert_eq!(world.get(&format!("/v1/movements/{id}")).await.refusal(), "404 not_found movement");
    let why = world.get(&format!("/v1/movements/{id}/why")).await;
    assert_eq!(why.refusal(), "404 not_found movement");
    let theirs = world.get(&format!("/v1/movements?account_id={account}")).await;
    assert_eq!(theirs.refusal(), "404 not_found account");
    assert!(found(&world, "limit=500").await.is_empty());
}

#[tokio::test]
async fn a_counterparty_is_opened_where_there_is_one() {
    let world = World::new().await;
    let mapping = MAPPING.replace("[columns]", "[columns]\ncounterparty_rut = \"rut\"");
    let file = csv(&["5;TEF;-100;900;JUAN PEREZ"]).replace("nombre\n", "nombre,rut\n");
    let file = file.replace("JUAN PEREZ\n", "JUAN PEREZ,12.345.678-5\n");
    let answer = world.upload(Form::new().part("file", file).part("mapping", mapping)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let list = world.read("/v1/movements").await;
    assert_eq!(text(&list, "/data/0/counterparty/name"), "JUAN PEREZ");
    assert_eq!(text(&list, "/data/0/counterparty/rut"), "12345678-5");
}

#[tokio::test]
async fn a_movement_with_everything_says_everything() {
    let world = World::new().await;
    let row = "2026-03-05;pending;COMPRA  EN CUOTAS;-30;970";
    assert_eq!(world.upload(march(1, &[row])).await.status, 201);
    let list = world.read("/v1/movements?status=pending").await;
    let mut row = list["data"][0].clone();
    row["id"] = "…".into();
    row["account_id"] = "…".into();
    expect![[r#"
        {
          "account_id": "…",
          "amount": -30,
          "balance_after": 970,
          "booked_on": "2026-03-05",
          "branch": "Ñuñoa",
          "card": {
            "additional": true,
            "last4": "4321"
          },
          "channel": "Internet",
          "city": "SANTIAGO",
          "currency": "CLP",
          "description": "COMPRA EN CUOTAS",
          "description_raw": "COMPRA  EN CUOTAS",
          "document": "000123",
          "id": "…",
          "instalment": {
            "number": 1,
            "of": 3
          },
          "status": "pending",
          "value_on": "2026-03-05",
          "version": 1
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&row).unwrap());
}

#[tokio::test]
async fn what_a_complete_statement_no_longer_has_is_removed_and_still_explained() {
    let world = World::new().await;
    let rows = ["2026-03-05;booked;COMPRA;-30;970", "2026-03-09;booked;GIRO;-70;900"];
    world.upload(march(1, &rows)).await;
    let id = text(&world.read("/v1/movements?text=compra").await, "/data/0/id").to_owned();
    let report = world.upload(march(2, &["2026-03-09;booked;GIRO;-70;900"])).await.json();
    assert_eq!(report["imports"][0]["removed"], 1);
    assert_eq!(world.told().await, ["2026-03-09 -70 GIRO"]);
    assert_eq!(found(&world, "status=removed").await, ["05 -30 COMPRA"]);
    let why = world.read(&format!("/v1/movements/{id}/why")).await;
    assert_eq!(text(&why, "/movement/status"), "removed");
    assert_eq!(text(&why, "/sources/1/reason"), "absent");
    assert!(why["sources"][1]["says"].is_null());
}
