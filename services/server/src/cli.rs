//! The command line.

mod bench;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use concord_kernel::{OrganisationId, Role, Schedule, TenantId};
use uuid::Uuid;

pub(crate) use self::bench::{
    Bench, BenchCommands, BenchRelay, BenchReplay, BenchSafety, BenchScale, BenchViews, Store,
};
use crate::audit::Audit;
use crate::config::ProcessRole;
use crate::keys::Command as Keys;
use crate::ledger::Which;
use crate::rules::{Rules, Service};

/// The system of record for medication management in intensive outpatient programs.
#[derive(Debug, Parser)]
#[command(name = "concord", version, propagate_version = true)]
pub(crate) struct Cli {
    /// Configuration file; every setting is described in deploy/config.default.toml
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Folder of the ledgers, the views and the token key
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the gRPC API and keep the views
    Serve(Serve),
    /// Ask a running service how it is; fails unless it does its work
    Health(Health),
    /// Play a synthetic cohort through the API over a new folder and show what each audience sees
    Demo(Demo),
    /// Measure the service beside its baselines
    #[command(subcommand)]
    Bench(Box<Bench>),
    /// Look after a ledger; it may be in use
    #[command(subcommand)]
    Ledger(Box<Ledger>),
    /// Look after the views; a service may be running on them only where they are in a database
    #[command(subcommand)]
    Projections(Projections),
    /// Look at the rules that decisions are judged by, propose others and sign them
    #[command(subcommand)]
    Rules(Rules),
    /// Look at the policies that say who may do what
    #[command(subcommand)]
    Policies(crate::policies::Command),
    /// Prove the record, check what was proven, and look at it as an auditor
    #[command(subcommand)]
    Audit(Box<Audit>),
    /// Look after what the record is encrypted with, and destroy what must be forgotten
    #[command(subcommand)]
    Keys(Box<Keys>),
    /// Look after the publication of the log on JetStream
    #[command(subcommand)]
    Relay(Relay),
    /// Print the accounts in which partners take what they are told on NATS
    #[command(subcommand)]
    Partners(crate::partners::Command),
    /// Print a signed token for local development
    Token(Token),
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address to listen on; other than loopback only with TLS, port 0 takes a free one
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// What this process does
    #[arg(long, value_delimiter = ',', value_name = "ROLES")]
    pub(crate) roles: Option<Vec<Part>>,
}

#[derive(Debug, Args)]
pub(crate) struct Health {
    /// Whom to ask, such as http://127.0.0.1:7443; the configured address of the service when absent
    #[arg(long, value_name = "URL")]
    pub(crate) address: Option<String>,
    /// Which part, such as ledger/demo or view/demo/caseload; everything together when absent
    #[arg(long, default_value = "", value_name = "NAME")]
    pub(crate) part: String,
    /// Seconds to wait for it to do its work
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=3_600))]
    pub(crate) wait: u64,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) tls: crate::called::Tls,
}

/// A role, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Every role
    All,
    /// Answer calls
    Api,
    /// Keep the views
    Projector,
    /// Record deadlines that pass; needs projector where views are in files
    Timers,
    /// Sign checkpoints of the record
    Signer,
    /// Publish the log on JetStream, where a server is configured
    Relay,
}

