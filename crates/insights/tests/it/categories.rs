use std::collections::BTreeSet;

use cartola_insights::categories::{
    Category, Confusion, Facts, MAX_FOLDED, MAX_NARROWED, MAX_PHRASE, Matcher, RULES, RuleError,
    RulesFile,
};
use cartola_primitives::Rut;
use expect_test::{Expect, expect};
use proptest::prelude::*;

use crate::corpus::{self, DEVELOPMENT, HOLDOUT, STYLES};

fn told(confusion: &Confusion) -> String {
    let score = confusion.score();
    let (percent, rest) = (score.per_mille() / 10, score.per_mille() % 10);
    format!(
        "{} movements: {percent}.{rest} % right, {} general, {} wrong",
        score.all,
        score.general,
        score.wrong()
    )
}

/// What is told of a movement without a channel: `+` or `-`, then the glosa.
fn check(line: &str, expected: &Expect) {
    check_with(&Matcher::bundled(), line, expected);
}

fn check_with(matcher: &Matcher, line: &str, expected: &Expect) {
    let (sign, glosa) = line.split_once(' ').unwrap();
    let label = matcher.label(&Facts { glosa, incoming: sign == "+", ..Facts::default() });
    let whose = if label.is_tenants { " of the tenant" } else { "" };
    expected.assert_eq(&format!("{} by {}{whose}", label.category, label.rule));
}

#[test]
fn how_often_rules_are_right() {
    let matcher = Matcher::bundled();
    let of = |file| told(&corpus::measured(&matcher, file));
    expect!["506 movements: 95.4 % right, 21 general, 2 wrong"].assert_eq(&of(DEVELOPMENT));
    expect!["486 movements: 39.0 % right, 284 general, 12 wrong"].assert_eq(&of(HOLDOUT));
    expect!["254 movements: 96.0 % right, 3 general, 7 wrong"].assert_eq(&of(STYLES));
    expect!["10523 movements: 97.2 % right, 48 general, 243 wrong"]
        .assert_eq(&told(&corpus::measured_sandbox(&matcher)));
}

/// FNV-1a over the seed and the name, mixed: which half a business is in is nobody's choice.
fn is_held_out(business: &str) -> bool {
    let bytes = "cartola-2026:".bytes().chain(business.bytes());
    let mut hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    (hash ^ hash >> 33) & 1 == 1
}

#[test]
fn the_halves_are_drawn_by_name() {
    let businesses = |file| corpus::lines(file).into_iter().map(|line| line.of);
    assert!(businesses(HOLDOUT).all(is_held_out));
    assert!(!businesses(DEVELOPMENT).any(is_held_out));
}

#[test]
fn no_rule_names_a_business_that_is_held_out() {
    let phrases: BTreeSet<String> =
        RulesFile::read(RULES).unwrap().phrases().map(|(_, phrase)| phrase.to_owned()).collect();
    let named: Vec<&str> = corpus::lines(HOLDOUT)
        .iter()
        .map(|line| line.of)
        .filter(|business| phrases.contains(*business))
        .collect();
    assert_eq!(named, [""; 0]);
}

#[test]
fn the_examples_of_floids_document_are_called_as_there() {
    let matcher = Matcher::bundled();
    let name = |glosa, incoming| {
        matcher.label(&Facts { glosa, incoming, ..Facts::default() }).category.floid_name()
    };
    assert_eq!(name("TEF DE VAL", true), "Transferencias de fondos");
    assert_eq!(name("WWW MEGOGO CL", false), "Servicios financieros/Portal de Pago");
    assert_eq!(name("COMISION MANTENCION", false), "Bank fees");
    assert_eq!(name("GIRO CAJERO AUTOMATICO", false), "Withdrawls");
    assert_eq!(name("COMPRA LIDER", false), "Supermarket");
    assert_eq!(name("COMPRA CRUZ VERDE", false), "Pharmacy");
    assert_eq!(name("DEPOSITO EN EFECTIVO", true), "Abonos/Depositos");
    assert_eq!(name("XQZ", false), "Unknown");
    assert_eq!(name("XQZ", true), "Unknown");
}

#[test]
fn words_are_whole_and_accents_say_nothing() {
    check("- compra: Líder · Ñuñoa", &expect!["alimentacion/supermercado by supermercados"]);
    check("- COMPRA LIDERAZGO ANDINO", &expect!["compras/otras by compras"]);
    check("- FARMACIAS DEL PUEBLO", &expect!["salud/farmacia by rubro-farmacia"]);
    check("- Pago Línea de Crédito", &expect!["finanzas/linea by linea-de-credito"]);
}

