//! Every shape, broken: what is good around it is explained, and what is not is told.

use super::lines::{Shown, shown_by_all};
use super::*;

/// A good list element, one that is broken, a good one: the good are explained, the other is told.
fn between(good: &Value, bad: &Value, list: &str) -> String {
    let mut document = json!({});
    document[list] = json!([good, bad, good]);
    document.to_string()
}

#[test]
fn broken_pieces_are_told_and_cost_nothing_else() {
    let line = agent_line();
    let whole = payload(&[&line]);
    let gz = gzip(whole.to_string().as_bytes());
    let stream = |data: Value| json!({ "kinesis": { "data": data }, "eventSource": "aws:kinesis" });
    let good = stream(json!(packed(&whole)));
    let cases = [
        ("base64 that is none", json!("!!!not base64!!!"), "no base64"),
        ("gzip that is cut", json!(base64(&gz[..gz.len() / 2])), "gzip is broken"),
        ("gzip without its end", json!(base64(&gz[..gz.len() - 4])), "gzip is broken"),
        ("gzip of a cut document", json!(base64(&gzip(&whole.to_string().as_bytes()[..120]))), "is broken"),
        ("gzip of gzip's first bytes", json!(base64(b"\x1f\x8b")), "gzip is broken"),
    ];
    for (name, data, reason) in cases {
        let seen = see(between(&good, &stream(data), "Records").as_bytes());
        assert!(
            seen.problems().iter().filter(|problem| **problem == PROBLEM).count() >= 2,
            "{name}: {:?}",
            seen.problems()
        );
        assert!(seen.rejected.iter().any(|told| told.contains(reason)), "{name}: {:?}", seen.rejected);
    }
    let queued = |body: &str| json!({ "messageId": "m", "body": body });
    let event = bridge(&task()).to_string();
    let seen = see(between(&queued(&event), &queued(&event[..event.len() / 4]), "Records").as_bytes());
    assert_eq!((seen.problems(), seen.rejected.len()), (vec![PROBLEM, PROBLEM], 1));
    // The stopped reason stands before the cut.
    let seen = see(between(&queued(&event), &queued(&event[..event.len() - 70]), "Records").as_bytes());
    assert_eq!((seen.problems(), seen.rejected.len()), (vec![PROBLEM; 3], 1));
    let mut odd = whole.clone();
    odd["logEvents"] = json!([{ "message": line, "timestamp": "never", "unknown": { "a": [1] } }, 7, { "timestamp": 5 }, { "message": 5 }, { "message": line }]);
    let seen = see(odd.to_string().as_bytes());
    assert_eq!(seen.problems(), [PROBLEM, PROBLEM]);
    assert_eq!(seen.rejected.len(), 2, "{:?}", seen.rejected);
    // Firehose writes one member after another; the last is cut.
    let document = [gzip(payload(&[&line]).to_string().as_bytes()), gz[..gz.len() / 2].to_vec()].concat();
    let seen = see(json!({ "awslogs": { "data": base64(&document) } }).to_string().as_bytes());
    assert!(seen.problems().contains(&PROBLEM) && !seen.rejected.is_empty());
}

#[test]
fn nesting_has_a_bound_and_what_lies_below_is_told() {
    let wrap = |times: usize| {
        (0..times).fold(bridge(&task()).to_string(), |inner, _| {
            json!({ "Messages": [{ "MessageId": "m", "Body": inner }] }).to_string()
        })
    };
    sees_all("seven", wrap(7), &[PROBLEM]);
    let deep = sees("nine", wrap(9), &[]);
    assert_eq!(deep.rejected.len(), 1);
    let seen = see(json!([bridge(&task()), { "Messages": [{ "MessageId": "m", "Body": wrap(9) }] }, bridge(&task())])
        .to_string()
        .as_bytes());
    assert_eq!((seen.problems(), seen.rejected.len()), (vec![PROBLEM, PROBLEM], 1));
    sees("lists", "[".repeat(60) + "1" + &"]".repeat(60), &[]);
    sees("lists that never end", "[".repeat(100_000), &[]);
}

