//! The file that lists partners.

use std::collections::HashSet;

use concord_kernel::{OrganisationId, TenantId};
use nkeys::{KeyPair, KeyPairType};

/// The most partners in a file.
const MOST: usize = 10_000;

/// A partner that has an account.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) tenant: TenantId,
    pub(crate) organisation: OrganisationId,
    /// The public key of the partner's user; the seed is with the partner.
    pub(crate) key: String,
}

/// Why the file cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ListError {
    /// A line of another form.
    #[error("line {0}: not a tenant, an organisation and a key with commas between them")]
    Form(usize),
    /// The name of a tenant or an organisation.
    #[error("line {0}: a name has 1 to 63 characters of a-z, 0-9 and -, and begins with a letter")]
    Name(usize),
    /// The key; a seed is not shown.
    #[error(
        "line {0}: not the public key of a user (U and 55 characters more, as `nk -gen user -pubout` prints it)"
    )]
    Key(usize),
    /// One partner, or one key, twice.
    #[error("line {0}: the partner or its key stands in the file before")]
    Twice(usize),
    /// More partners than one file may list.
    #[error("more than {MOST} partners")]
    Many,
}

/// Reads the file; empty lines, and those that begin with #, are passed over.
pub(crate) fn read(text: &str) -> Result<Vec<Listed>, ListError> {
    let (mut partners, mut known) = (Vec::new(), HashSet::new());
    let lines = (1..).zip(text.lines().map(str::trim));
    for (number, line) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
        let words: Vec<_> = line.split(',').map(str::trim).collect();
        let [tenant, organisation, key] = words[..] else { return Err(ListError::Form(number)) };
        let name = |_| ListError::Name(number);
        let partner = Listed {
            tenant: TenantId::parse(tenant).map_err(name)?,
            organisation: OrganisationId::parse(organisation).map_err(|_| ListError::Name(number))?,
            key: key.to_owned(),
        };
        // What it says of a wrong one may show it, and somebody may have given the seed.
        let user = KeyPair::from_public_key(key).is_ok_and(|key| key.key_pair_type() == KeyPairType::User);
        if !user {
            return Err(ListError::Key(number));
        }
        let own = format!("{tenant},{organisation}");
        if !known.insert(own) || !known.insert(partner.key.clone()) {
            return Err(ListError::Twice(number));
        }
        if partners.len() == MOST {
            return Err(ListError::Many);
        }
        partners.push(partner);
    }
    Ok(partners)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> KeyPair {
        KeyPair::new_user()
    }

    #[test]
    fn a_partner_is_a_line_and_what_is_wrong_is_named_by_its_line() {
        let (one, two) = (key().public_key(), key().public_key());
        let list = format!("# partners\n\ndemo, riverside, {one}\ndemo,lakeside,{two}\n");
        let read_all = read(&list).unwrap();
        assert_eq!(read_all.len(), 2);
        assert_eq!((read_all[0].organisation.as_str(), &read_all[0].key), ("riverside", &one));
        assert_eq!(read("demo,riverside"), Err(ListError::Form(1)));
        assert_eq!(read(&format!("demo,River side,{one}")), Err(ListError::Name(1)));
        assert_eq!(read(&format!("{list}demo,riverside,{}", key().public_key())), Err(ListError::Twice(5)));
        assert_eq!(read(&format!("{list}demo,seaside,{two}")), Err(ListError::Twice(5)));
    }

    #[test]
    fn a_seed_and_the_key_of_no_user_are_refused_and_not_shown() {
        let seed = key().seed().unwrap();
        for wrong in [seed, KeyPair::new_account().public_key(), "UNONSENSE".to_owned()] {
            let refused = read(&format!("demo,riverside,{wrong}")).unwrap_err();
            assert_eq!(refused, ListError::Key(1));
            assert!(!refused.to_string().contains(&wrong));
        }
    }
}
