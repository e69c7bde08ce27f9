//! What is shown of operations: all of them, and no two of them alike.

use cartola_primitives::{Currency, Money, Rut, date};
use proptest::prelude::*;

use crate::authorization::{
    Beneficiary, BeneficiaryChange, Bill, Granted, MAX_OPERATION_LINES, MAX_PRODUCTS, Operation,
    OperationError, Payout, PayoutLine, Signed, Transfer, Withdrawal, showable,
};
use crate::instruction::{BeneficiaryOrder, BillOrder, CashOrder};
use crate::{AccountNumber, InstitutionId, Instructed, RecordKind, TransferPayee};

fn bank(id: &str) -> InstitutionId {
    InstitutionId::parse(id).unwrap()
}

fn payee() -> TransferPayee {
    TransferPayee {
        institution: bank("banco-estado"),
        account: AccountNumber::parse("00-987-65432-1").unwrap(),
        rut: Rut::parse("12.345.678-5").unwrap(),
        name: "María Soto".to_owned(),
    }
}

const fn pesos(minor: i64) -> Money {
    Money::new(minor, Currency::CLP)
}

fn transfer() -> Transfer {
    Transfer {
        institution: bank("banco-chile"),
        from: Some(AccountNumber::parse("00-123-45678-90").unwrap()),
        to: payee(),
        amount: pesos(250_000),
        comment: Some("Servicios abril 2026".to_owned()),
    }
}

fn line(amount: i64) -> PayoutLine {
    PayoutLine { to: payee(), amount: pesos(amount), comment: None }
}

fn one_of_each() -> Vec<Operation> {
    let (institution, from) = (bank("banco-chile"), None);
    let bank_of = || institution.clone();
    vec![
        Operation::Transfer(transfer()),
        Operation::Payout(Payout {
            institution: bank_of(),
            from: from.clone(),
            lines: vec![line(1_000), line(2_500)],
        }),
        Operation::Beneficiary(BeneficiaryChange {
            institution: bank_of(),
            change: Beneficiary::Add,
            payee: payee(),
            alias: Some("Mari".to_owned()),
            email: Some("mari@correo.cl".to_owned()),
        }),
        Operation::BillPayment(Bill {
            institution: bank_of(),
            from: from.clone(),
            biller: "1001".to_owned(),
            biller_name: Some("Enel".to_owned()),
            service_account: "123456-7".to_owned(),
            amount: pesos(31_990),
        }),
        Operation::Withdrawal(Withdrawal {
            institution: bank_of(),
            from,
            claimed_by: Rut::parse("11.111.111-1").unwrap(),
            amount: pesos(40_000),
            comment: Some("Jornal".to_owned()),
        }),
        Operation::Consent(Granted {
            institution: bank_of(),
            to: "Contable SpA".to_owned(),
            products: vec!["Cartolas".to_owned(), "Saldos".to_owned()],
            purpose: "Conciliar sus cuentas".to_owned(),
            until: Some("2027-04-30".to_owned()),
        }),
        Operation::Document(Signed { title: "Contrato".to_owned(), sha256: "0a".repeat(32) }),
    ]
}

#[test]
fn a_transfer_is_shown_whole() {
    let shown = Operation::Transfer(transfer()).text();
    let expected = "Transferencia\nMonto: $250.000\nPara: María Soto\nRUT: 12.345.678-5\n\
        Banco: BancoEstado (banco-estado)\nCuenta: 00-987-65432-1\n\
        Desde: Banco de Chile (banco-chile)\nCuenta de origen: 00-123-45678-90\n\
        Comentario: Servicios abril 2026";
    assert_eq!(shown, expected);
}

/// A bill as it was kept before billers had names.
const BILL_WITHOUT_A_NAME: &str = r#"{"kind":"bill_payment","institution":"banco-chile",
    "biller":"1001","service_account":"123456-7","amount":{"minor":31990,"currency":"CLP"}}"#;

