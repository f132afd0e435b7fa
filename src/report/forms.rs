//! Which languages fixes are printed in.

use crate::explain::Fix;
use crate::vocabulary::FixForm;

/// A set of languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forms(u8);

impl Forms {
    /// Every language.
    pub const ALL: Forms = Forms(u8::MAX);
    /// What is printed when nobody asks: one language for infrastructure, the command line, and what has no other form.
    pub const USUAL: Forms = Forms(bit(FixForm::Terraform) | bit(FixForm::AwsCli) | ALWAYS);

    /// These languages, and what has no other form: steps in the console, changes to code.
    pub fn of(forms: &[FixForm]) -> Forms {
        Forms(forms.iter().fold(ALWAYS, |set, form| set | bit(*form)))
    }

    /// Whether the language is in the set.
    pub fn contains(self, form: FixForm) -> bool {
        self.0 & bit(form) != 0
    }

    /// The fixes to print of those with one title, and the languages that are left out. A fix that has none of the languages
    /// is printed in all that it has.
    pub(super) fn choose(self, fixes: &[Fix]) -> (Vec<&Fix>, Vec<FixForm>) {
        let wanted: Vec<&Fix> = fixes.iter().filter(|fix| self.contains(fix.form)).collect();
        if wanted.is_empty() {
            return (fixes.iter().collect(), Vec::new());
        }
        let mut left_out = Vec::new();
        for fix in fixes.iter().filter(|fix| !self.contains(fix.form)) {
            if !left_out.contains(&fix.form) {
                left_out.push(fix.form);
            }
        }
        (wanted, left_out)
    }
}

const ALWAYS: u8 = bit(FixForm::Console) | bit(FixForm::Code);

const fn bit(form: FixForm) -> u8 {
    1 << form as u8
}
