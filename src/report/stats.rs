//! Counts for people: by stage, by problem, what is not known, and when.

use super::Style;
use super::escape::escape_line;
use super::layout::{Paint, columns, paint, plain, wrap};
use crate::explain::{Histogram, Stats, UnknownCount};

/// So many problems are listed.
const PROBLEMS: usize = 25;

/// Rows of the histogram.
const ROWS: u64 = 4;

/// The counts as text. No line is longer than the style's width.
pub fn stats(stats: &Stats, style: &Style) -> String {
    let mut shown = String::new();
    let others = [(stats.normal, "normal"), (stats.rejected, "rejected")];
    let others: Vec<String> = others
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", grouped(*count)))
        .collect();
    let others = if others.is_empty() { String::new() } else { format!(" ({})", others.join(", ")) };
    let head = format!("{} of {} records failed{others}", grouped(stats.failures), grouped(stats.records));
    shown.push_str(&wrap("", &head, 2, style));
    if stats.failures == 0 {
        return shown;
    }
    shown.push_str(&heading("By stage", style));
    for row in &stats.stages {
        shown.push_str(&line(row.stage.as_str(), row.count, Some(row.share), style));
    }
    if stats.unknown.count > 0 {
        shown.push_str(&line("unknown", stats.unknown.count, Some(stats.unknown.share), style));
    }
    if !stats.problems.is_empty() {
        shown.push_str(&heading("By problem", style));
        for row in stats.problems.iter().take(PROBLEMS) {
            shown.push_str(&line(&row.id, row.count, Some(row.share), style));
        }
        let rest = &stats.problems[stats.problems.len().min(PROBLEMS)..];
        if !rest.is_empty() {
            let count = rest.iter().map(|row| row.count).sum();
            shown.push_str(&line(&format!("{} other problems", grouped(rest.len() as u64)), count, None, style));
        }
    }
    shown.push_str(&unknown(&stats.unknown, style));
    shown.push_str(&histogram(&stats.times, style));
    shown
}

fn heading(text: &str, style: &Style) -> String {
    format!("\n{}\n", paint(text, Paint::Heading, style))
}

/// A name, a count and its share, each in its column.
fn line(name: &str, count: u64, share: Option<f64>, style: &Style) -> String {
    let share = match share {
        // Rounded to nothing, though something is there.
        Some(share) if share < 0.000_5 && count > 0 => "<0.1 %".to_owned(),
        Some(share) => format!("{:.1} %", share * 100.0),
        None => String::new(),
    };
    let numbers = format!("{:>11} {share:>8}", grouped(count));
    let room = style.width.saturating_sub(2 + numbers.len()).min(60);
    let name = shortened(&escape_line(name), room, style);
    let gap = " ".repeat(room.saturating_sub(columns(&name)));
    format!("  {name}{gap}{numbers}\n").trim_end().to_owned() + "\n"
}

/// The text in so many columns, with a mark where something is left out.
fn shortened(text: &str, room: usize, style: &Style) -> String {
    if columns(text) <= room {
        return text.to_owned();
    }
    let mark = if style.unicode { "…" } else { "..." };
    let mut short = String::new();
    let mut taken = columns(mark);
    for character in text.chars() {
        taken += columns(character.encode_utf8(&mut [0; 4]));
        if taken > room {
            break;
        }
        short.push(character);
    }
    short + mark
}

fn unknown(unknown: &UnknownCount, style: &Style) -> String {
    if unknown.shapes.is_empty() {
        return String::new();
    }
    let mut shown = heading("Texts that no problem answers", style);
    let least = match (unknown.missed > 0, style.unicode) {
        (false, _) => "",
        (true, true) => "≥ ",
        (true, false) => ">= ",
    };
    for row in &unknown.shapes {
        let count = format!("{:>11}  ", format!("{least}{}", grouped(row.count)));
        let shape = if row.shape.is_empty() { "(no text)" } else { row.shape.as_str() };
        let shape = plain(&escape_line(shape), style);
        shown.push_str(&format!("{count}{}\n", shortened(&shape, style.width.saturating_sub(columns(&count)), style)));
    }
    if unknown.missed > 0 {
        let text = format!(
            "too many different texts to count each: only the frequent ones are listed, each perhaps {} times more",
            grouped(unknown.missed)
        );
        shown.push_str(&wrap("  ", &text, 2, style));
    } else if unknown.more > 0 {
        shown.push_str(&format!("  and {} others\n", grouped(unknown.more as u64)));
    }
    shown
}

