//! All of it together.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use concord_client::Client;
use concord_servers::{Nats, NatsStartError, Postgres, StartError};
use concord_support::Person;
use futures::future::try_join_all;
use serde::Serialize;

use crate::process::{Process, ProcessError};
use crate::topology::{
    CHECKPOINT_KEY, DATABASE, MEMBERS, Member, NATS, PARTNERS_KEY, SETTINGS, TENANT, TOKEN_KEY,
};

/// Folder of the keys that sign local tokens and checkpoints, and of partners; the processes share them.
const KEYS: &str = "keys";
const FOR_TOKENS: &str = "token.key";
const FOR_CHECKPOINTS: &str = "checkpoint.key";
const FOR_PARTNERS: &str = "partners.key";

/// Who may prescribe what, for those that tests speak as.
const SCHEDULES: &str = "II,III,IV,V";

/// A running cluster.
pub struct Cluster {
    program: PathBuf,
    folder: PathBuf,
    /// Absent once it was killed.
    primary: Option<Postgres>,
    standby: Postgres,
    nats: Nats,
    running: BTreeMap<&'static str, Process>,
}

/// Where a part is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Address {
    /// Which part.
    pub name: String,
    /// Where it listens.
    pub address: String,
    /// Its process, of those that the cluster gives numbers of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
}

