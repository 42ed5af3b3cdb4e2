//! What may be asked about a program's outcomes.

use concord_kernel::{Instant, ProgramId};
use concord_projection::{List, Reader, ViewReadError};

use super::sum::Sum;
use super::{Outcomes, Period, ProgramOutcomes, place};

/// Most clients of one program that are added up for one answer: those of the period, and those who left after it.
pub const CLIENTS_MOST: usize = 20_000;

/// Adds up what is known of a program and a period at `now`; `None` when that are more than [`CLIENTS_MOST`] clients:
/// numbers that merely leave some out must not look like numbers.
///
/// # Errors
///
/// See [`ViewReadError`].
pub async fn of_program(
    reader: &Reader,
    program: &ProgramId,
    period: Period,
    now: Instant,
) -> Result<Option<Outcomes>, ViewReadError> {
    // Who left before the period comes after those who did not, and is not read.
    let until = place(Some(period.begins()));
    let rows = reader.upto::<ProgramOutcomes>(List::program(program), until, CLIENTS_MOST).await?;
    if !rows.complete {
        return Ok(None);
    }
    let mut sum = Sum::new(program, period, now);
    for row in &rows.items {
        sum.client(row);
    }
    Ok(Some(sum.finish()))
}
