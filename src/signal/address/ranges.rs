//! AWS's published address ranges, flattened for look-up.
//!
//! The source is `ip-ranges.json` (<https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-ranges.html>). An address is
//! in several of its prefixes; a named service beats EC2, and EC2 beats AMAZON, which is everything. Flattened, each
//! address has one answer: sorted starts of ranges, searched by bisection.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The table that the program carries.
const EMBEDDED: &[u8] = include_bytes!("../../../knowledge/ip-ranges.bin");

const MAGIC: &[u8; 8] = b"ecsipr01";
/// Answer number for addresses in no prefix.
const NOBODY: u16 = u16::MAX;
/// IPv4: start (4 bytes), answer (2), prefix length (1), flags (1).
const V4_ROW: usize = 8;
/// IPv6: upper half of the start (8 bytes), answer (2), prefix length (1), flags (1). No published prefix is longer than /64.
const V6_ROW: usize = 12;
/// The address is in a finer AMAZON prefix inside EC2's: an endpoint that AWS itself runs.
const RUN_BY_AWS: u8 = 1;

/// What AWS's list says of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known<'a> {
    /// `S3`, `EC2`, `CLOUDFRONT`, … as in the list.
    pub service: &'a str,
    /// A region, or `GLOBAL`.
    pub region: &'a str,
    /// First address of the prefix that decided.
    pub prefix: IpAddr,
    /// Length of that prefix, in bits.
    pub length: u8,
    /// Inside EC2's addresses, but in one that AWS lists by itself as well: probably an endpoint of an AWS service.
    pub run_by_aws: bool,
}

impl Known<'_> {
    /// The prefix that decided, such as `52.219.40.0/22`.
    pub fn range(&self) -> String {
        format!("{}/{}", self.prefix, self.length)
    }

    /// In words: `Amazon S3 in ap-southeast-1 (52.219.40.0/22)`.
    pub fn describe(&self) -> String {
        let service = match self.service {
            "S3" => "Amazon S3",
            "CLOUDFRONT" => "Amazon CloudFront",
            "DYNAMODB" => "Amazon DynamoDB",
            "EC2" if self.run_by_aws => "an endpoint run by AWS",
            "EC2" => "Amazon EC2 (anybody's machine, or an AWS endpoint)",
            "AMAZON" => "an AWS service",
            "GLOBALACCELERATOR" => "AWS Global Accelerator",
            "API_GATEWAY" => "Amazon API Gateway",
            other => other,
        };
        let place = if self.region == "GLOBAL" { String::new() } else { format!(" in {}", self.region) };
        format!("{service}{place} ({})", self.range())
    }
}

/// Why a list of ranges could not be read.
#[derive(Debug, thiserror::Error)]
pub enum RangesError {
    /// It is no JSON.
    #[error("it is no JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// It is JSON of another shape.
    #[error("it is not AWS's ip-ranges.json: {0}")]
    Shape(&'static str),
}

/// The flattened list.
#[derive(Clone, Debug)]
pub struct Ranges {
    date: String,
    services: Vec<String>,
    regions: Vec<String>,
    /// Service and region of each answer.
    answers: Vec<(u8, u8)>,
    v4: Cow<'static, [u8]>,
    v6: Cow<'static, [u8]>,
    /// How many rows of IPv4 start before each first octet; 257 numbers.
    octets: Vec<u32>,
}

fn start_v4(row: &[u8]) -> u32 {
    u32::from_le_bytes([row[0], row[1], row[2], row[3]])
}

/// How many rows start before each first octet, and in all.
fn octets(v4: &[u8]) -> Vec<u32> {
    let mut octets = Vec::with_capacity(257);
    let mut rows = v4.chunks_exact(V4_ROW).peekable();
    let mut before = 0;
    for octet in 0..=256_u64 {
        while rows.next_if(|row| u64::from(start_v4(row)) < octet << 24).is_some() {
            before += 1;
        }
        octets.push(before);
    }
    octets
}

impl Ranges {
    /// The list that the program carries.
    ///
    /// # Panics
    /// When the embedded file is damaged, which a test rules out.
    pub fn embedded() -> Ranges {
        Ranges::from_bytes(EMBEDDED).expect("the embedded list is whole")
    }

