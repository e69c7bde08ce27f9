//! Which RUTs live in the box.

use std::ops::Range;

use cartola_primitives::Rut;

/// Bodies of people. The ends are multiples of [`NEIGHBOURHOOD`].
const PEOPLE: Range<u32> = 5_000_000..26_000_000;
/// Bodies of companies.
const COMPANIES: Range<u32> = 76_000_000..78_000_000;
/// Friends are found by turning bits of a body below this number, so that friendship is mutual.
pub(crate) const NEIGHBOURHOOD: u32 = 64;

/// How many residents there are.
pub(crate) const COUNT: u64 = (PEOPLE.end - PEOPLE.start + COMPANIES.end - COMPANIES.start) as u64;

const _: () = assert!(PEOPLE.start.is_multiple_of(NEIGHBOURHOOD));
const _: () = assert!(PEOPLE.end.is_multiple_of(NEIGHBOURHOOD));

/// Whether a person or a company of that RUT lives in the box.
pub(crate) fn contains(rut: Rut) -> bool {
    PEOPLE.contains(&rut.body()) || is_company(rut)
}

/// Whether it is one of the box's companies.
pub(crate) fn is_company(rut: Rut) -> bool {
    COMPANIES.contains(&rut.body())
}

/// The person whose body differs in those bits alone.
pub(crate) fn neighbour(rut: Rut, bits: u32) -> Rut {
    debug_assert!(bits < NEIGHBOURHOOD, "bits of a neighbourhood");
    Rut::from_body(rut.body() ^ bits).expect("a neighbourhood lies within the range of people")
}

/// The place of a resident among all, from zero. Only for residents.
pub(crate) fn index(rut: Rut) -> u64 {
    let body = rut.body();
    let people = PEOPLE.end - PEOPLE.start;
    u64::from(if is_company(rut) { people + body - COMPANIES.start } else { body - PEOPLE.start })
}

/// The resident at that place.
pub(crate) fn at(index: u64) -> Option<Rut> {
    let index = u32::try_from(index).ok()?;
    let people = PEOPLE.end - PEOPLE.start;
    let body = match index.checked_sub(people) {
        None => PEOPLE.start + index,
        Some(place) => COMPANIES.start + place,
    };
    Rut::from_body(body).ok().filter(|rut| contains(*rut))
}
