//! Service accounts, and what is paid by mandate.

use cartola_primitives::Currency;
use cartola_provider_mibanco::wire::{
    Bill as WireBill, Bills, Pac, PacMandates, Pat, PatMandates, PatOwner, PatState,
};
use jiff::ToSpan;

use super::cards;
use super::told::Asking;
use crate::account::Account as BankAccount;
use crate::data::{Service, data};
use crate::dice::Dice;
use crate::flow::{Flow, Kind};
use crate::holding::bill::Account;
use crate::holding::{decimal, mandate};
use crate::key::Product;
use crate::month::Month;
use crate::resident::Resident;
use crate::world::code_of;
use crate::{identity, number, plan, uf};

/// Of a hundred mandates, how many have a limit.
const LIMITED_PERCENT: u64 = 30;
const HUNDREDTHS_A_PESO: i64 = 100;

/// `GET bills`: at the main bank, where they are paid from.
pub(crate) fn bills(asking: &Asking) -> Bills {
    let resident = &asking.resident;
    let accounts = Account::all(resident).filter(|account| asking.is_main() && account.is_supply());
    let bill = |account: Account| {
        let open = asking.world.open_bill(resident, &account);
        WireBill {
            biller_code: Some(code_of(account.supplier)),
            company: account.supplier.name.clone(),
            alias: Some(account.alias().to_owned()),
            client_number: account.number.clone(),
            currency: Currency::CLP,
            debt: open.map_or(0, |open| open.amount),
            due_date: open.map(|open| open.due_on),
        }
    };
    Bills { bills: accounts.map(bill).collect() }
}

/// `GET pac`: whatever debits the main account, by its name there.
pub(crate) fn pac(asking: &Asking) -> PacMandates {
    let resident = &asking.resident;
    let month = Month::of(asking.now.date());
    let of = |month| plan::flows(resident, month).into_iter();
    let debited = of(month.plus(-1)).chain(of(month));
    let booked = debited.filter(|flow| flow.when.booked <= asking.now && asking.is_main());
    let mut mandates: Vec<(&'static Service, Flow)> = Vec::new();
    for flow in booked.filter(|flow| flow.kind == Kind::Pac) {
        let supplier = data().services.iter().find(|service| service.name == flow.detail.what);
        let supplier = supplier.expect("a mandate is a service's of the table");
        match mandates.iter_mut().find(|(known, _)| known.name == supplier.name) {
            Some((_, last)) => *last = flow,
            None => mandates.push((supplier, flow)),
        }
    }
    let of = |(supplier, last): &(&'static Service, Flow)| pac_of(asking, supplier, last);
    PacMandates { pac: mandates.iter().map(of).collect() }
}

fn pac_of(asking: &Asking, supplier: &Service, last: &Flow) -> Pac {
    let resident = &asking.resident;
    let known = Account::all(resident).find(|account| account.supplier.name == supplier.name);
    let mut dice = lasting(resident, &supplier.name);
    let made = format!("{}-{}", dice.amount(1_000_000..=9_999_999), dice.below(10));
    // Twice what it comes to and two UF more.
    let limit = 2 + 2 * last.amount * HUNDREDTHS_A_PESO / uf::value_on(asking.now.date());
    Pac {
        account_id: number::of(asking.seed(), resident.main()),
        company: supplier.name.clone(),
        category: trade(supplier).to_owned(),
        client_number: known.map_or(made, |account| account.number),
        limit_uf: dice.chance(LIMITED_PERCENT).then(|| decimal(limit, 0)),
        last_date: Some(last.when.booked.date()),
        last_amount: Some(last.amount),
    }
}

/// `GET pat`
pub(crate) fn pat(asking: &Asking) -> PatMandates {
    let cards = asking.accounts(Product::CreditCard);
    let of = |card: &BankAccount| {
        let owner = Resident::of(asking.seed(), card.key.owner);
        owner.map(|owner| of_card(asking, &owner, card)).unwrap_or_default()
    };
    PatMandates { pat: cards.iter().flat_map(of).collect() }
}

fn of_card(asking: &Asking, owner: &Resident, card: &BankAccount) -> Vec<Pat> {
    let today = asking.now.date();
    let month = Month::of(today);
    let charged = |month| mandate::of(owner, month);
    let pairs = charged(month.plus(-1)).zip(charged(month)).zip(charged(month.plus(1)));
    pairs
        .map(|((before, now), next)| {
            let is_paid = now.when.booked <= asking.now;
            let (last, next) = if is_paid { (now, next) } else { (before, now) };
            let given_on = mandate::given_on(owner, now.place);
            let mut dice = lasting(owner, &now.supplier.name);
            Pat {
                alias: now.supplier.name.clone(),
                state: PatState::Enrolled,
                card_brand: cards::brand(card),
                card_id: card.number.written().to_owned(),
                masked_number: cards::masked(card),
                category: trade(now.supplier).to_owned(),
                company: now.supplier.name.clone(),
                company_code: Some(dice.amount(100_000..=999_999).to_string()),
                service_id: dice.amount(10_000_000..=99_999_999).to_string(),
                start_date: given_on,
                first_payment_date: Some(given_on.saturating_add(30.days())),
                last_payment_date: Some(last.when.booked.date()),
                next_payment_date: Some(next.when.booked.date()),
                limit: None,
                owner: PatOwner {
                    name: identity::of(asking.seed(), card.key.owner).full_name(),
                    rut: card.key.owner,
                },
                origin: "Establecimiento".to_owned(),
                instruction_type: "Mandato Electrónico".to_owned(),
                channel: "Web Cliente".to_owned(),
            }
        })
        .collect()
}

/// The throws of what a supplier knows somebody by.
fn lasting(resident: &Resident, supplier: &str) -> Dice {
    let place =
        supplier.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    resident.household.dice(resident.seed, "client", place)
}

/// Rubro of a service.
pub(crate) fn trade(service: &Service) -> &'static str {
    match service.kind.as_str() {
        "light" => "Electricidad",
        "water" => "Agua potable",
        "gas" => "Gas",
        "phone" => "Telefonía",
        "internet" => "Telecomunicaciones",
        "isapre" | "fonasa" => "Salud",
        "toll" => "Autopistas",
        "car_insurance" => "Seguros",
        "student_loan" => "Educación",
        "streaming" => "Entretención",
        "gym" => "Gimnasios",
        _ => "Otros",
    }
}
