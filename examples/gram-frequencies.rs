//! Makes the gate's table of how often 4-byte pieces stand in ordinary logs:
//! `cargo run --release --example gram-frequencies -- corpus/ordinary src/gate/frequencies.bin`

use std::io::Read;

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, out] = arguments.as_slice() else {
        return Err(std::io::Error::other("give a folder of logs and the file to write"));
    };
    let mut paths: Vec<_> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    paths.sort();
    let mut logs = Vec::new();
    for path in paths {
        let bytes = std::fs::read(&path)?;
        if path.extension().is_some_and(|extension| extension == "gz") {
            let mut plain = Vec::new();
            flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain)?;
            logs.push(plain);
        } else {
            logs.push(bytes);
        }
    }
    std::fs::write(out, ecsplain::gate::gram_frequencies(&logs))
}
