//! Parameters that cannot be what they say.

use std::fmt::Write as _;

use expect_test::expect;

use crate::world::World;

#[tokio::test]
async fn a_wrong_parameter_is_named_and_never_quoted() {
    let world = World::new().await;
    let cases = [
        "from=2026-02-31",
        "from=0001-01-01",
        "to=20260301",
        "to=2026-3-1",
        "from=2026-03-01T00:00:00Z",
        "from=2026-04-02&to=2026-04-01",
        "min_amount=2&max_amount=1",
        "min_amount=1.5",
        "min_amount=9223372036854775808",
        "max_amount=+1",
        "limit=0",
        "limit=501",
        "limit=-1",
        "limit=",
        "limit=1&limit=2",
        "status=gone",
        "order=NEWEST_FIRST",
        "account_id=mov_00000000000000000000000000000000",
        "account_id=acc_0000000000000000000000000000000G",
        "text=",
        "text=%00",
        "text=%FF%FE",
        "11.111.111-1=MARIA",
    ];
    let mut told = String::new();
    for query in cases {
        let answer = world.get(&format!("/v1/movements?{query}")).await;
        let problem = answer.json();
        let detail = problem["detail"].as_str().unwrap();
        writeln!(told, "{query}: {} | {detail}", answer.refusal()).unwrap();
    }
    expect![[r#"
        from=2026-02-31: 400 parameter_invalid from | `from`: expected a day of the calendar as YYYY-MM-DD, of the years 1900 to 2199.
        from=0001-01-01: 400 parameter_invalid from | `from`: expected a day of the calendar as YYYY-MM-DD, of the years 1900 to 2199.
        to=20260301: 400 parameter_invalid to | `to`: expected a day of the calendar as YYYY-MM-DD, of the years 1900 to 2199.
        to=2026-3-1: 400 parameter_invalid to | `to`: expected a day of the calendar as YYYY-MM-DD, of the years 1900 to 2199.
        from=2026-03-01T00:00:00Z: 400 parameter_invalid from | `from`: expected a day of the calendar as YYYY-MM-DD, of the years 1900 to 2199.
        from=2026-04-02&to=2026-04-01: 400 parameter_invalid from | `from`: it lies after `to`.
        min_amount=2&max_amount=1: 400 parameter_invalid min_amount | `min_amount`: it is greater than `max_amount`.
        min_amount=1.5: 400 parameter_invalid min_amount | `min_amount`: expected a whole number from -9223372036854775808 to 9223372036854775807.
        min_amount=9223372036854775808: 400 parameter_invalid min_amount | `min_amount`: expected a whole number from -9223372036854775808 to 9223372036854775807.
        max_amount=+1: 400 parameter_invalid max_amount | `max_amount`: expected a whole number from -9223372036854775808 to 9223372036854775807.
        limit=0: 400 parameter_invalid limit | `limit`: expected a whole number from 1 to 500.
        limit=501: 400 parameter_invalid limit | `limit`: expected a whole number from 1 to 500.
        limit=-1: 400 parameter_invalid limit | `limit`: expected a whole number from 1 to 500.
        limit=: 400 parameter_invalid limit | `limit`: expected a whole number from 1 to 500.
        limit=1&limit=2: 400 parameter_invalid limit | `limit`: it is given more than once.
        status=gone: 400 parameter_invalid status | `status`: expected one of `pending`, `booked`, `removed`.
        order=NEWEST_FIRST: 400 parameter_invalid order | `order`: expected one of `newest_first`, `oldest_first`.
        account_id=mov_00000000000000000000000000000000: 400 parameter_invalid account_id | `account_id`: expected acc_ and 32 lower-case hexadecimal digits.
        account_id=acc_0000000000000000000000000000000G: 400 parameter_invalid account_id | `account_id`: expected acc_ and 32 lower-case hexadecimal digits.
        text=: 400 parameter_invalid text | `text`: expected 1 to 100 characters, none of them a control character.
        text=%00: 400 parameter_invalid text | `text`: expected 1 to 100 characters, none of them a control character.
        text=%FF%FE: 400 parameter_invalid | In the query: expected UTF-8 behind the percent signs.
        11.111.111-1=MARIA: 400 parameter_invalid | In the query: a parameter is unknown; known are `account_id`, `from`, `to`, `min_amount`, `max_amount`, `text`, `status`, `order`, `include`, `limit`, `cursor`.
    "#]].assert_eq(&told);
}

#[tokio::test]
async fn what_takes_no_parameters_says_so() {
    let world = World::new().await;
    let answer = world.get("/v1/institutions?limit=1").await;
    assert_eq!(answer.refusal(), "400 parameter_invalid");
    let many = "a=1&".repeat(40);
    let answer = world.get(&format!("/v1/movements?{many}")).await;
    assert_eq!(answer.refusal(), "400 parameter_invalid");
}

#[tokio::test]
async fn percent_signs_and_pluses_are_read() {
    let world = World::new().await;
    world.import(&["5;PAGO  EN SERVIPAG ÑUÑOA;-100;900"]).await;
    for query in ["text=pago+en%20servipag", "text=%C3%B1u%C3%B1oa", "te%78t=SERVIPAG&"] {
        let list = world.read(&format!("/v1/movements?{query}")).await;
        assert_eq!(list["data"].as_array().unwrap().len(), 1, "{query}");
    }
}
