//! Credits of equal instalments, in whole units and without a float. Rates are a month's, in
//! thousand millionths: 4,000,000 is 0.4 %.

/// What a rate of one is.
pub(crate) const RATE_UNITS: i64 = 1_000_000_000;
const MONTHS_A_YEAR: i64 = 12;
/// Rates beyond this a month nobody may ask.
const HIGHEST_RATE: i64 = RATE_UNITS / 10;

/// What is owed when so many instalments are left: what they are worth at that rate. It is the last
/// payment that closes to the unit.
pub(crate) fn owed(instalment: i64, rate: i64, left: u16) -> i64 {
    let (units, per) = (i128::from(RATE_UNITS), i128::from(RATE_UNITS + rate));
    let worth = (0..left).fold(0_i128, |worth, _| {
        let whole = (worth + i128::from(instalment)) * units;
        (whole + per / 2) / per
    });
    i64::try_from(worth).expect("a credit is worth less than all its instalments")
}

/// The monthly rate at which so many instalments are worth `amount`; the nearest below it.
pub(crate) fn rate_of(amount: i64, instalment: i64, left: u16) -> i64 {
    let (mut low, mut high) = (0, HIGHEST_RATE);
    while high - low > 1 {
        let middle = i64::midpoint(low, high);
        if owed(instalment, middle, left) >= amount { low = middle } else { high = middle }
    }
    low
}

/// A carga anual equivalente: twelve times the month's rate, in hundredths of a percent.
pub(crate) fn yearly_percent(rate: i64) -> i64 {
    const HUNDREDTHS: i64 = RATE_UNITS / 10_000;
    (rate * MONTHS_A_YEAR + HUNDREDTHS / 2) / HUNDREDTHS
}

#[cfg(test)]
mod tests {
    use super::{owed, rate_of, yearly_percent};

    #[test]
    fn a_credit_ends_at_nothing_and_its_rate_is_found_again() {
        let rate = 25_800_000;
        assert_eq!(owed(644_686, rate, 0), 0);
        assert_eq!(owed(644_686, 0, 36), 644_686 * 36);
        let amount = owed(644_686, rate, 36);
        assert!((14_900_000..15_100_000).contains(&amount), "{amount}");
        assert!((rate_of(amount, 644_686, 36) - rate).abs() < 1_000);
        assert_eq!(yearly_percent(3_600_000), 432);
    }
}
