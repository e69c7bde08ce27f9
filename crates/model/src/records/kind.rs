//! The products that records are of.

use serde::{Deserialize, Serialize};

/// A product that an institution tells of as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// [`super::Identity`]
    Identity,
    /// [`super::ServiceAccount`]
    ServiceAccounts,
    /// [`super::Beneficiary`]
    Beneficiaries,
    /// [`super::DebitMandate`]
    DebitMandates,
    /// [`super::CardMandate`]
    CardMandates,
    /// [`super::Transfers`]
    Transfers,
    /// [`super::ConsumerLoan`]
    ConsumerLoans,
    /// [`super::Mortgage`]
    Mortgages,
    /// [`super::CreditCard`]
    Cards,
    /// [`super::CreditLine`]
    CreditLines,
    /// [`super::Investments`]
    Investments,
    /// [`super::TaxFolder`]
    TaxFolder,
    /// [`super::TaxStatus`]
    TaxStatus,
    /// [`super::DebtReport`]
    Debts,
    /// [`super::AfcContribution`]
    AfcContributions,
    /// [`super::AfcEmployer`]
    AfcEmployers,
    /// [`super::AfcAffiliate`]
    AfcAffiliate,
    /// [`super::CryptoHoldings`]
    CryptoHoldings,
    /// [`super::InstalmentPlan`]
    InstalmentPlans,
    /// [`super::Withdrawal`]
    Withdrawals,
    /// [`super::AuthorizationEvent`]
    AuthorizationEvents,
}

impl RecordKind {
    /// Every one, in the order of its bit in [`RecordKinds`]: a new one goes to the end.
    pub const ALL: [Self; 21] = [
        Self::Identity,
        Self::ServiceAccounts,
        Self::Beneficiaries,
        Self::DebitMandates,
        Self::CardMandates,
        Self::Transfers,
        Self::ConsumerLoans,
        Self::Mortgages,
        Self::Cards,
        Self::CreditLines,
        Self::Investments,
        Self::TaxFolder,
        Self::TaxStatus,
        Self::Debts,
        Self::AfcContributions,
        Self::AfcEmployers,
        Self::AfcAffiliate,
        Self::CryptoHoldings,
        Self::InstalmentPlans,
        Self::Withdrawals,
        Self::AuthorizationEvents,
    ];

    /// The stable name, as stored and as shown in `/v1`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::ServiceAccounts => "service_accounts",
            Self::Beneficiaries => "beneficiaries",
            Self::DebitMandates => "debit_mandates",
            Self::CardMandates => "card_mandates",
            Self::Transfers => "transfers",
            Self::ConsumerLoans => "consumer_loans",
            Self::Mortgages => "mortgages",
            Self::Cards => "cards",
            Self::CreditLines => "credit_lines",
            Self::Investments => "investments",
            Self::TaxFolder => "tax_folder",
            Self::TaxStatus => "tax_status",
            Self::Debts => "debts",
            Self::AfcContributions => "afc_contributions",
            Self::AfcEmployers => "afc_employers",
            Self::AfcAffiliate => "afc_affiliate",
            Self::CryptoHoldings => "crypto_holdings",
            Self::InstalmentPlans => "instalment_plans",
            Self::Withdrawals => "withdrawals",
            Self::AuthorizationEvents => "authorization_events",
        }
    }

    /// The one of that stable name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What it is called in front of the person whose it is, in Spanish.
    pub const fn spanish(self) -> &'static str {
        match self {
            Self::Identity => "Identidad y datos de contacto",
            Self::ServiceAccounts => "Cuentas de servicios",
            Self::Beneficiaries => "Destinatarios de transferencias",
            Self::DebitMandates => "Pagos automáticos con cuenta (PAC)",
            Self::CardMandates => "Pagos automáticos con tarjeta (PAT)",
            Self::Transfers => "Transferencias",
            Self::ConsumerLoans => "Créditos de consumo",
            Self::Mortgages => "Créditos hipotecarios",
            Self::Cards => "Tarjetas de crédito",
            Self::CreditLines => "Líneas de crédito",
            Self::Investments => "Inversiones",
            Self::TaxFolder => "Carpeta tributaria",
            Self::TaxStatus => "Situación tributaria",
            Self::Debts => "Informe de deudas",
            Self::AfcContributions => "Cotizaciones del seguro de cesantía",
            Self::AfcEmployers => "Empleadores del seguro de cesantía",
            Self::AfcAffiliate => "Afiliación al seguro de cesantía",
            Self::CryptoHoldings => "Criptoactivos",
            Self::InstalmentPlans => "Compras en cuotas",
            Self::Withdrawals => "Giros sin tarjeta",
            Self::AuthorizationEvents => "Autorizaciones en Mi Pass",
        }
    }

    /// The screen of a bank's customer that shows it, as the audit trail names it: the feature of Mi
    /// Banco that is the source of it. None of what no such screen shows.
    pub const fn screen(self) -> Option<&'static str> {
        match self {
            Self::Identity => Some("Login + Mi Pass enrolment"),
            Self::ServiceAccounts | Self::DebitMandates | Self::CardMandates => {
                Some("Pago de cuentas / servicios")
            }
            Self::Beneficiaries | Self::Transfers => Some("Transferencias a terceros"),
            Self::Cards | Self::InstalmentPlans => Some("Tarjetas de crédito"),
            Self::CreditLines => Some("Línea de crédito"),
            Self::Withdrawals => Some("Giro sin tarjeta"),
            Self::AuthorizationEvents => Some("Mi Pass"),
            Self::ConsumerLoans
            | Self::Mortgages
            | Self::Investments
            | Self::TaxFolder
            | Self::TaxStatus
            | Self::Debts
            | Self::AfcContributions
            | Self::AfcEmployers
            | Self::AfcAffiliate
            | Self::CryptoHoldings => None,
        }
    }

    /// The version of its shape.
    pub const fn version(self) -> u16 {
        1
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// Some of the products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct RecordKinds {
    bits: u32,
}

