//! What decoding yields.

use std::fmt;
use std::sync::Arc;

use cartola_model::{
    AccountKind, AccountNumber, BalanceReading, Counterparty, Coverage, InstitutionId, Observation,
    SourceKind, StatementPeriod,
};
use cartola_primitives::{Currency, Date, Rut};

use crate::Place;

/// What one source says about one account over some days. A source that speaks of several
/// accounts yields several batches.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The layout that was recognised, such as `banco-chile/account-sheet`.
    pub layout: &'static str,
    /// How far the source is to be trusted.
    pub source: SourceKind,
    /// Which account it says it is.
    pub account: AccountClaim,
    /// The day on which the institution made it: of two sources that disagree the later one
    /// counts.
    pub as_of: Date,
    /// What it speaks for.
    pub coverage: Coverage,
    /// The period and totals it declares, if any.
    pub period: Option<StatementPeriod>,
    /// Its movements, oldest first, whatever order the source has.
    pub lines: Vec<Line>,
    /// Its balances.
    pub balances: Vec<BalanceReading>,
    /// What was odd and did not hinder.
    pub warnings: Vec<Warning>,
}

/// One movement of a batch.
#[derive(Debug, Clone)]
pub struct Line {
    /// Where it stands in the source.
    pub place: Place,
    /// What it says.
    pub observation: Arc<Observation>,
    /// The other side, where the source has it in fields of its own.
    pub counterparty: Option<Counterparty>,
}

/// Which account a source says it is. What it does not say must come from the caller, who may name
/// an account that is known already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountClaim {
    /// The institution.
    pub institution: Option<InstitutionId>,
    /// The kind.
    pub kind: Option<AccountKind>,
    /// The currency of its amounts.
    pub currency: Currency,
    /// The number.
    pub number: Option<AccountNumber>,
    /// The holder.
    pub holder: Holder,
}

/// Who holds an account. Personal data: `Debug` shows what is known, not what it is.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Holder {
    /// The RUT.
    pub rut: Option<Rut>,
    /// The name as printed.
    pub name: Option<String>,
}

impl fmt::Debug for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Holder")
            .field("rut", &self.rut.is_some())
            .field("name", &self.name.is_some())
            .finish()
    }
}

/// Something odd that did not hinder reading. Holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where, if at one place.
    pub place: Option<Place>,
    /// A stable code, such as `rut_check_digit`.
    pub code: &'static str,
    /// What is odd, in English, one sentence.
    pub text: String,
}
