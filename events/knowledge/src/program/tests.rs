//! Rules as sentences.

use concord_kernel::Instant;

use super::*;
use crate::{DrugId, Fault};

const DRUGS: &str = "id,name,ingredients,routes,schedule,start_mg,usual_mg,soft_max_mg,hard_max_mg,step_mg,step_days,restart_hours,boxed_warning,taper,prescribable,excipients,source,reviewed_by,reviewed_on\n";
const SERTRALINE: &str =
    "sertraline,Sertraline,sertraline,oral,,50,50-200,,200,50,7,,b1,T1,yes,,Sertraline PI 2,,\n";
const PAIRS: &str =
    "id,a,b,severity,action,days_after_a,days_after_b,when,mechanism,advice,source,reviewed_by,reviewed_on\n";
const INGREDIENTS: &str = "id,name,rxcui,rxcui_checked,aliases,classes,source,reviewed_by,reviewed_on\n";

fn day() -> Day {
    Instant::parse("2027-01-04T00:00:00Z").unwrap().day()
}

fn on(file: &str, header: &str, rows: &str) -> Result<Composed, ProgramFault> {
    ProgramRules::new([(file, format!("{header}{rows}"))])?.on(&Files::embedded())
}

/// The row of sertraline with a piece replaced.
fn sertraline(from: &str, to: &str) -> Result<Composed, ProgramFault> {
    assert!(SERTRALINE.contains(from), "{from} is in the row");
    on("drugs.csv", DRUGS, &SERTRALINE.replacen(from, to, 1))
}

fn loosens(column: &str, stands: &str, asked: &str) -> ProgramFault {
    let (stands, asked) = (stands.to_owned(), asked.to_owned());
    let what = Box::new(NotTaken::Loosens { id: "sertraline".to_owned(), stands, asked });
    ProgramFault { file: "drugs.csv".to_owned(), line: 2, column: Some(column.to_owned()), what }
}

fn only(composed: &Composed) -> &Change {
    let [change] = composed.changes.as_slice() else { panic!("one row: {:?}", composed.changes) };
    change
}

fn loaded(composed: &Composed) -> Ruleset {
    Ruleset::load(composed.version(day()), &composed.files(None)).unwrap()
}

#[test]
fn a_lower_maximum_holds_and_is_told_with_what_stood() {
    let composed = sertraline(",,200,", ",100,150,").unwrap();
    let columns = vec![
        Column { name: "soft_max_mg".to_owned(), from: String::new(), to: "100".to_owned() },
        Column { name: "hard_max_mg".to_owned(), from: "200".to_owned(), to: "150".to_owned() },
    ];
    assert_eq!(only(&composed).kind, ChangeKind::Tightened(columns));
    let rules = loaded(&composed);
    let drug = rules.drug(&DrugId::parse("sertraline").unwrap()).unwrap();
    assert_eq!(drug.hard_maximum.map(crate::Milligrams::mg), Some(150.0));
    assert_eq!(
        rules.drugs().count(),
        Ruleset::embedded().drugs().count(),
        "in the place of the one that stood"
    );
}

#[test]
fn a_row_that_is_looser_is_refused_with_its_place_and_what_stands() {
    assert_eq!(sertraline(",,200,", ",,300,").unwrap_err(), loosens("hard_max_mg", "200", "300"));
    assert_eq!(sertraline(",,200,", ",,,").unwrap_err(), loosens("hard_max_mg", "200", ""));
    assert_eq!(sertraline(",200,50,7,", ",200,100,7,").unwrap_err(), loosens("step_mg", "50", "100"));
    assert_eq!(sertraline(",200,50,7,", ",200,50,1,").unwrap_err(), loosens("step_days", "7", "1"));
    assert_eq!(sertraline(",T1,", ",T0,").unwrap_err(), loosens("taper", "T1", "T0"));
    assert_eq!(
        sertraline(",oral,", ",oral|sublingual,").unwrap_err(),
        loosens("routes", "oral", "oral|sublingual")
    );
    assert_eq!(sertraline(",b1,", ",,").unwrap_err(), loosens("boxed_warning", "b1", ""));
    let said = sertraline(",,200,", ",,300,").unwrap_err().to_string();
    assert_eq!(
        said,
        "drugs.csv, line 2, column hard_max_mg: \"300\" is looser than \"200\", which stands in sertraline"
    );
}

