//! Reads the rows of a table and what every table has: a name, a source, a signature.

use std::collections::HashSet;

use csv::{ReaderBuilder, StringRecord};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error as ValueError;

use super::fault::{Fault, LoadError};
use super::products::Products;
use super::set::At;
use crate::{Action, Drug, Regimen, RuleId, Severity};

/// A rule's name and what it says.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    pub(crate) id: RuleId,
    pub(crate) severity: Severity,
    pub(crate) action: Action,
    pub(crate) mechanism: String,
    pub(crate) advice: String,
    pub(crate) source: String,
    /// Of which products the rule speaks, where not of all.
    pub(crate) products: Vec<Products>,
}

impl Verdict {
    /// Whether it speaks of a substance in what is taken so.
    pub(crate) fn speaks_of(&self, at: At, drug: Option<&Drug>, regimen: Option<Regimen>) -> bool {
        self.products.iter().all(|products| products.mean(at, drug, regimen))
    }
}

/// One row with its place.
pub(crate) struct Row<'a> {
    file: &'static str,
    line: u64,
    headers: &'a StringRecord,
    record: StringRecord,
}

/// The rows of one table.
pub(crate) struct Table {
    pub(crate) file: &'static str,
    headers: StringRecord,
    records: Vec<(u64, StringRecord)>,
    signed: bool,
}

impl Table {
    /// Reads `text`; rows of a table with an `id` column have different ones.
    pub(crate) fn read(file: &'static str, text: &str) -> Result<Self, LoadError> {
        let malformed = |line| LoadError { file, line, fault: Fault::Malformed };
        let mut reader = ReaderBuilder::new().from_reader(text.as_bytes());
        let headers = reader.headers().map_err(|_| malformed(1))?.clone();
        let mut records = Vec::new();
        for record in reader.into_records() {
            let record = record.map_err(|e| malformed(e.position().map_or(0, csv::Position::line)))?;
            let line = record.position().map_or(0, csv::Position::line);
            records.push((line, record));
        }
        let mut table = Self { file, headers, records, signed: false };
        table.signed = table.check()?;
        Ok(table)
    }

    fn check(&self) -> Result<bool, LoadError> {
        let named = self.headers.iter().any(|h| h == "id");
        let (mut seen, mut signed) = (HashSet::new(), true);
        for row in self.rows() {
            if named && !seen.insert(row.text("id")?.to_owned()) {
                return Err(row.fault(Fault::DuplicateId(row.text("id")?.to_owned())));
            }
            if row.text("source")?.is_empty() {
                return Err(row.fault(Fault::EmptySource));
            }
            let by = !row.text("reviewed_by")?.is_empty();
            if by == row.text("reviewed_on")?.is_empty() {
                return Err(row.fault(Fault::HalfSigned));
            }
            signed &= by;
        }
        Ok(signed)
    }

    /// Whether every row bears a signature.
    pub(crate) const fn signed(&self) -> bool {
        self.signed
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.records.iter().map(|(line, record)| Row {
            file: self.file,
            line: *line,
            headers: &self.headers,
            record: record.clone(),
        })
    }

    /// The names of its columns, in order.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        self.headers.iter()
    }

    /// The same rows under the columns of `stands`. Of a column that is not here a row says what stands under its name there,
    /// and a new row says nothing. `None`: there is a column that `stands` has not, or another order.
    pub(crate) fn under(&self, stands: &Self) -> Option<Self> {
        let mut columns = stands.columns();
        if !self.columns().all(|column| columns.any(|known| known == column)) {
            return None;
        }
        let place_of = |column: &str| self.columns().position(|known| known == column);
        let id = stands.columns().position(|known| known == "id")?;
        let records = self.records.iter().map(|(line, record)| {
            let name = place_of("id").and_then(|place| record.get(place)).map(str::trim);
            let mut all = stands.records.iter().map(|(_, standing)| standing);
            let standing = all.find(|standing| standing.get(id).map(str::trim) == name);
            let fields = stands.columns().enumerate().map(|(at, column)| match place_of(column) {
                Some(place) => record.get(place).unwrap_or_default(),
                None => standing.and_then(|standing| standing.get(at)).unwrap_or_default(),
            });
            (*line, fields.collect())
        });
        let (file, headers, records) = (self.file, stands.headers.clone(), records.collect());
        Some(Self { file, headers, records, signed: self.signed })
    }

    /// A fault of the whole table.
    pub(crate) const fn fault(&self, fault: Fault) -> LoadError {
        LoadError { file: self.file, line: 1, fault }
    }
}

