use super::*;

fn with(overrides: Overrides) -> Result<Config, ConfigError> {
    Config::load(None, overrides)
}

#[test]
fn the_defaults_can_be_used() {
    let config = with(Overrides::default()).unwrap();
    assert!(
        config.has(ProcessRole::Api) && config.has(ProcessRole::Projector) && config.has(ProcessRole::Timers)
    );
    assert_eq!(config.pharmacy.network, NetworkKind::None, "no prescription goes anywhere unasked");
    assert_eq!(config.listen.to_string(), "127.0.0.1:7443");
}

#[test]
fn all_faults_are_reported_together() {
    let everywhere = "0.0.0.0:7443".parse().ok();
    let fault = with(Overrides { listen: everywhere, roles: Some(Vec::new()), ..Overrides::default() });
    let said = fault.unwrap_err().to_string();
    assert!(said.contains("listen:") && said.contains("roles:"), "{said}");
}

#[test]
fn views_are_where_the_ledger_is_unless_it_is_said_otherwise() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let load = |views: &str, ledger: &str| {
        let address = "postgres = \"postgres://localhost/records\"";
        let roles = "roles = [\"timers\"]";
        let text =
            format!("{roles}\n[ledger]\nstore = \"{ledger}\"\n{address}\n[views]\nstore = \"{views}\"");
        std::fs::write(file.path(), text).unwrap();
        Config::load(Some(file.path()), Overrides::default())
    };
    assert_eq!(load("ledger", "postgres").unwrap().views(), StoreKind::Postgres);
    let said = load("sqlite", "postgres").unwrap_err().to_string();
    assert!(said.contains("timers needs projector"), "nobody else can keep them: {said}");
    let said = load("postgres", "sqlite").unwrap_err().to_string();
    assert!(said.contains("views.store"), "{said}");
}

#[test]
fn a_token_key_is_in_the_data_folder_unless_it_is_said_otherwise() {
    let mut config = with(Overrides { data: Some(PathBuf::from("/data")), ..Overrides::default() }).unwrap();
    assert_eq!(config.token_key(), PathBuf::from("/data/token.key"));
    config.tokens.key = PathBuf::from("/run/secrets/token.key");
    assert_eq!(config.token_key(), PathBuf::from("/run/secrets/token.key"));
}

#[test]
fn a_database_must_be_named_and_is_not_shown() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let load = |text: &str| {
        std::fs::write(file.path(), text).unwrap();
        Config::load(Some(file.path()), Overrides::default())
    };
    let said = load("[ledger]\nstore = \"postgres\"").unwrap_err().to_string();
    assert!(said.contains("ledger.postgres:"), "{said}");
    let said = load("[ledger]\nstore = \"postgres\"\npostgres = \"postgres//me:geheim@here\"")
        .unwrap_err()
        .to_string();
    assert!(said.contains("ledger.postgres:") && !said.contains("geheim"), "{said}");
    for text in [
        "[ledger]\nstore = \"postgres://me:geheim@here/db\"",
        "ledger = \"postgres://me:geheim@here/db\"",
        "[ledger]\nstore = \"postgres\"\npostgres = \"postgres://me:geheim@10.0.0.7/db\"",
        "[ledger]\nstore = \"postgres\"\npostgres = \"postgres://localhost/db\"\npostgres_listen = \"postgres://me:geheim@10.0.0.7/db\"",
        "[ledger]\nstore = \"postgres\"\npostgres = \"postgres://me:geheim@%2Ftmp/db\"\npostgres_ca = \"ca.pem\"",
    ] {
        let said = load(text).unwrap_err().to_string();
        assert!(said.contains("ledger") && !said.contains("geheim"), "{said}");
    }
    let config =
        load("[ledger]\nstore = \"postgres\"\npostgres = \"postgres://me:geheim@localhost/records\"")
            .unwrap();
    assert_eq!(config.ledger.postgres.parse().unwrap().get_dbname(), Some("records"));
    assert!(!format!("{config:?}").contains("geheim"));
}