#[test]
fn one_looser_row_takes_the_whole_of_the_files_with_it() {
    let rows = format!(
        "{}{}",
        SERTRALINE.replacen(",,200,", ",,150,", 1),
        "fluoxetine,Fluoxetine,fluoxetine,oral,,20,20-60,60,90,20,14,,b1,T0,yes,,Fluoxetine PI 2,,\n"
    );
    let refused = on("drugs.csv", DRUGS, &rows).unwrap_err();
    assert_eq!((refused.line, refused.column.as_deref()), (3, Some("hard_max_mg")));
}

#[test]
fn what_a_row_is_about_stays_what_it_is() {
    let stands = |refused: ProgramFault| matches!(*refused.what, NotTaken::Stands { .. });
    assert!(stands(sertraline("Sertraline,", "Zoloft,").unwrap_err()));
    assert!(stands(sertraline(",sertraline,", ",fluoxetine,").unwrap_err()));
    // How long an injected dose acts is no waiting time.
    let files = Files::embedded();
    let injected =
        files.text("drugs.csv").unwrap().lines().find(|line| line.contains(",intramuscular,")).unwrap();
    let mut fields: Vec<_> = injected.split(',').map(str::to_owned).collect();
    fields[10] = (fields[10].parse::<u16>().unwrap() + 7).to_string();
    assert!(stands(on("drugs.csv", DRUGS, &fields.join(",")).unwrap_err()));
}

#[test]
fn a_row_that_says_what_stands_is_confirmed_and_signed() {
    let composed = on("drugs.csv", DRUGS, SERTRALINE).unwrap();
    assert_eq!(only(&composed).kind, ChangeKind::Confirmed);
    let signed = composed.files(Some(Signed { by: "J. Roe, R. Ph., OH 1; A. Poe, MD", on: day() }));
    let text = signed.text("drugs.csv").unwrap();
    assert!(text.contains("Sertraline PI 2,\"J. Roe, R. Ph., OH 1; A. Poe, MD\",2027-01-04\n"), "{text}");
    let review = signed.review().unwrap();
    let drugs = review.iter().find(|table| table.table == "drugs.csv").unwrap();
    assert_eq!((drugs.rows, drugs.signed), (Ruleset::embedded().drugs().count(), 1));
    assert!(
        !Ruleset::load(composed.version(day()), &signed).unwrap().is_reviewed(),
        "the others are not signed"
    );
}

#[test]
fn a_program_cannot_sign_its_own_file() {
    let refused = on("drugs.csv", DRUGS, &SERTRALINE.replace(",,\n", ",R. Ph.,2027-01-04\n")).unwrap_err();
    assert_eq!((refused.column.as_deref(), *refused.what), (Some("reviewed_by"), NotTaken::Signed));
}

#[test]
fn a_rule_is_added_and_speaks() {
    let row = "ddi.program.bupropion-tramadol,bupropion,tramadol,contraindicated,block,,,both,Seizures.,Choose another.,Program rule,,\n";
    let rules = loaded(&on("interactions.csv", PAIRS, row).unwrap());
    let rule = crate::RuleId::parse("ddi.program.bupropion-tramadol").unwrap();
    assert!(rules.explain(&crate::FindingKey { rule, about: Vec::new() }).is_some());
}

