//! Inputs to items: on one thread or several, always given on in the order of the input.

use super::complain::Complaint;
use super::source::{FileSource, Piped, Source, open};
use ecsplain::gate::Gate;
use ecsplain::record::{Ending, Item, Limits, Rejected, Shape, Stream, log_records, record_border};
use std::io::{self, IsTerminal, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{LazyLock, Mutex};

/// A long log is shared out in pieces of about this length.
const SEGMENT: u64 = 16 * 1024 * 1024;

/// So many items are given on at once.
const BATCH: usize = 256;

/// What all threads need.
pub struct Shared<'a> {
    /// Made when the first log is met.
    pub gate: LazyLock<Gate, Box<dyn FnOnce() -> Gate + Send + 'a>>,
    pub shape: Shape,
    /// Equal tasks may be told as such, with these limits of durations.
    pub fold: Option<Limits>,
    /// Bytes read so far.
    pub read: AtomicU64,
    /// Somebody wants it to end.
    pub stop: &'a AtomicBool,
}

/// One thing to read.
pub enum Job {
    File(PathBuf),
    /// A part of a long log.
    Segment(PathBuf, Range<u64>),
    Stdin,
    /// The error itself.
    Text(String),
}

/// What a job gives.
pub enum Batch {
    Items(Vec<Item>),
    /// Nothing came for a while: what there is should be told.
    Pause,
    /// The job is done; it had so many lines.
    Done(usize),
    /// It could not be opened.
    Failed(Complaint),
}

type Sink<'a> = dyn FnMut(Batch) -> bool + 'a;

/// Does the jobs, and calls `take` with what they give, in their order. `false` from it ends the work.
pub fn run(
    jobs: impl Iterator<Item = Job> + Send,
    threads: usize,
    shared: &Shared<'_>,
    mut take: impl FnMut(&Origin, Batch) -> bool,
) {
    if threads <= 1 {
        for job in jobs {
            let origin = Origin::of(&job);
            let mut goes_on = true;
            read_job(job, shared, &mut |batch| {
                goes_on = take(&origin, batch);
                goes_on
            });
            if !goes_on {
                return;
            }
        }
        return;
    }
    let (announce, announced) = channel::<(Origin, Receiver<Batch>)>();
    let jobs = Mutex::new((jobs, Some(announce)));
    let jobs = &jobs;
    // The receivers go with the closure: a worker that has more to give than is wanted must not wait for ever.
    std::thread::scope(move |scope| {
        for _ in 0..threads {
            scope.spawn(move || {
                while let Some((job, sender)) = next(jobs) {
                    read_job(job, shared, &mut |batch| sender.send(batch).is_ok());
                }
            });
        }
        while let Ok((origin, batches)) = announced.recv() {
            for batch in batches {
                if !take(&origin, batch) {
                    shared.stop.store(true, Ordering::Relaxed);
                    return;
                }
            }
        }
    });
}

/// The jobs that are left, and where they are announced.
type Queue<I> = Mutex<(I, Option<Sender<(Origin, Receiver<Batch>)>>)>;

/// Takes the next job, and announces where its batches will come from. After the last one nothing is announced any more.
fn next<I: Iterator<Item = Job>>(jobs: &Queue<I>) -> Option<(Job, SyncSender<Batch>)> {
    let mut queue = jobs.lock().ok()?;
    let Some(job) = queue.0.next() else {
        queue.1 = None;
        return None;
    };
    // A batch comes of some megabytes at most.
    let (sender, batches) = sync_channel(4);
    queue.1.as_ref()?.send((Origin::of(&job), batches)).ok()?;
    Some((job, sender))
}

/// Which input items come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub name: String,
    /// A part of the input of the job before.
    pub continues: bool,
}

impl Origin {
    fn of(job: &Job) -> Origin {
        let (name, continues) = match job {
            Job::File(path) => (path.display().to_string(), false),
            Job::Segment(path, range) => (path.display().to_string(), range.start > 0),
            Job::Stdin => ("stdin".to_owned(), false),
            Job::Text(_) => ("--text".to_owned(), false),
        };
        Origin { name, continues }
    }
}

