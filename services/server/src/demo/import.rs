//! Admits the patients of a folder of FHIR bundles.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use concord_intake::{Intake, MAX_BYTES, read_bundle};
use concord_kernel::Instant;
use concord_knowledge::Ruleset;
use concord_simulator::{Admission, Cohort, Gateway, admit};

use super::report::Unread;
use crate::Failed;

/// The most bundles that are admitted from one folder; each further one is named as not read.
const MOST_BUNDLES: usize = 1_000;

/// What became of the files of a folder.
#[derive(Debug, Default)]
pub(super) struct Imported {
    pub(super) admissions: Vec<Admission>,
    pub(super) unread: Vec<Unread>,
}

impl Imported {
    /// Admits the patient of every bundle in `folder`, by name; one that cannot be read is named and costs no other.
    pub(super) async fn from_folder<G: Gateway>(
        folder: &Path,
        gateway: &mut G,
        cohort: &Cohort,
        now: Instant,
    ) -> Result<Self, Failed> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
            .map_err(|cause| format!("{}: {cause}", folder.display()))?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .collect();
        files.sort();
        let mut imported = Self::default();
        for (number, file) in files.iter().enumerate() {
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let read = if number < MOST_BUNDLES {
                read(file, &name, now)
            } else {
                Err(format!("{name}: more than {MOST_BUNDLES} bundles are in the folder"))
            };
            match read {
                Ok(intake) => {
                    let admission = admit(gateway, &cohort.staff, cohort.seed, number, &intake, now).await?;
                    imported.admissions.push(admission);
                }
                Err(problem) => {
                    eprintln!("{problem}");
                    imported.unread.push(Unread { file: name, problem });
                }
            }
        }
        Ok(imported)
    }
}

fn read(file: &Path, name: &str, now: Instant) -> Result<Intake, String> {
    let failed = |cause: std::io::Error| format!("{name}: {cause}");
    // One byte more than may be: how large it really is, need not fit into memory.
    let most = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(file).map_err(failed)?.take(most).read_to_end(&mut bytes).map_err(failed)?;
    read_bundle(name, &bytes, now, Ruleset::embedded()).map_err(|refused| refused.to_string())
}
