//! One client's course on one time axis: dose steps, PHQ-9, side effects, visits.

use concord_kernel::{Day, Instant};

use super::report::{Course, DoseStep, DrugLine};

/// Columns of the time axis.
const COLUMNS: usize = 74;

/// Columns before it.
const GUTTER: usize = 16;

/// Doses as heights, the highest dose of the drug being the last.
const STEPS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Rows of the PHQ-9, from 25 down in steps of two and a half; severity begins at those that are named.
const ROWS: [&str; 11] =
    ["25", "", "severe 20", "", "mod. severe 15", "", "moderate 10", "", "mild 5", "", "none 0"];

/// Totals between two rows, times two.
const TWICE_A_ROW: u32 = 5;

/// Draws the course; every line is at most 90 characters.
pub(super) fn draw(course: &Course) -> String {
    let axis = Axis { days: course.days.max(1) };
    let mut text = String::new();
    text.push_str(&gutter("", &axis.dates(course)));
    for drug in &course.drugs {
        text.push_str(&gutter(&drug.name, &axis.doses(drug)));
        text.push_str(&gutter("", &axis.amounts(drug)));
    }
    for row in axis.scores(course) {
        text.push_str(&row);
    }
    text.push_str(&gutter("PHQ-9", &axis.totals(course)));
    text.push_str(&gutter("side effects", &axis.effects(course)));
    text.push_str(&gutter("visits", &axis.visits(course)));
    text
}

fn gutter(label: &str, line: &str) -> String {
    let label: String = label.chars().take(GUTTER - 2).collect();
    format!("{label:>width$}  {}", line.trim_end(), width = GUTTER - 2).trim_end().to_owned() + "\n"
}

struct Axis {
    days: i64,
}

impl Axis {
    fn column(&self, day: i64) -> usize {
        let last = i64::try_from(COLUMNS - 1).unwrap_or(0);
        usize::try_from(day.clamp(0, self.days) * last / self.days).unwrap_or(0)
    }

    fn blank() -> Vec<char> {
        vec![' '; COLUMNS]
    }

    /// A date about every two weeks.
    fn dates(&self, course: &Course) -> String {
        let mut line = Self::blank();
        let Ok(from) = course.from.parse::<Day>() else { return String::new() };
        let every = (self.days / 6).max(7);
        let mut day = 0;
        while day <= self.days {
            let date = Instant::start_of(from).plus_days(day).day();
            write(&mut line, self.column(day), &format!("╷{} {}", date.day(), month(date.month())));
            day += every;
        }
        line.into_iter().collect()
    }

    fn doses(&self, drug: &DrugLine) -> String {
        let most = drug.steps.iter().map(|step| step.daily_mg).fold(0.0, f64::max);
        let mut line = Self::blank();
        let mut steps = drug.steps.iter().peekable();
        let mut now: Option<&DoseStep> = None;
        for (column, cell) in line.iter_mut().enumerate() {
            while let Some(step) = steps.next_if(|step| self.column(step.day) <= column) {
                now = Some(step);
            }
            *cell = match now {
                Some(step) if step.held => '·',
                Some(step) if step.daily_mg > 0.0 => height(step.daily_mg, most),
                Some(_) | None => ' ',
            };
        }
        line.into_iter().collect()
    }

    /// Milligrams a day where the dose changes.
    fn amounts(&self, drug: &DrugLine) -> String {
        let mut line = Self::blank();
        let mut free = 0;
        for step in &drug.steps {
            let words = match step {
                DoseStep { held: true, .. } => "held".to_owned(),
                DoseStep { daily_mg, .. } if *daily_mg > 0.0 => format!("{daily_mg} mg"),
                DoseStep { .. } => "stop".to_owned(),
            };
            // What begins too near the end for its words is named a little early.
            let last = COLUMNS.saturating_sub(words.chars().count());
            let column = self.column(step.day).min(last).max(free);
            write(&mut line, column, &words);
            free = column + words.chars().count() + 1;
        }
        line.into_iter().collect()
    }

    fn scores(&self, course: &Course) -> Vec<String> {
        let mut rows: Vec<Vec<char>> = ROWS.iter().map(|_| Self::blank()).collect();
        for score in &course.phq9 {
            // Counted from the bottom, to the nearest row.
            let above = usize::try_from((score.total * 2 + TWICE_A_ROW / 2) / TWICE_A_ROW).unwrap_or(0);
            let row = (ROWS.len() - 1).saturating_sub(above);
            rows[row][self.column(score.day)] = '●';
        }
        ROWS.iter()
            .zip(rows)
            .map(|(label, row)| {
                let points: String = row.into_iter().collect();
                let rule = if label.is_empty() { points.trim_end().to_owned() } else { dotted(&points) };
                format!("{label:>width$} ┤{rule}", width = GUTTER - 2).trim_end().to_owned() + "\n"
            })
            .collect()
    }

    fn totals(&self, course: &Course) -> String {
        let mut line = Self::blank();
        let mut free = 0;
        for score in &course.phq9 {
            let column = self.column(score.day);
            if column >= free {
                let words = score.total.to_string();
                write(&mut line, column, &words);
                free = column + words.len() + 1;
            }
        }
        line.into_iter().collect()
    }

    fn effects(&self, course: &Course) -> String {
        let mut line = Self::blank();
        for effect in &course.effects {
            let grade = char::from_digit(effect.grade.min(9), 10).unwrap_or('?');
            let cell = &mut line[self.column(effect.day)];
            // The worst one is seen where two fall together.
            *cell = (*cell).max(grade);
        }
        line.into_iter().collect()
    }

    fn visits(&self, course: &Course) -> String {
        let mut line = Self::blank();
        for visit in &course.visits {
            line[self.column(visit.day)] = if visit.kept { '✓' } else { '✗' };
        }
        line.into_iter().collect()
    }
}

/// A faint rule through the points where a band of severity begins.
fn dotted(points: &str) -> String {
    points.chars().enumerate().map(|(at, c)| if c == ' ' && at % 4 == 3 { '·' } else { c }).collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of at most 1 of 8 steps"
)]
fn height(dose: f64, most: f64) -> char {
    let share = (dose / most).clamp(0.0, 1.0);
    STEPS[((share * 7.0).round() as usize).min(7)]
}

fn write(line: &mut [char], column: usize, words: &str) {
    let fits = words.chars().count() <= line.len().saturating_sub(column);
    if fits {
        for (cell, letter) in line[column..].iter_mut().zip(words.chars()) {
            *cell = letter;
        }
    }
}

fn month(number: i8) -> &'static str {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    usize::try_from(number - 1).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or("?")
}
