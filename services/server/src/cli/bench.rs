//! What `concord bench` is asked.

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// Durable commands a second through gRPC
    Commands(BenchCommands),
    /// What a command costs as the ledger grows
    Scale(BenchScale),
    /// Events a second read back, in process and through gRPC
    Replay(BenchReplay),
    /// Events a second into all views
    Views(BenchViews),
    /// How long a proof of an event takes, and how fast a record is checked
    Proofs(BenchReplay),
    /// What it costs to put every look on record before it is answered
    Looks(crate::bench::Looks),
    /// Events a second published on JetStream, and read from it
    Relay(BenchRelay),
    /// How long a decision by consent takes, and events a second told to one partner and to fifty
    Feed(BenchReplay),
    /// How long the safety check of one chart takes, over the whole ruleset
    Safety(BenchSafety),
    /// The bare service that the others are compared with
    #[command(hide = true)]
    EchoServer,
}

/// Where the measured ledger, or the measured views, are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Store {
    /// One file on this machine
    Sqlite,
    /// The database that --postgres names
    Postgres,
}

#[derive(Debug, Args)]
pub(crate) struct BenchCommands {
    /// Where the ledger is kept
    #[arg(long, value_enum, default_value_t = Store::Sqlite)]
    pub(crate) store: Store,
    /// An empty database for the store postgres, such as postgres://user@host:5432/database
    #[arg(long, value_name = "ADDRESS", required_if_eq("store", "postgres"))]
    pub(crate) postgres: Option<String>,
    /// Commands in flight at once
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=1_024))]
    pub(crate) clients: u32,
    /// Processes that answer calls on the one ledger, with --store postgres
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=8))]
    pub(crate) processes: u8,
    /// Seconds that each measurement runs
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) seconds: u64,
    /// Send on bidirectional streams instead of unary calls
    #[arg(long)]
    pub(crate) stream: bool,
    /// Roles of the measured server: api, or all
    #[arg(long, default_value = "api", value_parser = ["api", "all"])]
    pub(crate) roles: String,
    /// Clients of the program that commands are spread over
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) patients: u64,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BenchScale {
    /// Where the ledger is kept
    #[arg(long, value_enum, default_value_t = Store::Sqlite)]
    pub(crate) store: Store,
    /// An empty database for the store postgres, such as postgres://user@host:5432/database
    #[arg(long, value_name = "ADDRESS", required_if_eq("store", "postgres"))]
    pub(crate) postgres: Option<String>,
    /// Events at which it is measured
    #[arg(long, value_delimiter = ',', default_values_t = [100_000, 1_000_000, 5_000_000], value_parser = clap::value_parser!(u64).range(1..=50_000_000))]
    pub(crate) sizes: Vec<u64>,
    /// Commands in flight at once
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=1_024))]
    pub(crate) clients: u32,
    /// Seconds that each measurement runs
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) seconds: u64,
    /// Send on bidirectional streams instead of unary calls
    #[arg(long)]
    pub(crate) stream: bool,
    /// Clients of the program that commands are spread over; each takes some 25 events to begin with
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) patients: u64,
    /// Print one JSON list
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BenchReplay {
    /// Events in the ledger that is read
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1_000..=20_000_000))]
    pub(crate) events: u64,
    /// Clients of the program that they are spread over
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) patients: u64,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BenchRelay {
    /// Servers with JetStream that hold no stream of the tenant demo, such as nats://127.0.0.1:4222
    #[arg(long, value_delimiter = ',', required = true, value_name = "ADDRESSES")]
    pub(crate) nats: Vec<String>,
    /// Copies of the stream: 1, 3 or 5
    #[arg(long, default_value_t = 1)]
    pub(crate) replicas: usize,
    #[command(flatten)]
    pub(crate) ledger: BenchReplay,
}

#[derive(Debug, Args)]
pub(crate) struct BenchViews {
    /// Where the views are kept; the ledger is a file
    #[arg(long, value_enum, default_value_t = Store::Sqlite)]
    pub(crate) store: Store,
    /// An empty database for the store postgres, such as postgres://user@host:5432/database
    #[arg(long, value_name = "ADDRESS", required_if_eq("store", "postgres"))]
    pub(crate) postgres: Option<String>,
    #[command(flatten)]
    pub(crate) log: BenchReplay,
}

#[derive(Debug, Args)]
pub(crate) struct BenchSafety {
    /// Medications on the chart
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u8).range(1..=40))]
    pub(crate) medications: u8,
    /// Seconds that each measurement runs
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) seconds: u64,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}