/// Who is paid is read by their name, beside the code by which the bank knows them.
#[test]
fn a_bill_names_who_is_paid() {
    let unnamed: Operation = serde_json::from_str(BILL_WITHOUT_A_NAME).unwrap();
    let shown = |operation: &Operation| -> Vec<String> {
        let biller = operation.text().lines().skip(2).map(str::to_owned).collect::<Vec<_>>();
        biller[..biller.len() - 2].to_vec()
    };
    assert_eq!(shown(&unnamed), ["Empresa: 1001"]);
    let Operation::BillPayment(bill) = &unnamed else { panic!("it is a bill") };
    let named = |name: &str| {
        Operation::BillPayment(Bill { biller_name: Some(name.to_owned()), ..bill.clone() })
    };
    let enel = named("ENEL DISTRIBUCION");
    assert_eq!(shown(&enel), ["Empresa: ENEL DISTRIBUCION", "Código de la empresa: 1001"]);
    assert_eq!(named("ENEL\nMonto: $1").check(), Err(OperationError::Text("biller_name")));
    // It is paid by the code: what it is called makes it no other bill.
    assert!(enel.allows(&unnamed) && unnamed.allows(&enel) && enel.payees() == unnamed.payees());
    let other = Operation::BillPayment(Bill { biller: "1002".to_owned(), ..bill.clone() });
    assert!(!enel.allows(&other) && !unnamed.allows(&Operation::Transfer(transfer())));
}

/// Whatever is another operation is another text: else one would be approved for the other.
#[test]
fn all_that_an_operation_says_is_shown() {
    let changes: [fn(&mut Transfer); 9] = [
        |it| it.institution = bank("banco-bci"),
        |it| it.from = None,
        |it| it.from = Some(AccountNumber::parse("00-123-45678-91").unwrap()),
        |it| it.to.institution = bank("banco-bice"),
        |it| it.to.account = AccountNumber::parse("1").unwrap(),
        |it| it.to.rut = Rut::parse("11.111.111-1").unwrap(),
        |it| it.to.name = "Mario Soto".to_owned(),
        |it| it.amount = pesos(2_500_000),
        |it| it.comment = None,
    ];
    let mut texts = vec![Operation::Transfer(transfer()).text()];
    for change in changes {
        let mut other = transfer();
        change(&mut other);
        texts.push(Operation::Transfer(other).text());
    }
    for operation in one_of_each() {
        texts.push(operation.text());
        let written = serde_json::to_string(&operation).unwrap();
        assert!(serde_json::from_str::<Operation>(&written).unwrap() == operation);
        assert_eq!(operation.check(), Ok(()));
        assert!(!format!("{operation:?}").contains("Soto"));
    }
    texts.remove(0);
    let count = texts.len();
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), count);
}

/// Each member of an operation is in what is shown: changed, it is another text.
#[test]
fn each_member_of_each_operation_is_shown() {
    for operation in one_of_each() {
        let written = serde_json::to_value(&operation).unwrap();
        let (whole, paths) = (operation.text(), leaves(&written, String::new()));
        assert!(paths.len() >= 3, "{:?}", operation.kind());
        for path in paths.iter().filter(|path| *path != "/kind") {
            let mut other = written.clone();
            let leaf = other.pointer_mut(path).unwrap();
            *leaf = match leaf.as_str() {
                _ if path == "/sha256" => "0b".repeat(32).into(),
                _ if path == "/until" => "2027-05-01".into(),
                _ if path == "/change" => "remove".into(),
                Some("CLP") => "USD".into(),
                Some("banco-chile" | "banco-estado") => "banco-itau".into(),
                Some(text) if Rut::parse(text).is_ok() => "76192083-9".into(),
                Some(text) if AccountNumber::parse(text).is_ok() => "4711".into(),
                Some(text) => format!("{text} bis").into(),
                None => (leaf.as_i64().unwrap() + 1).into(),
            };
            let other: Operation = serde_json::from_value(other)
                .unwrap_or_else(|error| panic!("{:?} {path}: {error}", operation.kind()));
            assert_ne!(other.text(), whole, "{:?} {path}", operation.kind());
        }
    }
}

