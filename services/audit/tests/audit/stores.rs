//! What every store of checkpoints does; the same on each.

use std::sync::{Arc, LazyLock};

use concord_audit::{CheckpointStore, Cosigned, PostgresCheckpoints, Stored, Swap};
use concord_postgres::Server;
use concord_servers::Postgres;

use crate::support::store;

pub(crate) async fn postgres() -> Arc<dyn CheckpointStore> {
    static SERVER: LazyLock<Postgres> = LazyLock::new(|| Postgres::start().unwrap());
    let database = Server::parse(&SERVER.database().unwrap()).unwrap();
    Arc::new(PostgresCheckpoints::open(database).await.unwrap())
}

fn of(size: u64) -> Stored {
    Stored { size, note: format!("note of {size}\n") }
}

async fn contract(store: Arc<dyn CheckpointStore>) {
    assert_eq!(store.latest("a").await.unwrap(), None);
    assert_eq!(store.replace("a", Some(3), &of(4), 0, &[]).await.unwrap(), Swap::Overtaken);
    assert_eq!(store.replace("a", None, &of(300), 0, &[[1; 32]]).await.unwrap(), Swap::Done);
    assert_eq!(store.replace("a", None, &of(301), 1, &[[9; 32]]).await.unwrap(), Swap::Overtaken);
    assert_eq!(store.replace("a", Some(299), &of(301), 1, &[[9; 32]]).await.unwrap(), Swap::Overtaken);
    assert_eq!(store.latest("a").await.unwrap(), Some(of(300)), "who is too late has written nothing");
    assert_eq!(store.replace("a", Some(300), &of(800), 1, &[[2; 32], [3; 32]]).await.unwrap(), Swap::Done);
    assert_eq!(store.latest("a").await.unwrap(), Some(of(800)));
    assert_eq!(store.blocks("a").await.unwrap(), [[1; 32], [2; 32], [3; 32]]);
    assert_eq!((store.latest("b").await.unwrap(), store.blocks("b").await.unwrap()), (None, Vec::new()));

    let cosigned = |size| Cosigned { cosigner: "w".to_owned(), size, note: format!("by w {size}\n") };
    for size in [5, 9, 7] {
        store.keep_cosigned("a", &cosigned(size)).await.unwrap();
    }
    assert_eq!(store.cosigned("a").await.unwrap(), [cosigned(9)], "a shorter one replaces no longer one");
    assert_eq!(store.cosigned("b").await.unwrap(), []);
}

#[tokio::test]
async fn a_file_keeps_the_contract() {
    let (store, _folder) = store();
    contract(store).await;
}

#[tokio::test]
async fn a_database_keeps_the_contract() {
    contract(postgres().await).await;
}

/// Of many who replace the same checkpoint one succeeds, each time.
async fn race(store: Arc<dyn CheckpointStore>) {
    let mut previous = None;
    for round in 1..=20_u64 {
        let tries = (0..8_u64).map(|racer| {
            let (store, size) = (Arc::clone(&store), round * 100 + racer);
            tokio::spawn(
                async move { (size, store.replace("r", previous, &of(size), 0, &[]).await.unwrap()) },
            )
        });
        let mut done = Vec::new();
        for tried in tries.collect::<Vec<_>>() {
            let (size, swap) = tried.await.unwrap();
            done.extend((swap == Swap::Done).then_some(size));
        }
        assert_eq!(done.len(), 1, "round {round}: {done:?}");
        assert_eq!(store.latest("r").await.unwrap(), Some(of(done[0])));
        previous = Some(done[0]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_replace_the_same_in_a_file_one_succeeds() {
    let (store, _folder) = store();
    race(store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_replace_the_same_in_a_database_one_succeeds() {
    race(postgres().await).await;
}