    /// The day the list was made, as `YYYY-MM-DD`.
    pub fn date(&self) -> &str {
        &self.date
    }

    /// What the list says of an address. `None` means not in the list, never "not AWS's".
    pub fn look_up(&self, address: IpAddr) -> Option<Known<'_>> {
        match address {
            IpAddr::V4(address) => self.look_up_v4(address),
            IpAddr::V6(address) => match address.to_ipv4_mapped() {
                Some(address) => self.look_up_v4(address),
                None => self.look_up_v6(address),
            },
        }
    }

    fn look_up_v4(&self, address: Ipv4Addr) -> Option<Known<'_>> {
        let wanted = u32::from(address);
        // Where rows of this first octet begin, and the next one's: four steps of bisection in place of fourteen.
        let octet = usize::from(address.octets()[0]);
        let (low, high) = (self.octets[octet] as usize, self.octets[octet + 1] as usize);
        let row = row_before::<V4_ROW>(&self.v4, low, high, |row| start_v4(row) <= wanted)?;
        let length = row[6];
        let base = wanted & u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
        self.answer(&row[4..], Ipv4Addr::from(base).into())
    }

    fn look_up_v6(&self, address: Ipv6Addr) -> Option<Known<'_>> {
        #[allow(clippy::cast_possible_truncation)] // the upper half
        let wanted = (u128::from(address) >> 64) as u64;
        let start = |row: &[u8]| u64::from_le_bytes([row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7]]);
        let row = row_before::<V6_ROW>(&self.v6, 0, self.v6.len() / V6_ROW, |row| start(row) <= wanted)?;
        let length = row[10];
        let base = wanted & u64::MAX.checked_shl(64 - u32::from(length)).unwrap_or(0);
        self.answer(&row[8..], Ipv6Addr::from(u128::from(base) << 64).into())
    }

    /// `row`: answer (2 bytes), prefix length, flags.
    fn answer(&self, row: &[u8], prefix: IpAddr) -> Option<Known<'_>> {
        let number = u16::from_le_bytes([row[0], row[1]]);
        let (service, region) = *self.answers.get(usize::from(number))?;
        Some(Known {
            service: &self.services[usize::from(service)],
            region: &self.regions[usize::from(region)],
            prefix,
            length: row[2],
            run_by_aws: row[3] & RUN_BY_AWS != 0,
        })
    }

    /// Reads AWS's own JSON.
    ///
    /// # Errors
    /// When it is no JSON or has another shape.
    pub fn from_aws_json(bytes: &[u8]) -> Result<Ranges, RangesError> {
        let document: AwsRanges = serde_json::from_slice(bytes).map_err(|error| {
            if error.is_data() {
                RangesError::Shape("the fields prefixes, ipv6_prefixes and createDate are needed")
            } else {
                error.into()
            }
        })?;
        let mut flattener = Flattener::default();
        let v4: Vec<Prefix> = document
            .prefixes
            .iter()
            .filter_map(|row| {
                let (base, length) = row.ip_prefix.split_once('/')?;
                let base: Ipv4Addr = base.parse().ok()?;
                Some(flattener.prefix(u64::from(u32::from(base)), length.parse().ok()?, 32, &row.service, &row.region))
            })
            .collect();
        let v6: Vec<Prefix> = document
            .ipv6_prefixes
            .iter()
            .filter_map(|row| {
                let (base, length) = row.ipv6_prefix.split_once('/')?;
                let base: Ipv6Addr = base.parse().ok()?;
                let length: u8 = length.parse().ok()?;
                #[allow(clippy::cast_possible_truncation)] // the upper half
                let upper = (u128::from(base) >> 64) as u64;
                Some(flattener.prefix(upper, length.min(64), 64, &row.service, &row.region))
            })
            .collect();
        if v4.is_empty() {
            return Err(RangesError::Shape("it lists no IPv4 prefix"));
        }
        let v4 = flattener.flatten(v4, 32).into_iter().flat_map(|row| row.bytes_v4()).collect::<Vec<u8>>();
        let v6 = flattener.flatten(v6, 64).into_iter().flat_map(|row| row.bytes_v6()).collect::<Vec<u8>>();
        Ok(Ranges {
            date: document.create_date.chars().take(10).collect(),
            services: flattener.services,
            regions: flattener.regions,
            answers: flattener.answers,
            octets: octets(&v4),
            v4: v4.into(),
            v6: v6.into(),
        })
    }

    /// The form in which it is embedded.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        let mut put = |part: &[u8]| {
            bytes.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
            bytes.extend_from_slice(part);
        };
        put(self.date.as_bytes());
        put(self.services.join(",").as_bytes());
        put(self.regions.join(",").as_bytes());
        put(&self.answers.iter().flat_map(|(service, region)| [*service, *region]).collect::<Vec<u8>>());
        put(&self.v4);
        put(&self.v6);
        bytes
    }

    /// Reads what [`Ranges::to_bytes`] made.
    fn from_bytes(bytes: &'static [u8]) -> Option<Ranges> {
        let mut rest = bytes.strip_prefix(MAGIC)?;
        let mut take = || -> Option<&'static [u8]> {
            let (length, after) = rest.split_first_chunk::<4>()?;
            let (part, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            rest = after;
            Some(part)
        };
        let text = |part: &'static [u8]| std::str::from_utf8(part).ok();
        let names = |part: &'static [u8]| Some(text(part)?.split(',').map(str::to_owned).collect::<Vec<_>>());
        let date = text(take()?)?.to_owned();
        let (services, regions) = (names(take()?)?, names(take()?)?);
        let answers = take()?.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        let (v4, v6) = (take()?, take()?);
        Some(Ranges { date, services, regions, answers, octets: octets(v4), v4: v4.into(), v6: v6.into() })
    }
}

