//! Importing files, and why they are refused.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::Method;
use expect_test::expect;

use crate::files::{Form, MAPPING, csv};
use crate::world::{World, request, text};

#[tokio::test]
async fn an_import_says_what_came_of_it() {
    let world = World::new().await;
    let mut report = world.import(&["5;COMPRA;-10;990", "6;GIRO;-10;970"]).await;
    let id = text(&report, "/id").to_owned();
    for volatile in ["id", "account_id", "consent_id"] {
        report[volatile] = "…".into();
    }
    expect![[r#"
        {
          "account_id": "…",
          "ambiguous": [],
          "ambiguous_count": 0,
          "amended": 0,
          "consent_id": "…",
          "duplicates": 0,
          "gap_count": 1,
          "gaps": [
            {
              "expected": 980,
              "found": 970,
              "on": "2026-03-06",
              "place": "line 3"
            }
          ],
          "id": "…",
          "layout": "csv/mapped",
          "new": 2,
          "read": 2,
          "removed": 0,
          "repeated": false,
          "restored": 0,
          "warning_count": 0,
          "warnings": []
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&report).unwrap());
    let detail = world.read(&format!("/v1/imports/{id}")).await;
    assert_eq!(detail["gaps"], report["gaps"]);
    assert_eq!(text(&detail, "/coverage/from"), "2026-03-05");
    let list = world.read("/v1/imports").await;
    assert_eq!(text(&list, "/data/0/id"), id);
    assert!(list["data"][0]["gaps"].is_null(), "a list has counts alone");
    let account = text(&detail, "/account_id");
    let of_account = world.read(&format!("/v1/imports?account_id={account}")).await;
    assert_eq!(of_account["data"], list["data"]);
}

#[tokio::test]
async fn the_same_file_again_tells_nothing_new() {
    let world = World::new().await;
    let rows = ["5;COMPRA;-10;990"];
    let first = world.import(&rows).await;
    let again = world.import(&rows).await;
    assert_eq!(again["id"], first["id"]);
    assert_eq!(
        (&again["repeated"], &again["new"], &again["duplicates"]),
        (&true.into(), &0.into(), &1.into())
    );
    assert_eq!(world.told().await.len(), 1);
}

#[tokio::test]
async fn a_refused_file_leaves_nothing_and_says_where_and_why() {
    let world = World::new().await;
    let good = csv(&["5;COMPRA;-10;990"]);
    let cases: [(&str, Form); 10] = [
        ("no file", Form::new().part("mapping", MAPPING)),
        ("empty", Form::new().part("file", "")),
        ("unknown format", Form::new().part("file", [0_u8, 159, 146, 150])),
        ("no mapping", Form::new().part("file", &good)),
        ("bad mapping", Form::new().part("file", &good).part("mapping", "[account")),
        (
            "bad day",
            Form::new().part("file", good.replace("05/03", "31/02")).part("mapping", MAPPING),
        ),
        ("unknown part", Form::new().part("file", &good).part("11.111.111-1", "x")),
        ("twice", Form::new().part("file", &good).part("file", &good)),
        ("bad account", Form::new().part("file", &good).part("account_id", "MARIA DEMO")),
        (
            "unknown account",
            Form::of(&["5;COMPRA;-10;990"]).part("account_id", format!("acc_{}", "0".repeat(32))),
        ),
    ];
    let mut told = String::new();
    for (name, form) in cases {
        let answer = world.upload(form).await;
        let problem = answer.json();
        let detail = problem["detail"].as_str().unwrap();
        writeln!(told, "{name}: {} | {detail}", answer.refusal()).unwrap();
    }
    expect![[r#"
        no file: 422 form_invalid file | `file`: it is missing.
        empty: 422 file_unrecognised the file | the file: it is empty
        unknown format: 422 file_unrecognised the file | the file: this is none of the statement formats that are known; export it again as XLS, XLSX, OFX or CSV
        no mapping: 422 file_mapping the file | the file: a CSV file does not say what its columns are; give a mapping file with it, see docs/examples/mapping.toml
        bad mapping: 422 file_mapping the file | the file: line 1 of the mapping: unclosed table, expected `]`
        bad day: 422 file_malformed line 2 | line 2: expected a day that the calendar has
        unknown part: 422 form_invalid | A part of the form is unknown; known are `file`, `mapping`, `account_id`, `institution`, `password`.
        twice: 422 form_invalid file | `file`: it is given more than once.
        bad account: 422 form_invalid account_id | `account_id`: expected acc_ and 32 lower-case hexadecimal digits.
        unknown account: 404 not_found account | There is no such thing for this key: the id is unknown, belongs to another tenant, or no consent allows it to be shown any longer. `resource` says what was looked for. The three cases are not told apart.
    "#]].assert_eq(&told);
    assert!(world.told().await.is_empty());
    assert_eq!(world.store.objects(), 0, "no file is kept");
    assert!(world.read("/v1/consents").await["data"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_file_must_not_contradict_what_is_said_about_it() {
    let world = World::new().await;
    let account = world.account_with(&["5;COMPRA;-10;990"]).await;
    let rows = ["7;COMPRA;-10;980"];
    let institution = world.upload(Form::of(&rows).part("institution", "banco-estado")).await;
    assert_eq!(institution.refusal(), "422 account_mismatch the file");
    let other = MAPPING.replace("00-123-45678-90", "00-999");
    let form = Form::new().part("file", csv(&rows)).part("mapping", other);
    let number = world.upload(form.part("account_id", &account)).await;
    assert_eq!(number.refusal(), "422 account_mismatch the file");
    let unclear = MAPPING.replace("number = \"00-123-45678-90\"\n", "");
    let form = Form::new().part("file", csv(&rows)).part("mapping", unclear);
    assert_eq!(world.upload(form).await.refusal(), "422 account_unclear the file");
    let named = MAPPING.replace("number = \"00-123-45678-90\"\n", "");
    let form = Form::new().part("file", csv(&rows)).part("mapping", named);
    assert_eq!(world.upload(form.part("account_id", &account)).await.status, 201);
}

#[tokio::test]
async fn a_form_that_is_none_is_refused() {
    let world = World::new().await;
    let send = async |content_type: &str, body: &'static str| {
        let request = request(Method::POST, "/v1/imports", &world.bearer())
            .header("content-type", content_type)
            .body(Body::from(body));
        world.send(request.unwrap()).await.refusal()
    };
    assert_eq!(send("application/json", "{}").await, "415 content_type_unsupported");
    assert_eq!(send("multipart/form-data", "x").await, "415 content_type_unsupported");
    let boundary = "multipart/form-data; boundary=a";
    assert_eq!(send(boundary, "no boundary here").await, "400 form_malformed");
    let cut = "--a\r\ncontent-disposition: form-data; name=\"file\"\r\n\r\nfecha";
    assert_eq!(send(boundary, cut).await, "400 form_malformed");
    assert_eq!(send(boundary, "--a--\r\n").await, "422 form_invalid file");
}

#[tokio::test]
async fn a_file_beyond_the_limit_is_refused_before_it_is_read_and_while_it_is() {
    let world = World::new().await;
    let declared = request(Method::POST, "/v1/imports", &world.bearer())
        .header("content-type", "multipart/form-data; boundary=a")
        .header("content-length", (40_u64 << 20).to_string())
        .body(Body::empty());
    assert_eq!(world.send(declared.unwrap()).await.refusal(), "413 body_too_large");
    let huge = Form::new().part("file", vec![b'x'; (32 << 20) + 1]).part("mapping", MAPPING);
    assert_eq!(world.upload(huge).await.refusal(), "413 body_too_large");
    let mapping = Form::new().part("file", "x").part("mapping", vec![b'#'; (64 << 10) + 1]);
    assert_eq!(world.upload(mapping).await.refusal(), "413 body_too_large");
    let password = Form::new().part("file", "x").part("password", "p".repeat(257));
    assert_eq!(world.upload(password).await.refusal(), "422 form_invalid password");
}

#[tokio::test]
async fn an_unknown_import_is_not_found() {
    let world = World::new().await;
    let answer = world.get(&format!("/v1/imports/imp_{}", "0".repeat(32))).await;
    assert_eq!(answer.refusal(), "404 not_found import");
    let answer = world.get(&format!("/v1/imports?account_id=acc_{}", "0".repeat(32))).await;
    assert_eq!(answer.refusal(), "404 not_found account");
}
