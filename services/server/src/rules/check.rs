//! What a program's files do, for who is to sign them.

use std::fmt::Write as _;

use concord_knowledge::Files;
use concord_knowledge::program::{Change, ChangeKind, Column, ProgramFault, ProgramRules};

/// What the rows do, table by table, over the tables of this program.
pub(super) fn page(rules: &ProgramRules) -> Result<String, ProgramFault> {
    let own = Files::embedded();
    let changes = rules.on(&own)?.changes;
    let mut text = format!("Over the tables of {}:\n", own.version());
    let mut table = "";
    for change in &changes {
        if change.table != table {
            table = change.table;
            let _infallible = writeln!(text, "\n{table}");
        }
        line(&mut text, change);
    }
    let count = |is: fn(&ChangeKind) -> bool| changes.iter().filter(|change| is(&change.kind)).count();
    let _infallible = writeln!(
        text,
        "\n{} added, {} tightened, {} confirmed; none loosened or removed.",
        count(|kind| matches!(kind, ChangeKind::Added)),
        count(|kind| matches!(kind, ChangeKind::Tightened(_))),
        count(|kind| matches!(kind, ChangeKind::Confirmed)),
    );
    text.push_str("Unreviewed until a pharmacist and a prescriber have signed them; until then nothing is judged by them.\n");
    Ok(text)
}

fn line(text: &mut String, change: &Change) {
    let id = &change.id;
    let _infallible = match &change.kind {
        ChangeKind::Added => writeln!(text, "  adds       {id}"),
        ChangeKind::Confirmed => writeln!(text, "  confirms   {id}"),
        ChangeKind::Tightened(columns) => {
            columns.iter().try_for_each(|column| writeln!(text, "  tightens   {id}: {}", told(column)))
        }
    };
}

/// One column before and after, in words.
pub(super) fn told(Column { name, from, to }: &Column) -> String {
    let or_none = |value: &str| if value.is_empty() { "nothing".to_owned() } else { value.to_owned() };
    format!("{name} from {} to {}", or_none(from), or_none(to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pharmacist_reads_what_is_tightened_and_what_stood() {
        let limits = "id,value,unit,source,reviewed_by,reviewed_on\nbridge-days,14,d,Program rule,,\n";
        let rules = ProgramRules::new([("limits.csv", limits.to_owned())]).unwrap();
        let page = page(&rules).unwrap();
        assert!(page.contains("limits.csv\n  tightens   bridge-days: value from 30 to 14\n"), "{page}");
        assert!(page.contains("0 added, 1 tightened, 0 confirmed") && page.contains("Unreviewed"), "{page}");
    }
}