fn leaves(value: &serde_json::Value, path: String) -> Vec<String> {
    match value {
        serde_json::Value::Object(members) => {
            let each = |(name, value)| leaves(value, format!("{path}/{name}"));
            members.iter().flat_map(each).collect()
        }
        serde_json::Value::Array(items) => {
            let each = |(nth, value)| leaves(value, format!("{path}/{nth}"));
            items.iter().enumerate().flat_map(each).collect()
        }
        _ => vec![path],
    }
}

#[test]
fn what_is_not_shown_as_it_is_is_refused() {
    let check = |name: &str, expected: Result<(), OperationError>| {
        let mut it = transfer();
        it.to.name = name.to_owned();
        assert_eq!(Operation::Transfer(it).check(), expected, "{name:?}");
    };
    let refused = Err(OperationError::Text("to.name"));
    for wrong in [
        "",
        " María",
        "María ",
        "María  Soto",
        "María\u{a0}Soto",
        "María\u{2003}Soto",
        "María\tSoto",
        "María\nMonto: $1",
        "María\u{202e}oicinU",
        "Mar\u{200b}ía",
        "Mar\u{ad}ía",
        "Mari\u{301}a",
        "María\u{0}",
        "María\u{2028}",
        "M\u{430}ría",
        "\u{39c}aría",
        "Ｍaría",
        "مريم",
        "Mar\u{131}a",
        "O’Higgins",
        &"x".repeat(141),
    ] {
        check(wrong, refused);
    }
    for right in
        ["Ñandú & Hijos Ltda.", "O'Higgins", "Šimić Łuksić", "Nro. 12 (¡ya!)", &"x".repeat(140)]
    {
        check(right, Ok(()));
    }
    for amount in [0, -1] {
        let it = Operation::Transfer(Transfer { amount: pesos(amount), ..transfer() });
        assert_eq!(it.check(), Err(OperationError::Amount));
    }
    let consent = |products: usize| {
        Operation::Consent(Granted {
            institution: bank("banco-chile"),
            to: "Contable SpA".to_owned(),
            products: vec!["Saldos".to_owned(); products],
            purpose: "Conciliar".to_owned(),
            until: None,
        })
    };
    for (products, expected) in [
        (0, Err(OperationError::Products)),
        (1, Ok(())),
        (MAX_PRODUCTS, Ok(())),
        (MAX_PRODUCTS + 1, Err(OperationError::Products)),
    ] {
        assert_eq!(consent(products).check(), expected);
    }
    let document = |sha256: &str| {
        Operation::Document(Signed { title: "Contrato".to_owned(), sha256: sha256.to_owned() })
    };
    for wrong in ["", "0A", &"0A".repeat(32), &"g".repeat(64)] {
        assert_eq!(document(wrong).check(), Err(OperationError::Hash));
    }
}

#[test]
fn accounts_and_days_are_told_whole() {
    let masked = |from: &str, to: &str| {
        let mut it = transfer();
        it.from = Some(AccountNumber::parse(from).unwrap());
        it.to.account = AccountNumber::parse(to).unwrap();
        Operation::Transfer(it).check()
    };
    assert_eq!(masked("4711", "12345678"), Ok(()));
    assert_eq!(masked("****4711", "12345678"), Err(OperationError::Masked("from")));
    assert_eq!(masked("4711", "****5678"), Err(OperationError::Masked("account")));
    assert_eq!(masked("4711", "12  34"), Err(OperationError::Text("account")));
    let lasts = |until: &str| {
        Operation::Consent(Granted {
            institution: bank("banco-chile"),
            to: "Contable SpA".to_owned(),
            products: vec!["Saldos".to_owned()],
            purpose: "Conciliar".to_owned(),
            until: Some(until.to_owned()),
        })
        .check()
    };
    assert_eq!(lasts("2027-04-30"), Ok(()));
    for wrong in ["que usted lo retire", "2027-4-30", "20270430", "2027-02-30", ""] {
        assert_eq!(lasts(wrong), Err(OperationError::Day), "{wrong}");
    }
}