/// The last row for which `starts_before` holds. It is known to begin to hold no more between `low` and `high`.
fn row_before<const ROW: usize>(
    rows: &[u8],
    mut low: usize,
    mut high: usize,
    starts_before: impl Fn(&[u8]) -> bool,
) -> Option<&[u8]> {
    while low < high {
        let middle = low.midpoint(high);
        if starts_before(&rows[middle * ROW..(middle + 1) * ROW]) { low = middle + 1 } else { high = middle }
    }
    let row = low.checked_sub(1)?;
    Some(&rows[row * ROW..(row + 1) * ROW])
}

#[derive(serde::Deserialize)]
struct AwsRanges {
    #[serde(rename = "createDate")]
    create_date: String,
    prefixes: Vec<AwsV4>,
    ipv6_prefixes: Vec<AwsV6>,
}

#[derive(serde::Deserialize)]
struct AwsV4 {
    ip_prefix: String,
    region: String,
    service: String,
}

#[derive(serde::Deserialize)]
struct AwsV6 {
    ipv6_prefix: String,
    region: String,
    service: String,
}

#[derive(Clone, Copy)]
struct Prefix {
    start: u64,
    /// Inclusive.
    end: u64,
    length: u8,
    answer: u16,
    rank: u8,
}

/// From here on this answer holds.
#[derive(Clone, Copy, PartialEq)]
struct Row {
    start: u64,
    answer: u16,
    length: u8,
    flags: u8,
}

impl Row {
    fn bytes_v4(self) -> [u8; V4_ROW] {
        #[allow(clippy::cast_possible_truncation)] // an IPv4 address
        let start = (self.start as u32).to_le_bytes();
        let answer = self.answer.to_le_bytes();
        [start[0], start[1], start[2], start[3], answer[0], answer[1], self.length, self.flags]
    }

    fn bytes_v6(self) -> [u8; V6_ROW] {
        let mut bytes = [0; V6_ROW];
        bytes[..8].copy_from_slice(&self.start.to_le_bytes());
        bytes[8..10].copy_from_slice(&self.answer.to_le_bytes());
        bytes[10] = self.length;
        bytes[11] = self.flags;
        bytes
    }
}

#[derive(Default)]
struct Flattener {
    services: Vec<String>,
    regions: Vec<String>,
    answers: Vec<(u8, u8)>,
    known: BTreeMap<(String, String), u16>,
}

impl Flattener {
    fn prefix(&mut self, base: u64, length: u8, bits: u8, service: &str, region: &str) -> Prefix {
        let host_bits = u32::from(bits - length.min(bits));
        let span = if host_bits >= 64 { u64::MAX } else { (1_u64 << host_bits) - 1 };
        let rank = match service {
            "AMAZON" => 0,
            "EC2" => 1,
            _ => 2,
        };
        let answer = self.answer(service, region);
        Prefix { start: base & !span, end: base | span, length, answer, rank }
    }

