//! Long inputs: in pieces, compressed, on several threads, without an end. What comes of them is always the same.

#![allow(clippy::unwrap_used)]

use ecsplain::gate::Gate;
use ecsplain::record::{DOCUMENT_SIGNS, Ending, Limits, Shape, Stream, log_records};
use ecsplain::{Explainer, Item};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

static EXPLAINER: LazyLock<Explainer> = LazyLock::new(Explainer::builtin);
static GATE: LazyLock<Gate> =
    LazyLock::new(|| Gate::new(EXPLAINER.log_literals().iter().map(String::as_str).chain(DOCUMENT_SIGNS)));

const TIMEOUT: &str = "CannotPullContainerError: ref pull has been retried 5 time(s): failed to copy: httpReadSeeker: failed open: failed to do request: Get 111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/web:v1: dial tcp 52.219.41.3:443: i/o timeout";

/// What a stream gives when it is fed in pieces of so many bytes.
fn read(bytes: &[u8], piece: usize, shape: Shape, fold: bool) -> Vec<Item> {
    let gate = |bytes: &[u8]| GATE.first(bytes);
    let mut stream = Stream::new("test", shape, &gate);
    if fold {
        stream = stream.folding(Limits::default());
    }
    let (mut items, mut buffer) = (Vec::new(), Vec::new());
    let mut pieces = bytes.chunks(piece).peekable();
    loop {
        buffer.extend_from_slice(pieces.next().unwrap_or_default());
        let ending = if pieces.peek().is_some() { Ending::More } else { Ending::End };
        let mut start = 0;
        loop {
            let taken = stream.take(&buffer[start..], ending, &mut items);
            if taken.log {
                let block = &buffer[start..start + taken.bytes];
                let known = items.len();
                let lines = log_records(block, stream.line(), &gate, &mut items);
                stream.count_lines(lines);
                stream.found_something(&mut items[known..]);
            }
            start += taken.bytes;
            if taken.bytes == 0 || start == buffer.len() {
                break;
            }
        }
        buffer.drain(..start);
        if ending == Ending::End {
            return items;
        }
    }
}

/// A log with failures, stack traces, JSON documents and odd bytes among ordinary lines.
fn log(lines: usize) -> Vec<u8> {
    let mut log = Vec::new();
    for at in 0..lines {
        match at % 97 {
            13 => writeln!(log, "2026-08-24T15:21:57Z {TIMEOUT} {at}"),
            29 => writeln!(log, "ERROR failed {at}\n    at one (a.js:1:2)\n    at two\nCaused by: {TIMEOUT}"),
            41 => writeln!(log, "{{\n  \"taskArn\": \"arn:aws:ecs:eu-west-1:111122223333:task/c/{at:032x}\",\n  \"stoppedReason\": \"{TIMEOUT}\"\n}}"),
            53 => writeln!(log, "got {{\"stoppedReason\":\"{TIMEOUT}\",\"taskArn\":\"arn:aws:ecs:eu-west-1:111122223333:task/c/{at:032x}\"}} at last"),
            67 => log.write_all(b"\xff\xfe broken \x00 bytes\n"),
            _ => writeln!(log, "2026-08-24T15:21:57Z INFO request {at} was answered in 12 ms"),
        }
        .unwrap();
    }
    log
}

/// Tasks as the AWS CLI prints them; each third one is like others.
fn tasks(count: usize) -> String {
    let mut text = String::from("{\n    \"tasks\": [\n");
    for at in 0..count {
        let reason = if at % 3 == 0 { format!("{TIMEOUT} {at}") } else { TIMEOUT.to_owned() };
        write!(
            text,
            "{}        {{\n            \"taskArn\": \"arn:aws:ecs:eu-west-1:111122223333:task/c/{at:032x}\",\n            \
             \"lastStatus\": \"STOPPED\",\n            \"group\": \"service:web\",\n            \"stopCode\": \"TaskFailedToStart\",\n            \
             \"stoppedAt\": \"2026-08-24T15:{:02}:{:02}.000000+00:00\",\n            \"stoppedReason\": \"{reason}\",\n            \"containers\": []\n        }}",
            if at == 0 { "" } else { ",\n" },
            at / 60 % 60,
            at % 60,
        )
        .unwrap();
    }
    text.push_str("\n    ],\n    \"failures\": [{\"arn\": \"x\", \"reason\": \"MISSING\"}]\n}\n");
    text
}

