//! Whose job is next.
//!
//! A place goes to the tenant that has the fewest jobs running; of several, to the one whose last
//! turn is longest ago. A tenant with a long queue therefore takes what nobody else wants, and no
//! more than its share where others want some, and never more than its limit. Backends keep the
//! turns, so that a restart does not begin with the same tenant each time.

use cartola_primitives::id::TenantId;

use super::Limits;

/// A tenant with jobs that have not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contender {
    /// Which.
    pub tenant: TenantId,
    /// Its jobs that run.
    pub running: u64,
    /// The number of its last turn; 0 if it had none.
    pub turn: u64,
}

/// Gives out `places`, one at a time, the first under the turn after `last_turn`, which is the last
/// of all tenants, whether they contend or not. Whoever has as many running as `limits` allow waits.
/// `take` takes the next job of a tenant, under the turn of that
/// number, or finds that there is none that is due.
pub fn give_out<T, E>(
    mut contenders: Vec<Contender>,
    last_turn: u64,
    (places, limits): (usize, Limits),
    mut take: impl FnMut(TenantId, u64) -> Result<Option<T>, E>,
) -> Result<Vec<T>, E> {
    let mut taken = Vec::new();
    let mut turn = last_turn;
    while taken.len() < places {
        let next = contenders
            .iter()
            .enumerate()
            .min_by_key(|(_, contender)| (contender.running, contender.turn, contender.tenant));
        // Who has the fewest is the last to reach a limit.
        let next = next.filter(|(_, contender)| limits.tenant_has_room(contender.running));
        let Some((place, &Contender { tenant, .. })) = next else { break };
        match take(tenant, turn + 1)? {
            Some(job) => {
                taken.push(job);
                let contender = &mut contenders[place];
                contender.running += 1;
                turn += 1;
                contender.turn = turn;
            }
            None => drop(contenders.swap_remove(place)),
        }
    }
    Ok(taken)
}
