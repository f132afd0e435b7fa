//! Log lines as tools show them.

use super::*;

/// What stands around a line, by the tool that shows it.
pub struct Shown {
    pub name: &'static str,
    pub text: String,
    task: Option<&'static str>,
    container: Option<&'static str>,
    time: Option<&'static str>,
}

fn shown(name: &'static str, show: &dyn Fn(&str) -> String, known: [Option<&'static str>; 3]) -> Shown {
    let line = agent_line();
    let text = ["GET / 200", "up", &line, "[main] ready", "GET / 404"].map(|one| show(one) + "\n").concat();
    Shown { name, text, task: known[0], container: known[1], time: known[2] }
}

pub fn shown_by_all() -> Vec<Shown> {
    let stream = format!("ecs/web/{TASK}");
    let quoted = |line: &str| Value::String(line.to_owned()).to_string();
    let (time, web) = (Some(TIME), Some("web"));
    vec![
        shown(
            "aws logs tail",
            &|line| format!("2026-08-24T15:21:57.814000+00:00 {stream} {line}"),
            [Some(TASK), web, Some("2026-08-24T15:21:57.814000+00:00")],
        ),
        shown(
            "aws logs tail in colours",
            &|line| format!("\x1b[32m2026-08-24T15:21:57.814000+00:00\x1b[0m \x1b[36m{stream}\x1b[0m {line}"),
            [Some(TASK), web, Some("2026-08-24T15:21:57.814000+00:00")],
        ),
        shown(
            "aws logs tail, short",
            &|line| format!("2026-08-24T15:21:57 {line}"),
            [None, None, Some("2026-08-24T15:21:57")],
        ),
        shown(
            "aws logs tail, JSON",
            &|line| {
                format!(
                    "2026-08-24T15:21:57.814Z {stream} \n{{\n    \"level\": \"error\",\n    \"msg\": {}\n}}",
                    quoted(line)
                )
            },
            [Some(TASK), web, time],
        ),
        shown("docker logs -t", &|line| format!("{TIME} {line}"), [None, None, time]),
        shown(
            "Docker's json-file",
            &|line| json!({ "log": format!("{line}\n"), "stream": "stderr", "time": TIME }).to_string(),
            [None, None, time],
        ),
        shown("containerd", &|line| format!("{TIME} stderr F {line}"), [None, None, time]),
        shown("docker compose", &|line| format!("web-1  | {line}"), [None, web, None]),
        shown("docker-compose", &|line| format!("web_1  | {TIME} {line}"), [None, web, time]),
        shown(
            "the agent",
            &|line| format!("level=error time={TIME} msg={} module=docker_client.go", quoted(line)),
            [None, None, time],
        ),
        shown("the agent of old", &|line| format!("{TIME} [ERROR] {line}"), [None, None, time]),
        shown(
            "journald",
            &|line| format!("Aug 24 15:21:57 ip-10-0-0-1.ec2.internal ecs-agent[4242]: {line}"),
            [None, None, None],
        ),
        shown("syslog", &|line| format!("<27>1 {TIME} ip-10-0-0-1 ecs-agent 4242 - - {line}"), [None, None, time]),
        shown("a Go program", &|line| format!("E0824 15:21:57.814123    1 agent.go:114] {line}"), [None, None, None]),
        shown("GitHub Actions", &|line| format!("{TIME} ##[error]{line}"), [None, None, time]),
        shown("a saved run", &|line| format!("deploy\tApply\t{TIME} {line}"), [None, None, time]),
        shown(
            "Terraform",
            &|line| format!("╷\n│ Error: {line}\n│ \n│   with aws_ecs_service.web,\n╵"),
            [None, None, None],
        ),
        shown(
            "the CDK",
            &|line| {
                format!(
                    "Web | 3/10 | 12:34:56 PM | CREATE_FAILED        | AWS::ECS::Service    | Web (Web9571FDD8) {line}"
                )
            },
            [None, None, None],
        ),
        shown("Copilot", &|line| format!("✘ {line}"), [None, None, None]),
        shown(
            "zap",
            &|line| json!({ "level": "error", "ts": 1_787_584_917.814, "caller": "a.go:1", "msg": line }).to_string(),
            [None, None, time],
        ),
        shown(
            "pino",
            &|line| json!({ "level": 50, "time": MILLISECONDS, "pid": 1, "msg": line }).to_string(),
            [None, None, time],
        ),
        shown(
            "an error in a field",
            &|line| json!({ "level": "error", "time": TIME, "message": "deploy failed", "error": line }).to_string(),
            [None, None, time],
        ),
    ]
}

#[test]
fn lines_are_read_as_tools_show_them() {
    for Shown { name, text, task, container, time } in shown_by_all() {
        for text in [text.clone(), text.replace('\n', "\r\n")] {
            let long = "2026-01-01T00:00:00Z ordinary line\n".repeat(40) + &text;
            let seen = sees_all(name, &long, &[PROBLEM]);
            let record = &seen.explained[0].record;
            assert_eq!(record.task.as_deref(), task, "{name}");
            assert_eq!(record.containers.first().map(|one| one.name.as_str()), container, "{name}");
            assert_eq!(record.time.as_deref(), time, "{name}");
        }
    }
}

#[test]
fn files_of_json_lines_are_logs() {
    let line = agent_line();
    let pino = |msg: &str| json!({ "level": 50, "time": MILLISECONDS, "pid": 1, "msg": msg });
    let docker = |log: &str| json!({ "log": format!("{log}\n"), "stream": "stderr", "time": TIME });
    for (name, text, at) in [
        ("pino, later", lines(&[pino("up"), pino(&line), pino("down")]), 2),
        ("pino, first", lines(&[pino(&line), pino("up")]), 1),
        ("Docker, later", lines(&[docker("up"), docker(&line), docker("down")]), 2),
        ("Docker, first", lines(&[docker(&line), docker("up")]), 1),
        ("both", lines(&[docker("up"), pino("up"), pino(&line)]), 3),
    ] {
        let seen = sees_all(name, &text, &[PROBLEM]);
        let record = &seen.explained[0].record;
        assert_eq!((record.time.as_deref(), seen.kinds[0]), (Some(TIME), RecordKind::Log), "{name}");
        assert_eq!(seen.lines, [at], "{name}");
    }
    sees_all("ordinary", lines(&[pino("up"), pino("down")]), &[]);
    // A task among them is read as such, and the lines around it are not lost.
    let mixed = sees_all(
        "mixed",
        lines(&[pino(&line), bridge(&killed()), pino(&line)]),
        &[PROBLEM, "memory-limit-reached", PROBLEM],
    );
    assert_eq!(mixed.kinds, [RecordKind::Log, RecordKind::StoppedTask, RecordKind::Log]);
    // One alone is what somebody asks about.
    assert_eq!(sees_all("alone", pino(&line).to_string(), &[PROBLEM]).kinds, [RecordKind::Text]);
}