#[test]
fn a_log_in_pieces_is_the_log() {
    let log = log(1500);
    let whole = read(&log, log.len(), Shape::Log, false);
    assert!(whole.len() > 60, "{}", whole.len());
    for piece in [1, 7, 64, 4096, 65_537] {
        assert_eq!(read(&log, piece, Shape::Log, false), whole, "pieces of {piece}");
    }
}

#[test]
fn a_log_cut_at_every_byte_is_the_log() {
    let log = log(110);
    let whole = read(&log, log.len(), Shape::Log, false);
    for cut in 1..log.len() {
        // Two pieces: the first of every length.
        let gate = |bytes: &[u8]| GATE.first(bytes);
        let mut stream = Stream::new("test", Shape::Log, &gate);
        let mut items = Vec::new();
        let first = stream.take(&log[..cut], Ending::More, &mut items).bytes;
        let lines = log_records(&log[..first], 1, &gate, &mut items);
        stream.count_lines(lines);
        let rest = stream.take(&log[first..], Ending::End, &mut items).bytes;
        assert_eq!(first + rest, log.len());
        log_records(&log[first..], stream.line(), &gate, &mut items);
        stream.found_something(&mut items);
        assert_eq!(items, whole, "cut at {cut}");
    }
}

#[test]
fn an_array_in_pieces_is_the_array() {
    let text = tasks(2500);
    assert!(text.len() > 1024 * 1024 + 4096);
    for fold in [false, true] {
        let whole = read(text.as_bytes(), text.len(), Shape::Any, fold);
        for piece in [1, 4096, 1_000_003] {
            assert!(read(text.as_bytes(), piece, Shape::Any, fold) == whole, "pieces of {piece}");
        }
    }
    let plain = read(text.as_bytes(), 65_536, Shape::Any, false);
    assert_eq!(plain.len(), 2501, "each task, and the failure behind them");
    let folded = read(text.as_bytes(), 65_536, Shape::Any, true);
    let again = folded.iter().filter(|item| matches!(item, Item::Again(_))).count();
    assert_eq!((folded.len(), again), (2501, 2500 - 834 - 1));
}

#[test]
fn what_is_broken_in_a_long_array_loses_nothing_else() {
    let good = tasks(2500);
    let middle = good.len() / 2 + good[good.len() / 2..].find("\"stoppedReason\"").unwrap();
    // A quotation mark is missing in one task.
    let broken = format!("{}\"stoppedReason: oh\",\n{}", &good[..middle], &good[middle..]);
    let items = read(broken.as_bytes(), 65_536, Shape::Any, false);
    let records = items.iter().filter(|item| matches!(item, Item::Record(_))).count();
    let rejected: Vec<&Item> = items.iter().filter(|item| matches!(item, Item::Rejected(_))).collect();
    assert!(records >= 2499, "{records}");
    assert_eq!(rejected.len(), 1, "{rejected:?}");
    // Cut off.
    let items = read(&good.as_bytes()[..middle], 65_536, Shape::Any, false);
    assert!(matches!(items.last(), Some(Item::Rejected(_) | Item::Record(_))));
    assert_eq!(items.iter().filter(|item| matches!(item, Item::Rejected(_))).count(), 1);
}

#[test]
fn a_document_behind_another_and_a_log_behind_both_are_read() {
    let text = format!("{}{}{}", tasks(2500), tasks(1), "2026-08-24T15:21:57Z INFO all is well\n".repeat(10));
    let text = format!("{text}2026-08-24T15:21:57Z {TIMEOUT}\n");
    let items = read(text.as_bytes(), 65_536, Shape::Any, false);
    let records: Vec<_> = items
        .iter()
        .filter_map(|item| match item {
            Item::Record(record) => Some(record),
            _ => None,
        })
        .collect();
    assert_eq!(records.len(), 2501 + 2 + 1);
    assert_eq!(records.last().unwrap().line, text.lines().count());
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("ecsplain-stream-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn run(arguments: &[&str], files: &[&Path]) -> (String, String, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecsplain"));
    let output = command.args(arguments).args(files).stdin(Stdio::null()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code())
}

