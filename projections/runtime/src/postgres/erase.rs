//! What is to be removed of whoever is erased, as the removals of a batch.

use concord_kernel::PatientId;
use concord_postgres::{Parameter, Trouble};
use tokio_postgres::types::Type;

use super::arrays::signed;
use super::read::Asked;
use crate::store::Writes;
use crate::{Instance, Item, Key, List, ListEntry, Sort, StoreError};

const ROWS: &str =
    "SELECT rows.key FROM views.rows AS rows JOIN views.checkpoints AS asked USING (ledger, build)
    WHERE asked.ledger = $1 AND asked.view = $2 AND asked.version = $3 AND asked.generation = $4
        AND substring(rows.key FROM 1 FOR 16) = $5";
const LISTS: &str = "SELECT lists.key, lists.list, lists.sort, lists.item
    FROM views.lists AS lists JOIN views.checkpoints AS asked USING (ledger, build)
    WHERE asked.ledger = $1 AND asked.view = $2 AND asked.version = $3 AND asked.generation = $4
        AND substring(lists.key FROM 1 FOR 16) = $5";

/// The same changes without `erased`: every row of theirs is among those that are removed. Nobody else writes meanwhile, or
/// the fence refuses what comes of this.
pub(super) async fn spelled_out(asked: Asked<'_>, writes: &Writes) -> Result<Writes, StoreError> {
    let mut out = Writes {
        instance: writes.instance,
        from: writes.from,
        to: writes.to,
        rows: writes.rows.clone(),
        unlisted: writes.unlisted.clone(),
        listed: writes.listed.clone(),
        erased: Vec::new(),
    };
    for patient in &writes.erased {
        of_one(asked, writes.instance, *patient, &mut out).await?;
    }
    Ok(out)
}

async fn of_one(
    asked: Asked<'_>,
    instance: Instance,
    patient: PatientId,
    out: &mut Writes,
) -> Result<(), StoreError> {
    let (version, generation) = (signed(instance.view.version), signed(instance.generation));
    let patient = patient.uuid().into_bytes();
    let patient = patient.as_slice();
    let parameters: [Parameter<'_>; 5] = [
        (&asked.ledger, Type::TEXT),
        (&instance.view.name, Type::TEXT),
        (&version, Type::INT4),
        (&generation, Type::INT4),
        (&patient, Type::BYTEA),
    ];
    let key = |bytes: &[u8]| Key::from_bytes(bytes).ok_or(StoreError::Corrupt("key"));
    for row in asked.pool.query(ROWS, &parameters).await.map_err(Trouble::from)? {
        out.rows.push((key(row.try_get(0).map_err(Trouble::from)?)?, None));
    }
    for row in asked.pool.query(LISTS, &parameters).await.map_err(Trouble::from)? {
        let part = |number| row.try_get::<_, &[u8]>(number).map_err(Trouble::from);
        let (list, sort) = (List::from_bytes(part(1)?), Sort::from_bytes(part(2)?));
        out.unlisted.push((key(part(0)?)?, ListEntry { list, sort, item: Item::of(&[part(3)?]) }));
    }
    Ok(())
}