impl RecordKinds {
    /// None of them.
    pub const NONE: Self = Self { bits: 0 };

    /// All of them.
    pub const ALL: Self = Self { bits: (1 << RecordKind::ALL.len()) - 1 };

    /// One alone.
    pub const fn one(kind: RecordKind) -> Self {
        Self { bits: kind.bit() }
    }

    /// With one more.
    #[must_use]
    pub const fn with(self, kind: RecordKind) -> Self {
        Self { bits: self.bits | kind.bit() }
    }

    /// Those that are in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { bits: self.bits & other.bits }
    }

    /// Whether it is one of them.
    pub const fn contains(self, kind: RecordKind) -> bool {
        self.bits & kind.bit() != 0
    }

    /// Whether all of the others are among these.
    pub const fn covers(self, other: Self) -> bool {
        other.bits & !self.bits == 0
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// Each of them, in order.
    pub fn iter(self) -> impl Iterator<Item = RecordKind> {
        RecordKind::ALL.into_iter().filter(move |kind| self.contains(*kind))
    }

    /// As stored: a bit for each.
    pub const fn bits(self) -> u32 {
        self.bits
    }

    /// Those of what is stored that are known: a newer version may have stored more.
    #[must_use]
    pub const fn known_of(bits: u32) -> Self {
        Self { bits: bits & Self::ALL.bits }
    }
}

impl FromIterator<RecordKind> for RecordKinds {
    fn from_iter<I: IntoIterator<Item = RecordKind>>(kinds: I) -> Self {
        kinds.into_iter().fold(Self::NONE, Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::{RecordKind, RecordKinds};

    #[test]
    fn every_kind_has_its_bit_and_its_name() {
        for (place, kind) in RecordKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, place);
            assert_eq!(RecordKind::parse(kind.name()), Some(kind));
            assert!(RecordKinds::ALL.contains(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
    }

    #[test]
    fn what_is_stored_is_read_again() {
        let some: RecordKinds = [RecordKind::Mortgages, RecordKind::Debts].into_iter().collect();
        assert_eq!(RecordKinds::known_of(some.bits()), some);
        assert!(RecordKinds::ALL.covers(some));
        assert!(!some.covers(RecordKinds::one(RecordKind::Identity)));
        assert_eq!(RecordKinds::known_of(1 << 31 | some.bits()), some);
    }
}
