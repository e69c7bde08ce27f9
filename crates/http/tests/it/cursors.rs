//! Cursors are bound to their list.

use cartola_http::Cursor;
use cartola_http::cursor::{List, MAX_CURSOR_CHARACTERS};
use cartola_primitives::id::TenantId;
use proptest::prelude::*;

fn list<'a>(name: &'static str, tenant: u8, filters: &'a [u8]) -> List<'a> {
    List { name, tenant: TenantId::from_bytes([tenant; 16]), filters }
}

proptest! {
    #[test]
    fn a_cursor_opens_for_its_list_and_no_other(
        position in prop::collection::vec(any::<u8>(), 0..=64),
        filters in prop::collection::vec(any::<u8>(), 0..40),
        other in prop::collection::vec(any::<u8>(), 0..40),
        tenant in any::<u8>(),
    ) {
        let mine = list("movements", tenant, &filters);
        let cursor = Cursor::new(mine, &position);
        prop_assert!(cursor.as_str().len() <= MAX_CURSOR_CHARACTERS);
        let read = Cursor::parse(cursor.as_str()).unwrap();
        prop_assert_eq!(read.open(mine).unwrap(), position);
        prop_assert!(read.open(list("imports", tenant, &filters)).is_err());
        prop_assert!(read.open(list("movements", tenant.wrapping_add(1), &filters)).is_err());
        prop_assert_eq!(read.open(list("movements", tenant, &other)).is_ok(), filters == other);
    }

    #[test]
    fn whatever_is_sent_as_a_cursor_is_refused_and_never_more(text in ".{0,120}") {
        if let Ok(cursor) = Cursor::parse(&text) {
            prop_assert!(cursor.open(list("movements", 1, b"")).is_err());
        }
    }
}

#[test]
fn filters_and_position_do_not_run_into_each_other() {
    let cursor = Cursor::new(list("movements", 1, b"ab"), b"c");
    assert!(cursor.open(list("movements", 1, b"a")).is_err());
    assert!(Cursor::new(list("movements", 1, b""), b"x").open(list("movement", 1, b"s")).is_err());
}