#[test]
fn a_rule_is_widened_made_graver_and_never_the_other_way() {
    let row = |a: &str, severity: &str, action: &str| {
        format!("ddi.lithium.nsaid,{a},@nsaid,{severity},{action},,,both,Words.,Advice.,Source,,\n")
    };
    let files = Files::embedded();
    let stands = files
        .text("interactions.csv")
        .unwrap()
        .lines()
        .find(|l| l.starts_with("ddi.lithium.nsaid,"))
        .unwrap();
    assert!(stands.starts_with("ddi.lithium.nsaid,lithium,@nsaid,major,"), "{stands}");
    assert!(on("interactions.csv", PAIRS, &row("lithium|warfarin", "contraindicated", "block")).is_ok());
    for (a, severity, action, column) in [
        ("warfarin", "major", "block", "a"),
        ("lithium", "moderate", "monitor", "severity"),
        ("lithium", "major", "monitor", "action"),
    ] {
        let refused = on("interactions.csv", PAIRS, &row(a, severity, action)).unwrap_err();
        assert_eq!(refused.column.as_deref(), Some(column), "{refused}");
    }
}

#[test]
fn cross_references_are_proven_as_those_of_our_own_tables_with_the_line_of_the_file() {
    let rows = "ddi.program.one,bupropion,tramadol,major,acknowledge,,,both,M.,A.,S,,\nddi.program.two,bupropion,tramadoll,major,acknowledge,,,both,M.,A.,S,,\n";
    let refused = on("interactions.csv", PAIRS, rows).unwrap_err();
    let unknown = NotTaken::Faulty(Fault::UnknownIngredient("tramadoll".to_owned()));
    assert_eq!((refused.file.as_str(), refused.line, *refused.what), ("interactions.csv", 3, unknown));
    let unsourced = on(
        "interactions.csv",
        PAIRS,
        "ddi.program.one,bupropion,tramadol,major,acknowledge,,,both,M.,A.,,,\n",
    );
    assert_eq!(*unsourced.unwrap_err().what, NotTaken::Faulty(Fault::EmptySource));
}

#[test]
fn a_name_is_added_for_a_substance_and_recognised_with_what_is_ordered() {
    let row = "sertraline,Sertraline,36437,yes,zoloft|lustral|serlain,ssri|antidepressant|serotonergic,RxNorm code seen in the CPIC list or an EMA mapping; classes from labels,,\n";
    let rules = loaded(&on("ingredients.csv", INGREDIENTS, row).unwrap());
    assert_eq!(rules.recognise_medication("Serlain 50 mg", &[]).ingredients[0].as_str(), "sertraline");
    assert!(!Ruleset::embedded().recognise_medication("Serlain 50 mg", &[]).complete);
}

#[test]
fn a_name_hides_no_substance_that_was_recognised_in_it() {
    let row = "mood-drops,Mood drops,,no,lithium orotate drops,,Program rule,,\n";
    let refused = on("ingredients.csv", INGREDIENTS, row).unwrap_err();
    assert!(matches!(*refused.what, NotTaken::Recognised { .. }), "{refused}");
    let code = "id,name,icd10,snomed,aliases,source,reviewed_by,reviewed_on\nlow-mood,Low mood,F32.0,,low mood,Program rule,,\n";
    let refused =
        ProgramRules::new([("conditions.csv", code.to_owned())]).unwrap().on(&Files::embedded()).unwrap_err();
    assert!(matches!(*refused.what, NotTaken::Recognised { .. }), "{refused}");
}

#[test]
fn a_drug_that_is_added_is_no_way_round_the_row_of_the_same_substance() {
    let added = |row: &str| on("drugs.csv", DRUGS, row).unwrap_err();
    let high = added("trazodone-high,Trazodone high,trazodone,oral,,150,,,600,50,3,,b1,T1,yes,,S,,\n");
    assert_eq!(high.column.as_deref(), Some("hard_max_mg"), "{high}");
    let quiet = added("trazodone-quiet,Trazodone quiet,trazodone,oral,,150,,,400,50,3,,,T1,yes,,S,,\n");
    assert_eq!(quiet.column.as_deref(), Some("boxed_warning"), "{quiet}");
    let law = added("methadone-here,Methadone here,methadone,oral,,10,,,40,10,7,,b1,T5,yes,,S,,\n");
    assert_eq!(law.column.as_deref(), Some("schedule"), "{law}");
}

