use super::*;

const TASK: &str = "0123456789abcdef0123456789abcdef";
const MESSAGE: &str = "failed to pull image web:1: [CannotPullContainerError] dial tcp";

fn peeled(text: &str) -> (Peeled<'static>, String) {
    let peeled = peel(text).into_owned();
    let message = peeled.message.to_string();
    (peeled, message)
}

/// A line, and the time, container and level that it tells.
type Line = (String, Option<&'static str>, Option<&'static str>, Option<Level>);

#[test]
fn what_stands_before_a_message_is_peeled() {
    let lines: Vec<Line> = vec![
        (MESSAGE.to_owned(), None, None, None),
        (
            format!("\x1b[32m2026-08-24T15:21:57.814000+00:00\x1b[0m \x1b[36mecs/web/{TASK}\x1b[0m {MESSAGE}"),
            Some("2026-08-24T15:21:57.814000+00:00"),
            Some("web"),
            None,
        ),
        (format!("2026-08-24T15:21:57 {MESSAGE}"), Some("2026-08-24T15:21:57"), None, None),
        (format!("2026-08-24T15:21:57.814123456Z {MESSAGE}"), Some("2026-08-24T15:21:57.814123456Z"), None, None),
        (
            format!("2026-08-24T15:21:57.814123456Z stderr F {MESSAGE}"),
            Some("2026-08-24T15:21:57.814123456Z"),
            None,
            None,
        ),
        (format!("web_1  | {MESSAGE}"), None, Some("web"), None),
        (
            format!("web-1  | 2026-08-24 15:21:57,814 ERROR {MESSAGE}"),
            Some("2026-08-24T15:21:57.814"),
            Some("web"),
            Some(Level::Error),
        ),
        (format!("worker     | {MESSAGE}"), None, Some("worker"), None),
        (
            format!("{{\"log\":\"{MESSAGE}\\n\",\"stream\":\"stderr\",\"time\":\"2026-08-24T15:21:57.8Z\"}}"),
            Some("2026-08-24T15:21:57.8Z"),
            None,
            None,
        ),
        (
            format!("level=error time=2026-08-24T15:21:57Z msg=\"{MESSAGE}\" module=docker_client.go"),
            Some("2026-08-24T15:21:57Z"),
            None,
            Some(Level::Error),
        ),
        (
            format!("time=\"2026-08-24T15:21:57Z\" level=warning msg=\"{MESSAGE}\""),
            Some("2026-08-24T15:21:57Z"),
            None,
            Some(Level::Warn),
        ),
        (format!("2019-02-03T05:53:30Z [ERROR] {MESSAGE}"), Some("2019-02-03T05:53:30Z"), None, Some(Level::Error)),
        (
            format!("[2026-08-24 15:21:57 +0000] [CRITICAL] {MESSAGE}"),
            Some("2026-08-24T15:21:57+00:00"),
            None,
            Some(Level::Fatal),
        ),
        (format!("2026/08/24 15:21:57 {MESSAGE}"), Some("2026-08-24T15:21:57"), None, None),
        (format!("1787584917.814 {MESSAGE}"), Some("2026-08-24T15:21:57.814Z"), None, None),
        (format!("Aug 24 15:21:57 ip-10-0-0-1 ecs-agent[123]: {MESSAGE}"), None, None, None),
        (
            format!("2026-08-24T15:21:57+0000 ip-10-0-0-1 amazon-ecs-agent[123]: {MESSAGE}"),
            Some("2026-08-24T15:21:57+00:00"),
            None,
            None,
        ),
        (format!("<27>Aug 24 15:21:57 host agent: {MESSAGE}"), None, None, None),
        (
            format!("<165>1 2026-08-24T15:21:57Z host agent 123 ID - {MESSAGE}"),
            Some("2026-08-24T15:21:57Z"),
            None,
            None,
        ),
        (
            format!("<165>1 2026-08-24T15:21:57Z host agent 123 ID [a@1 b=\"c\"] {MESSAGE}"),
            Some("2026-08-24T15:21:57Z"),
            None,
            None,
        ),
        (format!("E0824 15:21:57.814123   1 client.go:114] {MESSAGE}"), None, None, Some(Level::Error)),
        (
            format!("2026-08-24T15:21:57.8140000Z ##[error]{MESSAGE}"),
            Some("2026-08-24T15:21:57.8140000Z"),
            None,
            Some(Level::Error),
        ),
        (
            format!("deploy\tApply\t\u{feff}2026-08-24T15:21:57.8140000Z {MESSAGE}"),
            Some("2026-08-24T15:21:57.8140000Z"),
            None,
            None,
        ),
        (format!("::error file=a.js,line=1::{MESSAGE}"), None, None, Some(Level::Error)),
        (
            format!("Web | 3/10 | 12:34:56 PM | CREATE_FAILED        | AWS::ECS::Service | {MESSAGE}"),
            None,
            None,
            Some(Level::Error),
        ),
        (format!("12:34:56 PM | UPDATE_FAILED | AWS::ECS::Service | {MESSAGE}"), None, None, Some(Level::Error)),
        (format!("✘ {MESSAGE}"), None, None, Some(Level::Error)),
        (format!("  - {MESSAGE}"), None, None, None),
        (
            format!("{{\"level\":50,\"time\":1787584917814,\"pid\":1,\"msg\":\"{MESSAGE}\"}}"),
            Some("2026-08-24T15:21:57.814Z"),
            None,
            Some(Level::Error),
        ),
        (
            format!("{{\"level\":\"info\",\"ts\":1787584917.814,\"caller\":\"a.go:1\",\"msg\":\"{MESSAGE}\"}}"),
            Some("2026-08-24T15:21:57.814Z"),
            None,
            Some(Level::Info),
        ),
        (
            format!(
                "{{\"container_name\":\"app\",\"ecs_task_arn\":\"arn:aws:ecs:r:1:task/c/{TASK}\",\"log\":\"2026-08-24T15:21:57Z [WARN] {MESSAGE}\"}}"
            ),
            Some("2026-08-24T15:21:57Z"),
            Some("app"),
            Some(Level::Warn),
        ),
    ];
    for (line, time, container, level) in lines {
        let (peeled, message) = peeled(&line);
        assert_eq!(message, MESSAGE, "{line}");
        assert_eq!(peeled.context.time.as_deref(), time, "{line}");
        assert_eq!(peeled.context.container.as_deref(), container, "{line}");
        assert_eq!(peeled.level, level, "{line}");
    }
}

