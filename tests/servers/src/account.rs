//! Who servers run as: PostgreSQL refuses to run as root.

use std::fs;

/// A user of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its user number.
    pub user: u32,
    /// Its group number.
    pub group: u32,
}

/// Users that a server may run as when this process is root, the first of them that the machine has.
const CANDIDATES: [&str; 2] = ["postgres", "nobody"];
const ROOT: u32 = 0;

/// Somebody else than root to run servers as; `None` when this process is not root itself.
pub fn unprivileged() -> Option<Account> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    let own: u32 = line.split_ascii_whitespace().next()?.parse().ok()?;
    if own != ROOT {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").ok()?;
    CANDIDATES.iter().find_map(|name| account(&users, name))
}

fn account(users: &str, name: &str) -> Option<Account> {
    let mut fields =
        users.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?.split(':').skip(1);
    Some(Account { user: fields.next()?.parse().ok()?, group: fields.next()?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let users =
            "root:x:0:0:root:/root:/bin/bash\npostgresql:x:7:8::/:/bin/sh\npostgres:x:101:104::/:/bin/sh\n";
        assert_eq!(account(users, "postgres"), Some(Account { user: 101, group: 104 }));
        assert_eq!(account(users, "nobody"), None);
    }
}
