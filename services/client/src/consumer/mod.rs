//! Reads the log from NATS JetStream and makes of "at least once" an effect that happens once.
//!
//! JetStream delivers; what decides is the consumer's own [`Cursor`], which [`Effects`] writes together with the effect. What was
//! seen before is passed over, what is missing is noticed by the position that each message names as the one before it, and is
//! read from the ledger. So effects are made of every event, once, in the order of the ledger, whatever JetStream loses,
//! repeats or reorders.
//!
//! Every event of a ledger is delivered, and what nobody is interested in is passed over here: only so can a hole be told from
//! an event of another kind, and the cursor moves past what is not wanted.
//!
//! ```no_run
//! use concord_client::consumer::{Batch, Consumer, Cursor, EffectError, Effects, Interest, Settings};
//! use uuid::Uuid;
//!
//! struct Counter { seen: u64, cursor: Option<Cursor> }
//!
//! #[async_trait::async_trait]
//! impl Effects for Counter {
//!     async fn cursor(&mut self) -> Result<Option<Cursor>, EffectError> { Ok(self.cursor) }
//!     async fn parked(&mut self) -> Result<Vec<Uuid>, EffectError> { Ok(Vec::new()) }
//!     async fn begin(&mut self, epoch: Uuid) -> Result<Cursor, EffectError> {
//!         self.seen = 0;
//!         Ok(*self.cursor.insert(Cursor { epoch, position: 0 }))
//!     }
//!     async fn apply(&mut self, batch: Batch) -> Result<(), EffectError> {
//!         // In a database, both in one transaction.
//!         self.seen += batch.events.len() as u64;
//!         self.cursor = Some(batch.to);
//!         Ok(())
//!     }
//! }
//!
//! # async fn example(nats: async_nats::Client, client: concord_client::Client) {
//! let settings = Settings::new("demo", "doses-by-day").interested_in(Interest::streams(["medication_chart"]));
//! Consumer::new(nats, client, settings).run(&mut Counter { seen: 0, cursor: None }).await;
//! # }
//! ```

mod arrival;
mod batch;
mod declare;
mod effects;
mod history;
mod settings;
mod work;

pub use async_nats;

pub use arrival::Cursor;
pub use effects::{Batch, Deed, EffectError, Effects};
pub use history::{History, HistoryError};
pub use settings::{Interest, Settings};
pub use work::Consumer;
