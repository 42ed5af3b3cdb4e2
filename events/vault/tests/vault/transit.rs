//! The transit engine of HashiCorp Vault, as a small server that answers as it is documented to:
//! <https://developer.hashicorp.com/vault/api-docs/secret/transit>.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use concord_kernel::StreamKind;
use concord_ledger::{Filter, Ledger};
use concord_vault::{Kek, KekError, KeyStore, SqliteKeys, Transit, begin, rotate};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use zeroize::Zeroizing;

use crate::support::{Scene, append, patient};

const TOKEN: &str = "hvs.test";

/// Remembers what it wrapped, under a name that is all it gives away.
#[derive(Default)]
struct Engine {
    version: u64,
    held: HashMap<String, (String, String)>,
}

type Shared = Arc<Mutex<Engine>>;

fn admitted(headers: &HeaderMap) -> Result<(), StatusCode> {
    let token = headers.get("X-Vault-Token").and_then(|token| token.to_str().ok());
    if token == Some(TOKEN) { Ok(()) } else { Err(StatusCode::FORBIDDEN) }
}

fn text(body: &Value, field: &str) -> String {
    body[field].as_str().unwrap_or_default().to_owned()
}

async fn encrypt(
    State(engine): State<Shared>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Result<Json<Value>, StatusCode> {
    admitted(&headers)?;
    let mut engine = engine.lock().unwrap();
    let name = format!("vault:v{}:{}", engine.version, engine.held.len());
    engine.held.insert(name.clone(), (text(&body, "plaintext"), text(&body, "associated_data")));
    Ok(Json(json!({ "data": { "ciphertext": name, "key_version": engine.version } })))
}

async fn decrypt(
    State(engine): State<Shared>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Result<Json<Value>, StatusCode> {
    admitted(&headers)?;
    let engine = engine.lock().unwrap();
    let held = engine.held.get(&text(&body, "ciphertext"));
    let (plaintext, _) =
        held.filter(|(_, bound)| *bound == text(&body, "associated_data")).ok_or(StatusCode::BAD_REQUEST)?;
    Ok(Json(json!({ "data": { "plaintext": plaintext } })))
}

async fn about(State(engine): State<Shared>, headers: HeaderMap) -> Result<Json<Value>, StatusCode> {
    admitted(&headers)?;
    Ok(Json(json!({ "data": { "latest_version": engine.lock().unwrap().version, "type": "aes256-gcm96" } })))
}

async fn turn(
    State(engine): State<Shared>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<StatusCode, StatusCode> {
    admitted(&headers)?;
    assert_eq!(name, "concord");
    engine.lock().unwrap().version += 1;
    Ok(StatusCode::NO_CONTENT)
}

async fn engine() -> String {
    let shared = Shared::new(Mutex::new(Engine { version: 1, held: HashMap::new() }));
    let routes = Router::new()
        .route("/v1/transit/encrypt/concord", post(encrypt))
        .route("/v1/transit/decrypt/concord", post(decrypt))
        .route("/v1/transit/keys/concord", get(about))
        .route("/v1/transit/keys/{name}/rotate", post(turn))
        .with_state(shared);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}/v1/transit/keys/concord")
}

fn transit(address: &str, token: &str) -> Transit {
    Transit::new(address, Zeroizing::new(token.to_owned()), None).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_is_sealed_with_keys_that_it_wraps_before_and_after_it_is_rotated() {
    let (scene, address) = (Scene::new().await, engine().await);
    let store: Arc<dyn KeyStore> = Arc::new(SqliteKeys::create(&scene.folder.path().join("t.db")).unwrap());
    let kek: Arc<dyn Kek> = Arc::new(transit(&address, TOKEN));
    begin(&*store, &*kek).await.unwrap();
    let scene = Scene { store, kek, ..scene };
    let vault = scene.vault().await;
    let ledger = scene.ledger(&vault);
    ledger.append(append(patient(1), StreamKind::Scales, "Said")).await.unwrap();
    let rotated = rotate(&*scene.store, &*scene.kek).await.unwrap();
    assert_eq!((rotated.kek.as_str(), rotated.rewrapped), ("transit:concord:v2", 1));
    ledger.append(append(patient(2), StreamKind::Scales, "Said")).await.unwrap();
    vault.forget();
    let read = ledger.read(0, &Filter::default(), 10).await.unwrap().entries;
    assert_eq!(read[0].payload, read[1].payload);
    assert_eq!(scene.store.count().await.unwrap().outdated, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_it_refuses_and_that_it_is_away_are_told_apart() {
    let address = engine().await;
    let secret = Zeroizing::new([5; 32]);
    let refused = transit(&address, "hvs.other").wrap(b"x", &secret).await;
    assert!(matches!(refused, Err(KekError::Refused(403))), "{refused:?}");
    let kek = transit(&address, TOKEN);
    let wrapped = kek.wrap(b"x", &secret).await.unwrap();
    assert_eq!(kek.unwrap(b"x", &wrapped).await.unwrap(), secret);
    let moved = kek.unwrap(b"y", &wrapped).await;
    assert!(matches!(moved, Err(KekError::Wrong(_))), "{moved:?}");
    let nobody = transit("http://127.0.0.1:9/v1/transit/keys/concord", TOKEN).wrap(b"x", &secret).await;
    assert!(matches!(nobody, Err(KekError::Away(_))), "{nobody:?}");
}
