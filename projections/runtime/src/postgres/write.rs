//! Changes: each is one statement, so that none is ever half done and waits for its process.

use concord_kernel::Token;
use concord_postgres::{Line, Parameter, Trouble};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};
use uuid::Uuid;

use super::arrays::{Arrays, signed, stored};
use crate::store::Writes;
use crate::{Instance, Stage, StoreError, ViewId};

const CLAIM: &str = "SELECT views.claim($1, $2)";
const BEGIN: &str = "SELECT views.begin_build($1, $2, $3, $4, $5, $6)";
const FOLD: &str = "SELECT views.fold($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
    $16, $17, $18, $19, $20, $21, $22, $23)";
const ACTIVATE: &str = "SELECT views.activate($1, $2, $3, $4, $5, $6, $7)";
const RETIRE: &str = "SELECT views.retire($1, $2, $3, $4, $5)";
const DROP: &str = "SELECT views.drop_retired($1, $2)";

/// Who writes, on what.
#[derive(Clone, Copy)]
pub(super) struct Writer<'a> {
    pub(super) line: &'a Line,
    pub(super) ledger: &'a str,
    pub(super) fence: i64,
}

impl Writer<'_> {
    async fn one<T>(self, statement: &str, parameters: &[Parameter<'_>]) -> Result<T, StoreError>
    where
        T: for<'r> FromSql<'r>,
    {
        let rows = self.line.tell(statement, parameters).await?;
        let row: &Row = rows.first().ok_or(Trouble::Shape)?;
        Ok(row.try_get(0).map_err(Trouble::from)?)
    }

    pub(super) async fn claim(self) -> Result<(), StoreError> {
        let claimed = self.one(CLAIM, &[(&self.ledger, Type::TEXT), (&self.fence, Type::INT8)]).await?;
        if claimed { Ok(()) } else { Err(StoreError::Superseded) }
    }

    pub(super) async fn begin(self, view: ViewId, stage: Stage, epoch: Uuid) -> Result<u32, StoreError> {
        let (version, stage) = (signed(view.version), name_of(stage));
        let parameters: [Parameter<'_>; 6] = [
            (&self.ledger, Type::TEXT),
            (&self.fence, Type::INT8),
            (&view.name, Type::TEXT),
            (&version, Type::INT4),
            (&stage, Type::TEXT),
            (&epoch, Type::UUID),
        ];
        let generation: Option<i32> = self.one(BEGIN, &parameters).await?;
        let generation = generation.ok_or(StoreError::Superseded)?;
        u32::try_from(generation).map_err(|_| StoreError::Corrupt("checkpoint"))
    }

    pub(super) async fn fold(self, batch: &[Writes]) -> Result<(), StoreError> {
        let Some(first) = batch.first() else { return Ok(()) };
        // Builds of one batch are of one session, which ends with its epoch.
        let epoch = first.from.epoch;
        let Arrays { names, versions, generations, froms, tos, kept, gone, unlisted, listed } =
            Arrays::of(batch);
        let parameters: [Parameter<'_>; 23] = [
            (&self.ledger, Type::TEXT),
            (&self.fence, Type::INT8),
            (&epoch, Type::UUID),
            (&names, Type::TEXT_ARRAY),
            (&versions, Type::INT4_ARRAY),
            (&generations, Type::INT4_ARRAY),
            (&froms, Type::INT8_ARRAY),
            (&tos, Type::INT8_ARRAY),
            (&kept.of, Type::INT4_ARRAY),
            (&kept.keys, Type::BYTEA_ARRAY),
            (&kept.docs, Type::BYTEA_ARRAY),
            (&gone.of, Type::INT4_ARRAY),
            (&gone.keys, Type::BYTEA_ARRAY),
            (&unlisted.of, Type::INT4_ARRAY),
            (&unlisted.lists, Type::BYTEA_ARRAY),
            (&unlisted.sorts, Type::BYTEA_ARRAY),
            (&unlisted.keys, Type::BYTEA_ARRAY),
            (&unlisted.items, Type::BYTEA_ARRAY),
            (&listed.of, Type::INT4_ARRAY),
            (&listed.lists, Type::BYTEA_ARRAY),
            (&listed.sorts, Type::BYTEA_ARRAY),
            (&listed.keys, Type::BYTEA_ARRAY),
            (&listed.items, Type::BYTEA_ARRAY),
        ];
        let refused: i32 = self.one(FOLD, &parameters).await?;
        match usize::try_from(refused) {
            Ok(0) => Ok(()),
            Ok(place) => Err(StoreError::Fenced(batch.get(place - 1).unwrap_or(first).instance)),
            Err(_) => Err(Trouble::Shape.into()),
        }
    }

    pub(super) async fn activate(self, instance: Instance, at: Token) -> Result<(), StoreError> {
        let (version, generation) = (signed(instance.view.version), signed(instance.generation));
        let position = stored(at.position);
        let parameters: [Parameter<'_>; 7] = [
            (&self.ledger, Type::TEXT),
            (&self.fence, Type::INT8),
            (&instance.view.name, Type::TEXT),
            (&version, Type::INT4),
            (&generation, Type::INT4),
            (&at.epoch, Type::UUID),
            (&position, Type::INT8),
        ];
        match self.one(ACTIVATE, &parameters).await? {
            0_i32 => Ok(()),
            1 => Err(StoreError::Fenced(instance)),
            2 => Err(StoreError::NotLevel(instance)),
            _ => Err(Trouble::Shape.into()),
        }
    }

    pub(super) async fn retire(self, instance: Instance) -> Result<(), StoreError> {
        let (version, generation) = (signed(instance.view.version), signed(instance.generation));
        let parameters: [Parameter<'_>; 5] = [
            (&self.ledger, Type::TEXT),
            (&self.fence, Type::INT8),
            (&instance.view.name, Type::TEXT),
            (&version, Type::INT4),
            (&generation, Type::INT4),
        ];
        let done: bool = self.one(RETIRE, &parameters).await?;
        if done { Ok(()) } else { Err(StoreError::Fenced(instance)) }
    }

    pub(super) async fn drop_retired(self, name: &str) -> Result<usize, StoreError> {
        let dropped: i32 = self.one(DROP, &[(&self.ledger, Type::TEXT), (&name, Type::TEXT)]).await?;
        usize::try_from(dropped).map_err(|_| Trouble::Shape.into())
    }
}

const fn name_of(stage: Stage) -> &'static str {
    match stage {
        Stage::Building => "building",
        Stage::Active => "active",
        Stage::Retired => "retired",
    }
}