/// Why a cluster, or a part of it, could not be started.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// A file or a process.
    #[error("the cluster cannot be started")]
    System(#[from] io::Error),
    /// The database.
    #[error(transparent)]
    Database(#[from] StartError),
    /// NATS.
    #[error(transparent)]
    Nats(#[from] NatsStartError),
    /// A process of the service.
    #[error("{name} cannot be started")]
    Member {
        /// Which.
        name: &'static str,
        #[source]
        /// Why.
        cause: ProcessError,
    },
    /// The program refused to make a token.
    #[error("no token: {0}")]
    Token(String),
    /// No connection to a process.
    #[error("no connection")]
    Connect(#[source] concord_client::Error),
    /// Nothing of that name runs.
    #[error("{0} does not run")]
    Absent(&'static str),
}

impl Cluster {
    /// Starts everything: data and logs of the service in `folder`, the servers' in folders of their own. What a cluster before
    /// left there, but its logs, is removed.
    ///
    /// # Errors
    ///
    /// See [`ClusterError`]; what was started until then is ended.
    pub async fn start(program: &Path, folder: &Path) -> Result<Self, ClusterError> {
        let servers = tokio::task::spawn_blocking(servers).await.map_err(io::Error::other)?;
        let (primary, standby, nats) = servers?;
        let mut cluster = Self {
            program: program.to_owned(),
            folder: folder.to_owned(),
            primary: Some(primary),
            standby,
            nats,
            running: BTreeMap::new(),
        };
        cluster.clear()?;
        // Makes the key that all of them use.
        cluster.token(Person::new("auditor", 1)).await?;
        let [first, others @ ..] = MEMBERS;
        // The first makes the tables; the others would wait for it anyway.
        cluster.run(first.name).await?;
        let started = others.iter().map(|member| cluster.spawn(*member));
        let started = try_join_all(started).await?;
        cluster.running.extend(others.iter().map(|member| member.name).zip(started));
        Ok(cluster)
    }

    /// Where everything is.
    pub fn addresses(&self) -> Vec<Address> {
        let database = |name: &str, server: &Postgres| Address {
            name: name.to_owned(),
            address: server.address(TENANT),
            pid: None,
        };
        let servers = self.primary.iter().map(|server| database("postgres", server));
        let servers = servers.chain([database("postgres-standby", &self.standby)]);
        let nodes = self.nats.urls().into_iter().enumerate();
        let nodes =
            nodes.map(|(number, address)| Address { name: format!("nats-{number}"), address, pid: None });
        let member = |(name, process): (&&str, &Process)| Address {
            name: (*name).to_owned(),
            address: process.url().to_owned(),
            pid: Some(process.pid()),
        };
        servers.chain(nodes).chain(self.running.iter().map(member)).collect()
    }

    /// Where the nodes of NATS are.
    pub fn nats(&self) -> Vec<String> {
        self.nats.urls()
    }

    /// A client of the process `name` that acts as `person`.
    ///
    /// # Errors
    ///
    /// See [`ClusterError`].
    pub async fn client(&self, name: &'static str, person: Person) -> Result<Client, ClusterError> {
        let url = self.running.get(name).ok_or(ClusterError::Absent(name))?.url().to_owned();
        let token = self.token(person).await?;
        Client::connect(url, &token).await.map_err(ClusterError::Connect)
    }

    /// Kills the process `name` at once.
    ///
    /// # Errors
    ///
    /// See [`ClusterError`].
    pub async fn kill(&mut self, name: &'static str) -> Result<(), ClusterError> {
        let process = self.running.remove(name).ok_or(ClusterError::Absent(name))?;
        Ok(process.kill().await?)
    }

    /// Starts the process `name`, where it was if it ran before.
    ///
    /// # Errors
    ///
    /// See [`ClusterError`].
    pub async fn run(&mut self, name: &'static str) -> Result<(), ClusterError> {
        let member = MEMBERS.into_iter().find(|member| member.name == name);
        let process = self.spawn(member.ok_or(ClusterError::Absent(name))?).await?;
        self.running.insert(name, process);
        Ok(())
    }

    /// Kills the database at once and lets its standby take its place. Processes find it by themselves.
    ///
    /// # Errors
    ///
    /// See [`ClusterError`].
    pub fn fail_over(&mut self) -> Result<(), ClusterError> {
        let mut primary = self.primary.take().ok_or(ClusterError::Absent("postgres"))?;
        primary.kill()?;
        Ok(self.standby.promote()?)
    }

    /// Asks every process to end and waits for it; then the servers end.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub async fn stop(mut self) -> io::Result<()> {
        let running = std::mem::take(&mut self.running);
        try_join_all(running.into_values().map(Process::stop)).await.map(drop)
    }

    /// A signed token for `person`, who may prescribe every schedule.
    ///
    /// # Errors
    ///
    /// See [`ClusterError`].
    pub async fn token(&self, person: Person) -> Result<String, ClusterError> {
        let id = person.id.to_string();
        let asks = ["token", "--tenant", TENANT, "--role", person.role, "--person", &id];
        let asks = [&asks[..], &["--schedules", SCHEDULES]].concat();
        let output = concord_support::run(&self.program, &self.folder.join(KEYS), &asks).await?;
        if !output.status.success() {
            return Err(ClusterError::Token(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Removes what a cluster before left in the folder: its databases are gone, and what processes remember of them would be of
    /// another record.
    fn clear(&self) -> io::Result<()> {
        if !self.folder.join(KEYS).join(FOR_TOKENS).exists() {
            return Ok(());
        }
        for Member { name, .. } in MEMBERS {
            let data = self.folder.join(name);
            if data.exists() {
                std::fs::remove_dir_all(data)?;
            }
        }
        Ok(())
    }

    async fn spawn(&self, Member { name, roles }: Member) -> Result<Process, ClusterError> {
        let data = self.folder.join(name);
        std::fs::create_dir_all(&data)?;
        let data = data.to_string_lossy();
        let arguments = ["--data", &data, "serve", "--listen", "127.0.0.1:0", "--roles", roles];
        let database = self.writable();
        let nats = format!("{:?}", self.nats.urls());
        let key = |name| self.folder.join(KEYS).join(name).to_string_lossy().into_owned();
        let (tokens, checkpoints, partners) = (key(FOR_TOKENS), key(FOR_CHECKPOINTS), key(FOR_PARTNERS));
        let own = [
            (DATABASE, &database),
            (NATS, &nats),
            (TOKEN_KEY, &tokens),
            (CHECKPOINT_KEY, &checkpoints),
            (PARTNERS_KEY, &partners),
        ];
        let settings = SETTINGS.into_iter().chain(own.map(|(name, value)| (name, value.as_str())));
        let log = self.folder.join(format!("{name}.log"));
        let started = Process::start(&self.program, arguments, settings, &log).await;
        started.map_err(|cause| ClusterError::Member { name, cause })
    }

    /// The address of whichever server takes writes.
    fn writable(&self) -> String {
        let servers = self.primary.iter().chain([&self.standby]);
        let places = servers.map(|server| (server.folder().display().to_string(), server.port().to_string()));
        let (hosts, ports): (Vec<_>, Vec<_>) = places.unzip();
        let (hosts, ports) = (hosts.join(","), ports.join(","));
        format!("host={hosts} port={ports} user=concord dbname={TENANT} target_session_attrs=read-write")
    }
}

/// The database with its standby, which has every commit from the first on, and three nodes of NATS.
fn servers() -> Result<(Postgres, Postgres, Nats), ClusterError> {
    let primary = Postgres::start()?;
    let standby = primary.standby()?;
    primary.wait_for_standby()?;
    primary.sql("postgres", &format!("CREATE DATABASE {TENANT}"))?;
    Ok((primary, standby, Nats::cluster()?))
}
