//! Whose job is next.
//!
//! A place goes to the tenant that has the fewest jobs running; of several, to the one whose last
//! turn is longest ago. A tenant with a long queue therefore takes what nobody else wants, and no
//! more than its share where others want some. Backends keep the turns, so that a restart does not
//! begin with the same tenant each time.

use cartola_primitives::id::TenantId;

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

/// Gives out `places`, one at a time. `take` takes the next job of a tenant, under the turn of that
/// number, or finds that there is none that is due.
pub fn give_out<T, E>(
    mut contenders: Vec<Contender>,
    places: usize,
    mut take: impl FnMut(TenantId, u64) -> Result<Option<T>, E>,
) -> Result<Vec<T>, E> {
    let mut next_turn = contenders.iter().map(|contender| contender.turn).max().unwrap_or(0) + 1;
    let mut taken = Vec::new();
    while taken.len() < places {
        let next = contenders
            .iter()
            .enumerate()
            .min_by_key(|(_, contender)| (contender.running, contender.turn, contender.tenant));
        let Some((place, &Contender { tenant, .. })) = next else { break };
        match take(tenant, next_turn)? {
            Some(job) => {
                taken.push(job);
                let contender = &mut contenders[place];
                contender.running += 1;
                contender.turn = next_turn;
                next_turn += 1;
            }
            None => drop(contenders.swap_remove(place)),
        }
    }
    Ok(taken)
}