    fn answer(&mut self, service: &str, region: &str) -> u16 {
        let key = (service.to_owned(), region.to_owned());
        if let Some(answer) = self.known.get(&key) {
            return *answer;
        }
        let mut number = |list: fn(&mut Self) -> &mut Vec<String>, name: &str| {
            let list = list(self);
            let at = list.iter().position(|known| known == name).unwrap_or_else(|| {
                list.push(name.to_owned());
                list.len() - 1
            });
            u8::try_from(at).unwrap_or(u8::MAX)
        };
        let pair = (number(|own| &mut own.services, service), number(|own| &mut own.regions, region));
        self.answers.push(pair);
        let answer = u16::try_from(self.answers.len() - 1).unwrap_or(NOBODY);
        self.known.insert(key, answer);
        answer
    }

    /// One row a stretch of addresses with one answer.
    fn flatten(&self, prefixes: Vec<Prefix>, bits: u8) -> Vec<Row> {
        let last = if bits == 64 { u64::MAX } else { (1 << bits) - 1 };
        let mut borders: Vec<u64> = prefixes.iter().map(|prefix| prefix.start).collect();
        borders.extend(prefixes.iter().filter(|prefix| prefix.end < last).map(|prefix| prefix.end + 1));
        borders.sort_unstable();
        borders.dedup();
        let mut sorted = prefixes;
        sorted.sort_unstable_by_key(|prefix| prefix.start);
        let mut rows: Vec<Row> = Vec::new();
        let mut open: Vec<Prefix> = Vec::new();
        let mut next = 0;
        for border in borders {
            while next < sorted.len() && sorted[next].start <= border {
                open.push(sorted[next]);
                next += 1;
            }
            open.retain(|prefix| prefix.end >= border);
            let best = open.iter().max_by_key(|prefix| (prefix.rank, prefix.length));
            let row = match best {
                Some(best) => {
                    let finer =
                        best.rank == 1 && open.iter().any(|prefix| prefix.rank == 0 && prefix.length > best.length);
                    Row {
                        start: border,
                        answer: best.answer,
                        length: best.length,
                        flags: if finer { RUN_BY_AWS } else { 0 },
                    }
                }
                None => Row { start: border, answer: NOBODY, length: 0, flags: 0 },
            };
            // Two neighbours inside one prefix are one row; of equal answers in two prefixes the prefix differs.
            let continues = rows.last().is_some_and(|before| {
                before.answer == row.answer
                    && before.length == row.length
                    && before.flags == row.flags
                    && (row.answer == NOBODY || best.is_some_and(|best| best.start <= before.start))
            });
            if !continues {
                rows.push(row);
            }
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(address: &str) -> Option<(String, String, String, bool)> {
        let ranges = Ranges::embedded();
        let known = ranges.look_up(address.parse().unwrap())?;
        Some((known.service.to_owned(), known.region.to_owned(), known.range(), known.run_by_aws))
    }

    #[test]
    fn addresses_of_real_messages_are_known() {
        let (service, region, range, _) = known("52.219.41.3").unwrap();
        assert_eq!((service.as_str(), region.as_str(), range.as_str()), ("S3", "ap-southeast-1", "52.219.40.0/22"));
        for address in ["16.15.180.104", "16.182.41.122", "52.216.63.90", "54.231.230.177"] {
            let (service, region, ..) = known(address).unwrap();
            assert_eq!((service.as_str(), region.as_str()), ("S3", "us-east-1"), "{address}");
        }
        let (service, .., run_by_aws) = known("44.213.79.104").unwrap();
        assert!(service == "EC2" && run_by_aws);
        let (service, .., run_by_aws) = known("34.205.13.154").unwrap();
        assert!(service == "EC2" && !run_by_aws, "Docker Hub rents its machines");
        assert_eq!(known("172.40.1.94"), None);
        assert_eq!(known("8.8.8.8"), None);
    }

    #[test]
    fn flattening_keeps_the_rule_of_every_prefix() {
        let json = br#"{"syncToken":"1","createDate":"2026-01-02-03-04-05","prefixes":[
            {"ip_prefix":"10.0.0.0/8","region":"r-1","service":"AMAZON","network_border_group":"x"},
            {"ip_prefix":"10.1.0.0/16","region":"r-1","service":"EC2","network_border_group":"x"},
            {"ip_prefix":"10.1.2.0/24","region":"r-1","service":"AMAZON","network_border_group":"x"},
            {"ip_prefix":"10.1.3.0/24","region":"r-2","service":"S3","network_border_group":"x"}],
            "ipv6_prefixes":[{"ipv6_prefix":"2001:db8::/32","region":"GLOBAL","service":"CLOUDFRONT","network_border_group":"x"}]}"#;
        let ranges = Ranges::from_aws_json(json).unwrap();
        let service = |address: &str| {
            ranges
                .look_up(address.parse().unwrap())
                .map(|known| (known.service.to_owned(), known.range(), known.run_by_aws))
        };
        assert_eq!(service("10.0.0.1"), Some(("AMAZON".into(), "10.0.0.0/8".into(), false)));
        assert_eq!(service("10.1.0.1"), Some(("EC2".into(), "10.1.0.0/16".into(), false)));
        assert_eq!(service("10.1.2.1"), Some(("EC2".into(), "10.1.0.0/16".into(), true)));
        assert_eq!(service("10.1.3.255"), Some(("S3".into(), "10.1.3.0/24".into(), false)));
        assert_eq!(service("10.2.0.0"), Some(("AMAZON".into(), "10.0.0.0/8".into(), false)));
        assert_eq!(service("11.0.0.0"), None);
        assert_eq!(service("9.255.255.255"), None);
        assert_eq!(service("2001:db8::1"), Some(("CLOUDFRONT".into(), "2001:db8::/32".into(), false)));
        assert_eq!(service("2001:db9::1"), None);
        assert_eq!(ranges.date(), "2026-01-02");
    }

