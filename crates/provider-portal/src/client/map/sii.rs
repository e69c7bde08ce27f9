//! The tax service.

use std::collections::BTreeMap;

use cartola_model::Record;
use cartola_model::records::{
    self, Address, BoletasMonth, CompanyShare, EconomicActivity, VatDeclaration,
};
use cartola_primitives::Date;

use super::{MAX_ROWS, Told, each, pesos};
use crate::wire::sii::{
    Activity, Boleta, BoletasYear, Company, IncomeDeclaration, IvaDeclaration, Property,
    StampedDocument, TaxFolder, TaxStatus, Taxpayer,
};

impl Told for TaxFolder {
    fn record(self) -> Result<Record, &'static str> {
        Ok(Record::TaxFolder(records::TaxFolder {
            name: self.name,
            rut: self.rut,
            generated_at: self.generated_at,
            taxpayer: Some(taxpayer(self.taxpayer)?),
            companies: each(self.companies, company)?,
            properties: each(self.properties, property)?,
            boletas: boletas(self.boletas)?,
            vat: each(self.iva, vat)?,
            income: each(self.income, income)?,
        }))
    }
}

fn taxpayer(told: Taxpayer) -> Result<records::Taxpayer, &'static str> {
    Ok(records::Taxpayer {
        begun_on: told.activities_began,
        activities: each(told.activities, activity)?,
        address: Some(Address {
            street: Some(told.address),
            commune: Some(told.commune),
            region: Some(told.region),
            ..Address::default()
        }),
        last_stamped_on: None,
        remarks: Vec::new(),
    })
}

fn company(told: Company) -> CompanyShare {
    CompanyShare {
        rut: told.rut,
        name: told.name,
        since: Some(told.since),
        capital: Some(told.capital_share),
        profits: Some(told.profit_share),
    }
}

/// Who pays no property tax owes none; of others the folder does not say whether they do.
fn property(told: Property) -> records::Property {
    records::Property {
        commune: told.commune,
        roll: told.rol,
        address: told.address,
        purpose: Some(told.use_of),
        valuation: pesos(told.fiscal_valuation),
        overdue: told.is_exempt.then_some(false),
    }
}

/// Boletas by the month of their issue, the last first. The protocol tells of none that was taken
/// back, and of none of which the issuer withholds.
fn boletas(years: Vec<BoletasYear>) -> Result<Vec<BoletasMonth>, &'static str> {
    let all: Vec<Boleta> = years.into_iter().flat_map(|year| year.boletas).collect();
    if all.len() > MAX_ROWS {
        return Err("a list of the answer has more rows than anybody has");
    }
    let mut months: BTreeMap<Date, BoletasMonth> = BTreeMap::new();
    for boleta in all {
        let month = boleta.issue_date.first_of_month();
        let sum = months.entry(month).or_insert_with(|| no_boletas(month));
        add(sum, &boleta).ok_or("the boletas of a month cannot be added up")?;
    }
    Ok(months.into_values().rev().collect())
}

const fn no_boletas(month: Date) -> BoletasMonth {
    let nothing = pesos(0);
    BoletasMonth {
        month,
        issued: 0,
        annulled: 0,
        gross: nothing,
        withheld_by_others: nothing,
        withheld_by_self: nothing,
        net: nothing,
    }
}

fn add(sum: &mut BoletasMonth, boleta: &Boleta) -> Option<()> {
    sum.issued += 1;
    sum.gross = sum.gross.checked_add(pesos(boleta.gross)).ok()?;
    sum.withheld_by_others = sum.withheld_by_others.checked_add(pesos(boleta.withheld)).ok()?;
    sum.net = sum.net.checked_add(pesos(boleta.net)).ok()?;
    Some(())
}

fn vat(told: IvaDeclaration) -> VatDeclaration {
    VatDeclaration {
        month: told.period,
        folio: Some(told.folio),
        declared_on: Some(told.declared_on),
        codes: told.codes,
    }
}

fn income(told: IncomeDeclaration) -> records::IncomeDeclaration {
    records::IncomeDeclaration {
        year: told.year,
        folio: Some(told.folio),
        declared_on: Some(told.declared_on),
        codes: told.codes,
    }
}

impl Told for TaxStatus {
    fn record(self) -> Result<Record, &'static str> {
        Ok(Record::TaxStatus(records::TaxStatus {
            consulted_at: self.asked_at,
            has_begun: self.has_activities,
            begun_on: self.activities_began,
            foreign_currency: self.foreign_currency,
            pro_pyme: self.is_pro_pyme,
            documents: each(self.stamped_documents, document)?,
            activities: each(self.activities, activity)?,
        }))
    }
}

fn document(told: StampedDocument) -> records::StampedDocument {
    records::StampedDocument { name: told.document, last_stamped_in: Some(told.last_year) }
}

fn activity(told: Activity) -> EconomicActivity {
    EconomicActivity {
        code: told.code,
        name: told.name,
        category: Some(told.category),
        vat: Some(told.bears_iva),
        since: Some(told.since),
    }
}
