use cartola_model::AccountKind;
use cartola_primitives::{Currency, date};
use cartola_provider_khipu::Segment;
use cartola_provider_khipu::mapping::{AccountSource, account, is_meant};
use expect_test::expect;
use proptest::prelude::*;

use crate::schema::Schema;
use crate::support::{any_currency, any_number, instant, number};

#[test]
fn an_account_is_as_the_document_shows_it() {
    let source = AccountSource {
        number: &number("00-5553-344110"),
        kind: AccountKind::Savings,
        currency: Currency::CLP,
        segment: Segment::Personal,
        active: true,
        since: instant("2017-07-21T21:32:28Z"),
        opened_on: Some(date(2002, 11, 30)),
    };
    expect![[r#"{"AccountId":"005553344110","Status":"Enabled","StatusUpdateDateTime":"2017-07-21T17:32:28-0400","Currency":"CLP","AccountType":"Personal","AccountSubType":"Savings","Description":"CUENTA DE AHORRO","Nickname":"AHORROS","OpeningDate":"2002-11-30"}"#]].assert_eq(&serde_json::to_string(&account(&source)).unwrap());
}

#[test]
fn each_kind_and_side_has_its_type() {
    let mut lines = Vec::new();
    for kind in AccountKind::ALL {
        for (segment, active) in [(Segment::Personal, true), (Segment::Entrepreneur, false)] {
            let source = AccountSource {
                number: &number("****1234"),
                kind,
                currency: Currency::USD,
                segment,
                active,
                since: instant("2017-07-21T21:32:28Z"),
                opened_on: None,
            };
            let record = account(&source);
            lines.push(format!(
                "{} {:?} {:?} {:?} {} ({})",
                kind.name(),
                record.status,
                record.account_type,
                record.account_sub_type,
                record.description,
                record.nickname
            ));
        }
    }
    expect![[r#"
        checking Enabled Personal CurrentAccount CUENTA CORRIENTE (CORRIENTE)
        checking Disabled Business CurrentAccount CUENTA CORRIENTE (CORRIENTE)
        sight Enabled Personal CurrentAccount CUENTA VISTA (VISTA)
        sight Disabled Business CurrentAccount CUENTA VISTA (VISTA)
        rut Enabled Personal CurrentAccount CUENTARUT (CUENTARUT)
        rut Disabled Business CurrentAccount CUENTARUT (CUENTARUT)
        savings Enabled Personal Savings CUENTA DE AHORRO (AHORROS)
        savings Disabled Business Savings CUENTA DE AHORRO (AHORROS)
        electronic_chequebook Enabled Personal CurrentAccount CHEQUERA ELECTRONICA (CHEQUERA)
        electronic_chequebook Disabled Business CurrentAccount CHEQUERA ELECTRONICA (CHEQUERA)
        credit_card Enabled Personal CreditCard TARJETA DE CREDITO (TARJETA)
        credit_card Disabled Business CreditCard TARJETA DE CREDITO (TARJETA)
        credit_line Enabled Personal Loan LINEA DE CREDITO (LINEA)
        credit_line Disabled Business Loan LINEA DE CREDITO (LINEA)"#]]
    .assert_eq(&lines.join("\n"));
}

fn check_meant(asked: &str, currency: Option<Currency>, held: &str, meant: bool) {
    let answer = is_meant((&number(asked), currency), &number(held), Currency::CLP);
    assert_eq!(answer, meant, "{asked} {currency:?} {held}");
}

#[test]
fn an_account_is_found_by_its_digits_and_currency() {
    check_meant("000011887755", None, "11887755", true);
    check_meant("11-88-77-55", Some(Currency::CLP), "000011887755", true);
    check_meant("11887755", Some(Currency::USD), "11887755", false);
    check_meant("11887754", None, "11887755", false);
    check_meant("1234", None, "****1234", true);
    check_meant("****1234", None, "****1234", true);
    check_meant("****1234", None, "1234", false);
    check_meant("01234", None, "****1234", false);
}

proptest! {
    #[test]
    fn records_keep_to_the_schema(
        number in any_number(), kind in prop::sample::select(AccountKind::ALL.to_vec()),
        currency in any_currency(), segment in prop::sample::select(Segment::ALL.to_vec()),
        active in any::<bool>(), opened in any::<bool>(),
    ) {
        let since = instant("2026-03-05T12:00:00Z");
        let opened_on = opened.then(|| date(1999, 12, 31));
        let source =
            AccountSource { number: &number, kind, currency, segment, active, since, opened_on };
        let record = account(&source);
        Schema::of("Account").check(&record);
        prop_assert!(is_meant(
            (&crate::support::number(&record.account_id), None), &number, currency
        ));
    }
}
