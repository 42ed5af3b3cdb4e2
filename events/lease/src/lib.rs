//! Who does what only one process may do: leases with fencing tokens.
//!
//! A [`Post`] is one process's candidacy for a [`Duty`] on a ledger. While it holds the lease it renews it; when the lease
//! runs out, because the process was stopped or the database was away, it holds it no more, by its own clock and before
//! anybody else can take it, and stands again. A process that is woken up late may still believe for a moment that it
//! holds the lease. So a lease only saves work; what is written under it carries its [`Fence`], and the store refuses a
//! lower one than it has seen.
//!
//! ```text
//! let (post, term) = Post::new(leases, Lease::of(&ledger, Duty::Timers), holder, PostOptions::default());
//! tasks.spawn(term.run());                       // supervised: renews and stands again until the post is resigned
//! tasks.spawn(async move { post.while_held(|fence| work(fence)).await });
//! ```

mod leases;
mod post;
mod postgres;
mod sole;

pub use leases::{Duty, Fence, Lease, LeaseError, Leases};
pub use post::{Post, PostOptions, Term};
pub use postgres::PostgresLeases;
pub use sole::SoleLeases;
