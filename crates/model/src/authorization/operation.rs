//! Operations that are approved, with all that a person has to see of them.

use std::fmt;

use cartola_primitives::rut::serde_compact;
use cartola_primitives::{Date, Money, Rut};
use serde::{Deserialize, Serialize};

use super::wording::{Line, Lines, showable};
use crate::consent::{MAX_TERM_MONTHS, last_day};
use crate::transfer::written;
use crate::{AccountNumber, Catalogue, ConsentData, InstitutionId, TransferPayee};

/// Lines of one payout that somebody approves at once: each of them is shown.
pub const MAX_OPERATION_LINES: usize = 100;

/// Things that one consent allows to read: each of them is shown.
pub const MAX_PRODUCTS: usize = 30;

/// One operation, whole: what is shown of it is all that it is, and it is done as it was shown. Names
/// people and their accounts: sealed when stored, and `Debug` shows its kind alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(
    tag = "kind",
    rename_all = "snake_case",
    deny_unknown_fields,
    expecting = "an object with `kind`"
)]
pub enum Operation {
    /// Money to one account.
    Transfer(Transfer),
    /// Money to several accounts at once.
    Payout(Payout),
    /// A change of those whom one pays often.
    Beneficiary(BeneficiaryChange),
    /// A bill.
    BillPayment(Bill),
    /// Cash for somebody, without a card.
    Withdrawal(Withdrawal),
    /// Leave to read what is theirs.
    Consent(Granted),
    /// A document that is signed.
    Document(Signed),
}

/// Money to one account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AuthorizedTransfer))]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// The bank that pays.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub institution: InstitutionId,
    /// The account that pays; absent where the first one that can is taken.
    #[serde(default, with = "written::option", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub from: Option<AccountNumber>,
    /// Who is paid.
    pub to: TransferPayee,
    /// How much.
    pub amount: Money,
    /// What both sides are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// Money to several accounts at once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AuthorizedPayout))]
#[serde(deny_unknown_fields)]
pub struct Payout {
    /// The bank that pays.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub institution: InstitutionId,
    /// The account that pays.
    #[serde(default, with = "written::option", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub from: Option<AccountNumber>,
    /// Who is paid, and how much: 1 to [`MAX_OPERATION_LINES`], of one currency.
    pub lines: Vec<PayoutLine>,
}

/// One of them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AuthorizedPayoutLine))]
#[serde(deny_unknown_fields)]
pub struct PayoutLine {
    /// Who is paid.
    pub to: TransferPayee,
    /// How much.
    pub amount: Money,
    /// What both sides are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// What is done with a beneficiary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AuthorizedChange))]
#[serde(rename_all = "snake_case")]
pub enum Beneficiary {
    /// A new one.
    Add,
    /// One that is known has other data from now on.
    Change,
    /// One that is known is taken away.
    Remove,
}

/// A change of those whom one pays often.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AuthorizedBeneficiary))]
#[serde(deny_unknown_fields)]
pub struct BeneficiaryChange {
    /// At which bank.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub institution: InstitutionId,
    /// What is done.
    pub change: Beneficiary,
    /// Who they are from now on, or were.
    pub payee: TransferPayee,
    /// What their payer calls them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// Who is told of transfers to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// A bill.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AuthorizedBill))]
#[serde(deny_unknown_fields)]
pub struct Bill {
    /// The bank that pays.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub institution: InstitutionId,
    /// The account that pays.
    #[serde(default, with = "written::option", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub from: Option<AccountNumber>,
    /// Who is paid, by the code that the bank knows them by.
    pub biller: String,
    /// The same as people know them: what the bank's own list has for the code, whatever came along, and
    /// absent where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub biller_name: Option<String>,
    /// The customer's number at the biller.
    pub service_account: String,
    /// How much.
    pub amount: Money,
}

/// Cash for somebody, without a card.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AuthorizedWithdrawal))]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// The bank that pays.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub institution: InstitutionId,
    /// The account that pays.
    #[serde(default, with = "written::option", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub from: Option<AccountNumber>,
    /// Who may take it.
    #[serde(with = "serde_compact")]
    pub claimed_by: Rut,
    /// How much.
    pub amount: Money,
    /// What their statement says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// Leave to read what is theirs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AuthorizedConsent))]
#[serde(deny_unknown_fields)]
pub struct Granted {
    /// At which institution.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub institution: InstitutionId,
    /// To whom.
    pub to: String,
    /// What is read: 1 to [`MAX_PRODUCTS`], each by the name that it has in `/v1` and is shown in Spanish
    /// with, or in words of one's own.
    pub products: Vec<String>,
    /// What for.
    pub purpose: String,
    /// Until which day, such as `2027-04-30`: today at the earliest, and 36 months away at the latest;
    /// absent where it has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// A document that is signed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = AuthorizedDocument))]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// What it is called.
    pub title: String,
    /// The SHA-256 of its bytes, 64 lowercase hexadecimal digits.
    pub sha256: String,
}

/// What kind of operation it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OperationKind {
    /// [`Operation::Transfer`].
    Transfer,
    /// [`Operation::Payout`].
    Payout,
    /// [`Operation::Beneficiary`].
    Beneficiary,
    /// [`Operation::BillPayment`].
    BillPayment,
    /// [`Operation::Withdrawal`].
    Withdrawal,
    /// [`Operation::Consent`].
    Consent,
    /// [`Operation::Document`].
    Document,
}

impl OperationKind {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::Transfer,
        Self::Payout,
        Self::Beneficiary,
        Self::BillPayment,
        Self::Withdrawal,
        Self::Consent,
        Self::Document,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Transfer => "transfer",
            Self::Payout => "payout",
            Self::Beneficiary => "beneficiary",
            Self::BillPayment => "bill_payment",
            Self::Withdrawal => "withdrawal",
            Self::Consent => "consent",
            Self::Document => "document",
        }
    }

    /// The one of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The screen of the customer's that such an operation belongs to, as the audit trail names it:
    /// the feature of Mi Banco, or of who else asks for it.
    pub const fn screen(self) -> &'static str {
        match self {
            Self::Transfer | Self::Beneficiary => "Transferencias a terceros",
            Self::Payout => "Pagos masivos",
            Self::BillPayment => "Pago de cuentas / servicios",
            Self::Withdrawal => "Giro sin tarjeta",
            Self::Consent => "Consentimientos",
            Self::Document => "Firma de documentos",
        }
    }
}