#[test]
fn a_consent_that_is_approved_can_hold_and_is_read_in_spanish() {
    let today = date(2026, 11, 22);
    let asked = |until: &str| {
        Operation::Consent(Granted {
            institution: bank("banco-chile"),
            to: "Contable SpA".to_owned(),
            products: vec!["movements".to_owned(), "debit_mandates".to_owned(), "Bonos".to_owned()],
            purpose: "Conciliar".to_owned(),
            until: Some(until.to_owned()),
        })
    };
    for (until, expected) in [
        ("2026-11-21", Err(OperationError::Term)),
        ("2026-11-22", Ok(())),
        ("2029-11-22", Ok(())),
        ("2029-11-23", Err(OperationError::Term)),
        ("2029-11-31", Err(OperationError::Day)),
    ] {
        assert_eq!(asked(until).check_on(today), expected, "{until}");
    }
    let text = asked("2027-04-30").text();
    assert_eq!(
        text,
        "Permiso para leer sus datos\nQuién: Contable SpA\nInstitución: Banco de Chile (banco-chile)\n\
         Dato: Cuentas, saldos y movimientos (movements)\n\
         Dato: Pagos automáticos con cuenta (PAC) (debit_mandates)\nDato: Bonos\n\
         Para qué: Conciliar\nHasta: 30-04-2027"
    );
    for kind in RecordKind::ALL {
        assert!(showable(&format!("{} ({})", kind.spanish(), kind.name())), "{kind:?}");
    }
}

#[test]
fn a_payout_is_of_lines_that_add_up() {
    let check = |lines: Vec<PayoutLine>, expected| {
        let payout = Payout { institution: bank("banco-chile"), from: None, lines };
        assert_eq!(Operation::Payout(payout).check(), expected);
    };
    check(Vec::new(), Err(OperationError::Lines));
    check(vec![line(1); MAX_OPERATION_LINES], Ok(()));
    check(vec![line(1); MAX_OPERATION_LINES + 1], Err(OperationError::Lines));
    check(vec![line(i64::MAX), line(1)], Err(OperationError::Lines));
    check(vec![line(5), line(-1)], Err(OperationError::Amount));
    let dollars = PayoutLine { amount: Money::new(1, Currency::USD), ..line(1) };
    check(vec![line(1), dollars], Err(OperationError::Lines));
}

/// Texts that people could take for each other, and others.
fn tricky() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => "[a-cA-C0-1 .:$-]{0,4}",
        1 => prop::sample::select(vec![
            " ", "\u{a0}", "\u{2009}", "\u{3000}", "\u{200b}", "\u{200d}", "\u{ad}", "\u{feff}",
            "\u{202e}", "\u{2066}", "\u{301}", "á", "a\u{301}", "\u{430}", "a", "\n", "\r", "\t",
            "Monto: $1", "Comentario: ", "Hasta: ", "que usted lo retire", "\u{2028}", "ﬁ", "fi",
        ]).prop_map(str::to_owned),
    ];
    prop::collection::vec(part, 0..4).prop_map(|parts| parts.concat())
}

fn account() -> impl Strategy<Value = AccountNumber> {
    let written = prop_oneof!["[0-1]{1,3}", "[0-1]-[0-1]", "[0-1] {1,2}[0-1]", "\\*{1,3}[0-1]"];
    written.prop_map(|text| AccountNumber::parse(&text).unwrap())
}

fn money() -> impl Strategy<Value = Money> {
    let currency = prop::sample::select(vec![Currency::CLP, Currency::USD]);
    (1..300_i64, currency).prop_map(|(minor, currency)| Money::new(minor, currency))
}

fn any_payee() -> impl Strategy<Value = TransferPayee> {
    let at = prop::sample::select(vec!["banco-estado", "banco-bci", "x"]);
    let rut = prop::sample::select(vec!["11.111.111-1", "12.345.678-5"]);
    (at, account(), rut, tricky()).prop_map(|(at, account, rut, name)| TransferPayee {
        institution: bank(at),
        account,
        rut: Rut::parse(rut).unwrap(),
        name,
    })
}

