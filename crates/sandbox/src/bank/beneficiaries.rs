//! Whom a customer transfers to: their own accounts elsewhere, friends, and whoever they pay that way.

use cartola_provider_mibanco::wire::{Beneficiaries, Beneficiary};

use super::party::{self, Party};
use super::told::Asking;
use crate::account;
use crate::data::{Service, data};
use crate::household::{Habit, Housing, Livelihood};
use crate::key::{AccountKey, Product};
use crate::{plan, services, spending};

/// Friends whom a bank that is not the main one knows.
const FRIENDS_ELSEWHERE: usize = 1;

/// `GET beneficiaries`
pub(crate) fn tell(asking: &Asking) -> Beneficiaries {
    let mut beneficiaries = own(asking);
    match asking.resident.household.livelihood {
        Livelihood::Company => beneficiaries.extend(of_company(asking)),
        Livelihood::Employee => beneficiaries.extend(of_person(asking)),
        Livelihood::Benefit | Livelihood::Dormant => {}
    }
    Beneficiaries { beneficiaries }
}

/// Their own accounts at other banks, and where they save here.
fn own(asking: &Asking) -> Vec<Beneficiary> {
    let here = asking.bank;
    let is_current = |key: &AccountKey| key.product.is_current() && key.product != Product::Dollars;
    let keys = asking.resident.keys.iter().copied();
    keys.filter(|key| match key.product {
        Product::Savings => key.bank == here,
        _ => is_current(key) && (key.bank != here || asking.is_main()),
    })
    .map(|key| {
        let alias = match (key.product, key.bank == here) {
            (Product::Savings, _) => "Ahorro".to_owned(),
            (_, true) => "Mi cuenta".to_owned(),
            (_, false) => format!("Mi cuenta {}", party::name(key.bank)),
        };
        Party::customer(asking.seed(), key).beneficiary(&alias)
    })
    .collect()
}

fn of_person(asking: &Asking) -> Vec<Beneficiary> {
    let resident = &asking.resident;
    let known = if asking.is_main() { usize::MAX } else { FRIENDS_ELSEWHERE };
    let friends = plan::friends(resident).into_iter().take(known).map(|friend| {
        let party = Party::customer(asking.seed(), account::main(&friend));
        let alias = party.name.split(' ').next().unwrap_or_default().to_owned();
        party.beneficiary(&alias)
    });
    let household = &resident.household;
    let paid = [
        (household.housing == Housing::Rent).then(|| (plan::landlord(resident), "Arriendo")),
        household.has(Habit::ConsumerLoan).then(|| (plan::dealer(resident), "Compra")),
    ];
    let paid = paid.into_iter().flatten().filter(|_| asking.is_main());
    let seed = asking.seed();
    let paid = paid.map(move |(service, alias)| stranger(seed, service, alias));
    friends.chain(paid).collect()
}

fn of_company(asking: &Asking) -> Vec<Beneficiary> {
    let resident = &asking.resident;
    let household = &resident.household;
    let mut lasting = household.dice(resident.seed, "premise", 0);
    let landlord = services::of(household, "landlord", &mut lasting);
    let suppliers = data().services.iter().filter(|service| service.kind == "supplier");
    let suppliers = suppliers.map(|supplier| (supplier, "Proveedor"));
    let partner = (spending::partner(resident), "Socio");
    let all = [(landlord, "Arriendo"), partner].into_iter().chain(suppliers);
    all.map(|(service, alias)| stranger(asking.seed(), service, alias)).collect()
}

fn stranger(seed: u64, service: &Service, alias: &str) -> Beneficiary {
    Party::stranger(seed, &service.name).beneficiary(alias)
}
