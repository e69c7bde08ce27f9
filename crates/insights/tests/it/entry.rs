use cartola_insights::{Entry, Month};
use cartola_model::movement::MovementDetails;
use cartola_model::{Counterparty, Movement, MovementStatus};
use cartola_primitives::id::{AccountId, MovementId};
use cartola_primitives::{Currency, Money, date};
use proptest::prelude::*;

fn movement(status: MovementStatus) -> Movement {
    Movement {
        id: MovementId::from_bytes([1; 16]),
        account: AccountId::from_bytes([2; 16]),
        version: 1,
        booked_on: date(2026, 10, 30),
        value_on: None,
        amount: Money::new(-1_000, Currency::CLP),
        balance_after: None,
        status,
        glosa: "TRASPASO A:JUAN SOTO".to_owned(),
        details: MovementDetails { channel: Some("Internet".to_owned()), ..Default::default() },
    }
}

#[test]
fn what_the_bank_no_longer_has_is_no_entry() {
    assert_eq!(Entry::of(&movement(MovementStatus::Removed), None), None);
    let booked = movement(MovementStatus::Booked);
    let other = Counterparty { name: Some("Juan Soto".to_owned()), ..Counterparty::default() };
    let entry = Entry::of(&booked, Some(&other)).unwrap();
    assert_eq!(
        (entry.channel, entry.pesos(), entry.on),
        (Some("Internet"), Some(-1_000), booked.booked_on)
    );
    let shown = format!("{entry:?}").to_uppercase();
    assert!(!shown.contains("SOTO") && !shown.contains("TRASPASO"), "{shown}");
}

proptest! {
    #[test]
    fn months_follow_one_another(year in 1900_i16..2200, month in 1_i8..13, back in 0_u32..500) {
        let now = Month::of(date(year, month, 15));
        let then = now.back(back);
        prop_assert_eq!(then.before(now), Some(back));
        prop_assert_eq!(now.before(then), (back == 0).then_some(0));
        prop_assert_eq!(Month::of(then.last_day().tomorrow().unwrap()).before(now), back.checked_sub(1));
        prop_assert_eq!((then.first_day().day(), Month::of(then.first_day())), (1, then));
        prop_assert_eq!(now.to_string(), format!("{year:04}-{month:02}"));
    }
}
