//! Acknowledgements that do not come: a connection that breaks between the relay and the server.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use concord_servers::Nats;
use rand::Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::mutants::{Fault, publish};
use crate::scene::{Working, choices, client, head, ledger, options, record, until};
use crate::stored::whole_once;

/// In every acknowledgement of a publication, and nowhere else that a relay hears of.
const ACKNOWLEDGEMENT: &[u8] = b"\"seq\":";
/// How often the connection is cut in one test.
const CUTS: usize = 8;

/// Stands between a relay and a server, and breaks the connection when so many acknowledgements have passed; those that
/// come in the same read are lost.
struct Cutter {
    port: u16,
    left: Arc<AtomicI64>,
}

impl Cutter {
    async fn before(server: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let left = Arc::new(AtomicI64::new(i64::MAX));
        let shared = Arc::clone(&left);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                if let Ok(far) = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await {
                    tokio::spawn(pass(near, far, Arc::clone(&shared)));
                }
            }
        });
        Self { port, left }
    }

    fn urls(&self) -> Vec<String> {
        vec![format!("nats://127.0.0.1:{}", self.port)]
    }

    /// Lets `acknowledgements` more pass and then breaks the connection.
    fn cut_after(&self, acknowledgements: i64) {
        self.left.store(acknowledgements, Ordering::SeqCst);
    }

    async fn has_cut(&self) {
        until("the connection is cut", || async { self.left.load(Ordering::SeqCst) <= 0 }).await;
        self.left.store(i64::MAX, Ordering::SeqCst);
    }
}

async fn pass(near: TcpStream, far: TcpStream, left: Arc<AtomicI64>) {
    let ((mut from_near, mut to_near), (mut from_far, mut to_far)) = (near.into_split(), far.into_split());
    let up = tokio::spawn(async move { tokio::io::copy(&mut from_near, &mut to_far).await });
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read) = from_far.read(&mut buffer).await {
        if read == 0 {
            break;
        }
        let heard = buffer[..read].windows(ACKNOWLEDGEMENT.len()).filter(|part| *part == ACKNOWLEDGEMENT);
        let heard = i64::try_from(heard.count()).unwrap();
        if left.fetch_sub(heard, Ordering::SeqCst) <= heard
            || to_near.write_all(&buffer[..read]).await.is_err()
        {
            break;
        }
    }
    // Both directions end, with whatever was on its way.
    up.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_whose_acknowledgements_are_lost_publishes_every_event_once() {
    let mut choices = choices();
    let (nats, ledger) = (Nats::start().unwrap(), ledger(11));
    let cutter = Cutter::before(nats.port()).await;
    let working = Working::on(&cutter.urls(), &ledger, options()).await;
    working.reaches(0).await;
    let mut end = 0;
    for _ in 0..CUTS {
        // More than are in flight at once, so that it breaks in the middle of them.
        cutter.cut_after(choices.random_range(1..250));
        record(&*ledger, end + 1..=end + 300).await;
        end += 300;
        cutter.has_cut().await;
        working.reaches(end).await;
    }
    assert_eq!(head(&*ledger), end);
    whole_once(&client(&nats.urls()).await, &*ledger).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suite_sees_a_relay_that_goes_on_when_an_event_was_not_taken() {
    let (nats, ledger) = (Nats::start().unwrap(), ledger(12));
    let cutter = Cutter::before(nats.port()).await;
    Working::on(&nats.urls(), &ledger, options()).await.reaches(0).await;
    record(&*ledger, 1..=60).await;
    cutter.cut_after(20);
    publish(&client(&cutter.urls()).await, &ledger, 0, Fault::GoesOn).await;
    assert!(whole_once(&client(&nats.urls()).await, &*ledger).await.is_err());
}
