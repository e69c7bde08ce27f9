//! What those are called who send bills. Banks know them by a code, which says nothing to whoever
//! approves.

use cartola_model::authorization::{Bill, showable};
use cartola_model::records::ServiceAccount;
use cartola_model::{LinkSource, Operation, Principal, Record, RecordKind};
use cartola_primitives::id::PersonId;

use crate::{Engine, EngineError};

impl Engine {
    /// An operation as its person reads it: a bill with the name that their own bank lists for the code,
    /// as far as a consent allows that to be read, and with no other. A name that came along is whatever
    /// whoever asks says: it would read as if the bank said so.
    pub(super) async fn named_operation(
        &self,
        who: &Principal,
        person: PersonId,
        operation: &Operation,
    ) -> Result<Operation, EngineError> {
        let Operation::BillPayment(bill) = operation else { return Ok(operation.clone()) };
        let biller_name = match self.listed_name(who, person, bill).await {
            // The code alone says who is paid.
            Err(error) if error.is_damage() => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(tenant = %who.tenant, error, "engine.billers.not_read");
                None
            }
            listed => listed?,
        };
        Ok(Operation::BillPayment(Bill { biller_name, ..bill.clone() }))
    }

    async fn listed_name(
        &self,
        who: &Principal,
        person: PersonId,
        bill: &Bill,
    ) -> Result<Option<String>, EngineError> {
        for source in [LinkSource::Credentials, LinkSource::Calls] {
            let found = self.store().link_of(who.tenant, &bill.institution, Some(person), source);
            let Some(link) = found.await? else { continue };
            let listed = self.newest_record(who, link.id, RecordKind::ServiceAccounts).await?;
            let Some(Record::ServiceAccounts(listed)) = listed.map(|open| open.record) else {
                continue;
            };
            // A list that has the code is not made up for by another one.
            if listed.iter().any(|account| is_biller(account, bill)) {
                return Ok(name_of(&listed, bill).map(str::to_owned));
            }
        }
        Ok(None)
    }
}

/// The name of the code: as it stands beside the customer's number where that is listed too, and else where
/// all that is listed of that code has one name. One that cannot be shown as it is, is none.
fn name_of<'a>(listed: &'a [ServiceAccount], bill: &Bill) -> Option<&'a str> {
    let of_biller = || listed.iter().filter(|account| is_biller(account, bill));
    let numbered = of_biller().find(|account| account.customer_number == bill.service_account);
    let only = || {
        let first = of_biller().next()?;
        of_biller().all(|account| account.company == first.company).then_some(first)
    };
    let name = numbered.or_else(only).map(|account| account.company.as_str());
    name.filter(|name| showable(name))
}

fn is_biller(account: &ServiceAccount, bill: &Bill) -> bool {
    account.company_code.as_ref() == Some(&bill.biller)
}
