//! Who supplies somebody.

use crate::data::{Service, data};
use crate::dice::Dice;
use crate::household::Household;

/// One of the services of that kind where they live.
pub(crate) fn of(household: &Household, kind: &str, dice: &mut Dice) -> &'static Service {
    let here = |service: &&Service| {
        let grids = &service.grids;
        service.kind == kind && (grids.is_empty() || grids.contains(&household.commune.grid))
    };
    let all: Vec<&Service> = data().services.iter().filter(here).collect();
    let place = dice.place(all.len());
    all[place]
}