#[test]
fn one_thread_or_many_say_the_same() {
    let folder = Folder::new("threads");
    // Longer than what is shared out at once.
    let mut long = log(2000);
    let block = long.clone();
    while long.len() < 48 * 1024 * 1024 {
        long.extend_from_slice(&block);
    }
    let long = folder.write("long.log", &long);
    let other = folder.write("other.log", &log(300));
    let json = folder.write("tasks.json", tasks(3000).as_bytes());
    for format in [&["-f", "ndjson", "--fixes", "none"][..], &["-f", "text"], &["-f", "json"]] {
        let of = |threads: &str| run(&[format, &["--threads", threads]].concat(), &[&other, &long, &json, &other]);
        let (one, many) = (of("1"), of("4"));
        assert!(one.0.len() > 10_000);
        assert!(one == many, "{format:?}");
    }
}

#[test]
fn compressed_or_not_it_is_the_same() {
    let folder = Folder::new("compressed");
    let log = log(3000);
    let plain = folder.write("x", &log);
    let gzip = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let bzip = |bytes: &[u8]| {
        let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let (head, tail) = log.split_at(log.len() / 3);
    let (expected, _, status) = run(&["-f", "ndjson"], &[&plain]);
    assert_eq!(status, Some(0));
    assert!(expected.lines().count() > 100);
    for (what, bytes) in [
        ("gzip", gzip(&log)),
        ("gzip, two members", [gzip(head), gzip(tail)].concat()),
        ("zstd", zstd::encode_all(log.as_slice(), 1).unwrap()),
        ("zstd, two frames", [zstd::encode_all(head, 1).unwrap(), zstd::encode_all(tail, 1).unwrap()].concat()),
        ("bzip2", bzip(&log)),
        ("bzip2, two members", [bzip(head), bzip(tail)].concat()),
        ("gzip in gzip", gzip(&gzip(&log))),
    ] {
        // The same name, for it is printed.
        let path = folder.write("x", &bytes);
        let found = run(&["-f", "ndjson"], &[&path]);
        assert!(found.0 == expected, "{what}: {}", found.1);
    }
    let cut = gzip(&log);
    let path = folder.write("x", &cut[..cut.len() * 2 / 3]);
    let (found, errors, status) = run(&["-f", "ndjson"], &[&path]);
    assert_eq!(status, Some(2));
    assert!(errors.contains("breaks off"), "{errors}");
    assert!(found.lines().count() > 20 && expected.starts_with(found.lines().next().unwrap()));
}

#[test]
fn a_folder_is_walked_and_links_in_it_are_not_followed() {
    let folder = Folder::new("folder");
    let outside = Folder::new("outside");
    outside.write("secret.log", log(200).as_slice());
    folder.write("logs/a.log", log(50).as_slice());
    folder.write("logs/deep/er/b.log", log(50).as_slice());
    folder.write("logs/empty.log", b"");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&outside.0, folder.0.join("logs/link")).unwrap();
        std::os::unix::fs::symlink(outside.0.join("secret.log"), folder.0.join("logs/link.log")).unwrap();
        std::os::unix::fs::symlink(folder.0.join("logs"), folder.0.join("logs/deep/loop")).unwrap();
    }
    let (found, errors, status) = run(&["-f", "ndjson"], &[&folder.0.join("logs")]);
    assert_eq!((errors.as_str(), status), ("", Some(0)));
    let names: std::collections::BTreeSet<&str> = found
        .lines()
        .map(|line| {
            if line.contains("a.log") {
                "a"
            } else if line.contains("b.log") {
                "b"
            } else {
                line
            }
        })
        .collect();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["a", "b"]);
}

