use cartola_provider_khipu::mapping::operation_id;
use cartola_provider_khipu::wire::{Accounts, Envelope, Token};
use expect_test::expect;

fn text<Data: serde::Serialize>(envelope: &Envelope<Data>) -> String {
    serde_json::to_string(envelope).unwrap()
}

/// Member by member as the document prints it, `null` included.
#[test]
fn a_token_is_as_the_document_shows_it() {
    let operation = u128::from_str_radix("6baf6c19e485463bae24a821b025c8a4", 16).unwrap();
    let data = Token { account_link: "dFyRCVYNM0aG==".into() };
    let envelope = Envelope::ok(operation_id(operation.to_be_bytes()), data);
    expect![[r#"{"OperationId":"6baf6c19-e485-463b-ae24-a821b025c8a4","Status":"OK","Data":{"AccountLink":"dFyRCVYNM0aG=="},"AdditionalInformation":null,"Error":null,"LifeSpan":null}"#]].assert_eq(&text(&envelope));
}

#[test]
fn nothing_is_an_empty_list() {
    let envelope = Envelope::ok(operation_id([1; 16]), Accounts { account: Vec::new() });
    expect![[r#"{"OperationId":"01010101-0101-0101-0101-010101010101","Status":"OK","Data":{"Account":[]},"AdditionalInformation":null,"Error":null,"LifeSpan":null}"#]].assert_eq(&text(&envelope));
}

#[test]
fn what_comes_later_says_within_how_long() {
    let envelope = Envelope::<Accounts>::accepted(operation_id([0; 16]), 3_600);
    expect![[r#"{"OperationId":"00000000-0000-0000-0000-000000000000","Status":"OK","Data":null,"AdditionalInformation":null,"Error":null,"LifeSpan":3600}"#]].assert_eq(&text(&envelope));
}
