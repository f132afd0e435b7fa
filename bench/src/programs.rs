//! The ordinary programs whose logs are generated.

use crate::clock::Clock;
use crate::template::{self, Template};
use crate::value::Values;

macro_rules! programs {
    ($($name:literal),* $(,)?) => {
        /// Name and messages of each program, as their files hold them.
        pub const FILES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../programs/", $name, ".log")))),*];
    };
}

programs!(
    "cloudwatch-agent",
    "dockerd",
    "elasticsearch",
    "envoy",
    "go-zap",
    "haproxy",
    "java-log4j",
    "kafka",
    "kubelet",
    "mysql",
    "nginx-access",
    "nginx-error",
    "node-pino",
    "php-fpm",
    "postgresql",
    "python",
    "rabbitmq",
    "rails",
    "redis",
    "sshd",
    "syslog",
    "systemd",
);

/// A program that logs.
pub struct Program {
    messages: Vec<Template>,
    weights: u64,
}

impl Program {
    /// All of them, in the order of [`FILES`].
    ///
    /// # Errors
    /// The first message that is written wrongly, and why.
    pub fn all() -> Result<Vec<Program>, String> {
        let program = |(name, text): &(&str, &str)| {
            let messages = template::parse(text).map_err(|why| format!("bench/programs/{name}.log: {why}"))?;
            let weights = messages.iter().map(|message| message.weight).sum();
            Ok(Program { messages, weights })
        };
        FILES.iter().map(program).collect()
    }

    /// Writes one message, of one line or more.
    pub fn write(&self, clock: &Clock, values: &mut Values, out: &mut Vec<u8>) {
        let mut drawn = values.random.below(self.weights);
        for message in &self.messages {
            if drawn < message.weight {
                return message.write(clock, values, out);
            }
            drawn -= message.weight;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::literals::literals;

    #[test]
    fn ordinary_lines_hold_no_literal_of_the_knowledge() {
        let literals: Vec<String> = literals().iter().map(|literal| literal.to_ascii_lowercase()).collect();
        let mut values = Values::new(3);
        for (program, (name, _)) in Program::all().expect("right").iter().zip(FILES) {
            let mut out = Vec::new();
            for _ in 0..400 {
                program.write(&Clock::new(), &mut values, &mut out);
            }
            let text = String::from_utf8(out).expect("ASCII").to_ascii_lowercase();
            let found: Vec<&String> = literals.iter().filter(|literal| text.contains(*literal)).collect();
            assert!(found.is_empty(), "{name} holds {found:?}");
        }
    }
}
