//! A generated file, and what is in it.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file that is being written, and counted.
pub struct Output {
    file: BufWriter<File>,
    path: PathBuf,
    bytes: u64,
    lines: u64,
    checksum: u64,
}

impl Output {
    /// A new file.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn create(path: &Path) -> Result<Output, String> {
        let file = File::create(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let file = BufWriter::with_capacity(1 << 20, file);
        Ok(Output { file, path: path.to_owned(), bytes: 0, lines: 0, checksum: 0xcbf2_9ce4_8422_2325 })
    }

    /// Adds whole lines.
    ///
    /// # Errors
    /// Where the disk is full, most of all.
    pub fn write(&mut self, lines: &[u8]) -> Result<(), String> {
        self.bytes += lines.len() as u64;
        let mut words = lines.chunks_exact(8);
        for word in &mut words {
            let word = u64::from_le_bytes(word.try_into().unwrap_or_default());
            self.checksum = (self.checksum ^ word).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29);
        }
        for byte in words.remainder() {
            self.checksum = (self.checksum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29);
        }
        self.lines += lines.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.file.write_all(lines).map_err(|error| format!("{}: {error}", self.path.display()))
    }

    /// Bytes so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Ends the file and writes beside it, as `NAME.json`, what is in it. `facts` are counts by name.
    ///
    /// # Errors
    /// As of [`Output::write`].
    pub fn finish(mut self, facts: &[(&str, u64)]) -> Result<(), String> {
        self.file.flush().map_err(|error| format!("{}: {error}", self.path.display()))?;
        let mut manifest = serde_json::Map::new();
        manifest.insert("bytes".to_owned(), self.bytes.into());
        manifest.insert("lines".to_owned(), self.lines.into());
        for (name, count) in facts {
            manifest.insert((*name).to_owned(), (*count).into());
        }
        manifest.insert("checksum".to_owned(), format!("{:016x}", self.checksum).into());
        let text = serde_json::Value::Object(manifest).to_string() + "\n";
        let beside = self.path.with_added_extension("json");
        std::fs::write(&beside, text).map_err(|error| format!("{}: {error}", beside.display()))
    }
}
