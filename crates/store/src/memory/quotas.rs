use async_trait::async_trait;
use cartola_model::InstitutionId;
use cartola_primitives::Timestamp;

use super::MemoryStore;
use crate::quotas::{Counted, OneMore, Window};
use crate::{Quotas, StoreError};

#[async_trait]
impl Quotas for MemoryStore {
    async fn count_reading(&self, one: &OneMore) -> Result<bool, StoreError> {
        let mut state = self.lock();
        state.fail_if_asked()?;
        let known = state.quotas.get(&one.institution).copied();
        let hour = next(&one.hour, known.map(|known| (known.hour_from, known.in_hour)));
        let day = next(&one.day, known.map(|known| (known.day_from, known.in_day)));
        let (Some((hour_from, in_hour)), Some((day_from, in_day))) = (hour, day) else {
            return Ok(false);
        };
        let counted = Counted { hour_from, in_hour, day_from, in_day };
        state.quotas.insert(one.institution.clone(), counted);
        Ok(true)
    }

    async fn readings_counted(
        &self,
        institution: &InstitutionId,
    ) -> Result<Option<Counted>, StoreError> {
        Ok(self.lock().quotas.get(institution).copied())
    }
}

/// The window and its count after one more; none where it is full.
fn next(window: &Window, known: Option<(Timestamp, u32)>) -> Option<(Timestamp, u32)> {
    match known.filter(|(from, _)| window.counts(*from)) {
        Some((from, readings)) if window.is_full(from, readings) => None,
        Some((from, readings)) => Some((from, readings + 1)),
        None => Some((window.from, 1)),
    }
}
