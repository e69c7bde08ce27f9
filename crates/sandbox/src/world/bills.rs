//! Bills that are open, and what would pay them by itself.

use cartola_primitives::Rut;

use crate::data::{Service, data};
use crate::flow::{Kind, Side};
use crate::holding::bill::{Account, Bill};
use crate::month::Month;
use crate::resident::Resident;

use super::act::change;
use super::overlay;
use super::record::Change;
use super::{Kept, World};

/// The first of the codes by which banks know who sends bills.
const FIRST_CODE: usize = 1_001;

/// A bill that nobody has paid.
pub(crate) struct Open {
    pub bill: Bill,
    /// Whether it is on its way to be paid by itself.
    pub is_being_paid: bool,
    /// What takes away the movement that would pay it later.
    pub by_itself: Change,
}

/// The code by which banks know a supplier: four digits.
pub(crate) fn code_of(supplier: &Service) -> String {
    let services = data().services.iter();
    let place = services.take_while(|service| service.name != supplier.name).count();
    format!("{:04}", FIRST_CODE + place)
}

/// The supplier of a code.
pub(crate) fn billed(code: &str) -> Option<&'static str> {
    let supplier = data().services.iter().find(|service| code_of(service) == code);
    supplier.map(|supplier| supplier.name.as_str())
}

/// What somebody has at the supplier of a code.
fn supplied(resident: &Resident, biller: &str) -> Option<Account> {
    let mut accounts = Account::all(resident).filter(Account::is_supply);
    accounts.find(|account| code_of(account.supplier) == biller)
}

impl World {
    /// What somebody owes a supplier, if they do.
    pub(crate) fn open_bill(&self, resident: &Resident, account: &Account) -> Option<Bill> {
        self.opened(&self.kept(), resident, account).map(|open| open.bill)
    }

    /// The number that somebody has at the supplier of a code.
    pub(super) fn number_at(&self, rut: Rut, biller: &str) -> Option<String> {
        let resident = Resident::of(self.population.seed(), rut)?;
        supplied(&resident, biller).map(|account| account.number)
    }

    /// The same by the code of the supplier, as whoever pays it names them.
    pub(super) fn bill_of(&self, kept: &Kept, rut: Rut, biller: &str) -> Option<Open> {
        let resident = Resident::of(self.population.seed(), rut)?;
        let account = supplied(&resident, biller)?;
        self.opened(kept, &resident, &account).filter(|open| !open.is_being_paid)
    }

    fn opened(&self, kept: &Kept, resident: &Resident, account: &Account) -> Option<Open> {
        let now = self.local_now();
        let bill = account.open(resident, now)?;
        let main = self.population.account(resident.main())?;
        let month = Month::of(now.date());
        let acted = kept.state.acted(main.key);
        let drawn = overlay::months(self.population, &main, &acted, (month, month.plus(1)));
        let pays = |kind| matches!(kind, Kind::Bill | Kind::Pac);
        let is_it = |side| match side {
            Side::System(system) => system.name == account.supplier.name,
            Side::Customer(_) => false,
        };
        let by_itself = drawn.movements.into_iter().find(|each| {
            each.booked > now
                && each.kind.is_some_and(pays)
                && is_it(each.other)
                && each.amount.minor() == -bill.amount
        })?;
        let is_being_paid = by_itself.occurred <= now;
        let undone = Change { amount: None, ..change(kept, main.key, &by_itself) };
        Some(Open { bill, is_being_paid, by_itself: undone })
    }
}
