//! Which places of a raw log can matter at all. Knows no records and no knowledge: it is given literals.

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// Finds the first place in a block where one of its literals stands, without ASCII case.
pub struct Gate {
    automaton: Option<AhoCorasick>,
}

impl Gate {
    /// A gate that these literals pass.
    pub fn new(literals: &[String]) -> Gate {
        let automaton =
            AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA)).build(literals).ok();
        Gate { automaton }
    }

    /// Where the first literal begins in the block.
    pub fn first(&self, block: &[u8]) -> Option<usize> {
        self.automaton.as_ref()?.find(block).map(|found| found.start())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_pass_in_any_case() {
        let gate = Gate::new(&["cannotpull".to_owned()]);
        assert_eq!(gate.first(b"x CannotPullContainerError"), Some(2));
        assert_eq!(gate.first(b"all is well"), None);
        assert_eq!(Gate::new(&[]).first(b"x"), None);
    }
}
