//! Cuts names into words and tells those apart that never name a substance.

use std::collections::HashSet;
use std::sync::LazyLock;

/// A piece of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// Letters or digits, lower case.
    Word(String),
    /// What stands between two components.
    Separator,
    /// `[`
    Open,
    /// `]`
    Close,
}

impl PartialEq<str> for Token {
    fn eq(&self, word: &str) -> bool {
        matches!(self, Self::Word(own) if own == word)
    }
}

/// What a word may be besides part of a substance's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// A number, a unit, a form, a direction.
    Plain,
    /// The other half of a salt, which needs a substance beside it.
    Salt,
    /// Perhaps a substance that no row names.
    Unknown,
}

/// Units, pharmaceutical forms, releases, directions.
static PLAIN: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "a abuse acting actuat actuation actuations adult alfa ampule and as at auto bag bedtime bid blister \
    buccal by caplet caplets caps capsule capsules cartridge chewable chronotherapy coated cr cream daily \
    day days delayed depot deterrent disintegrating dose doses dr drops drug each ec effervescent emulsion \
    enteric er every extended film foam for g gel generic gm gram grams h hfa hour hours hr hs human im \
    immediate implant in inh inhalant inhalation inhaler injectable injection injector intramuscular \
    intranasal intrauterine intravenous ir isophane iu iv kit la liquid long lotion low lozenge mcg meq \
    metered mg microgram micrograms milligram milligrams ml mmol modified monthly mouth mucosal nasal nda \
    nebulizer needed odt of ointment once one ophthalmic oral orally otc otic pack package patch pen per \
    pill pills po porcine powder prefilled prn product qd qhs qid rectal regular release retard ring sc sl \
    solution spray sr strength strip strips subcutaneous sublingual suppository suspension sustained syringe \
    system tab tablet tablets tabs take the tid times topical transdermal twice two ug unit units unt usp \
    vaginal vial w wafer week weekly with xl xr"
        .split(' ')
        .collect()
});

/// Ions, esters and waters that make a salt of a substance.
static SALT: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "acetate anhydrous aspartate axetil benzoate besylate bicarbonate bitartrate bromide calcium carbonate \
    chloride citrate cypionate decanoate dihydrate dihydrochloride dimesylate dinitrate dipropionate \
    disodium embonate enanthate estolate ethylsuccinate fumarate furoate gluconate hcl hbr hemihydrate hyclate \
    hydrate hydrobromide hydrochloride lactate lactobionate lauroxil magnesium maleate medoxomil mesylate \
    mofetil monohydrate monohydrochloride mononitrate napsylate nitrate oxalate palmitate pamoate phosphate \
    pivalate potassium propionate proxetil saccharate sodium stearate succinate sulfate sulphate tartrate \
    tosylate trihydrate trometamol tromethamine valerate"
        .split(' ')
        .collect()
});

impl Word {
    pub(super) fn of(word: &str) -> Self {
        if word.bytes().all(|b| b.is_ascii_digit()) || PLAIN.contains(word) {
            Self::Plain
        } else if SALT.contains(word) {
            Self::Salt
        } else {
            Self::Unknown
        }
    }
}

/// Cuts a name into tokens: lower case, letters apart from digits, apostrophes dropped.
pub(super) fn tokens(name: &str) -> Vec<Token> {
    let mut all = Vec::new();
    let mut word = String::new();
    let flush = |word: &mut String, all: &mut Vec<Token>| {
        if !word.is_empty() {
            all.push(Token::Word(std::mem::take(word)));
        }
    };
    for c in name.chars().flat_map(char::to_lowercase) {
        if matches!(c, '\'' | '\u{2019}') {
            continue;
        }
        let other_kind = word.chars().next_back().is_some_and(|last| last.is_numeric() != c.is_numeric());
        if !c.is_alphanumeric() || other_kind {
            flush(&mut word, &mut all);
        }
        match c {
            '/' | '+' | '&' | ';' | ',' => all.push(Token::Separator),
            '[' => all.push(Token::Open),
            ']' => all.push(Token::Close),
            c if c.is_alphanumeric() => word.push(c),
            _ => {}
        }
    }
    flush(&mut word, &mut all);
    all
}

/// The words of a name in one spelling: lower case, one space between, without a closing `(disorder)` or the like.
pub(crate) fn plain_words(name: &str) -> String {
    let name = name.trim();
    let kept = match name.rfind('(') {
        Some(open) if name.ends_with(')') && open > 0 => &name[..open],
        _ => name,
    };
    let mut words = String::new();
    for token in tokens(kept) {
        if let Token::Word(word) = token {
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(&word);
        }
    }
    words
}