fn histogram(times: &Histogram, style: &Style) -> String {
    let (Some(start), Some(end)) = (&times.start, &times.end) else { return String::new() };
    let most = times.counts.iter().copied().max().unwrap_or(0).max(1);
    let from_to = wrap("  ", &format!("{} to {}", time(start), time(end)), 2, style);
    let without = if times.without_time == 0 {
        String::new()
    } else {
        wrap("  ", &format!("{} without a time", grouped(times.without_time)), 2, style)
    };
    if times.counts.len() == 1 {
        return heading(&format!("All within {}", width(times.width)), style) + &from_to + &without;
    }
    let title = format!("Over time, {} a bar, at most {}", width(times.width), grouped(most));
    let mut shown = heading(&title, style);
    let cells: Vec<char> =
        if style.unicode { " ▁▂▃▄▅▆▇█".chars().collect() } else { " ...:::##".chars().collect() };
    // A narrow terminal gets two bars in one column, or more.
    let room = style.width.saturating_sub(4).max(1);
    let together = times.counts.len().div_ceil(room);
    let bars: Vec<u64> = times.counts.chunks(together).map(|bars| bars.iter().sum()).collect();
    let most = bars.iter().copied().max().unwrap_or(0).max(1);
    let wide = (room / bars.len().max(1)).clamp(1, 3);
    for row in (0..ROWS).rev() {
        let bar = |count: &u64| {
            // A single failure among millions is seen as well.
            let full = u128::from(ROWS) * 8;
            let height = (u128::from(*count) * full).div_ceil(u128::from(most));
            let here = height.saturating_sub(u128::from(row) * 8).min(8);
            cells[usize::try_from(here).unwrap_or(8)]
        };
        let drawn: String = bars.iter().flat_map(|count| std::iter::repeat_n(bar(count), wide)).collect();
        shown.push_str(format!("  {drawn}").trim_end());
        shown.push('\n');
    }
    let rule = if style.unicode { "─" } else { "-" };
    shown.push_str(&format!("  {}\n", rule.repeat(bars.len() * wide)));
    shown + &from_to + &without
}

/// `2026-08-24T10:05:00Z` without seconds: bars begin at full minutes.
fn time(iso: &str) -> String {
    let (date, clock) = iso.split_once('T').unwrap_or((iso, ""));
    format!("{date} {} UTC", clock.get(..5).unwrap_or(clock))
}

fn width(seconds: i64) -> String {
    let (count, unit) = match seconds {
        0..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        86_400..604_800 => (seconds / 86_400, "day"),
        _ => (seconds / 604_800, "week"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

/// `1234567` as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + 6);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::{ProblemCount, ShapeCount, StageCount};
    use crate::report::Forms;
    use crate::vocabulary::Stage;

    fn sample() -> Stats {
        let problem = |id: &str, stage, count, share| ProblemCount {
            id: id.to_owned(),
            title: id.to_owned(),
            stage,
            count,
            share,
        };
        let shape = |shape: &str, count| ShapeCount { shape: shape.to_owned(), count };
        Stats {
            records: 1_234_567,
            failures: 1_000_000,
            normal: 234_565,
            rejected: 2,
            stages: vec![
                StageCount { stage: Stage::Layers, count: 750_000, share: 0.75 },
                StageCount { stage: Stage::Run, count: 1, share: 0.0 },
            ],
            problems: vec![
                problem("layers-s3-unreachable", Stage::Layers, 750_000, 0.75),
                problem("out-of-memory", Stage::Run, 1, 0.0),
            ],
            unknown: UnknownCount {
                count: 249_999,
                share: 0.25,
                shapes: vec![shape(&"größe\u{202e} of a text that is long ".repeat(5), 200_000), shape("", 7)],
                more: 980,
                missed: 49,
            },
            times: Histogram {
                start: Some("2026-08-24T10:00:00Z".to_owned()),
                end: Some("2026-08-24T10:40:00Z".to_owned()),
                width: 300,
                counts: vec![1, 0, 500_000, 250_000, 1, 100_000, 149_998, 0],
                without_time: 3,
            },
        }
    }

    const STYLE: Style = Style { color: false, width: 80, unicode: true, forms: Forms::ALL };

    const EXPECTED: &str = r"1,000,000 of 1,234,567 records failed (234,565 normal, 2 rejected)

By stage
  layers                                                        750,000   75.0 %
  run                                                                 1   <0.1 %
  unknown                                                       249,999   25.0 %

By problem
  layers-s3-unreachable                                         750,000   75.0 %
  out-of-memory                                                       1   <0.1 %

Texts that no problem answers
  ≥ 200,000  größe\u{202e} of a text that is long größe\u{202e} of a text that …
        ≥ 7  (no text)
  too many different texts to count each: only the frequent ones are listed,
  each perhaps 49 times more

Over time, 5 minutes a bar, at most 500,000
        ███
        ███
        ██████      ▂▂▂
  ▁▁▁   ██████▁▁▁▇▇▇███
  ────────────────────────
  2026-08-24 10:00 UTC to 2026-08-24 10:40 UTC
  3 without a time
";

    #[test]
    fn counts_are_laid_out_in_80_columns() {
        let shown = stats(&sample(), &STYLE);
        assert_eq!(shown, EXPECTED, "{shown}");
        assert!(shown.lines().all(|line| columns(line) <= 80));
    }

    #[test]
    fn every_width_is_kept_and_ascii_is_ascii() {
        let mut many = sample();
        many.times.counts = (0..61).collect();
        for width in 40..=200 {
            for unicode in [false, true] {
                let shown = stats(&many, &Style { width, unicode, ..STYLE });
                assert!(shown.lines().all(|line| columns(line) <= width), "{width}\n{shown}");
                assert!(unicode || shown.is_ascii(), "{shown}");
            }
        }
    }

    #[test]
    fn without_failures_there_is_one_line() {
        let nothing = Stats { failures: 0, records: 3, normal: 3, rejected: 0, ..sample() };
        assert_eq!(stats(&nothing, &STYLE), "0 of 3 records failed (3 normal)\n");
    }
}