impl Serve {
    /// The roles that were named.
    pub(crate) fn roles(&self) -> Option<Vec<ProcessRole>> {
        let named = self.roles.as_ref()?;
        let has = |part| named.contains(&part) || named.contains(&Part::All);
        let mut roles = Vec::new();
        if has(Part::Api) {
            roles.push(ProcessRole::Api);
        }
        if has(Part::Projector) {
            roles.push(ProcessRole::Projector);
        }
        if has(Part::Timers) {
            roles.push(ProcessRole::Timers);
        }
        if has(Part::Signer) {
            roles.push(ProcessRole::Signer);
        }
        if has(Part::Relay) {
            roles.push(ProcessRole::Relay);
        }
        Some(roles)
    }
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Clients in the cohort
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub(crate) clients: u32,
    /// Days that are played
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=365))]
    pub(crate) days: u32,
    /// The same seed gives the same history, byte for byte
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Also admit the patients of the FHIR R4 bundles in this folder
    #[arg(long, value_name = "DIR")]
    pub(crate) fhir: Option<PathBuf>,
    /// Leave when everything is shown, instead of serving until Ctrl-C
    #[arg(long)]
    pub(crate) exit: bool,
    /// Print one JSON document instead of tables
    #[arg(long)]
    pub(crate) json: bool,
    /// Address to listen on; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:7443", value_name = "ADDR")]
    pub(crate) listen: SocketAddr,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Ledger {
    /// Read everything again and prove that nothing is missing, moved or altered
    Fsck {
        #[command(flatten)]
        which: Which,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Make the tables of the configured database, or bring them to this program's version, as their owner; processes of the
    /// version before go on meanwhile
    Migrate {
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Write a whole ledger into one file, for backup or to move it; everything is checked on the way
    Export {
        #[command(flatten)]
        which: Which,
        /// The file, which must not be there yet
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Prove that nothing in an export is missing, moved or altered; needs no ledger
    Verify {
        /// The export
        file: PathBuf,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Restore an export of a ledger where there is none yet or an empty one; a new epoch begins. The service must not be running
    /// on the folder
    Restore {
        /// The export
        file: PathBuf,
        #[command(flatten)]
        which: Which,
        /// Where to, if not into the store that is configured
        #[arg(long, value_enum)]
        store: Option<Store>,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Say that a history that went back is meant: a new epoch begins where it ends now, and tokens of what is gone are
    /// told so. The service must not be running on the folder
    AcknowledgeRestore {
        #[command(flatten)]
        which: Which,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Append the events of a plain postgres-es table, aggregate by aggregate; run again, it goes on where it ended
    ImportPostgresEs(ImportPostgresEs),
}

#[derive(Debug, Args)]
pub(crate) struct ImportPostgresEs {
    /// Whose ledger takes the events
    #[arg(long, value_parser = tenant)]
    pub(crate) tenant: TenantId,
    /// The database that has them, such as postgres://user@localhost:5432/database; another host than this one is reached over
    /// TLS, and must prove its name to the authorities of ledger.postgres_ca
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) from: String,
    /// Their table
    #[arg(long, default_value = "events")]
    pub(crate) table: String,
    /// Leave out aggregates that hold what this program does not know, instead of refusing all
    #[arg(long)]
    pub(crate) skip_unknown: bool,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Projections {
    /// How far each view is
    Status {
        /// Whose views
        #[arg(long, value_parser = tenant)]
        tenant: TenantId,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Build a view anew beside the present one and put it in its place
    Rebuild {
        /// Whose view
        #[arg(long, value_parser = tenant)]
        tenant: TenantId,
        /// Which view
        view: String,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Relay {
    /// How far the log of a running service is published; the token is of somebody who may read the log
    Status {
        /// Whose log
        #[arg(long, value_parser = tenant)]
        tenant: TenantId,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        service: Service,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Token {
    /// Role: psychiatrist, pmhnp, therapist, case_manager, nurse, pharmacist, primary_care, outside_provider, family,
    /// patient, auditor, service, director, privacy_officer or partner
    #[arg(long, value_parser = role)]
    pub(crate) role: Role,
    /// Tenant
    #[arg(long, value_parser = tenant)]
    pub(crate) tenant: TenantId,
    /// UUID of the person; for a patient, of the patient. Absent: a person made up from the role
    #[arg(long)]
    pub(crate) person: Option<Uuid>,
    /// The organisation that the person acts for; of a partner
    #[arg(long, value_parser = organisation)]
    pub(crate) organisation: Option<OrganisationId>,
    /// DEA schedules that the person may prescribe
    #[arg(long, value_delimiter = ',', value_parser = schedule, value_name = "II,III,IV,V")]
    pub(crate) schedules: Vec<Schedule>,
    /// Hours until the token ends, at most 12
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u64).range(1..=12))]
    pub(crate) hours: u64,
}

pub(crate) fn tenant(text: &str) -> Result<TenantId, String> {
    TenantId::parse(text).map_err(|error| error.to_string())
}

fn organisation(text: &str) -> Result<OrganisationId, String> {
    OrganisationId::parse(text).map_err(|error| error.to_string())
}

fn role(text: &str) -> Result<Role, String> {
    text.parse().map_err(|_| {
        let known: Vec<_> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("one of {}", known.join(", "))
    })
}

fn schedule(text: &str) -> Result<Schedule, String> {
    match text {
        "II" => Ok(Schedule::II),
        "III" => Ok(Schedule::III),
        "IV" => Ok(Schedule::IV),
        "V" => Ok(Schedule::V),
        _ => Err(String::from("one of II, III, IV, V")),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_longest_chart_that_can_be_asked_for_is_the_longest_that_there_is() {
        let asked = |medications: usize| {
            Cli::try_parse_from(["concord", "bench", "safety", "--medications", &medications.to_string()])
        };
        let most = concord_bench::safety::MOST_MEDICATIONS;
        assert!(asked(most).is_ok() && asked(most + 1).is_err());
    }

    #[test]
    fn all_roles_are_all_of_them() {
        let serve = Serve { listen: None, roles: Some(vec![Part::All]) };
        let all = [
            ProcessRole::Api,
            ProcessRole::Projector,
            ProcessRole::Timers,
            ProcessRole::Signer,
            ProcessRole::Relay,
        ];
        assert_eq!(serve.roles(), Some(all.to_vec()));
    }
}
