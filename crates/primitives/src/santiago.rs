//! Days as Chile counts them: `America/Santiago`, from the rules bundled with the program.
//!
//! The system's time zone files are not read, so an old machine cannot shift a statement by a
//! day. A date becomes the first instant of that day in Santiago. Clocks go forward at midnight
//! on a Sunday of September, so that day starts at 01:00.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};

static SANTIAGO: LazyLock<TimeZone> = LazyLock::new(|| {
    TimeZoneDatabase::bundled()
        .get("America/Santiago")
        .expect("the bundled time zone database knows America/Santiago")
});

/// Today's date in Santiago when the clock says `now`.
pub fn today(now: Timestamp) -> Date {
    date_of(now)
}

/// The date in Santiago at `instant`.
pub fn date_of(instant: Timestamp) -> Date {
    date_time_of(instant).date()
}

/// What clocks in Santiago show at `instant`.
pub fn date_time_of(instant: Timestamp) -> DateTime {
    SANTIAGO.to_datetime(instant)
}

/// What clocks in Santiago show at `instant`.
pub fn datetime_of(instant: Timestamp) -> DateTime {
    SANTIAGO.to_datetime(instant)
}

/// The instant at which clocks in Santiago show `local`: the first of two where they do so twice, the
/// one as long after midnight where they skip it.
///
/// Saturates like [`start_of_day`].
pub fn instant_of(local: DateTime) -> Timestamp {
    let saturated = if local.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    local.to_zoned(SANTIAGO.clone()).map_or(saturated, |zoned| zoned.timestamp())
}

/// The first instant of `date` in Santiago: 00:00, or 01:00 when midnight was skipped.
///
/// Saturates at the ends of what a [`Timestamp`] can hold (years -9999 and 9999).
pub fn start_of_day(date: Date) -> Timestamp {
    let saturated = if date.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    date.to_zoned(SANTIAGO.clone()).map_or(saturated, |start| start.timestamp())
}

/// The first instant after `date` in Santiago, so `start_of_day(d)..end_of_day(d)` is the day.
///
/// Saturates like [`start_of_day`].
pub fn end_of_day(date: Date) -> Timestamp {
    date.tomorrow().map_or(Timestamp::MAX, start_of_day)
}

/// Santiago's offset from UTC at `instant` in the form `-0400`.
pub fn offset_text(instant: Timestamp) -> String {
    let mut text = String::with_capacity(OFFSET_BYTES);
    push_offset(&mut text, SANTIAGO.to_offset(instant));
    text
}

/// What clocks in Santiago show at `instant`, to the second, with the offset from UTC:
/// `2017-07-21T17:32:28-0400`. A list of movements has two of these in each of its lines.
pub fn date_time_text(instant: Timestamp) -> String {
    let offset = SANTIAGO.to_offset(instant);
    let local = offset.to_datetime(instant);
    let mut text = String::with_capacity(DATE_TIME_BYTES);
    match u16::try_from(local.year()) {
        Ok(year) => {
            push_two(&mut text, year / 100);
            push_two(&mut text, year % 100);
            let rest = [
                ('-', local.month()),
                ('-', local.day()),
                ('T', local.hour()),
                (':', local.minute()),
                (':', local.second()),
            ];
            for (before, number) in rest {
                text.push(before);
                push_two(&mut text, number.unsigned_abs().into());
            }
        }
        Err(_) => text.push_str(&local.strftime("%Y-%m-%dT%H:%M:%S").to_string()),
    }
    push_offset(&mut text, offset);
    text
}

/// Bytes of an offset, and of a moment that is written with one.
const OFFSET_BYTES: usize = 5;
const DATE_TIME_BYTES: usize = 24;

fn push_offset(text: &mut String, offset: Offset) {
    let seconds = offset.seconds();
    let minutes = seconds.unsigned_abs() / 60;
    text.push(if seconds < 0 { '-' } else { '+' });
    for number in [minutes / 60, minutes % 60] {
        // No offset is longer than 26 hours.
        push_two(text, u16::try_from(number).unwrap_or_default());
    }
}

/// A number below 100 in two digits.
fn push_two(text: &mut String, number: u16) {
    for digit in [number / 10 % 10, number % 10] {
        text.push(char::from(b'0' + u8::try_from(digit).unwrap_or_default()));
    }
}
