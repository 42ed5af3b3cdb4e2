//! Connections that questions share.

use std::sync::Arc;
use std::time::Duration;

use concord_postgres::{Link, Pool, QueryError, Server, Unfit};
use concord_servers::Postgres;
use tokio::task::JoinSet;

const PATIENCE: Duration = Duration::from_secs(30);
const OWN: &str = "SELECT pg_backend_pid()";

fn server(postgres: &Postgres) -> Server {
    Server::local(&postgres.address("postgres").parse().unwrap())
}

async fn number(pool: &Pool, question: &str) -> i32 {
    pool.query(question, &[]).await.unwrap()[0].get(0)
}

#[tokio::test]
async fn as_many_questions_as_wanted_share_so_many_connections() {
    let postgres = Postgres::start().unwrap();
    let pool = Arc::new(Pool::new(server(&postgres), 2, PATIENCE));
    let mut asked = JoinSet::new();
    for _ in 0..40 {
        let pool = Arc::clone(&pool);
        asked.spawn(async move { number(&pool, OWN).await });
    }
    let mut sessions = asked.join_all().await;
    sessions.sort_unstable();
    sessions.dedup();
    assert_eq!(sessions.len(), 2);
}

/// The server says that it ends the session before the connection closes; that is no answer to the question.
#[tokio::test]
async fn a_question_whose_session_is_ended_is_asked_again() {
    let mut postgres = Postgres::start().unwrap();
    let pool = Arc::new(Pool::new(server(&postgres), 1, PATIENCE));
    for _ in 0..5 {
        let session = number(&pool, OWN).await;
        let asked = tokio::spawn({
            let pool = Arc::clone(&pool);
            async move { number(&pool, "SELECT 7 FROM pg_sleep(0.5)").await }
        });
        let end = format!("SELECT pg_terminate_backend({session}) FROM pg_sleep(0.1)");
        postgres.sql("postgres", &end).unwrap();
        assert_eq!(asked.await.unwrap(), 7);
        assert_ne!(number(&pool, OWN).await, session);
    }
    postgres.kill().unwrap();
    assert!(matches!(pool.query(OWN, &[]).await, Err(QueryError::Server(_))));
    postgres.run().unwrap();
    number(&pool, OWN).await;
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let postgres = Postgres::start().unwrap();
    let pool = Pool::new(server(&postgres), 1, Duration::from_secs(1));
    let session = number(&pool, OWN).await;
    assert!(matches!(pool.query("SELECT 1 FROM pg_sleep(3600)", &[]).await, Err(QueryError::Silent)));
    assert_ne!(number(&pool, OWN).await, session);
}

#[tokio::test]
async fn a_statement_that_is_wrong_is_not_asked_again() {
    let postgres = Postgres::start().unwrap();
    let pool = Pool::new(server(&postgres), 1, PATIENCE);
    let session = number(&pool, OWN).await;
    assert!(matches!(pool.query("SELECT 1 / 0", &[]).await, Err(QueryError::Server(_))));
    assert_eq!(number(&pool, OWN).await, session);
}

#[tokio::test]
async fn of_two_servers_the_one_that_takes_writes_is_found() {
    let primary = Postgres::start().unwrap();
    let standby = primary.standby().unwrap();
    let ports = format!("{},{}", standby.port(), primary.port());
    let hosts = format!("{},{}", standby.folder().display(), primary.folder().display());
    let both = format!("host={hosts} port={ports} user=concord dbname=postgres").parse().unwrap();
    let link = Link::connect(&Server::local(&both)).await.unwrap();
    assert_eq!(link.fitness().await.unwrap(), Ok(()));
    assert!(Link::connect(&server(&standby)).await.is_err());
    standby.promote().unwrap();
    let link = Link::connect(&server(&standby)).await.unwrap();
    assert_eq!(link.fitness().await.unwrap(), Ok(()));
}

#[tokio::test]
async fn a_server_that_does_not_wait_for_the_disk_is_unfit() {
    let postgres = Postgres::start_with("-c full_page_writes=off").unwrap();
    let link = Link::connect(&server(&postgres)).await.unwrap();
    assert_eq!(link.fitness().await.unwrap(), Err(Unfit::Volatile));
}
