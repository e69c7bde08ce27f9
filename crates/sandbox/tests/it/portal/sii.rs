use std::collections::BTreeMap;

use cartola_primitives::{Date, Quantity, date};
use cartola_provider_portal::wire::sii::{TaxFolder, TaxStatus};
use cartola_sandbox::{Movement, Purpose, Scenario, Side};

use crate::portal::companies;
use crate::server::{Server, named};

fn amount(codes: &BTreeMap<String, Quantity>, code: &str) -> i64 {
    codes[code].to_string().parse().unwrap()
}

fn in_month(month: Date) -> impl Fn(&&Movement) -> bool {
    move |each| {
        let booked = each.booked.date();
        (booked.year(), booked.month()) == (month.year(), month.month())
    }
}

/// Sums what is IVA in gross amounts, by rounding each kind once as the form does.
fn iva_of(gross: i64) -> i64 {
    (gross * 19 + 59) / 119
}

#[tokio::test]
async fn the_iva_that_is_declared_follows_what_was_sold_and_bought_and_is_paid() {
    let server = Server::new();
    let mut checked = 0;
    for rut in companies() {
        let told: TaxFolder = server.told(rut, "sii", "tax-folder").await;
        let days = (date(2023, 11, 1), date(2026, 11, 20));
        let moved = server.moved(rut, days);
        assert_eq!(told.iva[0].period, date(2026, 9, 1));
        assert_eq!(told.iva.len(), 35);
        for declared in &told.iva {
            let code = |code| amount(&declared.codes, code);
            let month: Vec<&Movement> = moved.iter().filter(in_month(declared.period)).collect();
            let sum = |of: &dyn Fn(&Movement) -> bool| -> i64 {
                month.iter().filter(|each| of(each)).map(|each| each.amount.minor().abs()).sum()
            };
            let by_card = sum(&|each| each.glosa.starts_with("ABONO VENTAS"));
            let invoiced = sum(&|each| {
                each.amount.minor() > 0
                    && each.other.customer().is_none()
                    && !each.glosa.starts_with("ABONO VENTAS")
            });
            assert_eq!(code("111"), iva_of(by_card));
            assert_eq!(code("502"), iva_of(invoiced));
            assert_eq!(code("538"), code("111") + code("502"));
            assert_eq!(code("563"), by_card + invoiced - code("538"));
            let bought = sum(&|each| each.amount.minor() < 0 && bears_iva(each));
            assert_eq!(code("537"), iva_of(bought), "{}", declared.period);
            assert_eq!(code("89"), code("538") - code("537"));
            assert!(code("89") > 0);
            assert_eq!(code("91"), code("89") + code("62"));
            let paid = moved.iter().find(|each| {
                each.booked.date() == declared.declared_on && each.glosa.contains("F29")
            });
            assert_eq!(paid.map(|each| -each.amount.minor()), Some(code("91")));
            checked += 1;
        }
    }
    assert!(checked >= 400);
}

/// What a company pays to a supplier, for light and lines, or by cheque; not rent, wages, taxes, nor
/// what its partners draw.
fn bears_iva(each: &Movement) -> bool {
    let Side::System(other) = each.other else { return false };
    let without =
        ["INVERSIONES", "RENTAS", "PREVIRED", "PROPIEDADES", "CORREDORA", "ADMINISTRADORA"];
    other.purpose == Purpose::Service && !without.iter().any(|word| other.name.starts_with(word))
}

#[tokio::test]
async fn the_yearly_return_of_a_company_is_what_it_paid() {
    let server = Server::new();
    for rut in companies() {
        let told: TaxFolder = server.told(rut, "sii", "tax-folder").await;
        assert_eq!(
            told.income.iter().map(|each| each.year).collect::<Vec<_>>(),
            [2026, 2025, 2024]
        );
        let moved = server.moved(rut, (date(2023, 11, 1), date(2026, 11, 20)));
        for declared in &told.income {
            let paid = moved.iter().find(|each| {
                each.booked.date() == declared.declared_on && each.glosa.contains("F22")
            });
            let code = |code| amount(&declared.codes, code);
            assert_eq!(paid.map(|each| -each.amount.minor()), Some(code("305")));
            assert_eq!(code("20"), code("305") + code("36"));
            let year = told.iva.iter().filter(|each| each.period.year() == declared.year - 1);
            let year: Vec<_> = year.collect();
            if year.len() == 12 {
                assert_eq!(
                    code("36"),
                    year.iter().map(|each| amount(&each.codes, "62")).sum::<i64>()
                );
                assert_eq!(
                    code("628"),
                    year.iter().map(|each| amount(&each.codes, "563")).sum::<i64>()
                );
            }
        }
    }
}