#[test]
fn another_host_is_reached_with_authorities_that_vouch_for_it() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let text = "[ledger]\nstore = \"postgres\"\npostgres = \"postgres://me@one:5432,two:5433/records\"\n\
        postgres_ca = \"ca.pem\"\npostgres_listen = \"postgres://me@one/records\"";
    std::fs::write(file.path(), text).unwrap();
    let config = Config::load(Some(file.path()), Overrides::default()).unwrap();
    assert_eq!(config.ledger.postgres_ca.as_deref(), Some(Path::new("ca.pem")));
    assert_eq!(config.ledger.postgres.parse().unwrap().get_hosts().len(), 2);
    assert!(with(Overrides::default()).unwrap().ledger.postgres_ca.is_none());
}

#[test]
fn nothing_is_measured_or_traced_unless_it_is_asked_for() {
    let config = with(Overrides::default()).unwrap();
    assert_eq!((config.metrics.listen, config.telemetry.otlp), (None, None));
}

#[test]
fn spans_leave_this_machine_only_by_a_collector_on_it() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let load = |otlp: &str| {
        std::fs::write(file.path(), format!("[telemetry]\notlp = \"{otlp}\"")).unwrap();
        Config::load(Some(file.path()), Overrides::default())
    };
    assert!(load("http://127.0.0.1:4317").is_ok() && load("http://[::1]:4317/").is_ok());
    for elsewhere in ["http://10.0.0.7:4317", "https://127.0.0.1:4317", "http://localhost@evil:1", "4317"] {
        let said = load(elsewhere).unwrap_err().to_string();
        assert!(said.contains("telemetry.otlp:"), "{elsewhere}: {said}");
    }
}

#[test]
fn deadlines_are_not_recorded_without_their_list() {
    let alone = with(Overrides { roles: Some(vec![ProcessRole::Timers]), ..Overrides::default() });
    assert!(alone.unwrap_err().to_string().contains("timers needs projector"));
}

#[test]
fn nothing_is_published_unasked_and_nothing_in_the_clear() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let load = |text: &str| {
        std::fs::write(file.path(), text).unwrap();
        Config::load(Some(file.path()), Overrides::default())
    };
    assert!(load("").unwrap().nats.servers().is_none());
    let near = load("[nats]\nservers = [\"nats://127.0.0.1:4222\"]\nreplicas = 3\nkeep_hours = 2").unwrap();
    assert!(near.nats.servers().is_some());
    assert_eq!((near.nats.relay().replicas, near.nats.relay().keep), (3, Duration::from_hours(2)));
    let said = load("[nats]\nservers = [\"nats://nats-1:4222\"]\nreplicas = 2\nkeep_hours = 0");
    let said = said.unwrap_err().to_string();
    for key in ["nats.servers: server 1", "nats.replicas", "nats.keep_hours"] {
        assert!(said.contains(key), "{said}");
    }
    let said = load("[nats]\nservers = [\"nats://me:geheim@127.0.0.1\"]").unwrap_err().to_string();
    assert!(said.contains("nats.servers") && !said.contains("geheim"), "{said}");
    let said = load("[nats]\nservers = \"nats://me:geheim@127.0.0.1\"").unwrap_err().to_string();
    assert!(said.contains("nats") && !said.contains("geheim"), "{said}");
    let alone = with(Overrides { roles: Some(vec![ProcessRole::Relay]), ..Overrides::default() });
    assert!(alone.unwrap_err().to_string().contains("nats.servers"));
}

#[test]
fn a_quiet_program_logs_warnings_unless_it_is_told_otherwise() {
    let quiet = || Overrides { quiet: true, ..Overrides::default() };
    assert_eq!(with(Overrides::default()).unwrap().log.filter, "info");
    assert_eq!(with(quiet()).unwrap().log.filter, "warn");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "[log]\nfilter = \"debug\"").unwrap();
    assert_eq!(Config::load(Some(file.path()), quiet()).unwrap().log.filter, "debug");
}

