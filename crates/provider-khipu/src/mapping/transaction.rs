use cartola_model::movement::MovementDetails;
use cartola_model::{
    AccountNumber, Catalogue, Counterparty, InstitutionId, Movement, MovementStatus, glosa,
};
use cartola_primitives::Money;
use cartola_primitives::id::AccountId;

use super::statement;
use super::text::cut;
use crate::Month;
use crate::wire::{
    Agent, Amount, BalanceAfter, BalanceType, CreditDebit, EntryStatus, MerchantDetails, Moment,
    Mutability, Party, Supplement, Transaction,
};

/// Longest texts of the standard, characters.
mod longest {
    pub const ADDRESS_LINE: usize = 70;
    pub const INFORMATION: usize = 500;
    pub const REFERENCE: usize = 210;
    pub const NAME: usize = 350;
    pub const IDENTIFICATION: usize = 256;
}

/// What identifies the other side: an account as a bank prints it, or a person or company.
const ACCOUNT_SCHEME: &str = "CL.AccountNumber";
const RUT_SCHEME: &str = "CL.RUT";

/// What identifies a bank: the CMF's code.
const CMF_SCHEME: &str = "CL.CMF";

/// What a movement's record is made of.
#[derive(Debug)]
pub struct TransactionSource<'a, Text = String> {
    /// The number of its account.
    pub number: &'a AccountNumber,
    /// The movement.
    pub movement: &'a Movement<Text>,
    /// The other side, where it is known.
    pub counterparty: Option<&'a Counterparty>,
}

/// The references of statements that movements are in. A list goes by days, and that of a month, which
/// is a hash, is made once for all movements of the month.
#[derive(Debug, Default)]
pub struct References {
    last: Option<(AccountId, Month, String)>,
}

impl References {
    fn of(&mut self, account: AccountId, month: Month) -> String {
        match &self.last {
            Some((of_account, of_month, known)) if (*of_account, *of_month) == (account, month) => {
                known.clone()
            }
            _ => {
                let reference = statement::reference(account, month);
                self.last = Some((account, month, reference.clone()));
                reference
            }
        }
    }
}

/// The record of a movement; none of one that the bank no longer has.
pub fn transaction<Text: AsRef<str>>(
    source: &TransactionSource<'_, Text>,
    references: &mut References,
) -> Option<Transaction> {
    let movement = source.movement;
    let (status, transaction_mutability) = standing(movement.status)?;
    let sign = CreditDebit::of(movement.amount);
    let details = &movement.details;
    let party = source.counterparty.and_then(|other| party(other, details.card.is_some()));
    let bank = source.counterparty.and_then(|other| agent(other.bank.as_ref()?));
    let ((creditor_account, creditor_agent), (debtor_account, debtor_agent)) = match sign {
        CreditDebit::Debit => ((party, bank), (None, None)),
        CreditDebit::Credit => ((None, None), (party, bank)),
    };
    let in_statement = (status == EntryStatus::Booked)
        .then(|| references.of(movement.account, Month::of(movement.booked_on)));
    let booked_at = Moment::start_of(movement.booked_on);
    let begins_at = |day| if day == movement.booked_on { booked_at } else { Moment::start_of(day) };
    let reference = [&details.reference, &details.document];
    Some(Transaction {
        account_id: source.number.digits().to_owned(),
        address_line: first_said([&details.branch, &details.city], longest::ADDRESS_LINE),
        booking_date_time: booked_at,
        credit_debit_indicator: sign,
        statement_reference: in_statement.into_iter().collect(),
        status,
        transaction_id: movement.id.hex(),
        transaction_information: cut(&glosa::clean(movement.glosa.as_ref()), longest::INFORMATION),
        transaction_mutability,
        transaction_reference: first_said(reference, longest::REFERENCE),
        value_date_time: movement.value_on.map(begins_at),
        amount: Amount::unsigned(movement.amount),
        balance: balance_after(movement),
        creditor_agent,
        creditor_account,
        debtor_agent,
        debtor_account,
        merchant_details: merchant(source),
        supplementary_data: supplements(details),
    })
}

fn standing(status: MovementStatus) -> Option<(EntryStatus, Mutability)> {
    match status {
        MovementStatus::Booked => Some((EntryStatus::Booked, Mutability::Immutable)),
        MovementStatus::Pending => Some((EntryStatus::Pending, Mutability::Mutable)),
        MovementStatus::Removed => None,
    }
}

fn balance_after<Text>(movement: &Movement<Text>) -> Option<BalanceAfter> {
    let balance = Money::new(movement.balance_after?, movement.amount.currency());
    Some(BalanceAfter {
        amount: Amount::unsigned(balance),
        credit_debit_indicator: CreditDebit::of(balance),
        kind: BalanceType::InterimBooked,
    })
}

/// The first of two texts that says something.
fn first_said<Text: AsRef<str>>(texts: [&Option<Text>; 2], longest: usize) -> Option<String> {
    texts.into_iter().flatten().find_map(|text| cut(text.as_ref(), longest))
}

/// The other side, unless all that is known of it is the name of the shop that a card was used in:
/// that stands in `MerchantDetails`.
fn party(other: &Counterparty, by_card: bool) -> Option<Party> {
    let rut = other.rut.map(|rut| rut.compact());
    let account = other.account.as_deref().and_then(|text| cut(text, longest::IDENTIFICATION));
    let name = other.name.as_deref().and_then(|text| cut(text, longest::NAME));
    let (scheme, identification, secondary_identification) = match (account, rut) {
        (Some(account), rut) => (Some(ACCOUNT_SCHEME), Some(account), rut),
        (None, Some(rut)) => (Some(RUT_SCHEME), Some(rut), None),
        (None, None) if by_card || name.is_none() => return None,
        (None, None) => (None, None, None),
    };
    let scheme_name = scheme.map(str::to_owned);
    Some(Party { scheme_name, identification, name, secondary_identification })
}

/// The bank of the other side's account.
fn agent(bank: &InstitutionId) -> Option<Agent> {
    let row = Catalogue::bundled().find(bank)?;
    let scheme_name = row.cmf_code.as_ref().map(|_| CMF_SCHEME.to_owned());
    Some(Agent { scheme_name, identification: row.cmf_code.clone(), name: row.name.clone() })
}

fn merchant<Text>(source: &TransactionSource<'_, Text>) -> Option<MerchantDetails> {
    source.movement.details.card.as_ref()?;
    let merchant_name = cut(source.counterparty?.name.as_deref()?, longest::NAME)?;
    Some(MerchantDetails { merchant_name })
}

fn supplements<Text: AsRef<str>>(details: &MovementDetails<Text>) -> Vec<Supplement> {
    let card = details.card.as_ref();
    let text = |text: &Text| text.as_ref().to_owned();
    let said = [
        ("Channel", details.channel.as_ref().map(text)),
        ("DocumentNumber", details.document.as_ref().map(text)),
        ("City", details.city.as_ref().map(text)),
        ("CardLastDigits", card.map(|card| text(&card.last4))),
        ("AdditionalCard", card.filter(|card| card.additional).map(|_| "true".to_owned())),
        ("Instalment", details.instalment.map(|one| format!("{}/{}", one.number, one.of))),
    ];
    said.into_iter()
        .filter_map(|(name, value)| Some(Supplement { name: name.to_owned(), value: value? }))
        .collect()
}