/// Why an operation is nothing that somebody could approve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OperationError {
    /// Not above zero, or too large to add up.
    #[error("an amount is above zero")]
    Amount,
    /// No lines, too many, or of several currencies.
    #[error("a payout has 1 to {MAX_OPERATION_LINES} lines of one currency")]
    Lines,
    /// Nothing is allowed, or too much to be read.
    #[error("a consent is for 1 to {MAX_PRODUCTS} things")]
    Products,
    /// A text is missing, too long, or could be taken for another one where it is shown.
    #[error(
        "`{0}` must have 1 to {max} characters, Latin letters, digits and signs of ASCII alone, and \
         single blanks between them",
        max = super::MAX_VALUE
    )]
    Text(&'static str),
    /// Digits of an account are hidden: it could be another one.
    #[error("`{0}` must have all the digits of the account")]
    Masked(&'static str),
    /// Not a day.
    #[error("`until` must be a day, such as 2027-04-30")]
    Day,
    /// A day that has passed, or is further away than a consent may hold.
    #[error("`until` must be today or later, and at most {MAX_TERM_MONTHS} months away")]
    Term,
    /// Not the digits of a SHA-256.
    #[error("`sha256` must be 64 lowercase hexadecimal digits")]
    Hash,
}

impl fmt::Debug for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Operation").field(&self.kind()).finish()
    }
}

impl Operation {
    /// What kind it is.
    pub const fn kind(&self) -> OperationKind {
        match self {
            Self::Transfer(_) => OperationKind::Transfer,
            Self::Payout(_) => OperationKind::Payout,
            Self::Beneficiary(_) => OperationKind::Beneficiary,
            Self::BillPayment(_) => OperationKind::BillPayment,
            Self::Withdrawal(_) => OperationKind::Withdrawal,
            Self::Consent(_) => OperationKind::Consent,
            Self::Document(_) => OperationKind::Document,
        }
    }

    /// How much moves by it; of several lines their sum. Absent where no money does.
    pub fn amount(&self) -> Option<Money> {
        match self {
            Self::Transfer(transfer) => Some(transfer.amount),
            Self::Payout(payout) => payout.total(),
            Self::BillPayment(bill) => Some(bill.amount),
            Self::Withdrawal(withdrawal) => Some(withdrawal.amount),
            Self::Beneficiary(_) | Self::Consent(_) | Self::Document(_) => None,
        }
    }

    /// Whom money goes to, each in a form that is equal for equal ones: bank, account and RUT, or
    /// biller and number, or a RUT.
    pub fn payees(&self) -> Vec<String> {
        match self {
            Self::Transfer(transfer) => vec![payee_key(&transfer.to)],
            Self::Payout(payout) => payout.lines.iter().map(|line| payee_key(&line.to)).collect(),
            Self::BillPayment(bill) => {
                vec![format!("service\n{}\n{}", bill.biller, bill.service_account)]
            }
            Self::Withdrawal(withdrawal) => {
                vec![format!("cash\n{}", withdrawal.claimed_by.compact())]
            }
            Self::Beneficiary(_) | Self::Consent(_) | Self::Document(_) => Vec::new(),
        }
    }

