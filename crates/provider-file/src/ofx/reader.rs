//! Gathers statements from the events of either syntax. Only what is open is held besides.

use cartola_connector::Place;
use cartola_primitives::Date;

use super::statement::{Account, Balance, File, Form, Statement, Transaction};
use super::{Event, moment};
use crate::day::Days;
use crate::limits::MAX_ROWS;
use crate::refusal::{self, Decoded};

/// Where the reader is. An aggregate that is not known leaves it where it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Context {
    Outside,
    SignOn,
    Statement,
    Account,
    List,
    Transaction,
    TransactionCurrency,
    Payee,
    CounterAccount,
    Ledger,
    Available,
}

/// Takes events and has statements in the end.
#[derive(Debug)]
pub(super) struct Reader {
    days: Days,
    context: Context,
    /// The contexts around the open aggregates.
    around: Vec<Context>,
    file: File,
    transactions: u64,
}

impl Reader {
    pub(super) fn new(days: Days) -> Self {
        Self {
            days,
            context: Context::Outside,
            around: Vec::new(),
            file: File::default(),
            transactions: 0,
        }
    }

    pub(super) fn finish(self) -> File {
        self.file
    }

    pub(super) fn take(&mut self, event: &Event<'_>) -> Decoded<()> {
        match event {
            Event::Open(name) => self.open(name),
            Event::Value(name, value) => self.value(name, value),
            Event::Close => {
                self.context = self.around.pop().unwrap_or(Context::Outside);
                Ok(())
            }
        }
    }

    fn open(&mut self, name: &str) -> Decoded<()> {
        self.around.push(self.context);
        self.context = match (self.context, name) {
            (Context::Outside, "SONRS") => Context::SignOn,
            (Context::Outside, "STMTRS") => self.begin_statement(Form::Bank),
            (Context::Outside, "CCSTMTRS") => self.begin_statement(Form::Card),
            (Context::Statement, "BANKACCTFROM" | "CCACCTFROM") => Context::Account,
            (Context::Statement, "BANKTRANLIST") => Context::List,
            (Context::Statement, "LEDGERBAL") => Context::Ledger,
            (Context::Statement, "AVAILBAL") => Context::Available,
            (Context::List, "STMTTRN") => self.begin_transaction()?,
            (Context::Transaction, "CURRENCY") => Context::TransactionCurrency,
            (Context::Transaction, "PAYEE") => Context::Payee,
            (Context::Transaction, "BANKACCTTO" | "CCACCTTO") => Context::CounterAccount,
            (context, _) => context,
        };
        Ok(())
    }

    fn begin_statement(&mut self, form: Form) -> Context {
        self.file.statements.push(Statement::new(form));
        Context::Statement
    }

    fn begin_transaction(&mut self) -> Decoded<Context> {
        self.transactions += 1;
        let number = self.transactions;
        if number > u64::from(MAX_ROWS) {
            let limit = format!("expected at most {MAX_ROWS} transactions");
            return Err(refusal::too_large(Place::Transaction(number), limit));
        }
        let transaction = Transaction { number, ..Transaction::default() };
        self.statement().transactions.push(transaction);
        Ok(Context::Transaction)
    }

    fn value(&mut self, name: &str, value: &str) -> Decoded<()> {
        match self.context {
            Context::SignOn if name == "DTSERVER" => self.file.made_on = moment::day(value).ok(),
            Context::Statement if name == "CURDEF" => {
                self.statement().currency = Some(value.to_owned());
            }
            Context::List if name == "DTSTART" => self.statement().start = Some(value.to_owned()),
            Context::List if name == "DTEND" => self.statement().end = Some(value.to_owned()),
            Context::Account => set_account(&mut self.statement().account, name, value),
            Context::Ledger => set_balance(&mut self.statement().ledger, name, value),
            Context::Available => set_balance(&mut self.statement().available, name, value),
            Context::TransactionCurrency if name == "CURSYM" => {
                self.transaction().currency = Some(value.to_owned());
            }
            Context::Payee if name == "NAME" => self.transaction().payee = Some(value.to_owned()),
            Context::CounterAccount if name == "ACCTID" => {
                self.transaction().counter_account = Some(value.to_owned());
            }
            Context::Transaction => return self.transaction_value(name, value),
            _ => {}
        }
        Ok(())
    }

    fn transaction_value(&mut self, name: &str, value: &str) -> Decoded<()> {
        match name {
            "DTPOSTED" => self.transaction().posted_on = Some(self.day(value)?),
            "DTAVAIL" => self.transaction().available_on = Some(self.day(value)?),
            "TRNAMT" => self.transaction().amount = Some(value.to_owned()),
            "FITID" => self.transaction().reference = Some(value.to_owned()),
            "CHECKNUM" => self.transaction().check_number = Some(value.to_owned()),
            "REFNUM" => self.transaction().reference_number = Some(value.to_owned()),
            "NAME" => self.transaction().name = Some(value.to_owned()),
            "EXTDNAME" => self.transaction().payee = Some(value.to_owned()),
            "MEMO" => self.transaction().memo = Some(value.to_owned()),
            _ => {}
        }
        Ok(())
    }

    fn day(&self, value: &str) -> Decoded<Date> {
        let day = moment::day(value).and_then(|day| self.days.check(day));
        day.map_err(|problem| {
            let place = Place::Transaction(self.transactions);
            refusal::malformed(place, format!("{problem}, written as 20260131"))
        })
    }

    fn statement(&mut self) -> &mut Statement {
        self.file.statements.last_mut().expect("the context is within a statement")
    }

    fn transaction(&mut self) -> &mut Transaction {
        let transactions = &mut self.statement().transactions;
        transactions.last_mut().expect("the context is within a transaction")
    }
}

fn set_account(account: &mut Account, name: &str, value: &str) {
    match name {
        "BANKID" => account.bank = Some(value.to_owned()),
        "ACCTID" => account.number = Some(value.to_owned()),
        "ACCTTYPE" => account.kind = Some(value.to_owned()),
        _ => {}
    }
}

fn set_balance(balance: &mut Balance, name: &str, value: &str) {
    match name {
        "BALAMT" => balance.amount = Some(value.to_owned()),
        "DTASOF" => balance.as_of = moment::day(value).ok(),
        _ => {}
    }
}
