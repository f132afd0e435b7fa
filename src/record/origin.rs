//! Where a log line comes from, as far as what is around it tells.

use super::{Container, Record, RecordKind, arn_parts};

/// What is known of a log line besides its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// When it was written, ISO 8601.
    pub time: Option<String>,
    /// Task id.
    pub task: Option<String>,
    /// Name of the container.
    pub container: Option<String>,
    /// Cluster name.
    pub cluster: Option<String>,
    /// `family:revision`.
    pub task_definition: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Account id.
    pub account: Option<String>,
}

impl Origin {
    /// Fills in what another origin knows and this one does not: a line knows more of itself than its envelope.
    pub fn fill(&mut self, other: &Origin) {
        let Origin { time, task, container, cluster, task_definition, region, account } = other;
        for (own, other) in [
            (&mut self.time, time),
            (&mut self.task, task),
            (&mut self.container, container),
            (&mut self.cluster, cluster),
            (&mut self.task_definition, task_definition),
            (&mut self.region, region),
            (&mut self.account, account),
        ] {
            if own.is_none() {
                own.clone_from(other);
            }
        }
    }

    /// What a log stream's name tells: `prefix/container/task` of the awslogs driver, `…-firelens-task` of FireLens.
    pub fn read_stream(&mut self, stream: &str) {
        let mut parts = stream.rsplit('/');
        let last = parts.next().unwrap_or_default();
        if is_task_id(last) {
            // The driver puts a prefix before the container, which may hold slashes itself.
            if let (Some(container), Some(_)) = (parts.next(), parts.next()) {
                self.task = Some(last.to_owned());
                self.container = Some(container.to_owned()).filter(|name| !name.is_empty());
            }
        } else if let Some((_, task)) = last.rsplit_once("-firelens-")
            && is_task_id(task)
        {
            self.task = Some(task.to_owned());
        }
    }

    /// What a task's ARN tells.
    pub fn read_task_arn(&mut self, arn: &str) {
        self.read_place(arn);
        let mut parts = arn.rsplit('/');
        if let (Some(task), Some(before)) = (parts.next(), parts.next()) {
            self.task = Some(task.to_owned());
            // `task/cluster/id`; older ids have no cluster.
            if self.cluster.is_none() && !before.ends_with(":task") {
                self.cluster = Some(before.to_owned());
            }
        }
    }

    /// Region and account of an ARN.
    pub fn read_place(&mut self, arn: &str) {
        if let Some((region, account, _)) = arn_parts(arn) {
            self.region = Some(region.to_owned()).filter(|region| !region.is_empty());
            self.account = Some(account.to_owned()).filter(|account| !account.is_empty());
        }
    }

    /// A record of one log line that comes from here.
    pub fn record(&self, message: &str) -> Record {
        let mut record = Record::new(RecordKind::Log);
        record.push_text("message", message, None);
        self.tell(&mut record);
        record
    }

    /// Tells a record where it comes from.
    pub fn tell(&self, record: &mut Record) {
        for (own, known) in [
            (&mut record.time, &self.time),
            (&mut record.task, &self.task),
            (&mut record.cluster, &self.cluster),
            (&mut record.task_definition, &self.task_definition),
            (&mut record.region, &self.region),
            (&mut record.account, &self.account),
        ] {
            if own.is_none() {
                own.clone_from(known);
            }
        }
        if record.containers.is_empty()
            && let Some(name) = &self.container
        {
            record.containers.push(Container { name: name.clone(), ..Container::default() });
        }
    }
}

/// 32 hexadecimal digits, or a UUID as older tasks have.
pub fn is_task_id(text: &str) -> bool {
    let hex = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
    match text.len() {
        32 => hex(text),
        36 => text.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && text.split('-').all(hex),
        _ => false,
    }
}

/// The container that Docker's name for it tells: the agent calls it `/ecs-family-revision-container-` and 20
/// hexadecimal digits, Fargate as in the task definition.
pub fn container_of_docker_name(name: &str, task_definition: Option<&str>) -> Option<String> {
    let name = name.trim_start_matches('/');
    let Some(rest) = name.strip_prefix("ecs-") else { return Some(name.to_owned()).filter(|name| !name.is_empty()) };
    let (rest, _) = rest.rsplit_once('-').filter(|(_, random)| random.bytes().all(|b| b.is_ascii_hexdigit()))?;
    let (family, revision) = task_definition?.rsplit_once(':')?;
    let container = rest.strip_prefix(family)?.strip_prefix('-')?.strip_prefix(revision)?.strip_prefix('-')?;
    Some(container.to_owned()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TASK: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn streams_tell_container_and_task() {
        let read = |stream: &str| {
            let mut origin = Origin::default();
            origin.read_stream(stream);
            (origin.container, origin.task)
        };
        let both = |container: &str, task: &str| (Some(container.to_owned()), Some(task.to_owned()));
        assert_eq!(read(&format!("ecs/web/{TASK}")), both("web", TASK));
        assert_eq!(read(&format!("a/b/web/{TASK}")), both("web", TASK));
        let uuid = "0b69d5c0-d655-4695-98cd-5d2d526d9d5a";
        assert_eq!(read(&format!("ecs/web/{uuid}")), both("web", uuid));
        assert_eq!(read(&format!("web-firelens-{TASK}")), (None, Some(TASK.to_owned())));
        for other in ["", "ecs/web/short", TASK, "2026/08/24/[$LATEST]0123456789abcdef0123456789abcdef", "a/b"] {
            assert_eq!(read(other), (None, None), "{other}");
        }
    }

    #[test]
    fn names_of_docker_tell_the_container() {
        let name = "/ecs-web-api-7-side-car-e8c3aaf2b3d4e5f60100";
        assert_eq!(container_of_docker_name(name, Some("web-api:7")).as_deref(), Some("side-car"));
        assert_eq!(container_of_docker_name(name, None), None);
        assert_eq!(container_of_docker_name(name, Some("other:7")), None);
        assert_eq!(container_of_docker_name("app", None).as_deref(), Some("app"));
        assert_eq!(container_of_docker_name("/", None), None);
    }
}
