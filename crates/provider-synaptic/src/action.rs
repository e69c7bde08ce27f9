//! What can be asked of whom: `entity:action`.
//!
//! An entity is an institution of the catalogue that has a name for this protocol; a bank's company
//! portal is its name with `-empresas`. Which actions it has follows from what it is; whether it
//! offers one, from what its connector reads.

use cartola_model::institution::{Institution, InstitutionKind};
use cartola_model::{Catalogue, RecordKind, RecordKinds};

/// How this protocol's names of company portals end.
const COMPANY_SUFFIX: &str = "-empresas";

/// The protocol's name in the catalogue.
const PROTOCOL: &str = "synaptic";

/// An institution, as this protocol calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// Its name here.
    pub name: String,
    /// Its row.
    pub institution: &'static Institution,
}

/// What is told of a person at an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Product {
    /// *Validación de Identidad*.
    Identity,
    /// *Destinatario TEF*.
    Recipients,
    /// *Cuenta de Servicio*.
    Bills,
    /// The same, by the name of the model.
    ServiceAccounts,
    /// *PAC*.
    Pac,
    /// *PAT*.
    Pat,
    /// *Movimiento*.
    Movements,
    /// *Transferencia*.
    Transfers,
    /// *Crédito de Consumo*.
    ConsumerLoans,
    /// *Crédito Hipotecario*.
    Mortgages,
    /// *Reporte Financiero*.
    FinancialReport,
    /// *Reporte de Inversiones*.
    Investments,
    /// *Análisis Financiero Bancario*.
    FinancialAnalysis,
    /// *Carpeta Tributaria SII*.
    TaxFolder,
    /// *Situación Tributaria SII*.
    TaxStatus,
    /// *Reporte de Deudas CMF*.
    Debts,
    /// *Cotizaciones AFC*.
    Contributions,
    /// *Empleadores AFC*.
    Employers,
    /// *Información Personal AFC*.
    PersonalInformation,
    /// *Balance de Criptoactivos*.
    CryptoBalances,
}

/// What is read of accounts for a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfAccounts {
    /// Nothing.
    Nothing,
    /// The accounts and their balances.
    Balances,
    /// Their movements of the last 90 days too.
    Movements,
    /// Their movements of the last twelve months too.
    YearOfMovements,
}

/// An action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Of whom.
    pub entity: Entity,
    /// What.
    pub product: Product,
}

/// What banks tell of persons.
const OF_BANKS: [Product; 13] = [
    Product::Recipients,
    Product::Bills,
    Product::Identity,
    Product::ServiceAccounts,
    Product::Pac,
    Product::Pat,
    Product::Movements,
    Product::Transfers,
    Product::ConsumerLoans,
    Product::Mortgages,
    Product::FinancialReport,
    Product::Investments,
    Product::FinancialAnalysis,
];

const OF_COMPANY_PORTALS: [Product; 2] = [Product::Identity, Product::Movements];

impl Product {
    /// Every product.
    pub const ALL: [Self; 20] = [
        Self::Identity,
        Self::Recipients,
        Self::Bills,
        Self::ServiceAccounts,
        Self::Pac,
        Self::Pat,
        Self::Movements,
        Self::Transfers,
        Self::ConsumerLoans,
        Self::Mortgages,
        Self::FinancialReport,
        Self::Investments,
        Self::FinancialAnalysis,
        Self::TaxFolder,
        Self::TaxStatus,
        Self::Debts,
        Self::Contributions,
        Self::Employers,
        Self::PersonalInformation,
        Self::CryptoBalances,
    ];

