//! How many movements are labelled a second on one core, and how long two years' income takes.

use anyhow::{Context, ensure};
use cartola_insights::categories::{Category, Facts, Matcher};
use cartola_insights::income::{Incomes, Report as IncomeReport};
use cartola_insights::{Entry, Holder};
use cartola_model::AccountKind;
use cartola_primitives::id::{AccountId, MovementId};
use cartola_primitives::{Date, Rut, date};
use cartola_sandbox::{DEFAULT_SEED, Month, Movement, Population};

use crate::lab::say;
use crate::report::{Figure, Report, of_rounds};
use crate::watch::{self, Readings};

/// Whose movements are labelled: some tens of thousands, so that no cache holds the answers.
const PEOPLE: u32 = 40;

/// The months that are looked at, and the day after them.
const MONTHS: (Date, Date) = (date(2024, 11, 1), date(2026, 10, 1));
const TODAY: Date = date(2026, 11, 21);

/// Movements labelled in a round.
const LABELS: usize = 1_000_000;

/// How often an income is computed in a round.
const INCOMES: u32 = 100;

/// Rounds of each.
const ROUNDS: usize = 15;

/// Measures and reports.
pub fn measure(report: &mut Report) -> anyhow::Result<()> {
    say("labelling movements");
    let people: Vec<Person> = (0..PEOPLE).map(Person::somebody).collect();
    let matcher = Matcher::bundled();
    let facts: Vec<Facts<'_>> = people.iter().flat_map(Person::facts).collect();
    labelled(&matcher, &facts)?;
    let mut rates = Vec::new();
    for _ in 0..ROUNDS {
        rates.push(labelled(&matcher, &facts)?);
    }
    report.add(Figure {
        what: format!("category of a movement, over {} different ones", facts.len()),
        measured: of_rounds(&Readings::of(rates), "movements/s on one thread"),
        against: String::new(),
        ratio: None,
        aim: "≥ 1,000,000",
    });
    let employee = people.iter().find(|person| !person.rut.is_company());
    income(&matcher, employee.context("most people are no companies")?, report)
}

/// Labels so many a second.
fn labelled(matcher: &Matcher, facts: &[Facts<'_>]) -> anyhow::Result<f64> {
    let begun = watch::start();
    let labels = facts.iter().cycle().take(LABELS).map(|facts| matcher.label(facts));
    let known = labels.filter(|label| label.category != Category::unknown()).count();
    let rate = watch::rate(LABELS as u64, begun.elapsed());
    ensure!(known > LABELS / 2, "most movements are known");
    Ok(rate)
}

fn income(matcher: &Matcher, person: &Person, report: &mut Report) -> anyhow::Result<()> {
    let entries = person.entries();
    let holder = Holder { rut: Some(person.rut), ..Holder::default() };
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let begun = watch::start();
        for _ in 0..INCOMES {
            let incomes = Incomes::of(&entries, &holder, matcher);
            let told = IncomeReport::of(&incomes, TODAY, 24, None);
            ensure!(told.regular_months > 0, "an employee has an income");
        }
        times.push(begun.elapsed().as_secs_f64() * 1e6 / f64::from(INCOMES));
    }
    report.add(Figure {
        what: format!("income of 24 months, {} movements", entries.len()),
        measured: of_rounds(&Readings::of(times), "µs"),
        against: String::new(),
        ratio: None,
        aim: "",
    });
    Ok(())
}

/// Somebody with two years of movements, by account.
struct Person {
    rut: Rut,
    accounts: Vec<Vec<Movement>>,
}

impl Person {
    fn somebody(place: u32) -> Self {
        let population = Population::new(DEFAULT_SEED);
        let rut = population.somebody(place);
        let (first, last) = (Month::of(MONTHS.0), Month::of(MONTHS.1));
        let accounts = population.accounts(rut);
        let is_money =
            |kind: AccountKind| !matches!(kind, AccountKind::CreditCard | AccountKind::CreditLine);
        let keys = accounts.iter().map(|account| account.key);
        let keys = keys.filter(|key| is_money(key.product.kind()));
        Self { rut, accounts: keys.map(|key| population.months(key, first, last)).collect() }
    }

    fn facts(&self) -> impl Iterator<Item = Facts<'_>> {
        self.accounts.iter().flatten().map(|movement| Facts {
            glosa: &movement.glosa,
            incoming: movement.amount.minor() > 0,
            channel: Some(movement.channel),
            other: movement.counterparty.as_ref().and_then(|other| other.rut),
            holder: Some(self.rut),
        })
    }

    fn entries(&self) -> Vec<Entry<'_>> {
        let rows = (1_u8..).zip(&self.accounts).flat_map(|(account, movements)| {
            movements.iter().map(move |movement| (account, movement))
        });
        (1_u128..)
            .zip(rows)
            .map(|(number, (account, movement))| Entry {
                id: MovementId::from_bytes(number.to_be_bytes()),
                account: AccountId::from_bytes([account; 16]),
                on: movement.booked.date(),
                amount: movement.amount,
                glosa: &movement.glosa,
                channel: Some(movement.channel),
                other: movement.counterparty.as_ref(),
            })
            .collect()
    }
}