    /// Against the plain reading of the list: every prefix that holds the address, the best of them.
    #[test]
    fn look_ups_are_those_of_a_plain_search() {
        let mut prefixes = Vec::new();
        for number in 0_u32..400 {
            // Scattered, nested and neighbouring, at octet borders as well.
            let base = number.wrapping_mul(0x9e37_79b9) & if number % 3 == 0 { 0xff00_0000 } else { 0xffff_ff00 };
            let length = [8, 9, 12, 16, 20, 24, 32][number as usize % 7];
            let base = base & u32::MAX.checked_shl(32 - length).unwrap_or(0);
            prefixes.push((base, length, ["AMAZON", "EC2", "S3"][number as usize % 3]));
        }
        let rows: Vec<String> = prefixes
            .iter()
            .map(|(base, length, service)| {
                format!(r#"{{"ip_prefix":"{}/{length}","region":"r-1","service":"{service}"}}"#, Ipv4Addr::from(*base))
            })
            .collect();
        let json = format!(r#"{{"createDate":"2026-01-01","prefixes":[{}],"ipv6_prefixes":[]}}"#, rows.join(","));
        let ranges = Ranges::from_aws_json(json.as_bytes()).unwrap();
        let rank = |service: &str| ["AMAZON", "EC2", "S3"].iter().position(|known| *known == service);
        let plain = |address: u32| {
            prefixes
                .iter()
                .filter(|(base, length, _)| (address ^ base).checked_shr(32 - length).unwrap_or(address ^ base) == 0)
                .max_by_key(|(_, length, service)| (rank(service), *length))
                .map(|(_, _, service)| *service)
        };
        let mut address = 1_u32;
        for step in 0..20_000 {
            address = address.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // Also the borders of prefixes, where mistakes are.
            let (base, ..) = prefixes[step % prefixes.len()];
            for probe in [address, base, base.wrapping_sub(1), base.wrapping_add(1)] {
                let found = ranges.look_up(IpAddr::V4(probe.into())).map(|known| known.service.to_owned());
                assert_eq!(found.as_deref(), plain(probe), "{}", Ipv4Addr::from(probe));
            }
        }
    }

    #[test]
    fn other_json_is_refused() {
        assert!(matches!(Ranges::from_aws_json(b"[]"), Err(RangesError::Shape(_))));
        assert!(matches!(Ranges::from_aws_json(b"{"), Err(RangesError::Json(_))));
    }
}
