//! A page of movements, written straight from its rows into one buffer: this is the answer that is
//! asked for most.

use cartola_engine::rows::MovementRow;
use cartola_model::Counterparty;

use super::view::MovementView;

/// Room for one movement, in bytes: those of a bank statement are 300 to 350.
const ROOM: usize = 384;

/// The page's JSON. `counterparties` is empty, or has an entry for every row.
pub fn page(
    rows: &[MovementRow],
    counterparties: &[Option<Counterparty>],
    next_cursor: Option<&str>,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(rows.len() * ROOM + ROOM);
    out.extend_from_slice(br#"{"data":["#);
    for (index, row) in rows.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        let counterparty = counterparties.get(index).and_then(Option::as_ref);
        json(&mut out, &MovementView::of(row, counterparty));
    }
    out.extend_from_slice(br#"],"next_cursor":"#);
    json(&mut out, &next_cursor);
    out.push(b'}');
    out
}

fn json<T: serde::Serialize>(out: &mut Vec<u8>, value: &T) {
    serde_json::to_writer(out, value).expect("wire shapes have text keys and finite numbers");
}
