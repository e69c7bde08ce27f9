//! How often sessions are opened without a key: by one address, and for one person. Whoever reaches the host
//! may knock there, and each knock is written down and asked of a bank before anybody knows who it was.

use cartola_crypto::ContentHash;
use cartola_http::Peer;
use cartola_http::rate::RateLimit;
use cartola_model::Failure;
use cartola_primitives::Rut;

use super::refused::Refused;

/// Knocks of one address, a minute and at once. Behind a proxy, that is one address of many people.
pub const BY_ADDRESS: u32 = 60;

/// Knocks for one person, a minute and at once.
pub const BY_PERSON: u32 = 20;

/// The door of sessions that no key opens.
pub struct Door {
    addresses: RateLimit<Peer>,
    people: RateLimit<ContentHash>,
}

impl Door {
    pub fn new() -> Self {
        Self {
            addresses: RateLimit::per_minute(BY_ADDRESS, BY_ADDRESS),
            people: RateLimit::per_minute(BY_PERSON, BY_PERSON),
        }
    }

    /// Takes one knock of an address, where it is known.
    pub fn knock(&self, from: Option<Peer>) -> Result<(), Refused> {
        from.map_or(Ok(()), |from| self.addresses.take(from)).map_err(later)
    }

    /// Takes one for a person.
    pub fn knock_for(&self, rut: Rut) -> Result<(), Refused> {
        self.people.take(ContentHash::of(rut.compact().as_bytes())).map_err(later)
    }
}

fn later(wait: std::time::Duration) -> Refused {
    let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
    Refused::of(Failure::RateLimited).after(seconds)
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use cartola_http::Peer;
    use cartola_primitives::Rut;

    use super::{BY_ADDRESS, BY_PERSON, Door};

    #[test]
    fn nobody_uses_up_what_others_may() {
        let door = Door::new();
        let peer = |last| Some(Peer(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))));
        // On a slow machine some come back meanwhile.
        let knocks = || (0..10 * BY_ADDRESS).any(|_| door.knock(peer(1)).is_err());
        assert!(knocks());
        assert!(door.knock(peer(2)).is_ok());
        let rut = |text| Rut::parse(text).unwrap();
        assert!((0..10 * BY_PERSON).any(|_| door.knock_for(rut("11.111.111-1")).is_err()));
        assert!(door.knock_for(rut("12.345.678-5")).is_ok());
    }
}
