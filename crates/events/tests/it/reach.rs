//! Addresses, class by class.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use cartola_events::Reach;
use proptest::prelude::*;

fn check(admitted: bool, addresses: &[&str]) {
    for text in addresses {
        let address: IpAddr = text.parse().unwrap();
        assert_eq!(Reach::Public.admits(address), admitted, "{text}");
    }
}

#[test]
fn public_addresses_are_called() {
    check(true, &["1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255"]);
    check(true, &["100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255"]);
    check(true, &["169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255"]);
    check(true, &["192.169.0.0", "198.17.255.255", "198.20.0.0", "200.1.123.4", "223.255.255.255"]);
    check(true, &["2606:4700:4700::1111", "2800:150::1", "2001:200::1", "3ffe::1", "2003::"]);
}

#[test]
fn addresses_of_this_machine_and_network_are_not() {
    check(false, &["0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.255", "::", "::1"]);
    check(false, &["10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255"]);
    check(false, &["192.168.0.0", "192.168.255.255", "100.64.0.0", "100.127.255.255"]);
    check(false, &["169.254.0.0", "169.254.255.255", "fe80::1", "febf::1", "fec0::1"]);
    check(false, &["fc00::1", "fd00::1", "fdff:ffff::1"]);
}

#[test]
fn metadata_of_clouds_is_not() {
    check(false, &["169.254.169.254", "169.254.170.2", "fd00:ec2::254", "168.63.129.16"]);
    check(false, &["100.100.100.200", "192.0.0.192", "::ffff:169.254.169.254"]);
}

#[test]
fn groups_and_what_nobody_has_are_not() {
    check(false, &["224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "ff02::1"]);
    check(false, &["192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "198.19.255.255"]);
    check(false, &["2001:db8::1", "3fff::1", "3fff:fff::1", "100::1", "5f00::1", "4000::1"]);
}

#[test]
fn addresses_that_carry_another_one_are_not() {
    check(false, &["::ffff:8.8.8.8", "::ffff:127.0.0.1", "::8.8.8.8", "::127.0.0.1"]);
    check(false, &["64:ff9b::8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::"]);
    check(false, &["2002:808:808::1", "2001::1", "2001:0:4136:e378::", "192.88.99.1"]);
}

#[test]
fn a_demo_calls_this_machine_too_and_no_more() {
    for (text, admitted) in [
        ("127.0.0.1", true),
        ("127.8.8.8", true),
        ("::1", true),
        ("::ffff:127.0.0.1", true),
        ("8.8.8.8", true),
        ("0.0.0.0", false),
        ("::", false),
        ("10.0.0.1", false),
        ("169.254.169.254", false),
        ("::ffff:10.0.0.1", false),
        ("fd00:ec2::254", false),
    ] {
        let address: IpAddr = text.parse().unwrap();
        assert_eq!(Reach::PublicAndLoopback.admits(address), admitted, "{text}");
    }
}

proptest! {
    /// What the standard library knows of IPv4, we refuse.
    #[test]
    fn no_special_address_of_ipv4_is_called(bits in any::<u32>()) {
        let address = Ipv4Addr::from_bits(bits);
        let is_special = address.is_private() || address.is_loopback() || address.is_link_local()
            || address.is_multicast() || address.is_unspecified() || address.is_broadcast()
            || address.is_documentation();
        prop_assert!(!is_special || !Reach::Public.admits(address.into()));
    }

    /// However an address of IPv4 is wrapped, it is not called.
    #[test]
    fn no_wrapped_address_is_called(bits in any::<u32>()) {
        let within = u128::from(bits);
        let wrapped = [
            within,
            0xffff_u128 << 32 | within,
            0x0064_ff9b_u128 << 96 | within,
            0x0064_ff9b_0001_u128 << 80 | within,
            0x2002_u128 << 112 | within << 80,
            0x2001_0000_u128 << 96 | within,
        ];
        for address in wrapped.map(Ipv6Addr::from_bits) {
            prop_assert!(!Reach::Public.admits(address.into()), "{address}");
        }
    }

    /// Of IPv6, only 2000::/3 is called.
    #[test]
    fn only_global_unicast_of_ipv6_is_called(bits in any::<u128>()) {
        let address = Ipv6Addr::from_bits(bits);
        prop_assert!(bits >> 125 == 1 || !Reach::Public.admits(address.into()));
    }
}