/// Starts the command with a pipe that stays open; gives lines of its output as they come.
fn piped(arguments: &[&str]) -> (std::process::Child, std::process::ChildStdin, std::sync::mpsc::Receiver<String>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ecsplain"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let (sender, lines) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    (child, stdin, lines)
}

/// So long a test waits for what should come at once.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn a_pipe_that_goes_on_is_explained_line_by_line() {
    for undated in [false, true] {
        let (mut child, mut stdin, lines) = piped(&["-f", "ndjson", "--fixes", "none"]);
        let time = if undated { "" } else { "2026-08-24T15:21:57Z " };
        for round in 0..3 {
            writeln!(stdin, "{time}INFO all is well\n{time}{TIMEOUT} {round}").unwrap();
            stdin.flush().unwrap();
            let line = lines.recv_timeout(PATIENCE).expect("an explanation while the pipe is open");
            assert!(line.contains("\"layers-s3-unreachable\""), "{line}");
        }
        drop(stdin);
        assert!(child.wait().unwrap().success());
        assert!(lines.recv_timeout(PATIENCE).is_err(), "nothing is told twice");
    }
}

/// Calls of the AWS CLI take their time: what they give belongs together all the same.
#[test]
fn answers_that_come_one_after_another_are_related() {
    let task = r#"{"tasks":[{"taskArn":"arn:aws:ecs:eu-west-1:111122223333:task/c/0123456789abcdef0123456789abcdef",
        "taskDefinitionArn":"arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7","lastStatus":"STOPPED",
        "stopCode":"EssentialContainerExited","stoppedReason":"Essential container in task exited",
        "containers":[{"name":"app","exitCode":3},{"name":"migrate","exitCode":1}]}]}"#;
    let definition = r#"{"taskDefinition":{"taskDefinitionArn":"arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7",
        "family":"web","containerDefinitions":[{"name":"app"},{"name":"migrate","essential":false}]}}"#;
    for in_one_line in [false, true] {
        let (mut child, mut stdin, lines) = piped(&["-f", "ndjson", "--fixes", "none"]);
        for answer in [task, definition] {
            let answer = if in_one_line { answer.replace('\n', "") } else { answer.to_owned() };
            writeln!(stdin, "{answer}").unwrap();
            stdin.flush().unwrap();
            std::thread::sleep(Duration::from_millis(400));
        }
        drop(stdin);
        child.wait().unwrap();
        let shown: Vec<String> = lines.iter().collect();
        assert!(shown.len() == 1 && shown[0].contains("\"decisive\":true"), "{shown:?}");
    }
}