fn any_operation() -> impl Strategy<Value = Operation> {
    use prop::option::of;
    let institution = || prop::sample::select(vec!["banco-chile", "x"]).prop_map(bank);
    let transfer = (institution(), of(account()), any_payee(), money(), of(tricky()));
    let transfer = transfer.prop_map(|(institution, from, to, amount, comment)| {
        Operation::Transfer(Transfer { institution, from, to, amount, comment })
    });
    let lines = prop::collection::vec((any_payee(), money(), of(tricky())), 1..3);
    let payout = (institution(), of(account()), lines);
    let payout = payout.prop_map(|(institution, from, lines)| {
        let line = |(to, amount, comment)| PayoutLine { to, amount, comment };
        let lines = lines.into_iter().map(line).collect();
        Operation::Payout(Payout { institution, from, lines })
    });
    let bill = (institution(), of(account()), tricky(), of(tricky()), tricky(), money());
    let bill =
        bill.prop_map(|(institution, from, biller, biller_name, service_account, amount)| {
            Operation::BillPayment(Bill {
                institution,
                from,
                biller,
                biller_name,
                service_account,
                amount,
            })
        });
    let change = (institution(), any_change(), any_payee(), of(tricky()), of(tricky()));
    let change = change.prop_map(|(institution, change, payee, alias, email)| {
        Operation::Beneficiary(BeneficiaryChange { institution, change, payee, alias, email })
    });
    let cash = (institution(), of(account()), any_rut(), money(), of(tricky()));
    let cash = cash.prop_map(|(institution, from, claimed_by, amount, comment)| {
        Operation::Withdrawal(Withdrawal { institution, from, claimed_by, amount, comment })
    });
    let until = of(prop_oneof![Just("2027-04-30".to_owned()), tricky()]);
    let products = prop::collection::vec(tricky(), 1..3);
    let consent = (institution(), tricky(), products, tricky(), until);
    let consent = consent.prop_map(|(institution, to, products, purpose, until)| {
        Operation::Consent(Granted { institution, to, products, purpose, until })
    });
    let document =
        tricky().prop_map(|title| Operation::Document(Signed { title, sha256: "0a".repeat(32) }));
    prop_oneof![transfer, payout, bill, change, cash, consent, document]
}

fn any_change() -> impl Strategy<Value = Beneficiary> {
    prop::sample::select(vec![Beneficiary::Add, Beneficiary::Change, Beneficiary::Remove])
}

fn any_rut() -> impl Strategy<Value = Rut> {
    let rut = prop::sample::select(vec!["11.111.111-1", "12.345.678-5"]);
    rut.prop_map(|rut| Rut::parse(rut).unwrap())
}

/// What a bank can be told to do.
fn any_instructed() -> impl Strategy<Value = Instructed> {
    use prop::option::of;
    let cash = (any_rut(), money(), of(tricky())).prop_map(|(rut, amount, comment)| {
        Instructed::Withdrawal(CashOrder { rut, amount, comment })
    });
    let bill = (tricky(), tricky(), money()).prop_map(|(biller_code, customer_number, amount)| {
        Instructed::BillPayment(BillOrder { biller_code, customer_number, amount })
    });
    let change = (any_change(), any_payee(), of(tricky()), of(tricky()));
    let change = change.prop_map(|(change, payee, alias, email)| {
        let TransferPayee { institution, account, rut, name } = payee;
        let order = BeneficiaryOrder { change, institution, account, rut, name, alias, email };
        Instructed::Beneficiary(order)
    });
    prop_oneof![cash, bill, change]
}

