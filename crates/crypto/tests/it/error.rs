use cartola_crypto::{BreakKind, ChainBreak, CryptoError, MasterKeyId};
use expect_test::{Expect, expect};

use crate::support::{KEY, OTHER_KEY};

fn check(error: &impl std::error::Error, message: &Expect) {
    message.assert_eq(&error.to_string());
}

#[test]
fn messages_say_what_to_do() {
    check(
        &CryptoError::Authentic,
        &expect![
            "the sealed value was altered, or belongs elsewhere; restore this row from a backup that was made with the same keys"
        ],
    );
    check(
        &CryptoError::OtherDataKey { sealed: KEY, held: OTHER_KEY },
        &expect![
            "the value was sealed with data key dky_02020202020202020202020202020202, but dky_08080808080808080808080808080808 was used; load dky_02020202020202020202020202020202"
        ],
    );
    let id = MasterKeyId::from_bytes([0xab; 8]);
    check(
        &CryptoError::UnknownMasterKey { id },
        &expect![
            "master key abababababababab is not in the key ring; add it to the retired master keys"
        ],
    );
    check(
        &CryptoError::TooLarge { size: 11, limit: 10 },
        &expect!["11 bytes are too many to seal at once; at most 10 are allowed, split them"],
    );
    check(
        &CryptoError::KeyFormat,
        &expect![
            "the key is not 32 bytes in padded base64 (44 characters); `openssl rand -base64 32` makes one"
        ],
    );
    check(&CryptoError::HexFormat { expected: 64 }, &expect!["expected 64 hexadecimal digits"]);
    for (kind, message) in [
        (
            BreakKind::Altered,
            expect![
                "audit entry 7 was altered or put in; compare it with a backup or with an exported audit, everything before it is proven"
            ],
        ),
        (
            BreakKind::Missing,
            expect![
                "audit entry 7 is missing; compare it with a backup or with an exported audit, everything before it is proven"
            ],
        ),
        (
            BreakKind::Reordered,
            expect![
                "audit entry 7 is not in its turn; compare it with a backup or with an exported audit, everything before it is proven"
            ],
        ),
    ] {
        check(&ChainBreak { sequence: 7, kind }, &message);
    }
}
