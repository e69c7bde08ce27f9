//! How many readings an institution bears.
//!
//! Readings are counted in the store, so for all processes and tenants together, in hours of the clock
//! and in days of Chile. Each time that an institution is about to be asked counts, whatever comes of
//! it. What was asked for in bulk leaves a part to those who ask for one reading by itself.

use cartola_connector::Quota;
use cartola_model::InstitutionId;
use cartola_primitives::{SignedDuration, Timestamp, santiago};
use cartola_store::jobs::Priority;
use cartola_store::quotas::{Counted, OneMore, Window};

use crate::links::LinkError;
use crate::{Engine, EngineError};

/// Of so many readings that may begin, what was asked for in bulk leaves one to others. Of fewer it
/// leaves none.
pub const LEAVES_ONE_OF: u32 = 5;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

impl Engine {
    /// Refuses at once a reading for which there is no room now.
    pub(super) async fn refuse_over_quota(
        &self,
        institution: &InstitutionId,
        priority: Priority,
    ) -> Result<(), LinkError> {
        match self.quota_used_until(institution, priority).await? {
            Some(until) => Err(LinkError::QuotaUsed { until }),
            None => Ok(()),
        }
    }

    /// From when on there is room for a reading again; nothing where there is some now.
    pub(super) async fn quota_used_until(
        &self,
        institution: &InstitutionId,
        priority: Priority,
    ) -> Result<Option<Timestamp>, EngineError> {
        let quota = self.connectors().quota(institution);
        if !quota.is_limited() {
            return Ok(None);
        }
        let one = one_more(institution, quota, priority, self.now());
        let counted = self.store().readings_counted(institution).await?;
        Ok(counted.and_then(|counted| used_until(&one, &counted)))
    }

    /// Counts a reading that is about to be made; refused where there is no room for it.
    pub(super) async fn count_reading(
        &self,
        institution: &InstitutionId,
        priority: Priority,
    ) -> Result<(), LinkError> {
        let quota = self.connectors().quota(institution);
        if !quota.is_limited() {
            return Ok(());
        }
        let one = one_more(institution, quota, priority, self.now());
        let store = self.store();
        if store.count_reading(&one).await.map_err(EngineError::from)? {
            return Ok(());
        }
        let counted = store.readings_counted(institution).await.map_err(EngineError::from)?;
        // Where a window has ended between the two, the next one may be tried at once.
        let until = counted.and_then(|counted| used_until(&one, &counted));
        Err(LinkError::QuotaUsed { until: until.unwrap_or(one.hour.to) })
    }
}

/// One more reading at that time, with the room that is left to such a one.
fn one_more(
    institution: &InstitutionId,
    quota: Quota,
    priority: Priority,
    now: Timestamp,
) -> OneMore {
    let most = |most: std::num::NonZeroU32| match priority {
        Priority::Background => most.get() - most.get() / LEAVES_ONE_OF,
        Priority::Interactive | Priority::Normal => most.get(),
    };
    let hour = HOUR.as_secs() * now.as_second().div_euclid(HOUR.as_secs());
    let hour = Timestamp::from_second(hour).unwrap_or(Timestamp::MIN);
    let today = santiago::date_of(now);
    let hour = Window {
        from: hour,
        to: hour.checked_add(HOUR).unwrap_or(Timestamp::MAX),
        most: quota.per_hour.map(most),
    };
    let day = Window {
        from: santiago::start_of_day(today),
        to: santiago::end_of_day(today),
        most: quota.per_day.map(most),
    };
    OneMore { institution: institution.clone(), hour, day }
}

/// Until when there is no room: to the end of the later window that is full.
fn used_until(one: &OneMore, counted: &Counted) -> Option<Timestamp> {
    let hour = one.hour.is_full(counted.hour_from, counted.in_hour).then_some(one.hour.to);
    let day = one.day.is_full(counted.day_from, counted.in_day).then_some(one.day.to);
    hour.max(day)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    fn windows(quota: u32, priority: Priority, now: &str) -> OneMore {
        let most = NonZeroU32::new(quota);
        let quota = Quota { per_hour: most, per_day: most };
        let bank = InstitutionId::parse("banco-chile").expect("an id");
        one_more(&bank, quota, priority, now.parse().expect("an instant"))
    }

    #[test]
    fn hours_are_the_clocks_and_days_are_chiles() {
        let one = windows(10, Priority::Interactive, "2026-04-11T02:59:59.5Z");
        let shown = |window: &Window| format!("{} {}", window.from, window.to);
        assert_eq!(shown(&one.hour), "2026-04-11T02:00:00Z 2026-04-11T03:00:00Z");
        // On the other side of midnight in Greenwich it is still the tenth in Santiago.
        assert_eq!(shown(&one.day), "2026-04-10T04:00:00Z 2026-04-11T04:00:00Z");
    }

    #[test]
    fn bulk_leaves_a_fifth_to_others() {
        for (quota, in_bulk) in [(1, 1), (4, 4), (5, 4), (9, 8), (10, 8), (600, 480)] {
            let most = |priority| windows(quota, priority, "2026-04-11T12:00:00Z").day.most;
            assert_eq!(most(Priority::Background), Some(in_bulk));
            assert_eq!(most(Priority::Normal), Some(quota));
            assert_eq!(most(Priority::Interactive), Some(quota));
        }
    }

    #[test]
    fn it_is_said_when_the_last_full_window_ends() {
        let one = windows(2, Priority::Interactive, "2026-04-11T12:30:00Z");
        let counted = |in_hour, in_day| Counted {
            hour_from: one.hour.from,
            in_hour,
            day_from: one.day.from,
            in_day,
        };
        assert_eq!(used_until(&one, &counted(1, 1)), None);
        assert_eq!(used_until(&one, &counted(2, 1)), Some(one.hour.to));
        assert_eq!(used_until(&one, &counted(2, 2)), Some(one.day.to));
        let before = Counted { hour_from: one.hour.from - HOUR, ..counted(2, 1) };
        assert_eq!(used_until(&one, &before), None);
    }
}