    /// Whether an approval of this is one of the other: they are equal, but for the name of a biller, which
    /// is there to be read. The code says who is paid.
    pub fn allows(&self, done: &Self) -> bool {
        match (self, done) {
            (Self::BillPayment(shown), Self::BillPayment(done)) => {
                Bill { biller_name: None, ..shown.clone() }
                    == Bill { biller_name: None, ..done.clone() }
            }
            _ => self == done,
        }
    }

    /// Refuses what cannot be shown as it is: nothing is approved that a person does not see.
    pub fn check(&self) -> Result<(), OperationError> {
        if let Self::Payout(payout) = self {
            payout.check()?;
        }
        if self.amount().is_some_and(|amount| amount.minor() <= 0) {
            return Err(OperationError::Amount);
        }
        if let Self::Consent(granted) = self
            && !(1..=MAX_PRODUCTS).contains(&granted.products.len())
        {
            return Err(OperationError::Products);
        }
        if let Self::Document(document) = self {
            let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            if document.sha256.len() != 64 || !document.sha256.bytes().all(is_digit) {
                return Err(OperationError::Hash);
            }
        }
        if let Self::Consent(Granted { until: Some(day), .. }) = self
            && !day.parse::<Date>().is_ok_and(|parsed| parsed.to_string() == *day)
        {
            return Err(OperationError::Day);
        }
        if let Some(member) = self.masked() {
            return Err(OperationError::Masked(member));
        }
        match self.lines().iter().find(|line| !showable(&line.value)) {
            None => Ok(()),
            Some(line) => Err(OperationError::Text(line.member)),
        }
    }

    /// The same, and refuses what could not be done if it were approved today (NCG 514 as of the Anexo
    /// N° 3: at most 36 months for data).
    pub fn check_on(&self, today: Date) -> Result<(), OperationError> {
        self.check()?;
        let Self::Consent(Granted { until: Some(day), .. }) = self else { return Ok(()) };
        let until: Date = day.parse().map_err(|_| OperationError::Day)?;
        let can_hold = (today..=last_day(today)).contains(&until);
        if can_hold { Ok(()) } else { Err(OperationError::Term) }
    }

    /// The account of which digits are hidden, if there is one.
    fn masked(&self) -> Option<&'static str> {
        let is_masked =
            |number: &Option<AccountNumber>| number.as_ref().is_some_and(AccountNumber::is_masked);
        let (from, to) = match self {
            Self::Transfer(it) => (is_masked(&it.from), it.to.account.is_masked()),
            Self::Payout(it) => {
                (is_masked(&it.from), it.lines.iter().any(|line| line.to.account.is_masked()))
            }
            Self::Beneficiary(it) => (false, it.payee.account.is_masked()),
            Self::BillPayment(it) => (is_masked(&it.from), false),
            Self::Withdrawal(it) => (is_masked(&it.from), false),
            Self::Consent(_) | Self::Document(_) => (false, false),
        };
        if from { Some("from") } else { to.then_some("account") }
    }

    /// What is shown of it: a heading, and one line for each thing that it says, in Spanish.
    pub fn text(&self) -> String {
        let lines = self.lines();
        let line = |Line { label, value, .. }: &Line| format!("\n{label}: {value}");
        format!("{}{}", self.heading(), lines.iter().map(line).collect::<String>())
    }

    /// What it is, in a few words.
    pub const fn heading(&self) -> &'static str {
        match self {
            Self::Transfer(_) => "Transferencia",
            Self::Payout(_) => "Pago a varias cuentas",
            Self::Beneficiary(change) => match change.change {
                Beneficiary::Add => "Nuevo destinatario",
                Beneficiary::Change => "Cambio de destinatario",
                Beneficiary::Remove => "Eliminar destinatario",
            },
            Self::BillPayment(_) => "Pago de cuenta",
            Self::Withdrawal(_) => "Giro sin tarjeta",
            Self::Consent(_) => "Permiso para leer sus datos",
            Self::Document(_) => "Firma de documento",
        }
    }

    /// All that it says, line by line.
    pub fn lines(&self) -> Vec<Line> {
        let mut lines = Lines::default();
        match self {
            Self::Transfer(transfer) => {
                lines.money(transfer.amount);
                lines.payee(&transfer.to, "to.name");
                lines.payer(&transfer.institution, transfer.from.as_ref());
                lines.maybe(("Comentario", "comment"), transfer.comment.as_deref());
            }
            Self::Payout(payout) => payout.show(&mut lines),
            Self::Beneficiary(change) => {
                lines.payee(&change.payee, "payee.name");
                lines.maybe(("Alias", "alias"), change.alias.as_deref());
                lines.maybe(("Correo", "email"), change.email.as_deref());
                lines.text(("En", "institution"), &bank(&change.institution));
            }
            Self::BillPayment(bill) => {
                lines.money(bill.amount);
                bill.show_biller(&mut lines);
                lines.text(("Número de cliente", "service_account"), &bill.service_account);
                lines.payer(&bill.institution, bill.from.as_ref());
            }
            Self::Withdrawal(withdrawal) => {
                lines.money(withdrawal.amount);
                lines.text(("Lo cobra el RUT", "claimed_by"), &withdrawal.claimed_by.dotted());
                lines.payer(&withdrawal.institution, withdrawal.from.as_ref());
                lines.maybe(("Comentario", "comment"), withdrawal.comment.as_deref());
            }
            Self::Consent(granted) => {
                lines.text(("Quién", "to"), &granted.to);
                lines.text(("Institución", "institution"), &bank(&granted.institution));
                for product in &granted.products {
                    lines.text(("Dato", "products"), &named(product));
                }
                lines.text(("Para qué", "purpose"), &granted.purpose);
                lines.text(("Hasta", "until"), &until(granted.until.as_deref()));
            }
            Self::Document(document) => {
                lines.text(("Documento", "title"), &document.title);
                lines.text(("SHA-256", "sha256"), &document.sha256);
            }
        }
        lines.into_inner()
    }
}