fn read_job(job: Job, shared: &Shared<'_>, sink: &mut Sink<'_>) {
    let name = Origin::of(&job).name;
    let opened = match job {
        Job::File(path) => open(&path).and_then(|file| match file.metadata() {
            // A pipe with a name may pause.
            Ok(metadata) if !metadata.is_file() => feed(&name, Ok(Piped::of(file)), shared, shared.shape, sink),
            _ => feed(&name, FileSource::new(file, &shared.read), shared, shared.shape, sink),
        }),
        Job::Segment(path, range) => open(&path).and_then(|mut file| {
            let seek = file.seek(SeekFrom::Start(range.start));
            let part = seek.and_then(|_| FileSource::new(file.take(range.end - range.start), &shared.read));
            feed(&name, part, shared, Shape::Log, sink)
        }),
        // What is pasted at a terminal is a question, with times before its lines or without.
        Job::Stdin if io::stdin().is_terminal() => feed(&name, Ok(Piped::stdin()), shared, Shape::Text, sink),
        Job::Stdin => feed(&name, Ok(Piped::stdin()), shared, shared.shape, sink),
        Job::Text(text) => feed(&name, FileSource::new(io::Cursor::new(text), &shared.read), shared, Shape::Text, sink),
    };
    if let Err(complaint) = opened {
        sink(Batch::Failed(complaint));
    }
}

/// Reads a source to its end.
fn feed<S: Source>(
    name: &str,
    source: io::Result<S>,
    shared: &Shared<'_>,
    shape: Shape,
    sink: &mut Sink<'_>,
) -> Result<(), Complaint> {
    let unreadable = |error| Complaint::Unreadable { name: name.to_owned(), error };
    let mut source = source.map_err(unreadable)?;
    let gate = |bytes: &[u8]| shared.gate.first(bytes);
    let mut stream = Stream::new(name, shape, &gate);
    if let Some(limits) = &shared.fold {
        stream = stream.folding(limits.clone());
    }
    let mut buffer = Vec::new();
    let mut items = Vec::new();
    let mut failed = None;
    loop {
        let ending = match source.more(&mut buffer) {
            Ok(ending) => ending,
            // What came before it is read.
            Err(error) => {
                failed = Some(error);
                Ending::End
            }
        };
        let mut start = 0;
        loop {
            let taken = stream.take(&buffer[start..], ending, &mut items);
            if taken.log && taken.bytes > 0 {
                let block = &buffer[start..start + taken.bytes];
                let known = items.len();
                let lines = log_records(block, stream.line(), &gate, &mut items);
                stream.count_lines(lines);
                if items.len() > known {
                    stream.found_something(&mut items[known..]);
                }
            }
            start += taken.bytes;
            if items.len() >= BATCH && !sink(Batch::Items(std::mem::take(&mut items))) {
                return Ok(());
            }
            if taken.bytes == 0 || start == buffer.len() {
                break;
            }
        }
        buffer.drain(..start);
        if !items.is_empty() && !sink(Batch::Items(std::mem::take(&mut items))) {
            return Ok(());
        }
        if shared.stop.load(Ordering::Relaxed) || (ending == Ending::Pause && !sink(Batch::Pause)) {
            return Ok(());
        }
        if ending == Ending::End {
            break;
        }
    }
    if let Some(error) = failed {
        let reason = format!("the input breaks off ({error}): what came before is explained: get it anew");
        sink(Batch::Items(vec![Item::Rejected(Rejected { source: name.to_owned(), line: stream.line(), reason })]));
    }
    sink(Batch::Done(stream.line() - 1));
    Ok(())
}

/// The jobs that a file makes: a long log is shared out in segments, each of whole records.
pub fn jobs_of(path: &Path, shape: Shape) -> Vec<Job> {
    segments(path, shape).ok().flatten().unwrap_or_else(|| vec![Job::File(path.to_owned())])
}

fn segments(path: &Path, shape: Shape) -> io::Result<Option<Vec<Job>>> {
    const HEAD: u64 = 1024 * 1024;
    /// A border is looked for within so much.
    const REACH: u64 = 1024 * 1024;
    if !matches!(shape, Shape::Any | Shape::Log) || !std::fs::metadata(path)?.is_file() {
        return Ok(None);
    }
    let mut file = std::fs::File::open(path)?;
    let length = file.metadata()?.len();
    if length < 2 * SEGMENT {
        return Ok(None);
    }
    let mut head = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut head)?;
    if shape == Shape::Any && !Stream::looks_like_a_log(&head) {
        return Ok(None);
    }
    let mut jobs = Vec::new();
    let mut start = 0;
    while start < length {
        let mut end = start + SEGMENT;
        if end + SEGMENT / 2 >= length {
            end = length;
        } else {
            let mut around = Vec::new();
            file.seek(SeekFrom::Start(end))?;
            file.by_ref().take(REACH).read_to_end(&mut around)?;
            // Lines that are longer than that are the one next to it's.
            end = record_border(&around).map_or(length, |offset| end + offset as u64);
        }
        jobs.push(Job::Segment(path.to_owned(), start..end));
        start = end;
    }
    Ok(Some(jobs))
}
