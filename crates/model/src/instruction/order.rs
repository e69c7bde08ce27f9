//! What is to be done.

use std::fmt;

use cartola_primitives::rut::serde_compact;
use cartola_primitives::{Money, Rut};
use serde::{Deserialize, Serialize};

use crate::authorization::{self, BeneficiaryChange};
use crate::transfer::written;
use crate::{AccountNumber, EndToEndId, InstitutionId, Operation};

/// One instruction, as the bank is told it. Names people: sealed when stored, and `Debug` shows its id
/// and kind alone.
#[derive(Clone, PartialEq, Eq)]
pub struct InstructionOrder {
    /// What the bank and we know it by.
    pub end_to_end_id: EndToEndId,
    /// The customer's account that pays; absent where no money moves.
    pub from: Option<AccountNumber>,
    /// What.
    pub what: Instructed,
}

/// What kind of instruction it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstructionKind {
    /// [`Instructed::Withdrawal`].
    Withdrawal,
    /// [`Instructed::BillPayment`].
    BillPayment,
    /// [`Instructed::Beneficiary`].
    Beneficiary,
}

impl InstructionKind {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Withdrawal, Self::BillPayment, Self::Beneficiary];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Withdrawal => "withdrawal",
            Self::BillPayment => "bill_payment",
            Self::Beneficiary => "beneficiary",
        }
    }

    /// The one of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The screen of Mi Banco that it stands for, as the audit trail names it.
    pub const fn screen(self) -> &'static str {
        match self {
            Self::Withdrawal => "Giro sin tarjeta",
            Self::BillPayment => "Pago de cuentas / servicios",
            Self::Beneficiary => "Transferencias a terceros",
        }
    }

    /// Whether money moves by it.
    pub const fn moves_money(self) -> bool {
        !matches!(self, Self::Beneficiary)
    }
}

/// What is to be done.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Instructed {
    /// Cash for somebody at an ATM, without a card.
    Withdrawal(CashOrder),
    /// A bill is paid.
    BillPayment(BillOrder),
    /// Those whom the customer transfers to change.
    Beneficiary(BeneficiaryOrder),
}

/// Cash for somebody.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CashOrder {
    /// Who may take it.
    #[serde(with = "serde_compact")]
    pub rut: Rut,
    /// How much.
    pub amount: Money,
    /// What the customer's statement says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A bill.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillOrder {
    /// Who is paid, by the code that the bank knows them by.
    pub biller_code: String,
    /// The customer's number there.
    pub customer_number: String,
    /// How much: all that is owed.
    pub amount: Money,
}

/// A change of those whom the customer transfers to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeneficiaryOrder {
    /// What is done.
    pub change: authorization::Beneficiary,
    /// Their bank.
    pub institution: InstitutionId,
    /// Their account.
    #[serde(with = "written")]
    pub account: AccountNumber,
    /// Their RUT.
    #[serde(with = "serde_compact")]
    pub rut: Rut,
    /// Their name.
    pub name: String,
    /// What the customer calls them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// Who is told of transfers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

impl Instructed {
    /// What kind it is.
    pub const fn kind(&self) -> InstructionKind {
        match self {
            Self::Withdrawal(_) => InstructionKind::Withdrawal,
            Self::BillPayment(_) => InstructionKind::BillPayment,
            Self::Beneficiary(_) => InstructionKind::Beneficiary,
        }
    }

    /// How much moves; absent where no money does.
    pub const fn amount(&self) -> Option<Money> {
        match self {
            Self::Withdrawal(cash) => Some(cash.amount),
            Self::BillPayment(bill) => Some(bill.amount),
            Self::Beneficiary(_) => None,
        }
    }

    /// Whom it is about, in a form that is equal for equal ones: a RUT, or biller and number.
    pub fn about(&self) -> String {
        match self {
            Self::Withdrawal(cash) => cash.rut.compact(),
            Self::BillPayment(bill) => format!("{}\n{}", bill.biller_code, bill.customer_number),
            Self::Beneficiary(beneficiary) => beneficiary.rut.compact(),
        }
    }

    /// The operation that it is, as its customer approves it on their phone: with every member, so that
    /// nothing is done that they have not seen. What a biller is called the bank is not told; whoever
    /// asks the customer looks it up.
    pub fn operation(
        &self,
        institution: &InstitutionId,
        from: Option<&AccountNumber>,
    ) -> Operation {
        let (institution, from) = (institution.clone(), from.cloned());
        match self {
            Self::Withdrawal(cash) => Operation::Withdrawal(authorization::Withdrawal {
                institution,
                from,
                claimed_by: cash.rut,
                amount: cash.amount,
                comment: cash.comment.clone(),
            }),
            Self::BillPayment(bill) => Operation::BillPayment(authorization::Bill {
                institution,
                from,
                biller: bill.biller_code.clone(),
                biller_name: None,
                service_account: bill.customer_number.clone(),
                amount: bill.amount,
            }),
            Self::Beneficiary(beneficiary) => Operation::Beneficiary(BeneficiaryChange {
                institution,
                change: beneficiary.change,
                payee: crate::TransferPayee {
                    institution: beneficiary.institution.clone(),
                    account: beneficiary.account.clone(),
                    rut: beneficiary.rut,
                    name: beneficiary.name.clone(),
                },
                alias: beneficiary.alias.clone(),
                email: beneficiary.email.clone(),
            }),
        }
    }
}

impl fmt::Debug for InstructionOrder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("InstructionOrder")
            .field("end_to_end_id", &self.end_to_end_id)
            .field("kind", &self.what.kind())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Instructed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Instructed({})", self.kind().name())
    }
}

macro_rules! silent {
    ($($name:ident)*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

silent!(CashOrder BillOrder BeneficiaryOrder);
