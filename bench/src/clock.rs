//! A clock that runs through a night of logs, and the ways in which programs write its time.

use crate::value::{number, padded};

/// How a program writes a time. Fractions are of seconds; times are UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `2026-08-24`
    Date,
    /// `2026-08-24T15:21:57Z`
    IsoSeconds,
    /// `2026-08-24T15:21:57.814Z`
    Iso,
    /// `2026-08-24T15:21:57.814123Z`
    IsoMicros,
    /// `2026-08-24T15:21:57.814123`
    PlainMicros,
    /// `2026-08-24T15:21:57,814`
    IsoComma,
    /// `2026-08-24 15:21:57`
    Seconds,
    /// `2026-08-24 15:21:57.814`
    Sql,
    /// `2026-08-24 15:21:57,814`
    SqlComma,
    /// `2026/08/24 15:21:57`
    Slash,
    /// `24/Aug/2026:15:21:57 +0000`
    CommonLog,
    /// `24/Aug/2026:15:21:57.814`
    Haproxy,
    /// `Aug 24 15:21:57`
    Syslog,
    /// `0824 15:21:57.814123`
    Klog,
    /// `24 Aug 2026 15:21:57.814`
    Redis,
    /// `24-Aug-2026 15:21:57`
    Php,
    /// `1787584917`
    Epoch,
    /// `1787584917814`
    EpochMillis,
    /// `1787584917.814`
    EpochFraction,
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// 2026-03-02T00:00:00Z.
const START: u64 = 1_772_409_600;

/// A time, in microseconds since 1970, with its calendar date kept while the day lasts.
pub struct Clock {
    micros: u64,
    day: u64,
    date: (u64, u64, u64),
}

impl Clock {
    /// Midnight of a day in March 2026.
    pub fn new() -> Clock {
        Clock::at(START * 1_000_000)
    }

    fn at(micros: u64) -> Clock {
        let day = micros / 86_400_000_000;
        Clock { micros, day, date: civil(day) }
    }

    /// Lets time pass.
    pub fn advance(&mut self, micros: u64) {
        self.micros += micros;
        if self.micros / 86_400_000_000 != self.day {
            *self = Clock::at(self.micros);
        }
    }

    /// The time so many seconds later; earlier where they are negative.
    pub fn shifted(&self, seconds: i64) -> Clock {
        Clock::at(self.micros.saturating_add_signed(seconds * 1_000_000))
    }

    /// Writes the time.
    pub fn write(&self, format: Format, out: &mut Vec<u8>) {
        let (year, month, day) = self.date;
        let seconds = self.micros / 1_000_000;
        let (millis, micros) = (self.micros / 1000 % 1000, self.micros % 1_000_000);
        let name = MONTHS[month as usize - 1].as_bytes();
        let date = |out: &mut Vec<u8>, between: u8| {
            padded(out, year, 4);
            out.push(between);
            padded(out, month, 2);
            out.push(between);
            padded(out, day, 2);
        };
        let named = |out: &mut Vec<u8>, between: u8| {
            padded(out, day, 2);
            out.push(between);
            out.extend_from_slice(name);
            out.push(between);
            padded(out, year, 4);
        };
        let time = |out: &mut Vec<u8>| {
            padded(out, seconds / 3600 % 24, 2);
            out.push(b':');
            padded(out, seconds / 60 % 60, 2);
            out.push(b':');
            padded(out, seconds % 60, 2);
        };
        let moment = |out: &mut Vec<u8>, between: u8| {
            date(out, b'-');
            out.push(between);
            time(out);
        };
        let fraction = |out: &mut Vec<u8>, mark: u8, value: u64, digits: usize| {
            out.push(mark);
            padded(out, value, digits);
        };
        match format {
            Format::Date => date(out, b'-'),
            Format::IsoSeconds => moment(out, b'T'),
            Format::Iso => {
                moment(out, b'T');
                fraction(out, b'.', millis, 3);
            }
            Format::IsoMicros | Format::PlainMicros => {
                moment(out, b'T');
                fraction(out, b'.', micros, 6);
            }
            Format::IsoComma => {
                moment(out, b'T');
                fraction(out, b',', millis, 3);
            }
            Format::Seconds => moment(out, b' '),
            Format::Sql => {
                moment(out, b' ');
                fraction(out, b'.', millis, 3);
            }
            Format::SqlComma => {
                moment(out, b' ');
                fraction(out, b',', millis, 3);
            }
            Format::Slash => {
                date(out, b'/');
                out.push(b' ');
                time(out);
            }
            Format::CommonLog => {
                named(out, b'/');
                out.push(b':');
                time(out);
                out.extend_from_slice(b" +0000");
            }
            Format::Haproxy => {
                named(out, b'/');
                out.push(b':');
                time(out);
                fraction(out, b'.', millis, 3);
            }
            Format::Syslog => {
                out.extend_from_slice(name);
                out.push(b' ');
                if day < 10 {
                    out.push(b' ');
                }
                number(out, day);
                out.push(b' ');
                time(out);
            }
            Format::Klog => {
                padded(out, month, 2);
                padded(out, day, 2);
                out.push(b' ');
                time(out);
                fraction(out, b'.', micros, 6);
            }
            Format::Redis => {
                named(out, b' ');
                out.push(b' ');
                time(out);
                fraction(out, b'.', millis, 3);
            }
            Format::Php => {
                named(out, b'-');
                out.push(b' ');
                time(out);
            }
            Format::Epoch => number(out, seconds),
            Format::EpochMillis => number(out, self.micros / 1000),
            Format::EpochFraction => {
                number(out, seconds);
                fraction(out, b'.', millis, 3);
            }
        }
        if matches!(format, Format::IsoSeconds | Format::Iso | Format::IsoMicros) {
            out.push(b'Z');
        }
    }
}

/// Year, month and day of a day since 1970 (Howard Hinnant's `civil_from_days`).
fn civil(day: u64) -> (u64, u64, u64) {
    let shifted = day + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (month, shift) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (year + era * 400 + shift, month, of_year - (153 * ((month + 9) % 12) + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(clock: &Clock, format: Format) -> String {
        let mut out = Vec::new();
        clock.write(format, &mut out);
        String::from_utf8(out).expect("ASCII")
    }

    #[test]
    fn times_are_written_as_programs_write_them() {
        let mut clock = Clock::at(1_787_584_917_814_123);
        assert_eq!(written(&clock, Format::Iso), "2026-08-24T15:21:57.814Z");
        assert_eq!(written(&clock, Format::CommonLog), "24/Aug/2026:15:21:57 +0000");
        assert_eq!(written(&clock, Format::Klog), "0824 15:21:57.814123");
        assert_eq!(written(&clock, Format::EpochFraction), "1787584917.814");
        clock.advance(9 * 3_600_000_000);
        assert_eq!(written(&clock, Format::Seconds), "2026-08-25 00:21:57");
        assert_eq!(written(&clock.shifted(-86_400 * 177), Format::Syslog), "Mar  1 00:21:57");
        assert_eq!(written(&Clock::at(1_709_164_800_000_000), Format::Date), "2024-02-29");
    }
}