#[test]
fn a_drug_is_added_with_its_schedule_and_the_tests_of_its_substances() {
    let substance = "agomelatine,Agomelatine,,no,valdoxan,antidepressant,Program rule,,\n";
    let drug = |schedule: &str| {
        format!(
            "agomelatine,Agomelatine,agomelatine,oral,{schedule},25,25-50,,50,25,14,,,T0,yes,,Program rule,,\n"
        )
    };
    let both = |schedule: &str| {
        let tables = [
            ("drugs.csv", format!("{DRUGS}{}", drug(schedule))),
            ("ingredients.csv", format!("{INGREDIENTS}{substance}")),
        ];
        ProgramRules::new(tables).unwrap().on(&Files::embedded())
    };
    assert!(loaded(&both("").unwrap()).drug(&DrugId::parse("agomelatine").unwrap()).is_some());
    let controlled = loaded(&both("IV").unwrap());
    let agomelatine = controlled.drug(&DrugId::parse("agomelatine").unwrap()).unwrap();
    assert_eq!(agomelatine.schedule, Some(concord_kernel::Schedule::IV));
    let files = Files::embedded();
    let lithium = files.text("drugs.csv").unwrap().lines().find(|line| line.starts_with("lithium,")).unwrap();
    let other = lithium.replacen("lithium,Lithium", "lithium-other,Lithium other", 1);
    let rules = loaded(&on("drugs.csv", DRUGS, &other).unwrap());
    let tests = |id: &str| rules.tests_of(&DrugId::parse(id).unwrap()).count();
    assert_eq!(tests("lithium-other"), tests("lithium"), "tests are of substances");
}

#[test]
fn two_rules_never_speak_under_one_name() {
    let row = "dose.hard-maximum,bupropion,tramadol,major,acknowledge,,,both,M.,A.,S,,\n";
    let taken = on("interactions.csv", PAIRS, row).unwrap_err();
    assert_eq!(
        *taken.what,
        NotTaken::NameTaken { id: "dose.hard-maximum".to_owned(), file: "special_rules.csv" }
    );
    let own = "program.one,bupropion,tramadol,major,acknowledge,,,both,M.,A.,S,,\n";
    let tables = [("duplicates.csv", format!("{PAIRS}{own}")), ("interactions.csv", format!("{PAIRS}{own}"))];
    let twice = ProgramRules::new(tables).unwrap().on(&Files::embedded()).unwrap_err();
    assert!(matches!(*twice.what, NotTaken::NameTaken { .. }), "{twice}");
}

#[test]
fn a_number_of_the_program_goes_one_way_and_no_row_is_added_to_it() {
    const LIMITS: &str = "id,value,unit,source,reviewed_by,reviewed_on\n";
    const DEADLINES: &str = "id,value,unit,source,reviewed_by,reviewed_on\n";
    assert!(on("limits.csv", LIMITS, "bridge-days,14,d,Program rule,,\n").is_ok());
    let longer = on("limits.csv", LIMITS, "bridge-days,60,d,Program rule,,\n").unwrap_err();
    assert_eq!(longer.column.as_deref(), Some("value"));
    let stands = on("deadlines.csv", DEADLINES, "bridging-least,2,h,Program rule,,\n").unwrap_err();
    assert!(matches!(*stands.what, NotTaken::Stands { .. }), "{stands}");
    let new = on("limits.csv", LIMITS, "patience,10,%,Program rule,,\n").unwrap_err();
    assert!(matches!(*new.what, NotTaken::NoNewRows { .. }), "{new}");
}

