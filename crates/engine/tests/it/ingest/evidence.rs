//! What a movement is does not depend on the order in which its sources came.

use cartola_engine::ingest::evidence::{Evidence, movement};
use cartola_model::movement::MovementDetails;
use cartola_model::{MovementStatus, Observation, SourceKind};
use cartola_primitives::id::{AccountId, MovementId, SourceId};
use cartola_primitives::{Currency, Date, Money, Timestamp};
use proptest::prelude::*;

use super::book::day;

#[derive(Debug, Clone)]
struct Said {
    source: SourceKind,
    as_of: Date,
    received_at: Timestamp,
    id: SourceId,
    pinned: bool,
    says: Option<Observation>,
}

impl Said {
    fn evidence(&self) -> Evidence<'_> {
        Evidence {
            source: self.source,
            as_of: self.as_of,
            received_at: self.received_at,
            id: self.id,
            pinned: self.pinned,
            says: self.says.as_ref(),
        }
    }
}

fn said() -> impl Strategy<Value = Said> {
    let source = prop_oneof![
        Just(SourceKind::MappedFile),
        Just(SourceKind::StandardFile),
        Just(SourceKind::StatementFile)
    ];
    let says = proptest::option::weighted(
        0.8,
        (1..5_i8, -3..3_i64, proptest::option::of(0..3_i64), "[A-C]{8,12}", any::<bool>()),
    );
    (source, 1..5_i8, 0..3_i64, any::<([u8; 16], bool)>(), says).prop_map(
        |(source, as_of, received, (id, pinned), says)| Said {
            source,
            as_of: day(as_of),
            received_at: Timestamp::from_second(received).unwrap(),
            id: SourceId::from_bytes(id),
            pinned,
            says: says.map(|(on, amount, balance_after, glosa, pending)| Observation {
                booked_on: day(on),
                value_on: None,
                amount: Money::new(amount, Currency::CLP),
                balance_after,
                status: if pending { MovementStatus::Pending } else { MovementStatus::Booked },
                glosa,
                details: MovementDetails::default(),
            }),
        },
    )
}

proptest! {
    #[test]
    fn order_makes_no_difference(
        said in proptest::collection::vec(said(), 1..6),
        seed in any::<prop::sample::Index>(),
    ) {
        let id = MovementId::from_bytes([1; 16]);
        let account = AccountId::from_bytes([2; 16]);
        let mut pieces: Vec<Evidence<'_>> = said.iter().map(Said::evidence).collect();
        let straight = movement(id, account, 1, &pieces);
        let middle = seed.index(pieces.len());
        pieces.rotate_left(middle);
        prop_assert_eq!(&straight, &movement(id, account, 1, &pieces));
        pieces.reverse();
        prop_assert_eq!(&straight, &movement(id, account, 1, &pieces));
        prop_assert_eq!(straight.is_some(), said.iter().any(|said| said.says.is_some()));
    }
}
