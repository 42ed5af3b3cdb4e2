//! Notes in the form that others write and read.

use concord_audit::note::{KeyKind, Note, NoteError, SigningKey, VerifierKey};
use concord_audit::{Checkpoint, Signed, TlogProof};
use concord_ledger::merkle::leaf_hash;

use crate::support::{noon, signing_key};

/// The example of the Go module that first wrote signed notes.
const PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const SEED: [u8; 32] = [
    0x81, 0x0a, 0x14, 0x05, 0x55, 0x14, 0x6c, 0x8d, 0x84, 0xf2, 0x44, 0xcc, 0xcc, 0x3d, 0x50, 0x20, 0x3a,
    0xfe, 0x63, 0xb8, 0x5f, 0x67, 0x1d, 0x3d, 0xb4, 0x88, 0xbd, 0x71, 0x75, 0x1c, 0xa0, 0xc5,
];
const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

#[test]
fn a_note_of_another_program_is_read_and_its_signature_holds() {
    let key: VerifierKey = PUBLIC.parse().unwrap();
    assert_eq!(key.to_string(), PUBLIC);
    let note: Note = NOTE.parse().unwrap();
    assert_eq!(note.to_string(), NOTE);
    assert_eq!(key.verify(&note), Ok(()));
    let altered: Note = NOTE.replace("answer", "ANSWER").parse().unwrap();
    assert_eq!(key.verify(&altered), Err(NoteError::False));
    assert_eq!(signing_key().public().verify(&note), Err(NoteError::NotSigned));
}

#[test]
fn a_key_that_was_cut_or_renamed_is_refused() {
    for wrong in [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        "Somebody+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
        "PeterNeumann+c74f20a3+Axpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ] {
        assert!(wrong.parse::<VerifierKey>().is_err(), "{wrong}");
    }
    assert!(SigningKey::from_seed("a name", KeyKind::Log, &SEED).is_err());
}

fn checkpoint() -> Checkpoint {
    Checkpoint { origin: "concord/riverbend/clinical/1".to_owned(), size: 9, root: [3; 32] }
}

#[test]
fn a_checkpoint_is_bound_to_the_ledger_of_its_key() {
    let signed = checkpoint().sign(&signing_key(), noon()).unwrap();
    let note = signed.note().to_string();
    assert_eq!(Signed::open(&note, signing_key().public()), Ok(signed));
    // Not even the key itself signs for another ledger, or one whose name begins alike.
    for origin in
        ["concord/riverbend/access/1", "concord/riverbend/clinical2/1", "concord/riverbend/clinical"]
    {
        let other = Checkpoint { origin: origin.to_owned(), ..checkpoint() };
        assert_eq!(other.sign(&signing_key(), noon()).unwrap_err(), NoteError::OtherText, "{origin}");
    }
    for bad in ["9\n", "09\n", "-9\n", "9 \n"] {
        let text = checkpoint().to_string().replace("\n9\n", &format!("\n{bad}"));
        assert_eq!(Checkpoint::parse(&text).is_ok(), bad == "9\n", "{bad:?}");
    }
}

#[test]
fn a_cosignature_names_its_time_and_is_no_signature_of_the_log() {
    let partner = SigningKey::from_seed("lakeside.example/witness", KeyKind::Cosigner, &SEED).unwrap();
    let signed = checkpoint().sign(&signing_key(), noon()).unwrap();
    let cosigned = partner.sign(signed.note().clone(), noon());
    let read: Note = cosigned.to_string().parse().unwrap();
    assert_eq!(partner.public().cosigned_at(&read), Ok(noon()));
    assert_eq!(signing_key().public().verify(&read), Ok(()));
    // The same secret as a log's key has another identifier and signs another text.
    let as_log = SigningKey::from_seed("lakeside.example/witness", KeyKind::Log, &SEED).unwrap();
    assert_eq!(as_log.public().verify(&read), Err(NoteError::NotSigned));
    let altered: Note = cosigned.to_string().replace("\n9\n", "\n8\n").parse().unwrap();
    assert_eq!(partner.public().cosigned_at(&altered), Err(NoteError::False));
}

#[test]
fn a_proof_file_is_read_back_and_holds_for_its_leaf_alone() {
    let leaf = b"a leaf".to_vec();
    let root = leaf_hash(&leaf);
    let signed = Checkpoint { size: 1, root, ..checkpoint() }.sign(&signing_key(), noon()).unwrap();
    let proof = TlogProof { leaf, index: 0, path: Vec::new(), checkpoint: signed.note().to_string() };
    let text = proof.to_string();
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nextra "), "{text}");
    let read: TlogProof = text.parse().unwrap();
    assert_eq!(read, proof);
    assert!(read.verify(signing_key().public()).is_ok());
    let other = TlogProof { leaf: b"another".to_vec(), ..read };
    assert_eq!(other.verify(signing_key().public()).unwrap_err(), NoteError::False);
    assert!("c2sp.org/tlog-proof@v1\nindex 0\n\n".parse::<TlogProof>().is_err());
}
