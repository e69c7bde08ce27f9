//! Which addresses may be called.
//!
//! Whoever names a URL chooses what we connect to, and we stand inside a network. Only addresses
//! that the whole internet can reach are called: the registries of special-purpose addresses of
//! IANA (RFC 6890 and its successors) say which are not. Of IPv6, only what is handed out at all
//! (`2000::/3`, RFC 4291) is allowed, and of that, nothing that carries an IPv4 address within:
//! Teredo and 6to4 lead wherever that one leads. IPv4-mapped and -compatible addresses, NAT64,
//! unique local, link-local and multicast addresses lie outside `2000::/3`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// What the whole internet can reach.
    Public,
    /// That, and this machine: for a demo, whose receivers run beside it.
    PublicAndLoopback,
}

impl Reach {
    /// Whether this address may be called.
    pub fn admits(self, address: IpAddr) -> bool {
        let is_public = match address {
            IpAddr::V4(address) => is_public_v4(address),
            IpAddr::V6(address) => is_public_v6(address),
        };
        is_public || (self == Self::PublicAndLoopback && address.to_canonical().is_loopback())
    }
}

/// Blocks of IPv4 that are not reached from everywhere: first address and length of the prefix.
const SPECIAL_V4: [(Ipv4Addr, u32); 16] = [
    (Ipv4Addr::UNSPECIFIED, 8),            // this network, RFC 791
    (Ipv4Addr::new(10, 0, 0, 0), 8),       // private, RFC 1918
    (Ipv4Addr::new(100, 64, 0, 0), 10),    // behind a carrier's NAT, RFC 6598
    (Ipv4Addr::new(127, 0, 0, 0), 8),      // loopback, RFC 1122
    (Ipv4Addr::new(169, 254, 0, 0), 16),   // link-local, also metadata of clouds, RFC 3927
    (Ipv4Addr::new(172, 16, 0, 0), 12),    // private, RFC 1918
    (Ipv4Addr::new(192, 0, 0, 0), 24),     // protocol assignments, RFC 6890
    (Ipv4Addr::new(192, 0, 2, 0), 24),     // documentation, RFC 5737
    (Ipv4Addr::new(192, 88, 99, 0), 24),   // relays of 6to4, RFC 7526
    (Ipv4Addr::new(192, 168, 0, 0), 16),   // private, RFC 1918
    (Ipv4Addr::new(198, 18, 0, 0), 15),    // benchmarks, RFC 2544
    (Ipv4Addr::new(198, 51, 100, 0), 24),  // documentation, RFC 5737
    (Ipv4Addr::new(203, 0, 113, 0), 24),   // documentation, RFC 5737
    (Ipv4Addr::new(168, 63, 129, 16), 32), // the platform of Azure, which answers from within
    (Ipv4Addr::new(224, 0, 0, 0), 4),      // multicast, RFC 5771
    (Ipv4Addr::new(240, 0, 0, 0), 4),      // reserved, and broadcast, RFC 1112
];

/// Where unicast addresses are handed out from.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Blocks of those that are not reached from everywhere, or lead elsewhere.
const SPECIAL_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // protocol assignments, also Teredo, RFC 2928
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation, RFC 3849
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4, RFC 3056
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation, RFC 9637
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = address.to_bits();
    !SPECIAL_V4.iter().any(|(block, length)| (bits ^ block.to_bits()) >> (32 - length) == 0)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let within = |(block, length): &(Ipv6Addr, u32)| {
        (address.to_bits() ^ block.to_bits()) >> (128 - length) == 0
    };
    within(&GLOBAL_V6) && !SPECIAL_V6.iter().any(within)
}
