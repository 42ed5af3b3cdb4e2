//! Recognises substances and conditions in the words and codes of other systems.
//!
//! Whole words only, the longest phrase first; what is left over and is neither a number, a unit, a form nor a salt
//! may be another substance, and then the answer says that it is not complete.

#[cfg(test)]
mod tests;
mod words;

use std::collections::HashMap;

use crate::load::Fault;
use crate::load::set::At;
use crate::{ConditionId, Recognition, Ruleset};
use words::{Token, Word, tokens};

pub(crate) use words::plain_words;

const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";
const SNOMED: &str = "http://snomed.info/sct";
const ICD10: [&str; 2] = ["http://hl7.org/fhir/sid/icd-10-cm", "http://hl7.org/fhir/sid/icd-10"];

/// Plain words that stand between two components, like a separator.
const JOINING: [&str; 2] = ["and", "with"];

/// A sequence of words and the substances that it stands for.
#[derive(Debug)]
struct Phrase {
    rest: Vec<String>,
    stands_for: Vec<At>,
    combination: bool,
}

/// Every phrase, by its first word; longer ones first.
#[derive(Debug, Default)]
pub(crate) struct Phrases(HashMap<String, Vec<Phrase>>);

impl Phrases {
    /// Adds a phrase; one that begins with `+` may stand for several substances at once.
    pub(crate) fn add(&mut self, alias: &str, at: At) -> Result<(), Fault> {
        let (text, combination) = alias.strip_prefix('+').map_or((alias, false), |text| (text, true));
        let words: Vec<String> = tokens(text)
            .into_iter()
            .filter_map(|token| match token {
                Token::Word(word) => Some(word),
                Token::Separator | Token::Open | Token::Close => None,
            })
            .collect();
        // Two salt words together, as in potassium chloride, are a substance; one alone is half of any.
        let empty = match words.as_slice() {
            [only] => Word::of(only) != Word::Unknown,
            several => several.iter().all(|word| Word::of(word) == Word::Plain),
        };
        if empty {
            return Err(Fault::EmptyAlias(alias.to_owned()));
        }
        let Some((first, rest)) = words.split_first() else {
            return Err(Fault::EmptyAlias(alias.to_owned()));
        };
        let held = self.0.entry(first.clone()).or_default();
        match held.iter_mut().find(|phrase| phrase.rest == rest) {
            Some(phrase) if phrase.stands_for == [at] && !combination && !phrase.combination => {}
            Some(phrase) if combination && phrase.combination => phrase.stands_for.push(at),
            Some(_) => return Err(Fault::AmbiguousAlias(alias.to_owned())),
            None => held.push(Phrase { rest: rest.to_vec(), stands_for: vec![at], combination }),
        }
        Ok(())
    }

    /// Puts longer phrases first.
    pub(crate) fn finish(&mut self) {
        for phrases in self.0.values_mut() {
            phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.rest.len()));
        }
    }

    /// The longest phrase that `tokens` begin with, and how many words it takes.
    fn longest(&self, tokens: &[Token]) -> Option<(&[At], usize)> {
        let Some((Token::Word(first), rest)) = tokens.split_first() else { return None };
        self.0.get(first)?.iter().find_map(|phrase| {
            let fits = phrase.rest.len() <= rest.len()
                && phrase.rest.iter().zip(rest).all(|(want, have)| *have == *want.as_str());
            fits.then_some((phrase.stands_for.as_slice(), phrase.rest.len() + 1))
        })
    }
}

/// What a name says, before codes are looked at.
struct Reading {
    found: Vec<At>,
    left_over: bool,
}

impl Ruleset {
    /// Recognises the substances in a medication's name and codes; codes are `(system URI, code)`.
    ///
    /// Only RxNorm ingredient codes that somebody checked count; codes of products are not trusted. `complete` is
    /// false when words are left over, when nothing was recognised, and when codes and name disagree.
    pub fn recognise_medication(&self, name: &str, codings: &[(&str, &str)]) -> Recognition {
        let coded: Vec<At> = codings
            .iter()
            .filter(|(system, _)| *system == RXNORM)
            .filter_map(|(_, code)| self.substances.codes.get(*code).copied())
            .collect();
        let reading = read(&self.substances.phrases, name);
        let named = name.chars().any(char::is_alphanumeric);
        let agree = !named || coded.iter().all(|at| reading.found.contains(at));
        let mut all = reading.found;
        all.extend(coded);
        let complete = !all.is_empty() && !reading.left_over && agree;
        let mut ingredients: Vec<_> = all.into_iter().map(|at| self.substances.id(at).clone()).collect();
        ingredients.sort();
        ingredients.dedup();
        Recognition { ingredients, complete }
    }

    /// Recognises a condition by its codes, then by its name.
    ///
    /// SNOMED CT codes count exactly; an ICD-10 code counts for the longest row code that it begins with.
    pub fn recognise_condition(&self, name: &str, codings: &[(&str, &str)]) -> Option<ConditionId> {
        let all = &self.conditions;
        let snomed = || codings.iter().find_map(|(s, c)| (*s == SNOMED).then(|| all.by_snomed.get(*c))?);
        let icd = || codings.iter().find_map(|(s, c)| ICD10.contains(s).then(|| self.icd10(c))?);
        let by_name = || all.by_name.get(&plain_words(name));
        let at = snomed().or_else(icd).or_else(by_name)?;
        Some(all.rows[usize::from(*at)].id.clone())
    }

    fn icd10(&self, code: &str) -> Option<&u16> {
        let code = code.trim().to_ascii_uppercase().replace('.', "");
        (3..=code.len())
            .rev()
            .filter_map(|length| code.get(..length))
            .find_map(|prefix| self.conditions.by_icd10.get(prefix))
    }
}

fn read(phrases: &Phrases, name: &str) -> Reading {
    let tokens = tokens(name);
    let (mut found, mut left_over) = (Vec::new(), false);
    // Of one component: whether a substance was seen, and a salt without one.
    let (mut seen, mut salt, mut brackets) = (false, false, 0_u32);
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if let Some((stands_for, words)) = phrases.longest(&tokens[at..]) {
            found.extend_from_slice(stands_for);
            seen = true;
            at += words;
            continue;
        }
        at += 1;
        match token {
            Token::Separator => {
                left_over |= salt && !seen;
                (seen, salt) = (false, false);
            }
            Token::Open => brackets += 1,
            Token::Close => brackets = brackets.saturating_sub(1),
            Token::Word(word) => match Word::of(word) {
                // What follows is another component, perhaps one that only looks like half of a salt.
                Word::Plain if JOINING.contains(&word.as_str()) => {
                    left_over |= salt && !seen;
                    (seen, salt) = (false, false);
                }
                Word::Plain => {}
                Word::Salt => salt = true,
                // In brackets RxNorm writes the brand of what stands before them. A brand that no row names may be
                // anything: it is not dropped, there as little as elsewhere.
                Word::Unknown => left_over = true,
            },
        }
    }
    // What a bracket that is never closed holds, nobody knows.
    left_over |= (salt && !seen) || brackets > 0;
    Reading { found, left_over }
}
