//! Light, water, gas and whatever else comes every month: the accounts that somebody has with those
//! who supply them, and what each month's bill is.

use cartola_primitives::Date;

use crate::data::Service;
use crate::dice::Dice;
use crate::flow::When;
use crate::household::{Habit, Household};
use crate::month::Month;
use crate::resident::Resident;
use crate::{services, when};

/// How one kind of service is paid.
struct Kind {
    name: &'static str,
    /// What people call it.
    alias: &'static str,
    /// At most so many of a hundred pesos of income.
    percent: i64,
    wanted: fn(&Household) -> bool,
    /// Debited by mandate (PAC) whoever else pays at Servipag.
    always_by_mandate: bool,
}

const fn kind(
    (name, alias): (&'static str, &'static str),
    percent: i64,
    wanted: fn(&Household) -> bool,
    always_by_mandate: bool,
) -> Kind {
    Kind { name, alias, percent, wanted, always_by_mandate }
}

static KINDS: [Kind; 10] = [
    kind(("light", "Luz"), 3, |_| true, false),
    kind(("water", "Agua"), 2, |_| true, false),
    kind(("gas", "Gas"), 3, |_| true, false),
    kind(("phone", "Celular"), 2, |_| true, false),
    kind(("internet", "Internet"), 3, |_| true, true),
    kind(("isapre", "Isapre"), 4, |household| household.has(Habit::Isapre), true),
    kind(("fonasa", "Bono"), 1, |household| !household.has(Habit::Isapre), false),
    kind(("toll", "TAG"), 2, |household| household.has(Habit::Car), true),
    kind(("car_insurance", "Seguro auto"), 2, |household| household.has(Habit::Car), true),
    kind(("student_loan", "CAE"), 3, |household| household.has(Habit::StudiedOnCredit), true),
];

/// An account with a supplier.
pub(crate) struct Account {
    kind: &'static Kind,
    place: u32,
    pub supplier: &'static Service,
    /// The number that the supplier knows them by.
    pub number: String,
    /// Paid at Servipag rather than by mandate.
    pub by_hand: bool,
    usual: i64,
    day: i8,
}

/// One month's bill, in whole pesos.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bill {
    pub issued_on: Date,
    pub due_on: Date,
    pub amount: i64,
    /// When it is paid.
    pub when: When,
}

impl Account {
    /// All that somebody has.
    pub(crate) fn all(resident: &Resident) -> impl Iterator<Item = Self> {
        let household = &resident.household;
        let wanted = (0_u32..).zip(&KINDS).filter(|_| household.is_employee());
        let wanted = wanted.filter(|(_, kind)| (kind.wanted)(household));
        wanted.map(|(place, kind)| Self::of(resident, kind, place))
    }

    fn of(resident: &Resident, kind: &'static Kind, place: u32) -> Self {
        let household = &resident.household;
        let mut lasting = household.dice(resident.seed, "bill", place);
        let supplier = services::of(household, kind.name, &mut lasting);
        let usual = lasting.amount(supplier.low..=supplier.high);
        let day = lasting.small(3..=24);
        let by_hand = household.has(Habit::PaysAtServipag) && !kind.always_by_mandate;
        let number = number(&mut lasting);
        Self { kind, place, supplier, number, by_hand, usual, day }
    }

    /// What people call it.
    pub(crate) fn alias(&self) -> &'static str {
        self.kind.alias
    }

    /// Whether it is a supply that bills come for, rather than a contribution.
    pub(crate) fn is_supply(&self) -> bool {
        matches!(self.kind.name, "light" | "water" | "gas" | "phone" | "internet" | "toll")
    }

    /// What is to be paid in a month.
    pub(crate) fn bill(&self, resident: &Resident, month: Month) -> Bill {
        let household = &resident.household;
        let mut dice = household.monthly(resident.seed, "bill", month, self.place);
        let percent = self.kind.percent;
        let amount = if is_flat(self.kind.name) {
            // What is agreed follows the income, which changes each January, and nothing else.
            let mut agreed = household.dice(resident.seed, "agreed", self.place);
            capped(resident, month, &mut agreed, self.usual, percent)
        } else {
            let metered = self.usual * season(self.kind.name, month.number()) / 100;
            let read = metered * dice.amount(88..=112) / 100;
            capped(resident, month, &mut dice, read, percent)
        };
        let due_on = month.bank_day_from(self.day);
        let when = if self.by_hand {
            when::at_once(&mut dice, due_on)
        } else {
            when::in_batch(&mut dice, due_on)
        };
        Bill { issued_on: month.first_day(), due_on, amount, when }
    }

    /// What is open on a day: this month's bill until it is paid.
    pub(crate) fn open(&self, resident: &Resident, now: jiff::civil::DateTime) -> Option<Bill> {
        let bill = self.bill(resident, Month::of(now.date()));
        (bill.when.booked > now && bill.amount > 0).then_some(bill)
    }
}

/// `amount`, or a little less than that share of the income where it is more.
pub(crate) fn capped(
    resident: &Resident,
    month: Month,
    dice: &mut Dice,
    amount: i64,
    percent: i64,
) -> i64 {
    let cap = resident.household.income(month) * percent / 100;
    if amount <= cap { amount } else { cap * dice.amount(82..=99) / 100 }
}

/// Such as `1234567-8`, as suppliers write them.
fn number(lasting: &mut Dice) -> String {
    format!("{}-{}", lasting.amount(1_000_000..=9_999_999), lasting.below(10))
}

/// Plans and premiums are the same each month; meters are not.
fn is_flat(kind: &str) -> bool {
    matches!(kind, "phone" | "internet" | "isapre" | "car_insurance" | "student_loan")
}

/// Gas and light cost more in winter, water in summer; percent of the usual.
fn season(kind: &str, month: i8) -> i64 {
    match (kind, month) {
        ("gas", 6..=8) => 150,
        ("light", 6..=8) => 125,
        ("water", 12 | 1..=2) => 135,
        _ => 100,
    }
}
