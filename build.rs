//! Compiles and checks the knowledge. What is wrong in it ends the build with file, line and column.

#![allow(dead_code, unused_imports, missing_docs, clippy::unwrap_used)]

/// The room's own files, without its feature gates: the build always needs what authors need.
mod knowledge {
    #[path = "../src/knowledge/check.rs"]
    mod check;
    #[path = "../src/knowledge/compile.rs"]
    pub mod compile;
    #[path = "../src/knowledge/compiled.rs"]
    mod compiled;
    #[path = "../src/knowledge/condition.rs"]
    mod condition;
    #[path = "../src/knowledge/index.rs"]
    mod index;
    #[path = "../src/knowledge/lazy.rs"]
    mod lazy;
    #[path = "../src/knowledge/log_literals.rs"]
    mod log_literals;
    #[path = "../src/knowledge/needles.rs"]
    mod needles;
    #[path = "../src/knowledge/signs.rs"]
    mod signs;
    #[path = "../src/knowledge/source.rs"]
    pub mod source;
    #[path = "../src/knowledge/squeeze.rs"]
    mod squeeze;
    #[path = "../src/knowledge/tables.rs"]
    mod tables;
    #[path = "../src/knowledge/template.rs"]
    mod template;

    pub use compiled::*;
    pub use squeeze::squeeze;
    pub use tables::*;
    pub use template::{Piece, pieces};
}
#[path = "src/vocabulary/mod.rs"]
mod vocabulary;

use knowledge::compile::{Incidents, compile};
use knowledge::source::Sources;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap());
    let folder = root.join("knowledge");
    println!("cargo:rerun-if-changed=knowledge");
    println!("cargo:rerun-if-changed=corpus/cases");
    println!("cargo:rerun-if-changed=src/knowledge");
    println!("cargo:rerun-if-changed=src/vocabulary");
    let mut sources = Sources::default();
    let mut files = Vec::new();
    collect(&folder, &mut files);
    files.sort();
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap());
    // The files themselves, for `knowledge check` and for a user's entries over the built-in ones.
    // Compressed: they are read only then.
    let mut listing = Vec::new();
    for file in files {
        let path = file.strip_prefix(&folder).unwrap().to_string_lossy().replace('\\', "/");
        let text = std::fs::read_to_string(&file).unwrap();
        listing.push((path.clone(), text.clone()));
        sources.add(&path, &format!("knowledge/{path}"), text);
    }
    let plain = postcard::to_allocvec(&listing).unwrap();
    let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&plain).unwrap();
    std::fs::write(out.join("knowledge_files.bin"), packed.finish().unwrap()).unwrap();
    match compile(&sources, &incidents(&root.join("corpus/cases"))) {
        Ok(compiled) => {
            std::fs::write(out.join("knowledge.bin"), compiled.to_bytes()).unwrap();
        }
        Err(findings) => {
            for finding in &findings {
                println!("cargo:warning={}", finding.to_string().replace('\n', " "));
            }
            panic!("the knowledge has {} mistakes; see the warnings above", findings.len());
        }
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
}

/// Confirmed incidents of the corpus by problem and cause. One source is one incident; documentation counts as none.
fn incidents(folder: &Path) -> Incidents {
    let mut sources: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return Incidents::new() };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        for line in std::fs::read_to_string(&path).unwrap_or_default().lines() {
            let Ok(case) = serde_json::from_str::<serde_json::Value>(line) else { continue };
            let text = |name: &str| case.get(name).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
            if matches!(text("confirmed").as_str(), "reporter" | "maintainer") && !text("cause").is_empty() {
                sources.entry((text("problem"), text("cause"))).or_default().insert(text("source"));
            }
        }
    }
    sources.into_iter().map(|(key, sources)| (key, u16::try_from(sources.len()).unwrap_or(u16::MAX))).collect()
}