#[test]
fn what_the_bank_did_counts_more_than_who_is_named() {
    check("- PAGO TARJETA RIPLEY", &expect!["finanzas/tarjeta by pago-de-tarjeta"]);
    check("- COMISION COMPRA FALABELLA", &expect!["finanzas/comision by comisiones"]);
    check("+ ANULACION COMPRA LIDER", &expect!["ingresos/devolucion by reversas"]);
    check(
        "- TRASPASO A:MARCELA PARIS FLORES",
        &expect!["transferencias/terceros by transferencias"],
    );
    check("- UBER EATS", &expect!["alimentacion/delivery by comida-a-domicilio"]);
    check("- UBER TRIP", &expect!["transporte/taxi by taxis"]);
    check("- PAC ENEL", &expect!["servicios/luz by luz"]);
    check("- PAC 0012", &expect!["servicios/cuentas by cuentas"]);
}

#[test]
fn the_sign_tells_paying_from_being_paid() {
    check("+ PAGO DE REMUNERACIONES", &expect!["ingresos/remuneracion by remuneraciones"]);
    check("- PAGO DE REMUNERACIONES", &expect!["empresa/remuneraciones by nomina-pagada"]);
    check("+ DIVIDENDOS SQM", &expect!["ingresos/intereses by intereses-ganados"]);
    check("- DIVIDENDO 12/240", &expect!["hogar/dividendo by dividendo-hipotecario"]);
    check("+ INTERESES LINEA DE CREDITO", &expect!["ingresos/intereses by intereses-ganados"]);
    check("- INTERESES LINEA DE CREDITO", &expect!["finanzas/intereses by intereses-pagados"]);
}

#[test]
fn payers_and_channels_speak_where_the_glosa_does_not() {
    let matcher = Matcher::bundled();
    let transbank = Rut::parse("96.689.310-9").unwrap();
    let holder = Rut::parse("12.345.678-5").unwrap();
    let check = |facts: Facts<'_>, expected: Expect| {
        let label = matcher.label(&facts);
        expected.assert_eq(&format!("{} by {}", label.category, label.rule));
    };
    let facts = Facts { glosa: "ABONO 0042", incoming: true, ..Facts::default() };
    check(facts, expect!["otros/sin-clasificar by ninguna"]);
    check(
        Facts { other: Some(transbank), ..facts },
        expect!["ingresos/ventas by ventas-con-tarjeta"],
    );
    let own = Facts { other: Some(holder), holder: Some(holder), ..facts };
    check(own, expect!["transferencias/propias by mismo-titular"]);
    check(
        Facts { glosa: "TEF DE JUAN", ..own },
        expect!["transferencias/propias by mismo-titular"],
    );
    check(
        Facts { glosa: "PAGO LINEA DE CREDITO", ..own },
        expect!["finanzas/linea by linea-de-credito"],
    );
    let atm = Facts { glosa: "0042", channel: Some("CAJERO AUTOMÁTICO"), ..Facts::default() };
    check(atm, expect!["efectivo/giro by canal-cajero"]);
    check(
        Facts { channel: Some("Cajero Automático 2"), ..atm },
        expect!["otros/sin-clasificar by ninguna"],
    );
    check(Facts { glosa: "COMISION", ..atm }, expect!["finanzas/comision by comisiones"]);
}

const TENANTS: &str = r#"
version = 7
[[rule]]
id = "our-shop"
tier = "channel"
category = "empresa/proveedores"
any = ["COMERCIAL DON LUCHO", "LIDER"]
without = ["EXPRESS"]
[[rule]]
id = "our-rent"
tier = "operation"
category = "hogar/arriendo"
sign = "cargo"
any = ["TEF*"]
with = ["ROBLES"]
"#;

#[test]
fn a_tenants_rules_go_first() {
    let matcher = Matcher::with_rules(RulesFile::read(TENANTS).unwrap()).unwrap();
    assert_eq!(matcher.versions().0, Some(7));
    check_with(
        &matcher,
        "- PAGO TARJETA LIDER",
        &expect!["empresa/proveedores by our-shop of the tenant"],
    );
    check_with(&matcher, "- LIDER EXPRESS", &expect!["alimentacion/supermercado by supermercados"]);
    check_with(
        &matcher,
        "- TEF A LOS ROBLES",
        &expect!["hogar/arriendo by our-rent of the tenant"],
    );
    check_with(
        &matcher,
        "+ TEF A LOS ROBLES",
        &expect!["transferencias/terceros by transferencias"],
    );
    check_with(&matcher, "- TEF A JUAN", &expect!["transferencias/terceros by transferencias"]);
    assert_eq!(Matcher::bundled().versions().0, None);
}

