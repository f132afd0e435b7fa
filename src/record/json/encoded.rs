//! Payloads in base64, and in gzip within: what CloudWatch Logs hands to a subscription.

/// No more than this comes out of one payload. A subscription's payload is at most some megabytes; what is far longer was
/// made to fill the memory.
pub(super) const LARGEST: u64 = 256 * 1024 * 1024;

/// What came out of a payload, and why not all of it did.
pub(super) struct Decoded {
    pub(super) bytes: Vec<u8>,
    pub(super) trouble: Option<String>,
}

/// Decodes base64, and gzip in it, of one or more members.
#[cfg(feature = "compressed")]
pub(super) fn decode(data: &str, limit: u64) -> Decoded {
    use base64::Engine;
    use base64::alphabet::{STANDARD, URL_SAFE};
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    let broken = |what: &str| Decoded { bytes: Vec::new(), trouble: Some(what.to_owned()) };
    if data.len() as u64 / 4 * 3 > limit {
        return broken("a payload is larger than is read: give it a smaller piece of the log");
    }
    // Copied from a console or a mail it is wrapped.
    let plain: Vec<u8> = data.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    let alphabet = if plain.iter().any(|b| matches!(b, b'-' | b'_')) { URL_SAFE } else { STANDARD };
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    match GeneralPurpose::new(&alphabet, config).decode(&plain) {
        Ok(bytes) if bytes.starts_with(b"\x1f\x8b") => inflate(&bytes, limit),
        Ok(bytes) => Decoded { bytes, trouble: None },
        Err(error) => {
            broken(&format!("a payload is no base64 ({error}): it is left out: give it the payload as it came"))
        }
    }
}

#[cfg(feature = "compressed")]
fn inflate(bytes: &[u8], limit: u64) -> Decoded {
    use std::io::Read;
    let mut out = Vec::new();
    let read = flate2::read::MultiGzDecoder::new(bytes).take(limit.saturating_add(1)).read_to_end(&mut out);
    let trouble = match read {
        Err(error) => Some(format!(
            "a payload's gzip is broken ({error}): what stands before the break is still explained: give it the whole payload"
        )),
        Ok(_) if out.len() as u64 > limit => Some(
            "a payload is larger than is read: the rest of it is left out: give it a smaller piece of the log"
                .to_owned(),
        ),
        Ok(_) => None,
    };
    out.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Decoded { bytes: out, trouble }
}

/// Without the feature nothing is decoded, and that is said.
#[cfg(not(feature = "compressed"))]
pub(super) fn decode(_data: &str, _limit: u64) -> Decoded {
    Decoded {
        bytes: Vec::new(),
        trouble: Some(
            "a payload is compressed: this build reads none: give it the payload decoded, or use a build with the feature `compressed`"
                .to_owned(),
        ),
    }
}

#[cfg(all(test, feature = "compressed"))]
#[allow(clippy::unwrap_used)] // in helpers of tests
mod tests {
    use super::*;
    use base64::Engine;
    use std::io::Write;

    fn packed(bytes: &[u8]) -> String {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        base64::engine::general_purpose::STANDARD.encode(encoder.finish().unwrap())
    }

    #[test]
    fn no_more_than_the_limit_comes_out() {
        let data = packed(&vec![b'a'; 1_000_000]);
        let decoded = decode(&data, 10_000);
        assert_eq!(decoded.bytes.len(), 10_000);
        assert!(decoded.trouble.unwrap().contains("larger than is read"));
        let decoded = decode(&data, 1_000_000);
        assert_eq!((decoded.bytes.len(), decoded.trouble), (1_000_000, None));
        // What is not compressed is measured before it is decoded.
        assert!(decode(&"a".repeat(40_000), 10_000).bytes.is_empty());
    }

    #[test]
    fn both_alphabets_with_or_without_padding_are_read() {
        for data in ["+/+/YQ==", "-_-_YQ==", "-_-_YQ", " +/+/\r\nYQ "] {
            assert_eq!(decode(data, 100).bytes, b"\xfb\xff\xbfa", "{data}");
        }
        for data in ["!", "a", "+/-_"] {
            assert!(decode(data, 100).trouble.unwrap().contains("no base64"), "{data}");
        }
    }
}
