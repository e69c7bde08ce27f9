//! How often institutions were read.

use async_trait::async_trait;
use cartola_model::InstitutionId;
use cartola_store::quotas::{Counted, OneMore};
use cartola_store::{Quotas, StoreError};

use crate::PostgresStore;
use crate::columns::Columns;
use crate::rows::each;
use crate::value::values;

const COUNTED: &str = "SELECT hour_from, in_hour, day_from, in_day FROM institution_quota \
    WHERE institution = $1";
/// One more in the hour from $2 to $3, of which there may be $4, and in the day from $5 to $6, of
/// which there may be $7; changes nothing where either is full.
const COUNT: &str = "INSERT INTO institution_quota AS q \
        (institution, hour_from, in_hour, day_from, in_day) VALUES ($1, $2, 1, $5, 1) \
    ON CONFLICT (institution) DO UPDATE SET \
        hour_from = CASE WHEN q.hour_from BETWEEN $2 AND $3 THEN q.hour_from ELSE $2 END, \
        in_hour = CASE WHEN q.hour_from BETWEEN $2 AND $3 THEN q.in_hour ELSE 0 END + 1, \
        day_from = CASE WHEN q.day_from BETWEEN $5 AND $6 THEN q.day_from ELSE $5 END, \
        in_day = CASE WHEN q.day_from BETWEEN $5 AND $6 THEN q.in_day ELSE 0 END + 1 \
    WHERE (q.hour_from NOT BETWEEN $2 AND $3 OR q.in_hour < $4) \
        AND (q.day_from NOT BETWEEN $5 AND $6 OR q.in_day < $7) \
    RETURNING institution";

#[async_trait]
impl Quotas for PostgresStore {
    async fn count_reading(&self, one: &OneMore) -> Result<bool, StoreError> {
        let most = |most: Option<u32>| most.map_or(i64::MAX, i64::from);
        let values = values![
            one.institution.as_str(),
            one.hour.from,
            one.hour.to,
            most(one.hour.most),
            one.day.from,
            one.day.to,
            most(one.day.most),
        ];
        Ok(!self.of_nobody(COUNT, values).await?.is_empty())
    }

    async fn readings_counted(
        &self,
        institution: &InstitutionId,
    ) -> Result<Option<Counted>, StoreError> {
        let rows = self.of_nobody(COUNTED, values![institution.as_str()]).await?;
        Ok(each(&rows, read_counted)?.into_iter().next())
    }
}

fn read_counted(columns: &mut Columns<'_>) -> Result<Counted, StoreError> {
    Ok(Counted {
        hour_from: columns.timestamp()?,
        in_hour: columns.number()?,
        day_from: columns.timestamp()?,
        in_day: columns.number()?,
    })
}