fn refused(text: &str) -> String {
    let compiled = RulesFile::read(text).and_then(Matcher::with_rules);
    compiled.map_or_else(|error: RuleError| error.to_string(), |_| "taken".to_owned())
}

#[test]
fn rules_that_are_none_are_refused_with_their_id() {
    let rule = |rest: &str| {
        format!(
            "version = 1\n[[rule]]\nid = \"r\"\ntier = \"trade\"\ncategory = \"efectivo/giro\"\n{rest}"
        )
    };
    let check = |rest: &str, expected: Expect| expected.assert_eq(&refused(&rule(rest)));
    check("any = [\"ABC\"]", expect!["taken"]);
    check("", expect!["rule r: it needs `any`, `payer` or `channel`"]);
    check(
        "any = [\"·*\"]",
        expect!["rule r: a phrase is 1 to 64 letters, digits and blanks, then at most a star: ·*"],
    );
    check(
        "any = [\"A*B\"]",
        expect!["rule r: a phrase is 1 to 64 letters, digits and blanks, then at most a star: A*B"],
    );
    check(
        &format!("any = [\"{}\"]", "A".repeat(MAX_PHRASE + 1)),
        expect![
            "rule r: a phrase is 1 to 64 letters, digits and blanks, then at most a star: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        ],
    );
    check(
        "payer = [\"12.345.678-9\"]",
        expect!["rule r: a RUT of a payer: the verifier of the RUT is wrong, it should be 5"],
    );
    check(
        "any = [\"A\"]\nmust = [\"B\"]",
        expect![
            "the rules cannot be read: unknown field `must`, expected one of `id`, `tier`, `category`, `sign`, `any`, `with`, `without`, `payer`, `channel`"
        ],
    );
    expect!["rule r: there is no category efectivo"]
        .assert_eq(&refused(&rule("any = [\"A\"]").replace("efectivo/giro", "efectivo")));
    let many = (0..=MAX_NARROWED).map(|place| {
        format!("[[rule]]\nid = \"{place}\"\ntier = \"trade\"\ncategory = \"efectivo/giro\"\nany = [\"A\"]\nwith = [\"B\"]\n")
    });
    expect!["the file has more rules with `with` or `without` than 128"]
        .assert_eq(&refused(&format!("version = 1\n{}", many.collect::<String>())));
    let twice = rule("any = [\"A\"]");
    let (_, second) = twice.split_once('\n').unwrap();
    expect!["rule r: there are two of this id"].assert_eq(&refused(&format!("{twice}\n{second}")));
}

#[test]
fn the_taxonomy_is_sound() {
    let ids: BTreeSet<&str> = Category::all().map(Category::id).collect();
    assert_eq!(ids.len(), Category::all().count());
    for category in Category::all() {
        assert_eq!(Category::parse(category.id()), Some(category));
        assert!(
            category.id().bytes().all(|byte| byte.is_ascii_lowercase() || b"-/".contains(&byte))
        );
        assert!(!category.floid_name().is_empty() && !category.name().is_empty());
    }
}

/// The words of a glosa that has what no table knows.
fn glosas() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-zñÑáé0-9 .:*/-]{0,60}",
        ".{0,300}",
        (0..60_usize).prop_map(|place| {
            let lines = corpus::lines(STYLES);
            lines[place % lines.len()].glosa.to_owned()
        }),
    ]
}

proptest! {
    #[test]
    fn a_label_is_a_function_of_what_can_be_read(
        glosa in glosas(),
        incoming in any::<bool>(),
        blanks in "[ \t.:-]{0,5}",
    ) {
        let matcher = Matcher::bundled();
        let of = |glosa: &str| {
            let label = matcher.label(&Facts { glosa, incoming, ..Facts::default() });
            (label.category, label.rule.to_owned())
        };
        let told = of(&glosa);
        prop_assert!(Category::parse(told.0.id()).is_some());
        if glosa.len() < MAX_FOLDED / 2 {
            prop_assert_eq!(of(&format!("{blanks}{glosa}{blanks}")), told.clone());
            if glosa.is_ascii() {
                prop_assert_eq!(of(&glosa.to_lowercase()), told);
            }
        }
    }
}