/// One instruction with each of its members as another one of its kind has it.
fn crossed(one: &Instructed, other: &Instructed) -> Vec<Instructed> {
    match (one, other) {
        (Instructed::Withdrawal(one), Instructed::Withdrawal(other)) => {
            let CashOrder { rut, amount, comment } = other.clone();
            [
                CashOrder { rut, ..one.clone() },
                CashOrder { amount, ..one.clone() },
                CashOrder { comment, ..one.clone() },
            ]
            .map(Instructed::Withdrawal)
            .to_vec()
        }
        (Instructed::BillPayment(one), Instructed::BillPayment(other)) => {
            let BillOrder { biller_code, customer_number, amount } = other.clone();
            [
                BillOrder { biller_code, ..one.clone() },
                BillOrder { customer_number, ..one.clone() },
                BillOrder { amount, ..one.clone() },
            ]
            .map(Instructed::BillPayment)
            .to_vec()
        }
        (Instructed::Beneficiary(one), Instructed::Beneficiary(other)) => {
            let other = other.clone();
            let BeneficiaryOrder { change, institution, account, rut, name, alias, email } = other;
            [
                BeneficiaryOrder { change, ..one.clone() },
                BeneficiaryOrder { institution, ..one.clone() },
                BeneficiaryOrder { account, ..one.clone() },
                BeneficiaryOrder { rut, ..one.clone() },
                BeneficiaryOrder { name, ..one.clone() },
                BeneficiaryOrder { alias, ..one.clone() },
                BeneficiaryOrder { email, ..one.clone() },
            ]
            .map(Instructed::Beneficiary)
            .to_vec()
        }
        _ => vec![other.clone()],
    }
}

/// What an eye makes of a text: blanks of any kind and number are one or none at an end, what is not
/// seen is not there, an accent is the letter's, and letters of other scripts are what they look like.
fn seen(text: &str) -> String {
    let lines: Vec<_> = text
        .split(['\n', '\r', '\u{2028}'])
        .map(|line| {
            let visible: String = line
                .replace("a\u{301}", "á")
                .replace('\u{430}', "a")
                .replace('ﬁ', "fi")
                .chars()
                .filter(|c| !matches!(c, '\u{200b}'..='\u{200d}' | '\u{ad}' | '\u{feff}'))
                .filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
                .collect();
            visible.split_whitespace().collect::<Vec<_>>().join(" ")
        })
        .collect();
    lines.join("\n")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// Two operations that can be asked for look alike only where they are one.
    #[test]
    fn two_operations_never_look_alike(one in any_operation(), other in any_operation()) {
        if one.check().is_ok() && other.check().is_ok() && seen(&one.text()) == seen(&other.text()) {
            prop_assert!(one == other, "{}\n---\n{}", one.text(), other.text());
        }
    }

    /// What a bank is told to do is approved whole: no member of it can be another one unseen.
    #[test]
    fn two_instructions_are_never_one_operation(one in any_instructed(), other in any_instructed()) {
        let (at, from) = (bank("banco-chile"), AccountNumber::parse("00-123-45678-90").unwrap());
        let operation = |what: &Instructed| what.operation(&at, Some(&from));
        for crossed in crossed(&one, &other) {
            let (one_operation, other_operation) = (operation(&one), operation(&crossed));
            prop_assert_eq!(one_operation == other_operation, one == crossed);
            let is_showable = one_operation.check().is_ok() && other_operation.check().is_ok();
            if is_showable && seen(&one_operation.text()) == seen(&other_operation.text()) {
                prop_assert!(one == crossed, "{}", one_operation.text());
            }
        }
    }

    /// The same of one operation of which one text is put in another way.
    #[test]
    fn a_text_in_another_way_is_another_or_is_refused(
        name in tricky(), other in tricky(), comment in prop::option::of(tricky()),
    ) {
        let of = |name: &str| {
            let mut it = transfer();
            name.clone_into(&mut it.to.name);
            it.comment.clone_from(&comment);
            Operation::Transfer(it)
        };
        let (one, other) = (of(&name), of(&other));
        if one.check().is_ok() && other.check().is_ok() && seen(&one.text()) == seen(&other.text()) {
            prop_assert!(one == other);
        }
    }

    /// What is shown of what can be asked for is what is there: no character of it is lost on an eye.
    #[test]
    fn what_can_be_asked_for_is_seen_whole(operation in any_operation()) {
        if operation.check().is_ok() {
            prop_assert_eq!(seen(&operation.text()), operation.text());
        }
    }
}
