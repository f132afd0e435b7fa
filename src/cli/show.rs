//! `ecsplain show`, `list`, `completions`, `man`.

use super::arguments::Arguments;
use super::complain::Complaint;
use super::knowledge::explainer;
use super::{SUCCESS, TROUBLE};
use clap::CommandFactory;
use ecsplain::report::escape_line;
use std::io::Write;

pub fn show(arguments: &Arguments, id: &str) -> Result<u8, Complaint> {
    let explainer = explainer(&arguments.shared)?;
    let id = id.to_ascii_lowercase();
    let id = id.as_str();
    let Some(at) = explainer.find(id) else {
        let near: Vec<&str> = explainer
            .problems()
            .iter()
            .map(|problem| problem.id.as_str())
            .filter(|known| {
                known.contains(id) || id.split('-').filter(|word| word.len() > 2 && known.contains(word)).count() > 1
            })
            .take(5)
            .collect();
        let advice = if near.is_empty() {
            "see `ecsplain list`".to_owned()
        } else {
            format!("did you mean {}", near.join(", "))
        };
        super::complain::note(&format!("{id}: there is no such problem: {advice}"));
        return Ok(TROUBLE);
    };
    let style = super::explain::style(&arguments.shared);
    let page = ecsplain::report::page(&explainer.problems()[at], &explainer.page(at), &style);
    std::io::stdout().lock().write_all(page.as_bytes())?;
    Ok(SUCCESS)
}

pub fn list(arguments: &Arguments, stage: Option<&str>) -> Result<u8, Complaint> {
    let explainer = explainer(&arguments.shared)?;
    let mut out = std::io::stdout().lock();
    let wide = explainer.problems().iter().map(|problem| problem.id.len()).max().unwrap_or(0);
    let mut current = None;
    for problem in
        explainer.problems().iter().filter(|problem| stage.is_none_or(|stage| problem.stage.as_str() == stage))
    {
        if current != Some(problem.stage) {
            if current.is_some() {
                writeln!(out)?;
            }
            writeln!(out, "{}", problem.stage)?;
            current = Some(problem.stage);
        }
        writeln!(out, "  {:wide$}  {}", escape_line(&problem.id), escape_line(&problem.title))?;
    }
    if current.is_none() {
        return Err(Complaint::Other(format!(
            "{}: no problem has that stage: see `ecsplain list`",
            stage.unwrap_or_default()
        )));
    }
    Ok(SUCCESS)
}

pub fn completions(shell: clap_complete::Shell) -> Result<u8, Complaint> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "ecsplain", &mut script);
    std::io::stdout().lock().write_all(&script)?;
    Ok(SUCCESS)
}

pub fn man() -> Result<u8, Complaint> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Arguments::command()).render(&mut page)?;
    std::io::stdout().lock().write_all(&page)?;
    Ok(SUCCESS)
}
