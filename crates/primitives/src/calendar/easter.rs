//! The date of Easter.

use jiff::civil::{Date, date};

/// Easter Sunday of the Gregorian calendar, by the anonymous algorithm that *Nature* printed on
/// 20 April 1876 (Meeus, *Astronomical Algorithms*, chapter 8).
pub(super) fn easter_sunday(year: i16) -> Date {
    let golden = year % 19;
    let (century, year_of_century) = (year / 100, year % 100);
    let moon_correction = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - moon_correction + 15) % 30;
    let weekday =
        (32 + 2 * (century % 4) + 2 * (year_of_century / 4) - epact - year_of_century % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let days_after_march = epact + weekday - 7 * late + 114;
    let month = i8::try_from(days_after_march / 31).expect("Easter is in March or April");
    let day = i8::try_from(days_after_march % 31 + 1).expect("a day of the month is below 32");
    date(year, month, day)
}