/// A line that a log router split stands in two elements of a long array.
#[test]
fn split_lines_of_a_long_array_are_joined() {
    let piece = |text: &str, ordinal: u8, last: bool| {
        format!(
            r#"{{"container_name":"app","source":"stdout","log":"{text}","partial_message":"true","partial_id":"p1","partial_ordinal":"{ordinal}","partial_last":"{last}"}}"#
        )
    };
    let (head, tail) = TIMEOUT.split_at(40);
    let filler = r#"{"container_name":"app","source":"stdout","log":"all is well"},"#.repeat(20_000);
    let text = format!("[{filler}{},{filler}{}]", piece(head, 1, false), piece(tail, 2, true));
    let items = read(text.as_bytes(), 65_536, Shape::Any, false);
    let texts: Vec<&str> = items
        .iter()
        .filter_map(|item| match item {
            Item::Record(record) => Some(record.texts[0].text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(texts, [TIMEOUT]);
}

#[test]
fn a_long_document_with_a_byte_order_mark_is_read() {
    let text = format!("\u{feff}{}", tasks(2500));
    assert_eq!(read(text.as_bytes(), 65_536, Shape::Any, false).len(), 2501);
}

#[test]
fn a_question_that_comes_slowly_is_answered_once() {
    let (mut child, mut stdin, lines) = piped(&["-f", "ndjson", "--fixes", "none"]);
    writeln!(stdin, "it does not work").unwrap();
    stdin.flush().unwrap();
    std::thread::sleep(Duration::from_millis(400));
    writeln!(stdin, "and nobody knows why").unwrap();
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let shown: Vec<String> = lines.iter().collect();
    assert!(shown.len() == 1 && shown[0].contains("it does not work\\nand nobody knows why"), "{shown:?}");
}

#[test]
fn text_shows_the_first_at_once_and_counts_the_rest() {
    let (mut child, mut stdin, lines) = piped(&[]);
    writeln!(stdin, "2026-08-24T15:21:57Z {TIMEOUT}").unwrap();
    let started = Instant::now();
    let mut shown = String::new();
    while !shown.contains("More: ecsplain show") {
        assert!(started.elapsed() < PATIENCE, "{shown}");
        shown += &(lines.recv_timeout(PATIENCE).expect("the first is shown") + "\n");
    }
    for _ in 0..5 {
        writeln!(stdin, "2026-08-24T15:21:58Z {TIMEOUT}").unwrap();
    }
    drop(stdin);
    child.wait().unwrap();
    let rest: String = lines.iter().map(|line| line + "\n").collect();
    assert!(rest.contains("5 more: layers-s3-unreachable") && rest.contains("6 records: 6 explained"), "{rest}");
}

#[cfg(unix)]
#[test]
fn an_interrupt_prints_what_was_found() {
    let (mut child, mut stdin, lines) = piped(&["-f", "json"]);
    writeln!(stdin, "2026-08-24T15:21:57Z {TIMEOUT}").unwrap();
    stdin.flush().unwrap();
    // Until it has been read there is nothing to lose.
    std::thread::sleep(Duration::from_millis(1500));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let shown: String = lines.iter().collect();
    assert!(shown.contains("layers-s3-unreachable") && shown.ends_with('}'), "{shown}");
    drop(stdin);
}

#[test]
fn every_prints_counts_while_the_input_goes_on() {
    let (mut child, mut stdin, lines) = piped(&["-f", "ndjson", "--group", "--every", "200ms"]);
    for _ in 0..3 {
        writeln!(stdin, "2026-08-24T15:21:57Z {TIMEOUT}").unwrap();
    }
    let first = lines.recv_timeout(PATIENCE).expect("a group while the pipe is open");
    assert!(first.contains("\"count\":3"), "{first}");
    writeln!(stdin, "2026-08-24T15:21:57Z {TIMEOUT}").unwrap();
    let second = lines.recv_timeout(PATIENCE).expect("the group as it has grown");
    assert!(second.contains("\"count\":4"), "{second}");
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_input() {
    // A line without an end, an array without an end, ever new texts: each many times what may be held.
    let unknown = |at: usize| {
        format!("2026-08-24T15:21:57Z CannotInspectContainerError: strange thing {at:x} with {:x} in it\n", at * 7919)
    };
    let element = |at: usize| {
        format!(
            "{}{{\"taskArn\":\"arn:aws:ecs:eu-west-1:111122223333:task/c/{at:032x}\",\"stoppedReason\":\"CannotPullContainerError: {at}\"}}",
            if at == 0 { "[" } else { "," }
        )
    };
    let line = |_: usize| "x".repeat(100_000);
    type Generate<'a> = &'a dyn Fn(usize) -> String;
    let blank = |_: usize| "\n".repeat(100_000);
    let generators: [(&str, usize, Generate<'_>); 4] = [
        ("a line", 1_500, &line),
        ("blanks", 1_500, &blank),
        ("texts", 150_000, &unknown),
        ("an array", 150_000, &element),
    ];
    for (what, count, generate) in generators {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ecsplain"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = std::io::BufWriter::new(child.stdin.take().unwrap());
        for at in 0..count {
            stdin.write_all(generate(at).as_bytes()).unwrap();
        }
        stdin.flush().unwrap();
        let mut status = String::new();
        std::fs::File::open(format!("/proc/{}/status", child.id())).unwrap().read_to_string(&mut status).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let peak: usize = peak.trim().trim_end_matches(" kB").trim().parse().unwrap();
        drop(stdin);
        child.wait().unwrap();
        assert!(peak < 64 * 1024, "{what}: {peak} KB");
    }
}