#[test]
fn earlier_deadlines_hold_and_later_ones_are_refused() {
    const ESCALATION: &str = "id,contact_minutes,decide_minutes,source,reviewed_by,reviewed_on\n";
    let rules = loaded(&on("escalation.csv", ESCALATION, "grade-2,720,1440,Program rule,,\n").unwrap());
    let minutes = |d: Option<std::time::Duration>| d.map(|d| d.as_secs() / 60);
    assert_eq!(minutes(rules.escalation(2, false).contact_within), Some(720));
    assert!(on("escalation.csv", ESCALATION, "grade-2,2880,,Program rule,,\n").is_err());
    assert!(on("escalation.csv", ESCALATION, "grade-2,,,Program rule,,\n").is_err());
}

#[test]
fn what_falls_due_falls_due_sooner_and_more_often_and_never_the_other_way() {
    const TESTS: &str = "id,drug,labs,age_over,baseline_days,after_start_days,after_change_days,every_days,source,reviewed_by,reviewed_on\n";
    const TIMING: &str = "id,least_hours,most_hours,source,reviewed_by,reviewed_on\n";
    const OUTREACH: &str = "id,drug,depot,hours,business_days,source,reviewed_by,reviewed_on\n";
    let files = Files::embedded();
    let id = "mon.lithium.level,";
    let stands = files.text("monitoring.csv").unwrap().lines().find(|line| line.starts_with(id)).unwrap();
    let column = |name: &str| TESTS.trim().split(',').position(|column| column == name).unwrap();
    let with = |name: &str, value: &str| {
        let mut fields: Vec<_> = stands.split(',').collect();
        fields[column(name)] = value;
        on("monitoring.csv", TESTS, &fields.join(","))
    };
    let rules = loaded(&with("every_days", "60").unwrap());
    let test = rules.test(&crate::RuleId::parse("mon.lithium.level").unwrap()).unwrap();
    assert_eq!(test.every_days, Some(60));
    assert!(with("after_start_days", "5|10|12").is_ok());
    for (name, looser) in
        [("every_days", "180"), ("every_days", ""), ("after_change_days", ""), ("drug", "clozapine")]
    {
        assert_eq!(with(name, looser).unwrap_err().column.as_deref(), Some(name), "{looser}");
    }
    assert!(on("level_timing.csv", TIMING, "lithium-level,11,13,Program rule,,\n").is_ok());
    assert!(on("level_timing.csv", TIMING, "lithium-level,8,14,Program rule,,\n").is_err());
    assert!(on("outreach.csv", OUTREACH, "outreach.other,,no,,2,Program rule,,\n").is_ok());
    assert!(on("outreach.csv", OUTREACH, "outreach.other,,no,,5,Program rule,,\n").is_err());
}

#[test]
fn a_table_that_nobody_has_thought_about_is_closed() {
    let files = Files::embedded();
    for name in ["titrations.csv", "scales.csv", "injections.csv", "trials.csv"] {
        let text = files.text(name).unwrap().to_owned();
        let refused = ProgramRules::new([(name, text)]).unwrap().on(&files).unwrap_err();
        assert_eq!(*refused.what, NotTaken::Closed, "{name}");
    }
}

#[test]
fn a_file_is_a_table_with_the_columns_that_stand() {
    let unknown = ProgramRules::new([("dosage.csv", String::new())]).unwrap_err();
    assert_eq!(*unknown.what, NotTaken::UnknownTable);
    let twice = ProgramRules::new([("drugs.csv", String::new()), ("drugs.csv", String::new())]).unwrap_err();
    assert_eq!(*twice.what, NotTaken::TableTwice);
    assert_eq!(*on("interactions.csv", DRUGS, SERTRALINE).unwrap_err().what, NotTaken::Columns);
    assert_eq!(*on("drugs.csv", DRUGS, "").unwrap_err().what, NotTaken::Empty);
    assert_eq!(*on("drugs.csv", DRUGS, "sertraline\n").unwrap_err().what, NotTaken::Faulty(Fault::Malformed));
}

