use cartola_crypto::{LookupKey, PinCost};

use crate::support::{Counting, OTHER_TENANT, TENANT};

const OF: [u8; 16] = [3; 16];

#[test]
fn one_pin_is_kept_and_known_again() {
    let randomness = Counting::default();
    let key = LookupKey::generate(&randomness);
    let of = (TENANT, &OF);
    let kept = key.hash_pin(of, "483920", PinCost::LEAST, &randomness).unwrap();
    assert!(key.is_pin(of, "483920", &kept).unwrap());
    for wrong in ["483921", "48392", "4839200", ""] {
        assert!(!key.is_pin(of, wrong, &kept).unwrap(), "{wrong}");
    }
    let written = serde_json::to_string(&kept).unwrap();
    assert_eq!(serde_json::from_str::<cartola_crypto::PinHash>(&written).unwrap(), kept);
    assert_eq!(format!("{kept:?}"), "PinHash");
}

#[test]
fn a_hash_is_of_one_tenant_phone_and_installation() {
    let randomness = Counting::default();
    let key = LookupKey::generate(&randomness);
    let kept = key.hash_pin((TENANT, &OF), "483920", PinCost::LEAST, &randomness).unwrap();
    assert!(!key.is_pin((OTHER_TENANT, &OF), "483920", &kept).unwrap());
    assert!(!key.is_pin((TENANT, &[4; 16]), "483920", &kept).unwrap());
    let other = LookupKey::generate(&randomness);
    assert!(!other.is_pin((TENANT, &OF), "483920", &kept).unwrap());
    let again = key.hash_pin((TENANT, &OF), "483920", PinCost::LEAST, &randomness).unwrap();
    assert_ne!(again, kept, "each has a salt of its own");
}

#[test]
fn a_recommended_cost_is_taken() {
    let randomness = Counting::default();
    let key = LookupKey::generate(&randomness);
    let kept = key.hash_pin((TENANT, &OF), "000000", PinCost::RECOMMENDED, &randomness).unwrap();
    assert!(key.is_pin((TENANT, &OF), "000000", &kept).unwrap());
}