#[test]
fn a_key_that_nobody_knows_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "lissten = \"127.0.0.1:1\"").unwrap();
    let said = Config::load(Some(file.path()), Overrides::default()).unwrap_err().to_string();
    assert!(said.contains("lissten"), "{said}");
}

/// What is wrong with the configuration in `text`, where something is.
fn fault(text: &str) -> Option<String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    Config::load(Some(file.path()), Overrides::default()).err().map(|error| error.to_string())
}

const ISSUED: &str = "[oidc]\nissuer = \"https://login.example.org\"\naudience = \"concord\"\njwks = \"https://login.example.org/jwks\"\n";
const TLS: &str = "[tls]\ncertificate = \"a\"\nkey = \"b\"\n";
const CLIENT: &str =
    "[[clients]]\nsan = \"uri:spiffe://example.org/relay\"\nrole = \"service\"\ntenant = \"demo\"\n";

#[test]
fn other_machines_are_listened_to_over_tls_and_by_those_who_can_prove_who_they_are() {
    let everywhere = "listen = \"0.0.0.0:7443\"\n";
    let with = |more: &[&str]| fault(&format!("{everywhere}{}", more.concat()));
    assert!(with(&[]).unwrap().contains("tls.certificate"));
    assert!(with(&[ISSUED]).unwrap().contains("tls.certificate"));
    assert!(with(&[TLS]).unwrap().contains("oidc.issuer"), "nobody could come in");
    assert_eq!(with(&[TLS, ISSUED]), None);
    assert_eq!(with(&[TLS, "client_ca = \"c\"\n", CLIENT]), None);
    assert!(with(&[TLS, CLIENT]).unwrap().contains("client_ca"), "whose certificates?");
    assert_eq!(with(&[TLS, "[tokens]\ndevelopment = true\n"]), None, "said explicitly");
}

#[test]
fn local_tokens_are_taken_on_loopback_where_there_is_no_issuer() {
    let callers = |text: &str| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Config::load(Some(file.path()), Overrides::default()).unwrap().callers()
    };
    assert_eq!(callers(""), Callers::Local);
    assert_eq!(callers(ISSUED), Callers::Issued);
    let everywhere = "listen = \"[::]:7443\"\n";
    assert_eq!(callers(&format!("{everywhere}{TLS}client_ca = \"c\"\n{CLIENT}")), Callers::Certified);
    let both = fault(&format!("{ISSUED}[tokens]\ndevelopment = true\n")).unwrap();
    assert!(both.contains("tokens.development"), "{both}");
}

#[test]
fn what_is_half_said_of_callers_is_a_fault() {
    for (text, wanted) in [
        ("[tls]\ncertificate = \"a\"\n", "tls: certificate and key"),
        ("[tls]\nclient_ca = \"a\"\n", "tls.client_ca"),
        ("[tls]\nclient_required = true\n", "tls.client_required"),
        ("[tls]\noldest = \"1.1\"\n", "1.1"),
        ("[oidc]\nissuer = \"https://login.example.org\"\n", "oidc.audience"),
        ("[oidc]\naudience = \"concord\"\n", "oidc.issuer"),
        (&ISSUED.replace("https://login.example.org/jwks", "http://login.example.org/jwks"), "oidc.jwks"),
        (&format!("{ISSUED}longest_minutes = 0\n"), "oidc.longest_minutes"),
        (&format!("{ISSUED}[oidc.claims]\nrole = \"\"\n"), "oidc.claims"),
        (&CLIENT.replace("uri:spiffe://example.org/relay", "relay"), "clients: relay"),
        (&CLIENT.replace("service", "partner"), "an organisation"),
        (&CLIENT.replace("service", "nurse"), "signs in"),
        (&format!("{CLIENT}{CLIENT}"), "names two clients"),
    ] {
        let said = fault(text).unwrap_or_else(|| panic!("{text} is taken"));
        assert!(said.contains(wanted), "{text}: {said}");
    }
}
