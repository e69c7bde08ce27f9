//! Carpeta tributaria.

use cartola_provider_portal::wire::sii::{
    Boleta, BoletasYear, Company, Property, TaxFolder, Taxpayer,
};

use super::{form22, form29, status};
use crate::holding::honorarium::Honorarium;
use crate::holding::mortgage::{self, Mortgage};
use crate::holding::{decimal, property};
use crate::household::Livelihood;
use crate::month::Month;
use crate::portal::told::Asking;
use crate::scenario::Named;
use crate::shown::begins;
use crate::{identity, payee};

/// Homes valued at more than this in whole pesos pay contribuciones; a round figure near the exemption.
const EXEMPT_UP_TO: i64 = 58_000_000;

/// `GET tax-folder`: everybody has one.
pub(crate) fn tell(asking: &Asking) -> TaxFolder {
    let (resident, today) = (&asking.resident, asking.now.date());
    let known = asking.identity();
    let is_company = resident.household.livelihood == Livelihood::Company;
    TaxFolder {
        name: known.full_name(),
        rut: known.rut,
        generated_at: asking.instant,
        taxpayer: taxpayer(asking),
        companies: companies(asking),
        properties: properties(asking),
        boletas: boletas(asking),
        iva: if is_company { form29::all(resident, today) } else { Vec::new() },
        income: form22::all(resident, today),
    }
}

fn taxpayer(asking: &Asking) -> Taxpayer {
    let known = asking.identity();
    let activities = status::activities(asking);
    let began = activities.first().map(|activity| activity.since);
    let category = activities.first().map(|activity| match activity.category {
        1 => "PRIMERA".to_owned(),
        _ => "SEGUNDA".to_owned(),
    });
    Taxpayer {
        activities_began: began,
        activities,
        category,
        address: known.address,
        commune: known.commune.to_owned(),
        region: known.region.to_owned(),
        email: Some(known.email),
        phone: Some(known.mobile),
    }
}

/// Who signs for a company of the box has a part of it, each the same.
fn companies(asking: &Asking) -> Vec<Company> {
    let own = asking.resident.household.rut;
    let signs = |named: &Named| named.signatories().contains(&own);
    let of = |named: Named| {
        let company = identity::of(asking.resident.seed, named.rut());
        let partners = i64::try_from(named.signatories().len()).expect("few sign for a company");
        let part = decimal(100 * 100 / partners, 2);
        Company {
            rut: company.rut,
            name: company.full_name(),
            since: company.born_on,
            capital_share: part,
            profit_share: part,
        }
    };
    Named::all().filter(signs).map(of).collect()
}

/// The home that a mortgage is for.
fn properties(asking: &Asking) -> Vec<Property> {
    let today = asking.now.date();
    let mortgage = Mortgage::at(&asking.resident, Month::of(today));
    let mortgage = mortgage.filter(|mortgage| mortgage.deed_on <= today);
    let of = |mortgage: Mortgage| {
        let found = property::of(&asking.resident, &mortgage);
        let fiscal_valuation = mortgage::fiscal_valuation(&mortgage, today);
        Property {
            rol: found.rol,
            commune: found.commune.to_owned(),
            address: found.street,
            use_of: "HABITACIONAL".to_owned(),
            fiscal_valuation,
            is_exempt: fiscal_valuation <= EXEMPT_UP_TO,
        }
    };
    mortgage.map(of).into_iter().collect()
}

/// As far back as banks show movements, the last year first.
fn boletas(asking: &Asking) -> Vec<BoletasYear> {
    let today = asking.now.date();
    let mut years: Vec<BoletasYear> = Vec::new();
    for month in Month::of(begins(today)).through(Month::of(today)) {
        let Some(issued) = Honorarium::of(&asking.resident, month) else { continue };
        if issued.issued_on > today {
            continue;
        }
        if years.last().is_none_or(|last| last.year != month.year()) {
            let (gross, withheld, net) = (0, 0, 0);
            years.push(BoletasYear {
                year: month.year(),
                boletas: Vec::new(),
                gross,
                withheld,
                net,
            });
        }
        let year = years.last_mut().expect("a year was just pushed");
        year.gross += issued.gross;
        year.withheld += issued.withheld;
        year.net += issued.net();
        year.boletas.push(boleta(asking, &issued));
    }
    years.reverse();
    years
}

fn boleta(asking: &Asking, issued: &Honorarium) -> Boleta {
    Boleta {
        number: issued.number,
        issue_date: issued.issued_on,
        receiver_rut: payee::of(asking.resident.seed, &issued.client.name).rut,
        receiver_name: issued.client.name.clone(),
        gross: issued.gross,
        withheld: issued.withheld,
        net: issued.net(),
    }
}
