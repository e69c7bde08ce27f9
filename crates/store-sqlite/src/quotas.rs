//! How often institutions were read.

use async_trait::async_trait;
use cartola_model::InstitutionId;
use cartola_store::quotas::{Counted, OneMore};
use cartola_store::{Quotas, StoreError};
use rusqlite::{Connection, params};

use crate::SqliteStore;
use crate::columns::Columns;
use crate::error::Doing;
use crate::rows::first;

const COUNTED: &str = "SELECT hour_from, in_hour, day_from, in_day FROM institution_quota \
    WHERE institution = ?1";
/// One more in the hour from ?2 to ?3, of which there may be ?4, and in the day from ?5 to ?6, of
/// which there may be ?7; changes nothing where either is full.
const COUNT: &str = "INSERT INTO institution_quota AS q \
        (institution, hour_from, in_hour, day_from, in_day) VALUES (?1, ?2, 1, ?5, 1) \
    ON CONFLICT (institution) DO UPDATE SET \
        hour_from = CASE WHEN q.hour_from BETWEEN ?2 AND ?3 THEN q.hour_from ELSE ?2 END, \
        in_hour = CASE WHEN q.hour_from BETWEEN ?2 AND ?3 THEN q.in_hour ELSE 0 END + 1, \
        day_from = CASE WHEN q.day_from BETWEEN ?5 AND ?6 THEN q.day_from ELSE ?5 END, \
        in_day = CASE WHEN q.day_from BETWEEN ?5 AND ?6 THEN q.in_day ELSE 0 END + 1 \
    WHERE (q.hour_from NOT BETWEEN ?2 AND ?3 OR q.in_hour < ?4) \
        AND (q.day_from NOT BETWEEN ?5 AND ?6 OR q.in_day < ?7)";

#[async_trait]
impl Quotas for SqliteStore {
    async fn count_reading(&self, one: &OneMore) -> Result<bool, StoreError> {
        let one = one.clone();
        self.write(1, move |connection| count(connection, &one)).await
    }

    async fn readings_counted(
        &self,
        institution: &InstitutionId,
    ) -> Result<Option<Counted>, StoreError> {
        let institution = institution.clone();
        self.glance(move |connection| {
            first(connection, COUNTED, [institution.as_str()], read_counted)
        })
        .await
    }
}

fn count(connection: &Connection, one: &OneMore) -> Result<bool, StoreError> {
    let most = |most: Option<u32>| most.map_or(i64::MAX, i64::from);
    let values = params![
        one.institution.as_str(),
        one.hour.from.as_microsecond(),
        one.hour.to.as_microsecond(),
        most(one.hour.most),
        one.day.from.as_microsecond(),
        one.day.to.as_microsecond(),
        most(one.day.most),
    ];
    let changed = connection.prepare_cached(COUNT).and_then(|mut it| it.execute(values));
    Ok(changed.doing("counting a reading")? == 1)
}

fn read_counted(columns: &mut Columns<'_>) -> Result<Counted, StoreError> {
    Ok(Counted {
        hour_from: columns.timestamp()?,
        in_hour: columns.number()?,
        day_from: columns.timestamp()?,
        in_day: columns.number()?,
    })
}
