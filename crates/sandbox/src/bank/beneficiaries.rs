//! Whom a customer transfers to: their own accounts elsewhere, friends, and whoever they pay that way.

use cartola_model::AccountNumber;
use cartola_primitives::Rut;
use cartola_provider_mibanco::wire::{Beneficiaries, Beneficiary};

use super::party::{self, Party};
use super::told::Asking;
use crate::account;
use crate::data::{Service, data};
use crate::household::{Habit, Housing, Livelihood};
use crate::key::{AccountKey, Product};
use crate::population::Population;
use crate::world::{Order, What};
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
    Beneficiaries { beneficiaries: changed(asking, beneficiaries) }
}

/// The list as the customer has changed it since, in the order in which they did.
fn changed(asking: &Asking, mut list: Vec<Beneficiary>) -> Vec<Beneficiary> {
    for order in asking.world.changed_beneficiaries(&asking.customer) {
        let What::Beneficiary { removes, alias, email } = &order.what else { continue };
        let (number, rut) = (&order.to_account, order.to_rut);
        list.retain(|each| !is_it(each, number, rut));
        let added = added(asking.seed(), &order).filter(|_| !removes);
        list.extend(added.map(|party| Beneficiary {
            alias: alias.as_ref().map(|alias| alias.0.clone()),
            email: email.as_ref().map(|email| email.0.clone()),
            ..party.beneficiary("")
        }));
    }
    list
}

/// Whether this is the account of that number and holder.
fn is_it(known: &Beneficiary, number: &str, rut: Option<Rut>) -> bool {
    let of = AccountNumber::parse(&known.account_number);
    Some(known.rut) == rut && of.is_ok_and(|of| of.identity() == number)
}

/// The account of an order, with its holder.
fn added(seed: u64, order: &Order) -> Option<Party> {
    let number = AccountNumber::parse(&order.to_account).ok()?;
    match Population::new(seed).find(&number) {
        Some(account) => Some(Party {
            rut: order.to_rut.unwrap_or(account.key.owner),
            name: order.to_name.clone().unwrap_or_default(),
            ..Party::customer(seed, account.key)
        }),
        None => order.to_name.as_ref().map(|name| Party::stranger(seed, name)),
    }
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
