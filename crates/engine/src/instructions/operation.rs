//! What an instruction is, as its customer approves it on their phone.

use cartola_model::{AccountNumber, Operation, Principal};
use cartola_primitives::Rut;
use cartola_store::people::LinkRow;

use super::begin::of_payer;
use super::{Giver, InstructionError, Wanted};
use crate::payouts::Payer;
use crate::{Engine, EngineError};

impl Engine {
    /// Whose operation an instruction is, and the operation as they approve it. It is of whoever the link
    /// is that signs in; nobody's where that is not known.
    ///
    /// # Errors
    ///
    /// Those of an account that cannot pay.
    pub async fn operation_of_instruction(
        &self,
        who: &Principal,
        wanted: &Wanted<'_>,
    ) -> Result<(Option<Rut>, Operation), InstructionError> {
        match &wanted.giver {
            Giver::Credentials { institution, from, .. } => {
                let whose = self.giver_of(who, wanted, None).await?;
                Ok((whose, wanted.what.operation(institution, paying(wanted, from.as_ref()))))
            }
            Giver::Link { link, from } => {
                let link = self.pulled_link(who, *link).await?;
                let whose = self.giver_of(who, wanted, Some(&link)).await?;
                Ok((whose, wanted.what.operation(&link.institution, paying(wanted, from.as_ref()))))
            }
            Giver::Account(account) => {
                let Payer { number, link, .. } =
                    self.payer(who, *account).await.map_err(of_payer)?;
                let whose = self.giver_of(who, wanted, Some(&link)).await?;
                let from = paying(wanted, Some(&number));
                Ok((whose, wanted.what.operation(&link.institution, from)))
            }
        }
    }

    /// Who signs in, and is asked.
    pub(super) async fn giver_of(
        &self,
        who: &Principal,
        wanted: &Wanted<'_>,
        link: Option<&LinkRow>,
    ) -> Result<Option<Rut>, EngineError> {
        match (&wanted.giver, link) {
            (Giver::Credentials { rut, .. }, _) => Ok(Some(*rut)),
            (Giver::Account(_) | Giver::Link { .. }, Some(link)) => {
                self.whose_link(who, link).await
            }
            (Giver::Account(_) | Giver::Link { .. }, None) => Ok(None),
        }
    }
}

/// The account, where it pays.
pub(super) fn paying<'a>(
    wanted: &Wanted<'_>,
    from: Option<&'a AccountNumber>,
) -> Option<&'a AccountNumber> {
    from.filter(|_| wanted.what.kind().moves_money())
}
