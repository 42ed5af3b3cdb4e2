//! Reads a program's files.

use std::fs;
use std::path::{Path, PathBuf};

use concord_knowledge::program::ProgramRules;

use crate::Failed;

/// Reads the CSV files of a folder, or one file. Other files, such as notes, are left alone.
pub(super) fn read(files: &Path) -> Result<ProgramRules, Failed> {
    let told = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let mut paths: Vec<PathBuf> = if files.is_dir() {
        let entries = fs::read_dir(files).map_err(|error| told(files, error))?;
        let paths: Result<Vec<_>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
        paths.map_err(|error| told(files, error))?
    } else {
        vec![files.to_owned()]
    };
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "csv"));
    paths.sort();
    let mut tables = Vec::with_capacity(paths.len());
    for path in &paths {
        let text = fs::read_to_string(path).map_err(|error| told(path, error))?;
        tables.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), text));
    }
    if tables.is_empty() {
        return Err(format!("{} holds no CSV file", files.display()).into());
    }
    Ok(ProgramRules::new(tables.iter().map(|(name, text)| (name.as_str(), text.clone())))?)
}
