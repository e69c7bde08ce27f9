//! The date of the winter solstice in Chile.

use jiff::civil::{Date, date};

/// The day in June on which the solstice falls by Chile's winter time (UTC-4), 2022 to 2100.
///
/// The solstice comes 5 h 49 min later each year and a leap day takes it back, so it drifts
/// earlier within the four-year cycle: the years before a leap year leave 21 June first in 2050,
/// then in 2079; 2100 has no leap day and returns. No instant from 2022 on lies nearer to
/// midnight than ten minutes, so the rule is safe from the uncertainty of the Earth's rotation;
/// `tests/oracle/solstices.py` checks it against an ephemeris.
pub(super) fn winter_solstice(year: i16) -> Date {
    let falls_on_21 = match year % 4 {
        2 => year <= 2046,
        3 => year <= 2075,
        _ => year == 2100,
    };
    date(year, 6, if falls_on_21 { 21 } else { 20 })
}
