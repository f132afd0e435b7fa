//! Where bytes come from: files, folders, standard input; compressed or not.

use super::complain::Complaint;
use ecsplain::record::Ending;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// So much is read at once: it stays in a core's second cache.
pub const BLOCK: usize = 256 * 1024;

/// A joined record is complete after so much silence.
const SILENCE: Duration = Duration::from_millis(80);

/// Compressed data may itself be compressed.
const MOST_LAYERS: usize = 3;

/// Folders within folders.
const DEEPEST: usize = 64;

/// Something that bytes can be had from.
pub trait Source {
    /// Appends some bytes to the buffer, and tells what follows them.
    fn more(&mut self, buffer: &mut Vec<u8>) -> io::Result<Ending>;
}

/// A file, decompressed.
pub struct FileSource<'a> {
    reader: Box<dyn Read + Send + 'a>,
}

impl<'a> FileSource<'a> {
    /// Finds out by content whether it is compressed. `read` counts bytes as they are read from the disk.
    pub fn new(file: impl Read + Send + 'a, read: &'a AtomicU64) -> io::Result<FileSource<'a>> {
        Ok(FileSource { reader: decompressed(Box::new(Counted { inner: file, read }))? })
    }
}

impl Source for FileSource<'_> {
    fn more(&mut self, buffer: &mut Vec<u8>) -> io::Result<Ending> {
        let read = (&mut self.reader).take(BLOCK as u64).read_to_end(buffer)?;
        Ok(if read < BLOCK { Ending::End } else { Ending::More })
    }
}

/// Counts what is read.
struct Counted<'a, R> {
    inner: R,
    read: &'a AtomicU64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// gzip, zstd and bzip2, by their first bytes; of several members one after another.
fn decompressed<'a>(mut reader: Box<dyn Read + Send + 'a>) -> io::Result<Box<dyn Read + Send + 'a>> {
    for _ in 0..MOST_LAYERS {
        let mut head = [0; 4];
        let mut filled = 0;
        while filled < head.len() {
            match reader.read(&mut head[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let whole = io::Cursor::new(head).take(filled as u64).chain(reader);
        reader = match head {
            [0x1f, 0x8b, ..] => Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(BLOCK, whole))),
            [0x28, 0xb5, 0x2f, 0xfd] => Box::new(zstd::Decoder::with_buffer(BufReader::with_capacity(BLOCK, whole))?),
            [b'B', b'Z', b'h', b'1'..=b'9'] => {
                Box::new(bzip2::bufread::MultiBzDecoder::new(BufReader::with_capacity(BLOCK, whole)))
            }
            _ => return Ok(Box::new(whole)),
        };
    }
    Ok(reader)
}

/// Standard input or another pipe, read beside the work, so that a pause is noticed.
pub struct Piped {
    blocks: Receiver<io::Result<Vec<u8>>>,
}

impl Piped {
    /// Begins to read standard input.
    pub fn stdin() -> Piped {
        Piped::of(io::stdin())
    }

    /// Begins to read something that may pause.
    pub fn of(reader: impl Read + Send + 'static) -> Piped {
        let (sender, blocks) = sync_channel(4);
        std::thread::spawn(move || {
            let mut reader = BufReader::with_capacity(BLOCK, reader);
            // Compressed data has no pauses that mean something: it comes as the decoder gives it.
            let head = reader.fill_buf();
            if matches!(head, Ok([0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..] | [b'B', b'Z', b'h', ..])) {
                match decompressed(Box::new(reader)) {
                    Ok(reader) => pass_on(reader, &sender),
                    Err(error) => drop(sender.send(Err(error))),
                }
            } else {
                pass_on(reader, &sender);
            }
        });
        Piped { blocks }
    }
}

/// Gives on what each read gives. An end is the end of the channel.
fn pass_on(mut reader: impl Read, sender: &SyncSender<io::Result<Vec<u8>>>) {
    let mut buffer = vec![0; BLOCK];
    loop {
        let sent = match reader.read(&mut buffer) {
            Ok(0) => return,
            Ok(read) => sender.send(Ok(buffer[..read].to_vec())),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                let _ = sender.send(Err(error));
                return;
            }
        };
        if sent.is_err() {
            return;
        }
    }
}

impl Source for Piped {
    fn more(&mut self, buffer: &mut Vec<u8>) -> io::Result<Ending> {
        match self.blocks.recv_timeout(SILENCE) {
            Ok(block) => {
                buffer.extend_from_slice(&block?);
                Ok(Ending::More)
            }
            Err(RecvTimeoutError::Timeout) => Ok(Ending::Pause),
            Err(RecvTimeoutError::Disconnected) => Ok(Ending::End),
        }
    }
}

/// The files that a name stands for: itself, or all regular files under a folder. Links within folders are not followed.
pub fn files_of(path: &Path, found: &mut Vec<PathBuf>) -> Result<(), Complaint> {
    let unreadable = |path: &Path, error| Complaint::Unreadable { name: path.display().to_string(), error };
    let kind = std::fs::metadata(path).map_err(|error| unreadable(path, error))?;
    if !kind.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    let mut open = vec![(path.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        let mut entries = std::fs::read_dir(&folder)
            .and_then(|entries| entries.collect::<io::Result<Vec<_>>>())
            .map_err(|error| unreadable(&folder, error))?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        let mut folders = Vec::new();
        for entry in entries {
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && depth < DEEPEST {
                folders.push((entry.path(), depth + 1));
            } else if kind.is_file() && entry.metadata().is_ok_and(|metadata| metadata.len() > 0) {
                found.push(entry.path());
            }
        }
        open.extend(folders.into_iter().rev());
    }
    Ok(())
}

/// Opens a file; waits for nobody.
pub fn open(path: &Path) -> Result<File, Complaint> {
    File::open(path).map_err(|error| Complaint::Unreadable { name: path.display().to_string(), error })
}