/// What a consent without an end says of it.
const NO_END: &str = "que usted lo retire";

/// A product in the person's own language, and by its name as well: two of them never look the same.
fn named(product: &str) -> String {
    match ConsentData::spanish(product) {
        Some(spanish) => format!("{spanish} ({product})"),
        None => product.to_owned(),
    }
}

/// The last day as it is written in Chile.
fn until(day: Option<&str>) -> String {
    match (day, day.and_then(|day| day.parse::<Date>().ok())) {
        (_, Some(parsed)) => parsed.strftime("%d-%m-%Y").to_string(),
        (day, None) => day.unwrap_or(NO_END).to_owned(),
    }
}

impl Payout {
    fn total(&self) -> Option<Money> {
        let mut amounts = self.lines.iter().map(|line| line.amount);
        let first = amounts.next()?;
        amounts.try_fold(first, |sum, amount| sum.checked_add(amount).ok())
    }

    fn check(&self) -> Result<(), OperationError> {
        if !(1..=MAX_OPERATION_LINES).contains(&self.lines.len()) || self.total().is_none() {
            return Err(OperationError::Lines);
        }
        let is_paid = |line: &PayoutLine| line.amount.minor() > 0;
        if self.lines.iter().all(is_paid) { Ok(()) } else { Err(OperationError::Amount) }
    }

    fn show(&self, lines: &mut Lines) {
        if let Some(total) = self.total() {
            lines.text(("Monto total", "lines"), &total.display_chilean());
        }
        lines.text(("Pagos", "lines"), &self.lines.len().to_string());
        lines.payer(&self.institution, self.from.as_ref());
        for line in &self.lines {
            lines.money(line.amount);
            lines.payee(&line.to, "lines.to.name");
            lines.maybe(("Comentario", "lines.comment"), line.comment.as_deref());
        }
    }
}

impl Bill {
    fn show_biller(&self, lines: &mut Lines) {
        match &self.biller_name {
            Some(name) => {
                lines.text(("Empresa", "biller_name"), name);
                lines.text(("Código de la empresa", "biller"), &self.biller);
            }
            None => lines.text(("Empresa", "biller"), &self.biller),
        }
    }
}

impl Lines {
    fn money(&mut self, amount: Money) {
        self.text(("Monto", "amount"), &amount.display_chilean());
    }

    fn payee(&mut self, payee: &TransferPayee, name: &'static str) {
        self.text(("Para", name), &payee.name);
        self.text(("RUT", "rut"), &payee.rut.dotted());
        self.text(("Banco", "institution"), &bank(&payee.institution));
        self.text(("Cuenta", "account"), payee.account.written());
    }

    fn payer(&mut self, institution: &InstitutionId, from: Option<&AccountNumber>) {
        self.text(("Desde", "institution"), &bank(institution));
        self.maybe(("Cuenta de origen", "from"), from.map(AccountNumber::written));
    }
}

/// An institution as people know it, with the id that tells it from all others.
fn bank(id: &InstitutionId) -> String {
    let name = Catalogue::bundled().find(id).map(|row| row.name.as_str());
    name.map_or_else(|| id.to_string(), |name| format!("{name} ({id})"))
}

/// Who is paid, in a form that is equal for equal ones: bank, account and RUT.
pub fn payee_key(payee: &TransferPayee) -> String {
    let (account, rut) = (payee.account.identity(), payee.rut.compact());
    format!("account\n{}\n{account}\n{rut}", payee.institution)
}
