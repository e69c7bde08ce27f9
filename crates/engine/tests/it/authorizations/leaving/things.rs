//! The things themselves: what each is as it is approved, and how it is begun.

use cartola_engine::authorizations::{Asking, LeaveBy, LeaveError, LinkPayment, LinkPaymentError};
use cartola_engine::instructions::{
    BeneficiaryOrder, BillOrder, CashOrder, Giver, InstructionError, Wanted,
};
use cartola_engine::once::Reply;
use cartola_engine::payments::PaymentError;
use cartola_engine::payouts::{PayoutError, PayoutLine, PayoutOrder};
use cartola_engine::work::JobKind;
use cartola_model::authorization::{Beneficiary, Payout, PayoutLine as ShownLine};
use cartola_model::{AccountNumber, Instructed, Operation};
use cartola_primitives::{Currency, Money};

use super::super::{payee, payment, person};
use super::{Both, By, Refusal, Thing, What, customer, pesos};
use crate::readings::fields;
use crate::world::bank::{PASSWORD, institution};

fn refusal(error: &LeaveError) -> Refusal {
    match error {
        LeaveError::Needed(_) => Refusal::Needed,
        LeaveError::Approval(_) => Refusal::Approval,
        LeaveError::Operation(error) => panic!("everything here can be shown: {error}"),
    }
}

impl Both {
    fn lines(thing: Thing) -> Vec<PayoutLine> {
        let line = |nth: i64| PayoutLine {
            reference: Some(nth.to_string()),
            payee: payee(&format!("9234567{nth}")),
            amount: Money::new(pesos(thing).minor() / 2 + nth, Currency::CLP),
            comment: None,
        };
        vec![line(0), line(1)]
    }

    fn link_payment<'a>(&self, thing: Thing, case: &'a str) -> LinkPayment<'a> {
        LinkPayment {
            link: self.link.id,
            from: self.number.clone(),
            payee: payee("12345678"),
            amount: pesos(thing),
            comment: None,
            case,
            request: case.as_bytes(),
            next: None,
        }
    }

    fn wanted<'a>(&self, thing: Thing, case: &'a str, leave: LeaveBy<'a>) -> Wanted<'a> {
        let what = match thing.what {
            What::Cash => Instructed::Withdrawal(CashOrder {
                rut: person(),
                amount: pesos(thing),
                comment: None,
            }),
            What::Bill => Instructed::BillPayment(BillOrder {
                biller_code: "1001".to_owned(),
                customer_number: "1234567-8".to_owned(),
                amount: pesos(thing),
            }),
            _ => Instructed::Beneficiary(BeneficiaryOrder {
                change: Beneficiary::Add,
                institution: payee("1").institution,
                account: AccountNumber::parse("99887766").unwrap(),
                rut: person(),
                name: if thing.is_large { "Ana Soto" } else { "Luis Rojas" }.to_owned(),
                alias: None,
                email: None,
            }),
        };
        Wanted {
            giver: Giver::Account(self.account),
            what,
            case,
            request: case.as_bytes(),
            evidence: b"a request",
            leave,
            asking: Asking::WhereRequired,
            next: None,
        }
    }

    /// As its customer approves it.
    pub async fn operation(&self, thing: Thing) -> Operation {
        let world = &self.scene.world;
        match thing.what {
            What::Payment => {
                let fields = fields(PASSWORD);
                let order = payment(&fields, pesos(thing).minor(), "any", None);
                world.engine.operation_of_payment(&order).unwrap()
            }
            What::LinkPayment => {
                let order = self.link_payment(thing, "any");
                world.engine.operation_of_link_payment(&self.link, &order)
            }
            What::Payout => {
                let shown = |line: PayoutLine| ShownLine {
                    to: line.payee,
                    amount: line.amount,
                    comment: None,
                };
                Operation::Payout(Payout {
                    institution: institution(),
                    from: Some(self.number.clone()),
                    lines: Self::lines(thing).into_iter().map(shown).collect(),
                })
            }
            What::Cash | What::Bill | What::Beneficiary => {
                let wanted = self.wanted(thing, "any", LeaveBy::NotNeeded);
                let of = world.engine.operation_of_instruction(&world.who, &wanted).await;
                let (rut, operation) = of.unwrap();
                assert_eq!(rut, Some(customer()));
                operation
            }
        }
    }

    /// Does it, and gives the id of what was begun.
    pub async fn begin(&self, thing: Thing, by: By, case: &str) -> Result<String, Refusal> {
        let nth = self.nth(by);
        let made = "mp_none".to_owned();
        let token = nth.and_then(|nth| self.asked[nth].token.as_ref()).unwrap_or(&made);
        let leave = match (by, nth) {
            (By::Nothing, _) => LeaveBy::NotNeeded,
            (By::Approved(_), Some(nth)) => LeaveBy::Approved(self.asked[nth].id),
            _ => LeaveBy::Token(token),
        };
        // Calls of a tenant's have tokens alone.
        let approval = (!matches!(by, By::Nothing)).then_some(token.as_str());
        let (engine, who) = (&self.scene.world.engine, &self.scene.world.who);
        match thing.what {
            What::Payment => {
                let fields = fields(PASSWORD);
                let order = payment(&fields, pesos(thing).minor(), case, approval);
                match engine.begin_payment(who, &order).await {
                    Ok(begun) => Ok(begun.row.id.to_string()),
                    Err(PaymentError::Leave(error)) => Err(refusal(&error)),
                    Err(error) => panic!("{error}"),
                }
            }
            What::LinkPayment => {
                let order = self.link_payment(thing, case);
                match engine.begin_link_payment(who, &order, leave).await {
                    Ok(begun) => Ok(begun.row.id.to_string()),
                    Err(LinkPaymentError::Leave(error)) => Err(refusal(&error)),
                    Err(error) => panic!("{error}"),
                }
            }
            What::Payout => {
                let order = PayoutOrder {
                    list: "tests",
                    account: Some(self.account),
                    named: "the account",
                    is_batch: true,
                    lines: Self::lines(thing),
                    case,
                    request: case.as_bytes(),
                    approval,
                    next: JobKind::parse("tests.none").unwrap(),
                };
                match engine.begin_payout(who, &order, Reply::NONE).await {
                    Ok(begun) => Ok(begun.payout.row.id.to_string()),
                    Err(PayoutError::Leave(error)) => Err(refusal(&error)),
                    Err(error) => panic!("{error}"),
                }
            }
            What::Cash | What::Bill | What::Beneficiary => {
                let wanted = self.wanted(thing, case, leave);
                match engine.begin_instruction(who, &wanted).await {
                    Ok(begun) => Ok(begun.row.id.to_string()),
                    Err(InstructionError::Leave(error)) => Err(refusal(&error)),
                    Err(error) => panic!("{error}"),
                }
            }
        }
    }
}