#[test]
fn fields_that_say_more_stay_with_the_message() {
    let (peeled, message) = peeled(&format!(
        "level=error time=2026-08-24T15:21:57Z msg=\"Error \\\"x\\\"\\tpulling\" taskARN=\"arn:aws:ecs:r:1:task/c/{TASK}\" container=web error=\"no \\u0061 b\" module=a.go"
    ));
    assert!(message.starts_with("Error \"x\"\tpulling, ") && message.ends_with(", error=no a b"), "{message}");
    assert_eq!(peeled.context.task.as_deref(), Some(TASK));
    assert_eq!(peeled.context.container.as_deref(), Some("web"));
    let (_, message) = self::peeled(r#"{"msg":"cannot start","err":{"type":"E","message":"it broke"}}"#);
    assert_eq!(message, "cannot start: it broke");
}

#[test]
fn a_message_in_place_is_a_piece_of_the_line() {
    let line = format!("2026-08-24T15:21:57Z [ERROR] {MESSAGE}");
    assert!(matches!(peel(&line).message, Cow::Borrowed(_)));
}

#[test]
fn what_peels_to_nothing_or_is_none_of_it_keeps_its_text() {
    for line in [
        "2026-08-24T15:21:57Z",
        "[ERROR] ",
        "{broken",
        "{}",
        "{\"a\":1}",
        "x=1",
        "msg=",
        "a | b",
        "id | name",
        "Error: waiting for it",
        "[main] ERROR",
        "::",
        "##[",
        "<",
        "<1>",
        "│",
        "- ",
        "-",
        "E0824 15:21:57",
        "Aug 24 15:21:57",
        "2026-08-24T15:21:57Zx",
        "msg=\"\\",
        "msg=\"\\u12",
        "é",
    ] {
        let kept = peel(line).message.into_owned();
        assert!(line.contains(&kept) && (!kept.is_empty() || line == "msg="), "{line:?} became {kept:?}");
    }
    assert_eq!(peel("Error: waiting for it").message, "Error: waiting for it");
    assert_eq!(peel("2026-08-24T15:21:57Z").message, "2026-08-24T15:21:57Z");
}

#[test]
fn boxes_lose_their_frames() {
    let text = "╷\n│ Error: creating ECS Service (web): operation error\n│ \n│   with aws_ecs_service.web,\n╵";
    assert_eq!(peel(text).message, "Error: creating ECS Service (web): operation error\n\n  with aws_ecs_service.web,");
    let dated: String = text.lines().map(|line| format!("2026-08-24T15:21:57.8140000Z {line}\n")).collect();
    // The box's upper edge is a line of its own.
    let first = dated.find('\n').unwrap() + 1;
    assert_eq!(extent(dated.as_bytes(), dated.find("aws_ecs").unwrap()), first..dated.len() - 1);
    assert!(peel(&dated).message.contains("\n  with aws_ecs_service.web,"), "{:?}", peel(&dated).message);
}

#[test]
fn pieces_of_a_line_become_one() {
    let text = "2026-08-24T15:21:57Z stderr F before\n2026-08-24T15:21:57Z stderr P one \n2026-08-24T15:21:57Z stderr P two \n2026-08-24T15:21:58Z stderr F three\n2026-08-24T15:21:58Z stderr F after\n";
    let at = text.find("two").unwrap();
    assert_eq!(peel(&text[extent(text.as_bytes(), at)]).message, "one two three");
}

#[test]
fn a_document_below_its_line_is_read() {
    let text = format!(
        "2026-08-24T15:21:57+00:00 ecs/web/{TASK} \n{{\n    \"level\": \"error\",\n    \"msg\": \"it broke\"\n}}\n2026-08-24T15:21:58+00:00 ecs/web/{TASK} next\n"
    );
    let own = extent(text.as_bytes(), text.find("broke").unwrap());
    let (peeled, message) = peeled(&text[own]);
    assert_eq!((message.as_str(), peeled.context.container.as_deref()), ("it broke", Some("web")));
}

#[test]
fn records_begin_where_they_do() {
    for line in [
        "ERROR x",
        "2026-08-24 15:21:57 x",
        "2026-08-24T15:21:57Z  INFO x",
        "│ Error: x",
        "╷",
        "at last",
        "Caused",
        "{\"a\":1}",
        "  2026-08-24 15:21:57 x",
        "\u{fffd}",
    ] {
        assert!(starts_record(line.as_bytes()), "{line}");
    }
    for line in [
        "",
        "\r\n",
        "  indented",
        "\tat a.B(C.java:1)",
        "at a.B(C.java:1)",
        "Caused by: x",
        "... 12 more",
        "}",
        "  ]",
        "│   with x",
        "╵",
        "2026-08-24T15:21:57Z \tat x",
        "2026-08-24T15:21:57Z     x",
        "2026-08-24T15:21:57Z Caused by: x",
        "2026-08-24T15:21:57Z stderr F \tat x",
    ] {
        assert!(!starts_record(line.as_bytes()), "{line}");
    }
    assert!(starts_record(b"\xff\xfe"));
}

#[test]
fn a_stack_is_one_record() {
    let text = "INFO a\nERROR failed\n\tat a.B(C.java:1)\nCaused by: E: x\n\t... 12 more\nINFO b\n";
    let from = text.find("ERROR").unwrap();
    let to = text.find("\nINFO b").unwrap();
    for hit in ["ERROR", "Caused", "12"] {
        assert_eq!(extent(text.as_bytes(), text.find(hit).unwrap()), from..to, "{hit}");
    }
    let traceback = "Traceback (most recent call last):\n  File \"a.py\", line 1, in x\n    y()\nbotocore.E: z";
    let text = format!("up\n{traceback}\nDone: all\n");
    for hit in ["File", "botocore"] {
        assert_eq!(extent(text.as_bytes(), text.find(hit).unwrap()), 3..3 + traceback.len(), "{hit}");
    }
    // Without the traceback's first line it is a line like others.
    let text = "up\n  set in\nbotocore.E: z\n";
    assert_eq!(extent(text.as_bytes(), 14), 12..25);
}

#[test]
fn records_are_bounded() {
    let text = format!("start\n{}", " x\n".repeat(1000));
    assert_eq!(text[extent(text.as_bytes(), 0)].lines().count(), 200);
    // No beginning within reach.
    assert_eq!(extent(text.as_bytes(), text.len() - 2).len(), 2);
    let long = format!("start\n {}\n {}\n", "x".repeat(60_000), "y".repeat(60_000));
    assert_eq!(extent(long.as_bytes(), 0).len(), 60_007);
    let line = "z".repeat(1_000_000);
    assert_eq!(extent(line.as_bytes(), 500_000), 0..1_000_000);
    for at in 0..=text.len().min(50) {
        assert!(extent(text.as_bytes(), at).end <= text.len());
    }
    assert_eq!(extent(b"", 5), 0..0);
}

#[test]
fn sequences_of_terminals_are_left_out() {
    assert_eq!(without_colors("\x1b[1;31mred\x1b[0m \x1b[Kx\x1b"), "red x");
    assert_eq!(without_colors("\x1b[é"), "é");
}

#[test]
fn a_long_record_is_kept_around_what_matters() {
    let gate = |text: &[u8]| memchr::memmem::find(text, b"HERE");
    let filler = "é ".repeat(20_000);
    let json = format!("{{\"time\":\"2026-08-24T15:21:57Z\",\"msg\":\"{filler}\\\"HERE\\\"{filler}\"}}");
    let plain = format!("2026-08-24T15:21:57Z {filler}\"HERE\"{filler}");
    for (text, fits) in [(plain, false), (json.replace(&filler, &filler[..15_000]), true)] {
        assert_eq!(text.len() <= LONGEST_FIELDS, fits);
        let hit = gate(text.as_bytes()).unwrap();
        let record = record_of(&text, hit, &gate, &Origin::default());
        assert_eq!(record.time.as_deref(), Some("2026-08-24T15:21:57Z"));
        assert!(record.texts[0].text.contains("\"HERE\"") && record.texts[0].cut);
        assert!(record.texts[0].text.len() <= BEFORE_HIT + AFTER_HIT + 4);
    }
    // What matters stands in what would be peeled off.
    let text = "web-HERE-1  | up";
    assert_eq!(record_of(text, 4, &gate, &Origin::default()).texts[0].text, text);
}

/// Pieces that mean something to some reader here.
fn piece() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let known = [
        "2026-08-24T15:21:57.814Z",
        "2026-08-24 15:21:57",
        "1787584917.814",
        "Aug 24 15:21:57",
        " ",
        "\t",
        "\n",
        "\r\n",
        "stderr P ",
        "stdout F ",
        "ecs/web/0123456789abcdef0123456789abcdef",
        "web_1  | ",
        "[ERROR] ",
        "level=error ",
        "msg=\"",
        "\"",
        "\\",
        "\\u00",
        "=",
        "{",
        "}",
        "{\"log\":\"",
        "\"}",
        "<165>1 ",
        "<",
        ">",
        "- ",
        "│ ",
        "╷\n",
        "╵",
        "✘ ",
        "##[error]",
        "::error::",
        "| AWS::",
        "CREATE_FAILED ",
        "E0824 15:21:57.1 1 a.go:1] ",
        "\u{1b}[31m",
        "\u{1b}",
        "é",
        "HERE",
        "|",
    ];
    prop_oneof![3 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => ".{0,6}"]
}

proptest::proptest! {
    #[test]
    fn any_line_is_taken_without_harm(pieces in proptest::collection::vec(piece(), 0..24), at in 0_usize..400) {
        let text = pieces.concat();
        let gate = |text: &[u8]| memchr::memmem::find(text, b"HERE");
        let own = extent(text.as_bytes(), at);
        let at = at.min(text.len());
        proptest::prop_assert!(own.start <= at && at <= own.end && own.end <= text.len());
        proptest::prop_assert!(own.start == 0 || text.as_bytes()[own.start - 1] == b'\n');
        proptest::prop_assert!(own.end == text.len() || text.as_bytes()[own.end] == b'\n');
        let message = peel(&text).message;
        proptest::prop_assert!(!message.trim().is_empty() || text.trim().is_empty() || message.len() <= text.len());
        if let Some(hit) = gate(text.as_bytes()) {
            let record = record_of(&text, hit, &gate, &Origin::default());
            proptest::prop_assert!(record.texts[0].text.contains("HERE"));
        }
    }
}
