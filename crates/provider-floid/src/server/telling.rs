//! What was read through a link, in canonical terms and in the document's words.

mod books;

use cartola_engine::Engine;
use cartola_engine::readings::ReadScope;
use cartola_insights::Holder;
use cartola_insights::Month;
use cartola_insights::assets::{self, AccountBalances};
use cartola_insights::categories::Matcher;
use cartola_insights::income::{self, Incomes};
use cartola_model::records::{Beneficiary, CreditCard, CreditLine, DebtReport, Identity};
use cartola_model::{
    AccountKind, BalanceReading, Failure, Principal, Record, RecordKind, RecordKinds,
};
use cartola_primitives::id::LinkId;
use cartola_primitives::{Date, santiago};

use super::desk::Untold;
use crate::{mapping, wire};

pub use books::{Balanced, Book};

/// Months of income that are listed at most.
const INCOME_MONTHS: u32 = 12;

/// Who somebody is.
pub const IDENTITY: ReadScope = ReadScope::records(RecordKinds::one(RecordKind::Identity));

/// What somebody owes.
pub const DEBTS: ReadScope = ReadScope::records(RecordKinds::one(RecordKind::Debts));

/// Cards and lines.
pub const CREDITS: RecordKinds = RecordKinds::one(RecordKind::Cards).with(RecordKind::CreditLines);

/// The first day of which income is asked for: what twelve whole months take, and the running one.
pub fn income_begins(today: Date) -> Date {
    Month::of(today).back(INCOME_MONTHS).first_day()
}

/// The first day of so many months that end today.
pub fn months_begin(today: Date, months: u32) -> Date {
    let first = Month::of(today).back(months).first_day();
    let day = today.day().min(first.days_in_month());
    let back = Date::new(first.year(), first.month(), day).unwrap_or(first);
    back.tomorrow().unwrap_or(back)
}

/// Whose records, read through which link.
pub struct Teller {
    engine: Engine,
    who: Principal,
    link: LinkId,
    pub today: Date,
}

impl Teller {
    pub fn new(engine: &Engine, who: &Principal, link: LinkId) -> Self {
        let today = santiago::today(engine.now());
        Self { engine: engine.clone(), who: who.clone(), link, today }
    }

    pub async fn identity(&self) -> Result<Identity, Untold> {
        match self.record(RecordKind::Identity).await? {
            Some(Record::Identity(identity)) => Ok(identity),
            _ => Err(Failure::NoData.into()),
        }
    }

    pub async fn debts(&self) -> Result<DebtReport, Untold> {
        match self.record(RecordKind::Debts).await? {
            Some(Record::Debts(report)) => Ok(report),
            _ => Err(Failure::NoData.into()),
        }
    }

    /// Who has none is told of by a record that is empty, or by none at all.
    pub async fn cards(&self) -> Result<Vec<CreditCard>, Untold> {
        match self.record(RecordKind::Cards).await? {
            Some(Record::Cards(cards)) => Ok(cards),
            _ => Ok(Vec::new()),
        }
    }

    pub async fn lines(&self) -> Result<Vec<CreditLine>, Untold> {
        match self.record(RecordKind::CreditLines).await? {
            Some(Record::CreditLines(lines)) => Ok(lines),
            _ => Ok(Vec::new()),
        }
    }

    pub async fn contacts(&self) -> Result<Vec<Beneficiary>, Untold> {
        match self.record(RecordKind::Beneficiaries).await? {
            Some(Record::Beneficiaries(known)) => Ok(known),
            _ => Ok(Vec::new()),
        }
    }

    /// What the institution told last: the reading that has just ended, or one after it.
    async fn record(&self, kind: RecordKind) -> Result<Option<Record>, Untold> {
        let found = self.engine.newest_record(&self.who, self.link, kind).await?;
        Ok(found.map(|open| open.record))
    }

    /// *Asset report*.
    pub async fn asset_report(&self) -> Result<wire::AssetReport, Untold> {
        let balanced = self.balanced().await?;
        let accounts: Vec<AccountBalances<'_>> = balanced
            .iter()
            .map(|each| AccountBalances {
                account: each.account.row.id,
                kind: each.account.row.kind,
                balances: &each.balances,
            })
            .collect();
        let (cards, lines) = (self.cards().await?, self.lines().await?);
        let told = assets::AssetReport::of(&accounts, &cards, &lines, self.today);
        Ok(mapping::asset_report(&told))
    }

    /// *Income check*.
    pub async fn income_check(&self) -> Result<wire::IncomeCheck, Untold> {
        let since = income_begins(self.today);
        let books = self.books(since).await?;
        let entries: Vec<_> =
            books.iter().flat_map(Book::entries).map(|(_, entry)| entry).collect();
        let numbers = Book::numbers(&books);
        let holder = self.holder(&books, &numbers).await?;
        let incomes = Incomes::of(&entries, &holder, &Matcher::bundled());
        let report = income::Report::of(&incomes, self.today, INCOME_MONTHS, Some(since));
        Ok(mapping::income_check(report))
    }

    /// *Transaction history*.
    pub async fn transaction_history(
        &self,
        from: Date,
    ) -> Result<wire::TransactionHistory, Untold> {
        let books = self.books(from).await?;
        let mut rows: Vec<_> = books.iter().flat_map(Book::entries).collect();
        // Each account is in order by itself.
        rows.sort_by_key(|(_, entry)| std::cmp::Reverse(entry.on));
        let numbers = Book::numbers(&books);
        let holder = self.holder(&books, &numbers).await?;
        Ok(mapping::transaction_history(&rows, &holder))
    }

    async fn holder<'a>(
        &self,
        books: &'a [Book],
        accounts: &'a [cartola_model::AccountNumber],
    ) -> Result<Holder<'a>, Untold> {
        let rut = self.engine.rut_of_link(&self.who, self.link).await?;
        let name = books.iter().find_map(|book| book.account.holder_name.as_deref());
        Ok(Holder { rut, name, accounts })
    }

    /// Every account with its newest balances.
    pub async fn balanced(&self) -> Result<Vec<Balanced>, Untold> {
        let mut told = Vec::new();
        for account in self.engine.accounts_of(&self.who, self.link).await? {
            let rows = self.engine.balances(&self.who, account.row.id).await?.unwrap_or_default();
            let balances = rows
                .into_iter()
                .map(|row| BalanceReading { kind: row.kind, amount: row.amount, as_of: row.as_of })
                .collect();
            told.push(Balanced { account, balances });
        }
        Ok(told)
    }
}

/// What a card or a line is used for is no money that came or went.
pub const fn is_of_money(kind: AccountKind) -> bool {
    !matches!(kind, AccountKind::CreditCard | AccountKind::CreditLine)
}
