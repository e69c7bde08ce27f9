use cartola_primitives::{Date, SignedDuration, Timestamp, santiago};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const FORM: &str = "%Y-%m-%dT%H:%M:%S%z";

/// An instant to the second, with Santiago's offset at that instant and no colon in it:
/// `2017-07-21T17:32:28-0400`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(Timestamp);

impl Moment {
    /// The second that the instant lies in.
    pub fn at(instant: Timestamp) -> Self {
        let second = instant.as_nanosecond().div_euclid(1_000_000_000);
        let second = i64::try_from(second).ok().and_then(|one| Timestamp::from_second(one).ok());
        Self(second.unwrap_or(instant))
    }

    /// The first second of the day: midnight, or one o'clock where clocks went forward then.
    pub fn start_of(day: Date) -> Self {
        Self::at(santiago::start_of_day(day))
    }

    /// The last second of the day.
    pub fn end_of(day: Date) -> Self {
        let end = santiago::end_of_day(day);
        Self::at(end.checked_sub(SignedDuration::from_secs(1)).unwrap_or(end))
    }

    /// The instant.
    pub fn instant(self) -> Timestamp {
        self.0
    }

    /// As it is written.
    pub fn text(self) -> String {
        santiago::date_time_text(self.0)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        jiff::fmt::strtime::parse(FORM, &text)
            .and_then(|parsed| parsed.to_timestamp())
            .map(Self)
            .map_err(|_| D::Error::custom("expected a date-time such as 2017-07-21T17:32:28-0400"))
    }
}

#[cfg(feature = "server")]
impl utoipa::PartialSchema for Moment {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::Type::String)
            .pattern(Some(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{4}$"))
            .examples(["2017-07-21T17:32:28-0400"])
            .into()
    }
}

#[cfg(feature = "server")]
impl utoipa::ToSchema for Moment {}