#[test]
fn broken_lines_cost_only_themselves() {
    for Shown { name, text, .. } in shown_by_all() {
        // Cut anywhere inside the line that matters, with bytes that are no text: the whole copy behind is still told.
        let hit = text.find("dial tcp").unwrap();
        for cut in [hit / 2, hit, hit + 3] {
            let mut bytes = b"2026-01-01T00:00:00Z ordinary line\n".repeat(40);
            bytes.extend_from_slice(&text.as_bytes()[..cut]);
            bytes.extend_from_slice(b"\xff\xfe\xc3\n2026-01-01T00:00:00Z ordinary line\n");
            bytes.extend_from_slice(text.as_bytes());
            let seen = see(&bytes);
            assert_eq!(seen.problems().last(), Some(&PROBLEM), "{name} cut at {cut}: {:?}", seen.problems());
            assert!(seen.problems().len() <= 2, "{name} cut at {cut}: {:?}", seen.problems());
        }
    }
}

#[test]
fn shapes_survive_any_cut_and_any_wrong_byte() {
    let line = agent_line();
    let shapes = [
        json!({ "Messages": [{ "MessageId": "m", "Body": bridge(&task()).to_string() }] }).to_string(),
        packed_in_lambda(&payload(&["up", &line])),
        payload(&[&routed(&line).to_string()]).to_string(),
        lines(&[routed(&line), routed("up")]),
    ];
    for shape in shapes {
        let whole = shape.as_bytes();
        for at in (0..whole.len()).step_by(7) {
            see(&whole[..at]);
            let mut wrong = whole.to_vec();
            wrong[at] = [0xff, b'"', b'{', b'0', b'\\'][at % 5];
            see(&wrong);
        }
        // Good documents on both sides of a cut one.
        let task = task().to_string();
        let bytes = format!("{task}\n{}\n{task}\n", &shape[..shape.len() / 2]);
        let seen = see(bytes.as_bytes());
        assert_eq!(seen.problems().first(), Some(&PROBLEM), "{bytes}");
        assert!(!seen.rejected.is_empty(), "{bytes}");
        assert!(seen.problems().len() >= 2, "{bytes}: {:?}", seen.problems());
    }
}

#[test]
fn large_inputs_take_time_in_proportion() {
    let line = agent_line();
    let started = std::time::Instant::now();
    // One of a thousand log events fails.
    let messages: Vec<&str> = (0..50_000).map(|at| if at % 1000 == 0 { line.as_str() } else { "GET / 200" }).collect();
    sees_all("log events", payload(&messages).to_string(), &[PROBLEM; 50]);
    // Lines that are split and never end; the memory is bounded, and so is the search among them.
    let mut piece = routed("up");
    let pieces = (0..20_000).map(|at| {
        piece["partial_message"] = json!("true");
        piece["partial_id"] = json!(at.to_string());
        piece.clone()
    });
    sees_all("split lines", lines(&pieces.collect::<Vec<_>>()), &[]);
    // Lines that are all set in, and all fail.
    let set_in = "2026-01-01T00:00:00Z up\n".to_owned() + &format!("  {line}\n").repeat(2_000);
    let seen = see(set_in.as_bytes());
    // The first of them belong to the line before, as far as one record goes; the others are each for themselves.
    assert!((1_700..2_000).contains(&seen.explained.len()), "{}", seen.explained.len());
    assert!(seen.problems().iter().all(|problem| *problem == PROBLEM));
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn a_payload_that_unfolds_without_end_is_told() {
    let line = agent_line();
    let endless = [b"[".as_slice(), &b"1,".repeat(5_000_000), b"1]"].concat();
    let records = [packed(&payload(&[&line])), base64(&gzip(&endless)), packed(&payload(&[&line]))];
    let records: Vec<Value> = records.iter().map(|data| json!({ "kinesis": { "data": data } })).collect();
    let seen = see(json!({ "Records": records }).to_string().as_bytes());
    assert_eq!(seen.problems(), [PROBLEM, PROBLEM]);
    assert!(seen.rejected.len() == 1 && seen.rejected[0].contains("longer than 8 MiB"), "{:?}", seen.rejected);
}
