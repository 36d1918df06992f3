//! How often reports were read, by day. Nothing of who read them is kept.

use crate::report::ReportId;
use crate::store::StoreError;
use crate::store::service::ServiceStore;
use crate::store::service::database::values;

/// Days of which counts are kept.
const KEPT_DAYS: i64 = 400;

impl ServiceStore {
    /// Adds readings of reports on days since 1970, and forgets those of long ago.
    pub fn add_reads(&self, reads: &[(i64, ReportId, u32)]) -> Result<(), StoreError> {
        self.write(|transaction| {
            let add = "INSERT INTO reads (day, id, count) VALUES (?1, ?2, ?3)
                       ON CONFLICT (day, id) DO UPDATE SET count = reads.count + excluded.count";
            for (day, id, count) in reads {
                transaction.execute(add, values![*day, &id.0, *count])?;
            }
            if let Some(today) = reads.iter().map(|(day, ..)| *day).max() {
                transaction.execute("DELETE FROM reads WHERE day <= ?1", values![today.saturating_sub(KEPT_DAYS)])?;
            }
            Ok(())
        })
    }

    /// How often each report was read from a day on, by id.
    pub fn reads_since(&self, day: i64) -> Result<Vec<(ReportId, u64)>, StoreError> {
        let sql = "SELECT id, CAST(sum(count) AS bigint) FROM reads WHERE day >= ?1 GROUP BY id ORDER BY id";
        self.rows(sql, values![day], |row| {
            let count: i64 = row.get(1)?;
            Ok((ReportId(row.get(0)?), count.unsigned_abs()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::service::places::everywhere;

    #[test]
    fn readings_add_up_and_are_forgotten_after_a_year() {
        everywhere(|place| {
            let store = place.open();
            let (one, other) = (ReportId([1; 16]), ReportId([2; 16]));
            store.add_reads(&[(100, one, 2), (101, one, 1), (101, other, 5)]).expect("room");
            store.add_reads(&[(101, one, 4)]).expect("room");
            assert_eq!(store.reads_since(101).expect("readable"), [(one, 5), (other, 5)]);
            assert_eq!(store.reads_since(0).expect("readable"), [(one, 7), (other, 5)]);
            store.add_reads(&[(501, other, 1)]).expect("room");
            assert_eq!(store.reads_since(0).expect("readable"), [(other, 1)]);
            store.add_reads(&[]).expect("nothing to do");
        });
    }
}
