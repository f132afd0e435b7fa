//! Task definitions: what a describe-tasks answer does not say of its containers.

use super::json::{arn_parts, field, last_segment, list, text_of};
use super::{Item, Record};
use serde_json::{Map, Value};

/// A task definition, as far as it says why a task stops.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskDefinition {
    /// Its family.
    pub family: Option<String>,
    /// `family:revision`, when it has been registered.
    pub name: Option<String>,
    /// Region and account of its ARN.
    place: Option<(String, String)>,
    containers: Vec<Definition>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Definition {
    name: String,
    essential: bool,
    depends_on: Vec<(String, String)>,
}

/// The task definitions of a document: the answer of describe-task-definition, several of them, or the bare definition.
pub(super) fn definitions(document: &Value) -> Vec<TaskDefinition> {
    match document {
        Value::Array(documents) => documents.iter().flat_map(definitions).collect(),
        Value::Object(object) => {
            let inner = match field(object, "taskdefinition") {
                Some(Value::Object(inner)) => inner,
                _ => object,
            };
            definition(inner).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn definition(object: &Map<String, Value>) -> Option<TaskDefinition> {
    let containers = list(object, "containerdefinitions");
    if containers.is_empty() {
        return None;
    }
    let arn = text_of(object, "taskdefinitionarn");
    let place = arn.as_deref().and_then(arn_parts).map(|(region, account, _)| (region.to_owned(), account.to_owned()));
    let revision = || Some(format!("{}:{}", text_of(object, "family")?, field(object, "revision")?.as_u64()?));
    let name = arn.map(|arn| last_segment(&arn)).or_else(revision);
    let family =
        text_of(object, "family").or_else(|| name.as_ref().and_then(|name| name.split(':').next().map(str::to_owned)));
    let containers = containers
        .iter()
        .filter_map(Value::as_object)
        .map(|container| Definition {
            name: text_of(container, "name").unwrap_or_default(),
            // ECS takes a container for essential unless it is said not to be.
            essential: field(container, "essential").is_none_or(|value| !is_false(value)),
            depends_on: list(container, "dependson")
                .iter()
                .filter_map(Value::as_object)
                .filter_map(|on| Some((text_of(on, "containername")?, text_of(on, "condition")?)))
                .collect(),
        })
        .collect();
    Some(TaskDefinition { family, name, place, containers })
}

/// Tells the tasks among the items what the task definitions among them say of their containers. A task takes the definition
/// of its own revision; else one of its family that has none, as a file has before it is registered.
pub fn attach(items: &mut [Item]) {
    let definitions: Vec<TaskDefinition> = items
        .iter()
        .filter_map(|item| match item {
            Item::Definition(definition) => Some((**definition).clone()),
            _ => None,
        })
        .collect();
    if definitions.is_empty() {
        return;
    }
    for item in items.iter_mut() {
        if let Item::Record(record) = item
            && let Some(definition) = of_record(&definitions, record)
        {
            attach_to(record, definition);
        }
    }
}

fn of_record<'a>(definitions: &'a [TaskDefinition], record: &Record) -> Option<&'a TaskDefinition> {
    let name = record.task_definition.as_deref()?;
    let family = name.split(':').next();
    let here = |definition: &&TaskDefinition| {
        definition.place.as_ref().is_none_or(|(region, account)| {
            record.region.as_ref().is_none_or(|own| own == region)
                && record.account.as_ref().is_none_or(|own| own == account)
        })
    };
    definitions
        .iter()
        .filter(here)
        .find(|definition| definition.name.as_deref() == Some(name))
        .or_else(|| definitions.iter().find(|one| one.name.is_none() && one.family.as_deref() == family))
}

fn is_false(value: &Value) -> bool {
    value.as_bool() == Some(false) || value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("false"))
}

fn attach_to(record: &mut Record, definition: &TaskDefinition) {
    for container in &mut record.containers {
        if let Some(defined) = definition.containers.iter().find(|defined| defined.name == container.name) {
            container.essential = Some(defined.essential);
            container.depends_on.clone_from(&defined.depends_on);
        }
    }
}