    /// Its name after the colon.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Recipients => "tef",
            Self::Bills => "bill",
            Self::ServiceAccounts => "service-accounts",
            Self::Pac => "pac",
            Self::Pat => "pat",
            Self::Movements => "movements",
            Self::Transfers => "transfers",
            Self::ConsumerLoans => "consumer-loans",
            Self::Mortgages => "mortgages",
            Self::FinancialReport => "financial-report",
            Self::Investments => "investments",
            Self::FinancialAnalysis => "financial-analysis",
            Self::TaxFolder => "tax-folder",
            Self::TaxStatus => "tax-status",
            Self::Debts => "debts",
            Self::Contributions => "contributions",
            Self::Employers => "employers",
            Self::PersonalInformation => "personal-info",
            Self::CryptoBalances => "balances",
        }
    }

    /// What is told as a whole for it.
    pub const fn records(self) -> RecordKinds {
        RecordKinds::one(match self {
            Self::Identity => RecordKind::Identity,
            Self::Recipients => RecordKind::Beneficiaries,
            Self::Bills | Self::ServiceAccounts => RecordKind::ServiceAccounts,
            Self::Pac => RecordKind::DebitMandates,
            Self::Pat => RecordKind::CardMandates,
            Self::Transfers => RecordKind::Transfers,
            Self::ConsumerLoans => RecordKind::ConsumerLoans,
            Self::Mortgages => RecordKind::Mortgages,
            Self::Investments => RecordKind::Investments,
            Self::TaxFolder => RecordKind::TaxFolder,
            Self::TaxStatus => RecordKind::TaxStatus,
            Self::Debts => RecordKind::Debts,
            Self::Contributions => RecordKind::AfcContributions,
            Self::Employers => RecordKind::AfcEmployers,
            Self::PersonalInformation => RecordKind::AfcAffiliate,
            Self::CryptoBalances => RecordKind::CryptoHoldings,
            Self::FinancialReport => {
                return RecordKinds::one(RecordKind::Cards).with(RecordKind::CreditLines);
            }
            Self::Movements | Self::FinancialAnalysis => return RecordKinds::NONE,
        })
    }

    /// What is read of accounts for it.
    pub const fn of_accounts(self) -> OfAccounts {
        match self {
            Self::Movements => OfAccounts::Movements,
            Self::FinancialAnalysis => OfAccounts::YearOfMovements,
            Self::FinancialReport => OfAccounts::Balances,
            _ => OfAccounts::Nothing,
        }
    }

    /// What an institution is asked for here, by what it is and who it is.
    fn of(row: &Institution) -> &'static [Self] {
        match row.kind {
            InstitutionKind::Bank | InstitutionKind::Demo => &OF_BANKS,
            InstitutionKind::CompanyPortal => &OF_COMPANY_PORTALS,
            InstitutionKind::BillPayments => &[Self::Bills],
            InstitutionKind::CryptoExchange => &[Self::CryptoBalances],
            InstitutionKind::PublicService => Self::of_public_service(row.id.as_str()),
        }
    }

    fn of_public_service(id: &str) -> &'static [Self] {
        match id {
            "clave-unica" => &[Self::Identity],
            "sii" => &[Self::TaxFolder, Self::TaxStatus],
            "cmf" => &[Self::Debts],
            "afc" => &[Self::Contributions, Self::Employers, Self::PersonalInformation],
            _ => &[],
        }
    }
}

impl Entity {
    /// Every entity, by the id of its institution.
    pub fn all() -> impl Iterator<Item = Self> {
        Catalogue::bundled().iter().filter_map(Self::of)
    }

    /// The entity of that name.
    pub fn find(name: &str) -> Option<Self> {
        Self::all().find(|entity| entity.name == name)
    }

    fn of(institution: &'static Institution) -> Option<Self> {
        let catalogue = Catalogue::bundled();
        let holder = catalogue.find(catalogue.holder_of_accounts(&institution.id))?;
        let name = holder.names.get(PROTOCOL)?;
        let suffix = if institution.bank.is_some() { COMPANY_SUFFIX } else { "" };
        Some(Self { name: format!("{name}{suffix}"), institution })
    }

    /// What it can be asked for.
    pub fn products(&self) -> &'static [Product] {
        Product::of(self.institution)
    }
}

impl Action {
    /// The action of that name, such as `banco-chile:tef`.
    pub fn find(name: &str) -> Option<Self> {
        let (entity, product) = name.split_once(':')?;
        let entity = Entity::find(entity)?;
        let product = entity.products().iter().find(|known| known.name() == product)?;
        Some(Self { product: *product, entity })
    }

    /// Its name.
    pub fn name(&self) -> String {
        format!("{}:{}", self.entity.name, self.product.name())
    }
}
