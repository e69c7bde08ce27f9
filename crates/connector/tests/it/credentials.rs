//! What credentials are worth asking with.

use cartola_connector::{
    Credential, CredentialField, CredentialForm, CredentialSchema, DeviceId, FieldKind,
};
use expect_test::{Expect, expect};

fn schema() -> CredentialSchema {
    let rut = CredentialField { name: "rut", label: "RUT", kind: FieldKind::Rut };
    let kind = FieldKind::Printable { least: 4, most: 8 };
    let password = CredentialField { name: "password", label: "Clave", kind };
    let pin = CredentialField { name: "pin", label: "PIN", kind: FieldKind::Digits(5) };
    CredentialSchema {
        forms: vec![
            CredentialForm { id: "password", fields: vec![rut, password], signs_in_holder: true },
            CredentialForm { id: "pin", fields: vec![rut, pin], signs_in_holder: true },
        ],
    }
}

fn check(fields: &[(&str, &str)], expected: &Expect) {
    let credential = fields.iter().fold(Credential::default(), |credential, (name, value)| {
        credential.with(*name, (*value).to_owned())
    });
    let shown = match schema().form_of(&credential) {
        Ok(form) => form.id.to_owned(),
        Err(refusal) => refusal.to_string(),
    };
    expected.assert_eq(&shown);
}

#[test]
fn a_form_is_known_by_its_fields() {
    check(&[("rut", "12.345.678-5"), ("password", "ñandú")], &expect!["password"]);
    check(&[("rut", "12345678-5"), ("pin", "01234")], &expect!["pin"]);
    let forms = expect![
        "the credentials must have the fields of one of these forms: rut + password, rut + pin"
    ];
    check(&[("rut", "12.345.678-5")], &forms);
    check(&[("rut", "12.345.678-5"), ("password", "1234"), ("pin", "01234")], &forms);
    check(&[], &forms);
}

#[test]
fn a_value_that_cannot_be_right_is_named_by_its_field() {
    let rut = expect!["the field `rut` has a form that the institution does not take"];
    check(&[("rut", "12.345.678-9"), ("pin", "01234")], &rut);
    let pin = expect!["the field `pin` has a form that the institution does not take"];
    check(&[("rut", "1-9"), ("pin", "1234")], &pin);
    check(&[("rut", "1-9"), ("pin", "١٢٣٤٥")], &pin);
    let password = expect!["the field `password` has a form that the institution does not take"];
    check(&[("rut", "1-9"), ("password", "abc")], &password);
    check(&[("rut", "1-9"), ("password", "123456789")], &password);
    check(&[("rut", "1-9"), ("password", "abcd\n")], &password);
}

#[test]
fn neither_credentials_nor_devices_show_themselves() {
    let credential = Credential::default().with("password", "secreta".to_owned());
    assert_eq!(format!("{credential:?}"), r#"{"password"}"#);
    let device = DeviceId::parse("9f1e-c7").unwrap();
    assert_eq!(format!("{device:?} {:?}", device.header()), "DeviceId(…) Sensitive");
}

#[test]
fn a_device_id_fits_a_header() {
    for text in ["", "a b", "a\r\nb", "ñ", &"a".repeat(65)] {
        assert!(DeviceId::parse(text).is_err(), "{text:?}");
    }
}
