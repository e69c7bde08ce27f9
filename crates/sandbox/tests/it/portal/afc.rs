use cartola_primitives::date;
use cartola_provider_portal::wire::afc::{
    ContractType, Contributions, Contributor, Employers, PersonalInfo,
};
use cartola_sandbox::{Movement, Side, uf};

use crate::server::Server;

#[tokio::test]
async fn the_salary_at_the_bank_is_the_income_at_the_insurance() {
    let server = Server::new();
    let (mut checked, mut fixed, mut capped) = (0, 0, 0);
    for rut in server.people() {
        let told: Contributions = server.told(rut, "afc", "contributions").await;
        let employers: Employers = server.told(rut, "afc", "employers").await;
        let begin = date(2025, 11, 1);
        let moved = server.moved(rut, (begin, date(2026, 11, 20)));
        assert_eq!(told.contributions[0].month, date(2026, 10, 1));
        for paid in told.contributions.iter().filter(|paid| paid.month >= begin) {
            let is_salary = |each: &&Movement| {
                let day = each.booked.date();
                let Side::System(payer) = each.other else { return false };
                let is_bonus =
                    ["NAVIDAD", "FIESTAS PATRIAS"].iter().any(|word| each.glosa.contains(word));
                (day.year(), day.month()) == (paid.month.year(), paid.month.month())
                    && payer.to_string() == format!("payroll:{}", paid.employer)
                    && !is_bonus
            };
            let salary: Vec<i64> =
                moved.iter().filter(is_salary).map(|each| each.amount.minor()).collect();
            let [salary] = salary[..] else { panic!("one salary a month: {salary:?}") };
            let cap = uf::in_pesos(cap(paid.month.year()), paid.month.last_of_month());
            assert_eq!(paid.income, salary.min(cap));
            capped += usize::from(salary > cap);
            let contract = employers.employers.iter().find(|each| {
                each.start_date <= paid.month && each.end_date.is_none_or(|end| end >= paid.month)
            });
            let contract = contract.unwrap();
            assert_eq!(contract.employer_rut, paid.employer_rut);
            let per_mille = match (&contract.contract_type, &paid.contributor) {
                (ContractType::Indefinite, Contributor::Worker) => 6,
                (ContractType::Indefinite, Contributor::Employer) => 24,
                (ContractType::FixedTerm, Contributor::Employer) => 30,
                other => panic!("workers pay nothing: {other:?}"),
            };
            assert_eq!(paid.amount, (paid.income * per_mille + 500) / 1_000);
            fixed += usize::from(contract.contract_type == ContractType::FixedTerm);
            checked += 1;
        }
    }
    assert!(checked > 1_000 && fixed > 30 && capped > 30, "{checked} {fixed} {capped}");
}

/// Ten thousandths of a UF.
fn cap(year: i16) -> i64 {
    match year {
        ..=2023 => 1_226_000,
        2024 => 1_266_000,
        2025 => 1_318_000,
        2026.. => 1_351_000,
    }
}

#[tokio::test]
async fn whoever_works_was_affiliated_as_an_adult_when_the_first_contract_began() {
    let server = Server::new();
    for rut in server.people() {
        let told: PersonalInfo = server.told(rut, "afc", "personal-info").await;
        let employers: Employers = server.told(rut, "afc", "employers").await;
        let first = employers.employers.last().unwrap();
        assert_eq!(told.affiliation_date, first.subscription_date);
        assert!(first.start_date.year() - told.birth_date.year() >= 18);
        assert!(employers.employers.is_sorted_by(|later, earlier| {
            earlier.end_date.is_some_and(|end| end < later.start_date)
        }));
    }
}