impl Row<'_> {
    /// The table that it is in.
    pub(crate) const fn file(&self) -> &'static str {
        self.file
    }

    /// The line on which it begins.
    pub(crate) const fn line(&self) -> u64 {
        self.line
    }

    /// Its fields as they stand, in the order of the columns.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        self.record.iter()
    }

    pub(crate) const fn fault(&self, fault: Fault) -> LoadError {
        LoadError { file: self.file, line: self.line, fault }
    }

    /// The trimmed text of a column, perhaps empty.
    pub(crate) fn text(&self, column: &'static str) -> Result<&str, LoadError> {
        let at = self.headers.iter().position(|h| h == column);
        at.and_then(|i| self.record.get(i))
            .map(str::trim)
            .ok_or_else(|| self.fault(Fault::MissingColumn(column)))
    }

    /// The text of a column that people read.
    pub(crate) fn words(&self, column: &'static str) -> Result<String, LoadError> {
        match self.text(column)? {
            "" => Err(self.fault(Fault::EmptyText(column))),
            text => Ok(text.to_owned()),
        }
    }

    /// The parts of a column between `|`.
    pub(crate) fn list(&self, column: &'static str) -> Result<Vec<&str>, LoadError> {
        Ok(self.text(column)?.split('|').map(str::trim).filter(|part| !part.is_empty()).collect())
    }

    /// A column's finite number that is not negative; nothing when the field is empty.
    pub(crate) fn number(&self, column: &'static str) -> Result<Option<f64>, LoadError> {
        match self.text(column)? {
            "" => Ok(None),
            text => match text.parse::<f64>() {
                Ok(number) if number.is_finite() && number >= 0.0 => Ok(Some(number)),
                _ => Err(self.invalid(column, text)),
            },
        }
    }

    /// A column's whole number; nothing when the field is empty.
    pub(crate) fn whole(&self, column: &'static str) -> Result<Option<u16>, LoadError> {
        match self.text(column)? {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| self.invalid(column, text)),
        }
    }

    pub(crate) fn yes(&self, column: &'static str) -> Result<bool, LoadError> {
        match self.text(column)? {
            "yes" => Ok(true),
            "no" => Ok(false),
            other => Err(self.invalid(column, other)),
        }
    }

    /// A word that one of our types is stored as.
    pub(crate) fn stored<'de, T: Deserialize<'de>>(
        &self,
        column: &'static str,
        text: &'de str,
    ) -> Result<T, LoadError> {
        let from: serde::de::value::StrDeserializer<'de, ValueError> = text.into_deserializer();
        T::deserialize(from).map_err(|_| self.invalid(column, text))
    }

    pub(crate) fn invalid(&self, column: &'static str, value: &str) -> LoadError {
        self.fault(Fault::InvalidValue { column, value: value.to_owned() })
    }

    /// A name in the `id` column.
    pub(crate) fn id<'s, T: Deserialize<'s>>(&'s self) -> Result<T, LoadError> {
        let text = self.text("id")?;
        self.stored("id", text).map_err(|_| self.fault(Fault::InvalidId(text.to_owned())))
    }

    pub(crate) fn verdict(&self) -> Result<Verdict, LoadError> {
        let verdict = Verdict {
            id: self.id()?,
            severity: self.stored("severity", self.text("severity")?)?,
            action: self.stored("action", self.text("action")?)?,
            mechanism: self.words("mechanism")?,
            advice: self.words("advice")?,
            source: self.words("source")?,
            products: Vec::new(),
        };
        let blocks = matches!(verdict.action, Action::BlockUnlessCosigned | Action::Space | Action::Block);
        if verdict.severity == Severity::Moderate && blocks {
            return Err(self.fault(Fault::Contradiction("severity", "action")));
        }
        Ok(verdict)
    }
}
