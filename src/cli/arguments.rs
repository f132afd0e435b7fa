//! What was typed.

use clap::builder::TypedValueParser as _;
use clap::{Args, Parser, Subcommand, ValueEnum};
use ecsplain::vocabulary::FixForm;
use std::path::PathBuf;

/// Tells why an Amazon ECS task stopped, how it knows, and what to change.
///
/// Give it what you have: the output of `aws ecs describe-tasks`, an EventBridge event, a service event, or the error text
/// itself. It finds out by itself what it is.
#[derive(Debug, Parser)]
#[command(
    name = "ecsplain",
    version = version(),
    after_help = "Examples:\n  aws ecs describe-tasks --cluster C --tasks T | ecsplain\n  ecsplain --text 'CannotPullContainerError: …'\n  ecsplain show layers-s3-unreachable\n\n\
                  Exit status: 0 nothing failed, or everything that failed is explained; 1 a failure is unknown;\n\
                  2 wrong usage or an input that could not be read; 130 interrupted."
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Files or folders to explain; `-` or none is standard input
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// The error itself, as an argument
    #[arg(short, long, value_name = "TEXT", conflicts_with = "files", allow_hyphen_values = true)]
    pub text: Option<String>,

    /// The form of the output
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// Also what stopped normally
    #[arg(long)]
    pub all: bool,

    /// Join equal failures (the default for text and json)
    #[arg(long, overrides_with = "no_group")]
    pub group: bool,

    /// One explanation for each record (the default for ndjson)
    #[arg(long, overrides_with = "group")]
    pub no_group: bool,

    /// Which fixes to print
    #[arg(long, value_enum, default_value_t = Fixes::First)]
    pub fixes: Fixes,

    /// What makes the exit status 1
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = FailOn::Unknown)]
    pub fail_on: FailOn,

    /// What the input is, if it is not what it looks like
    #[arg(long, value_enum, value_name = "KIND", default_value_t = InputKind::Auto)]
    pub input: InputKind,

    /// While the input goes on, print what is new this often, such as 10s, 5m, 500ms
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub every: Option<std::time::Duration>,

    /// Threads to work on [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,

    /// Print no closing line
    #[arg(short, long)]
    pub quiet: bool,

    /// Also count failures by stage, by problem and over time
    #[arg(long)]
    pub stats: bool,

    /// Replace accounts, names, private addresses and secrets by placeholders
    #[arg(long)]
    pub redact: bool,

    /// Also print signals, and why the nearest problems did not match
    #[arg(short, long)]
    pub verbose: bool,

    #[command(flatten)]
    pub shared: Shared,
}

/// Options of every subcommand.
#[derive(Debug, Args)]
pub struct Shared {
    /// Your own knowledge: a folder of YAML files, over the built-in entries (or ECSPLAIN_KNOWLEDGE)
    #[arg(long, global = true, value_name = "DIR")]
    pub knowledge: Option<PathBuf>,

    /// AWS's ip-ranges.json, in place of the list the program carries
    #[arg(long, global = true, value_name = "FILE")]
    pub ip_ranges: Option<PathBuf>,

    /// Languages of fixes, with commas between them (or ECSPLAIN_FORM). Text prints terraform and aws-cli unless told, JSON all
    #[arg(
        long,
        global = true,
        value_name = "FORM",
        value_delimiter = ',',
        value_parser = clap::builder::PossibleValuesParser::new(["terraform", "aws-cli", "cloudformation", "cdk"])
            .map(|form| FixForm::parse(&form).unwrap_or(FixForm::Code))
    )]
    pub form: Vec<FixForm>,

    /// When to use colour; `NO_COLOR` is respected
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub color: Color,
}

/// The form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// One JSON explanation a line
    Ndjson,
}

/// What an input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum InputKind {
    /// What it looks like
    Auto,
    /// JSON documents: tasks, services, events, answers of aws logs
    Json,
    /// Lines of a log
    Log,
    /// One text that you ask about, however long
    Text,
}

/// `10s`, `5m`, `500ms`, `1h`.
fn duration(text: &str) -> Result<std::time::Duration, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err("write a number and ms, s, m or h, such as 10s".to_owned()),
    };
    let number: u64 = number.parse().map_err(|_| "write a number and ms, s, m or h, such as 10s".to_owned())?;
    match number.checked_mul(milliseconds) {
        Some(0) | None => Err("it must be longer than nothing, and shorter than for ever".to_owned()),
        Some(milliseconds) => Ok(std::time::Duration::from_millis(milliseconds)),
    }
}

/// Which fixes to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Fixes {
    /// Of all causes
    All,
    /// Of the first cause
    First,
    /// None
    None,
}

/// What makes the exit status 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// A failure that is unknown
    Unknown,
    /// Any failure
    Failure,
    /// Nothing
    Never,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What else can be asked.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show all that is known of a problem
    Show {
        /// Its id, as `ecsplain list` prints it
        problem: String,
    },
    /// List all problems
    List {
        /// Only of this stage, such as layers
        #[arg(long)]
        stage: Option<String>,
    },
    /// For authors of knowledge
    Knowledge {
        #[command(subcommand)]
        command: KnowledgeCommand,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// For authors of knowledge.
#[derive(Debug, Subcommand)]
pub enum KnowledgeCommand {
    /// Check entries: the files, their examples and near misses, against all problems
    Check {
        /// A folder of your own, over the built-in entries; none checks the built-in ones
        folder: Option<PathBuf>,
    },
    /// Print every check and fix as a line of JSON, filled in with placeholders, for the tests with real tools
    Fixes {
        /// Fill in sample values in place of placeholders
        #[arg(long)]
        sample: bool,
    },
}

fn version() -> &'static str {
    static VERSION: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
        format!("{} (AWS address ranges of {})", env!("CARGO_PKG_VERSION"), ecsplain::Ranges::embedded().date())
    });
    &VERSION
}

impl Shared {
    /// Takes from the environment what was not typed. An empty variable is none.
    pub fn complete_from_environment(&mut self) -> Result<(), String> {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        if self.knowledge.is_none() {
            self.knowledge = variable("ECSPLAIN_KNOWLEDGE").map(PathBuf::from);
        }
        if self.form.is_empty()
            && let Some(forms) = variable("ECSPLAIN_FORM")
        {
            for form in forms.to_string_lossy().split(',') {
                let known = FixForm::parse(form.trim());
                self.form.push(known.ok_or_else(|| {
                    format!(
                        "ECSPLAIN_FORM: `{form}` is no language of fixes: write terraform, aws-cli, cloudformation or cdk"
                    )
                })?);
            }
        }
        Ok(())
    }
}
