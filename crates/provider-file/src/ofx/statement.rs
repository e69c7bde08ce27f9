//! What an OFX file says, as it says it.

use cartola_primitives::Date;

/// A whole file.
#[derive(Debug, Default)]
pub(super) struct File {
    /// The day on which the server made it.
    pub(super) made_on: Option<Date>,
    pub(super) statements: Vec<Statement>,
}

/// Whose statement it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `STMTRS`.
    Bank,
    /// `CCSTMTRS`.
    Card,
}

/// One account's statement.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) form: Form,
    /// `CURDEF`.
    pub(super) currency: Option<String>,
    pub(super) account: Account,
    /// `DTSTART` and `DTEND` as written.
    pub(super) start: Option<String>,
    pub(super) end: Option<String>,
    pub(super) transactions: Vec<Transaction>,
    pub(super) ledger: Balance,
    pub(super) available: Balance,
}

impl Statement {
    pub(super) fn new(form: Form) -> Self {
        Self {
            form,
            currency: None,
            account: Account::default(),
            start: None,
            end: None,
            transactions: Vec::new(),
            ledger: Balance::default(),
            available: Balance::default(),
        }
    }
}

/// `BANKACCTFROM` or `CCACCTFROM`.
#[derive(Debug, Default)]
pub(super) struct Account {
    pub(super) bank: Option<String>,
    pub(super) number: Option<String>,
    pub(super) kind: Option<String>,
}

/// `LEDGERBAL` or `AVAILBAL`.
#[derive(Debug, Default)]
pub(super) struct Balance {
    pub(super) amount: Option<String>,
    pub(super) as_of: Option<Date>,
}

/// `STMTTRN`.
#[derive(Debug, Default)]
pub(super) struct Transaction {
    /// Which of the file, from 1.
    pub(super) number: u64,
    pub(super) posted_on: Option<Date>,
    pub(super) available_on: Option<Date>,
    pub(super) amount: Option<String>,
    /// The currency of the amount, where it is not the statement's.
    pub(super) currency: Option<String>,
    pub(super) reference: Option<String>,
    pub(super) check_number: Option<String>,
    pub(super) reference_number: Option<String>,
    pub(super) name: Option<String>,
    pub(super) payee: Option<String>,
    pub(super) memo: Option<String>,
    pub(super) counter_account: Option<String>,
}