#[test]
fn a_column_that_a_file_leaves_out_says_what_stands_and_nothing_in_a_new_row() {
    const BEFORE: &str = "id,ingredient,route,over_mg,with,conditions,lab,age_over,lab_below,per_kg,severity,action,mechanism,advice,source,reviewed_by,reviewed_on\n";
    let row = |id: &str, over: u16| {
        format!("{id},quetiapine,oral,{over},,,,,,no,contraindicated,block_unless_cosigned,M.,A.,S,,\n")
    };
    let rows = row("limit.quetiapine.depression", 200) + &row("limit.program.quetiapine", 500);
    let composed = on("dose_limits.csv", BEFORE, &rows).unwrap();
    let files = composed.files(None);
    let says = |id: &str| files.text("dose_limits.csv").unwrap().lines().find(|line| line.starts_with(id));
    let tightened = says("limit.quetiapine.depression,").unwrap();
    assert!(tightened.contains(",200,,,major-depression|bipolar-depression,,"), "{tightened}");
    let added = says("limit.program.quetiapine,").unwrap();
    assert!(added.contains(",500,,,,,,,no,"), "{added}");
}

#[test]
fn the_version_names_the_day_and_everything_that_the_rules_say() {
    let lower = sertraline(",,200,", ",,150,").unwrap();
    let lowest = sertraline(",,200,", ",,100,").unwrap();
    let confirmed = on("drugs.csv", DRUGS, SERTRALINE).unwrap();
    let version = |composed: &Composed| composed.version(day()).as_str().to_owned();
    assert!(version(&lower).starts_with("2027-01-04."));
    assert_eq!(version(&lower), version(&sertraline(",,200,", ",,150,").unwrap()));
    assert_ne!(version(&lower), version(&lowest));
    assert_ne!(confirmed.digest[..6], Files::embedded().digest()[..6], "which rows are signed is part of it");
}

#[test]
fn every_row_that_is_open_can_be_confirmed_as_it_stands() {
    let files = Files::embedded();
    for (name, text) in files.tables().filter(|(name, _)| columns::rights(name).is_some()) {
        let composed = ProgramRules::new([(name, text.to_owned())]).unwrap().on(&files);
        let composed = composed.unwrap_or_else(|refused| panic!("{refused}"));
        assert!(composed.changes.iter().all(|change| change.kind == ChangeKind::Confirmed), "{name}");
    }
}

#[test]
fn a_row_that_stands_and_does_not_go_with_the_program_s_rows_is_named() {
    let files = Files::embedded();
    let stands =
        files.text("drugs.csv").unwrap().lines().find(|line| line.starts_with("lamotrigine,")).unwrap();
    assert!(stands.contains(",120,"), "{stands}");
    let refused = on("drugs.csv", DRUGS, &stands.replacen(",120,", ",96,", 1)).unwrap_err();
    let NotTaken::Beside { file, ref fault, .. } = *refused.what else { panic!("{refused}") };
    assert_eq!((refused.file.as_str(), file), ("drugs.csv", "missed_doses.csv"));
    assert_eq!(*fault, Fault::Contradiction("after_hours", "restart_hours"));
    let row =
        files.text("ingredients.csv").unwrap().lines().find(|line| line.starts_with("paroxetine,")).unwrap();
    let mut fields: Vec<&str> = row.split(',').collect();
    let aliases = format!("{}|zyprexa", fields[4]);
    fields[4] = &aliases;
    let refused = on("ingredients.csv", INGREDIENTS, &fields.join(",")).unwrap_err();
    assert!(matches!(*refused.what, NotTaken::Beside { file: "ingredients.csv", .. }), "{refused}");
}