#[tokio::test]
async fn boletas_are_paid_and_the_yearly_return_follows_the_year() {
    let server = Server::new();
    let (mut boletas, mut refunds) = (0, 0);
    let mut people = server.people();
    people.push(named(Scenario::Ok));
    for rut in people {
        let told: TaxFolder = server.told(rut, "sii", "tax-folder").await;
        let moved = server.moved(rut, (date(2023, 11, 1), date(2026, 11, 20)));
        assert!(told.iva.is_empty());
        let issued = told.boletas.iter().flat_map(|year| &year.boletas);
        // What was issued today may be paid later today.
        for boleta in issued.filter(|boleta| boleta.issue_date < date(2026, 11, 20)) {
            let paid = (boleta.issue_date, boleta.net);
            assert!(moved.iter().any(|each| (each.booked.date(), each.amount.minor()) == paid));
            assert_eq!(boleta.net, boleta.gross - boleta.withheld);
            boletas += 1;
        }
        for declared in &told.income {
            let code = |code| amount(&declared.codes, code);
            let year = told.boletas.iter().find(|year| year.year == declared.year - 1);
            if let Some(year) = year.filter(|year| year.year > 2023) {
                assert_eq!((code("461"), code("492")), (year.gross, year.withheld));
            }
            let refund = moved.iter().find(|each| {
                let is_treasury =
                    matches!(each.other, Side::System(other) if other.purpose == Purpose::Treasury);
                each.booked.year() == declared.year && is_treasury
            });
            assert_eq!(refund.map_or(0, |each| each.amount.minor()), code("87"));
            assert_eq!(code("305"), -code("87"));
            if declared.year > 2024 {
                let paid = |each: &&Movement| {
                    each.booked.year() == declared.year - 1
                        && matches!(each.other, Side::System(other) if other.purpose == Purpose::Payroll)
                };
                let salaries: i64 = moved.iter().filter(paid).map(|each| each.amount.minor()).sum();
                assert_eq!(code("161"), salaries);
            }
            refunds += 1;
        }
    }
    assert!(boletas > 20 && refunds > 10, "{boletas} {refunds}");
}

#[tokio::test]
async fn the_status_is_that_of_the_folder() {
    let server = Server::new();
    for rut in [server.people(), companies()].concat() {
        let folder: TaxFolder = server.told(rut, "sii", "tax-folder").await;
        let status: TaxStatus = server.told(rut, "sii", "tax-status").await;
        assert_eq!(status.has_activities, folder.taxpayer.activities_began.is_some());
        assert_eq!(status.activities, folder.taxpayer.activities);
        assert_eq!(status.is_pro_pyme, !folder.iva.is_empty());
        assert_eq!(status.stamped_documents.is_empty(), !status.has_activities);
        assert!(status.activities.len() <= 1);
    }
}

#[tokio::test]
async fn whoever_signs_for_the_company_has_a_part_of_it() {
    let server = Server::new();
    let company = named(Scenario::Company);
    let signatories = cartola_sandbox::Named::find(company).unwrap().signatories();
    for rut in signatories {
        let told: TaxFolder = server.told(rut, "sii", "tax-folder").await;
        assert_eq!(told.companies[0].rut, company);
        assert_eq!(told.companies[0].capital_share.to_string(), "50");
    }
}

#[test]
fn every_code_of_a_form_has_a_source_or_says_that_it_has_none() {
    let table: toml::Table = include_str!("../../../data/forms.toml").parse().unwrap();
    for form in ["f22", "f29"] {
        for (name, row) in table[form].as_table().unwrap() {
            let has = |field| row.get(field).is_some();
            assert!(has("source") != has("unverified"), "{form}: {name}");
        }
    }
}
