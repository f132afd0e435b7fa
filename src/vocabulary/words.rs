//! Closed lists of words, each an enum that knows its spelling.

use serde::{Deserialize, Serialize};

/// Declares an enum whose variants have one spelling each, used in YAML, JSON and messages alike.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident, $what:literal { $($variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] $variant,)*
        }

        impl $name {
            /// Every word of the list, in its order.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];
            /// What a word of this list is called in messages.
            pub const WHAT: &'static str = $what;

            /// The word as it is spelled in knowledge files and in JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),* }
            }

            /// The word with this spelling.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        // As words in YAML and JSON, as a number in the compiled knowledge.
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.serialize_str(self.as_str())
                } else {
                    serializer.serialize_u8(*self as u8)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use serde::de::Error;
                if deserializer.is_human_readable() {
                    let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                    Self::parse(&text).ok_or_else(|| {
                        let known: Vec<&str> = Self::ALL.iter().map(|word| word.as_str()).collect();
                        D::Error::custom(format!("unknown {} `{}`; write one of {}", Self::WHAT, text, known.join(", ")))
                    })
                } else {
                    let index = u8::deserialize(deserializer)?;
                    Self::ALL.get(usize::from(index)).copied().ok_or_else(|| D::Error::custom("no such word"))
                }
            }
        }
    };
}

words! {
    /// Where in a task's life it broke.
    Stage, "stage" {
        Define = "define", Placement = "placement", NetworkInterface = "network-interface", Role = "role",
        Secrets = "secrets", RegistryAuth = "registry-auth", EnvFile = "env-file", Manifest = "manifest",
        LogDriver = "log-driver", Layers = "layers", Volume = "volume", Create = "create", Start = "start",
        Run = "run", Health = "health", Stop = "stop", Exec = "exec", Deploy = "deploy", Agent = "agent",
    }
}

words! {
    /// How a request or a step failed. Two levels: `dns` is the parent of `dns.nxdomain`.
    Mode, "failure mode" {
        Dns = "dns", DnsNxdomain = "dns.nxdomain", DnsNoAnswer = "dns.no-answer", DnsServfail = "dns.servfail",
        DnsUnresolved = "dns.unresolved",
        Connect = "connect", ConnectTimeout = "connect.timeout", ConnectNone = "connect.none",
        ConnectRefused = "connect.refused", ConnectUnreachable = "connect.unreachable",
        ResponseTimeout = "response.timeout", DeadlineClient = "deadline.client",
        Deadline = "deadline", DeadlineExceeded = "deadline.exceeded", Canceled = "canceled",
        Tls = "tls", TlsHandshakeTimeout = "tls.handshake-timeout", TlsUntrusted = "tls.untrusted",
        TlsWrongName = "tls.wrong-name", TlsExpired = "tls.expired", TlsNotTls = "tls.not-tls", TlsAlert = "tls.alert",
        Closed = "closed", ClosedEof = "closed.eof", ClosedReset = "closed.reset",
        Proxy = "proxy", ProxyConnect = "proxy.connect", ProxyAuth = "proxy.auth",
        HelperKilled = "helper.killed", HelperPanic = "helper.panic",
        DiskFull = "disk.full", ContentCorrupt = "content.corrupt",
        TransitionTimeout = "transition.timeout", Inactivity = "inactivity",
        Nfs = "nfs", NfsTimeout = "nfs.timeout", NfsReset = "nfs.reset", NfsDenied = "nfs.denied",
        NfsNoSuchPath = "nfs.no-such-path", NfsFailed = "nfs.failed",
        Format = "format",
        Memory = "memory", MemoryKilled = "memory.killed",
        Exec = "exec", ExecNotFound = "exec.not-found", ExecPermission = "exec.permission", ExecFormat = "exec.format",
        Mount = "mount", MountNotDirectory = "mount.not-directory", MountNoSuchPath = "mount.no-such-path",
        Port = "port", PortTaken = "port.taken",
    }
}

impl Mode {
    /// Whether this mode is `other` or a child of it.
    pub fn is_a(self, other: Mode) -> bool {
        let (own, other) = (self.as_str(), other.as_str());
        own == other || (own.starts_with(other) && own.as_bytes().get(other.len()) == Some(&b'.'))
    }

    /// The mode that this one is a child of.
    pub fn parent(self) -> Option<Mode> {
        let (parent, _) = self.as_str().split_once('.')?;
        Mode::parse(parent)
    }

    /// Whether no HTTP answer can have come when this is how it failed.
    pub fn means_unanswered(self) -> bool {
        [Mode::Dns, Mode::Connect, Mode::Deadline, Mode::ResponseTimeout, Mode::Tls, Mode::Closed, Mode::Proxy]
            .iter()
            .any(|parent| self.is_a(*parent))
    }
}

words! {
    /// Which service was asked.
    Endpoint, "endpoint" {
        EcrApi = "ecr-api", EcrRegistry = "ecr-registry", S3Layers = "s3-layers", S3 = "s3",
        SecretsManager = "secretsmanager", Ssm = "ssm", Kms = "kms", Logs = "logs", Sts = "sts", Efs = "efs",
        S3Files = "s3files", Ecs = "ecs", SsmMessages = "ssmmessages", EcrPublic = "ecr-public",
        EcrPublicLayers = "ecr-public-layers", DockerHub = "docker-hub", DockerHubAuth = "docker-hub-auth",
        DockerHubLayers = "docker-hub-layers", Ghcr = "ghcr", GhcrLayers = "ghcr-layers", Quay = "quay",
        QuayLayers = "quay-layers", GoogleRegistry = "google-registry", GoogleLayers = "google-layers",
        MicrosoftRegistry = "microsoft-registry", GitlabRegistry = "gitlab-registry",
        KubernetesRegistry = "kubernetes-registry", OtherRegistry = "other-registry", OtherLayers = "other-layers",
        TaskMetadata = "task-metadata", InstanceMetadata = "instance-metadata", Firelens = "firelens",
        Splunk = "splunk", Proxy = "proxy",
    }
}

impl Endpoint {
    /// Whether it is a service of AWS that an interface endpoint with private DNS can serve.
    pub fn has_interface_endpoint(self) -> bool {
        use Endpoint::*;
        matches!(self, EcrApi | EcrRegistry | SecretsManager | Ssm | Kms | Logs | Sts | Ecs | SsmMessages)
    }
}

words! {
    /// What kind of request failed.
    RequestKind, "kind of request" {
        Url = "url", Ping = "ping", Manifest = "manifest", Blob = "blob",
        StoreBlob = "store-blob", Token = "token",
        MaskedLayerUrl = "masked-layer-url", SignedLayerUrl = "signed-layer-url", AwsApi = "aws-api",
    }
}

words! {
    /// What an address is, as far as its number tells.
    AddressScope, "address scope" {
        Private = "private", LinkLocal = "link-local", Loopback = "loopback", Shared = "shared", Aws = "aws",
        Unlisted = "unlisted",
    }
}

words! {
    /// Which policy an AccessDenied answer names.
    PolicyKind, "kind of policy" {
        Identity = "identity", Resource = "resource", VpcEndpoint = "vpc-endpoint",
        PermissionsBoundary = "permissions-boundary", Session = "session", ServiceControl = "service-control",
        ResourceControl = "resource-control",
    }
}

words! {
    /// Whether two regions or accounts are the same.
    Relation, "relation" { Same = "same", Different = "different" }
}

words! {
    /// Whose registry an image reference names.
    Registry, "registry" {
        Ecr = "ecr", EcrPublic = "ecr-public", DockerHub = "docker-hub", Ghcr = "ghcr", Quay = "quay",
        Google = "google", Microsoft = "microsoft", Gitlab = "gitlab", Kubernetes = "kubernetes", Other = "other",
    }
}

words! {
    /// How an image reference names its image.
    ReferenceKind, "kind of image reference" { Digest = "digest", Tag = "tag", Unqualified = "unqualified" }
}

words! {
    /// Why a task was stopped, as its stop code or stopped reason says.
    StopCause, "stop cause" {
        Scaling = "scaling", Deployment = "deployment", User = "user", Spot = "spot", Maintenance = "maintenance",
        Draining = "draining", HostTerminated = "host-terminated", ElbHealthCheck = "elb-health-check",
        ContainerHealthCheck = "container-health-check", EssentialExited = "essential-exited",
        StartFailed = "start-failed", Rebalancing = "rebalancing", InfrastructureHealth = "infrastructure-health",
        HealthCheckOther = "health-check-other",
    }
}

words! {
    /// What a container is for.
    ContainerRole, "container role" { Application = "application", Sidecar = "sidecar", Platform = "platform" }
}

words! {
    /// The last point of a task's life that its times prove.
    Reached, "point of life" {
        Created = "created", NetworkAttached = "network-attached", PullStarted = "pull-started", Pulled = "pulled",
        Running = "running",
    }
}

words! {
    /// Who wrote the text.
    Writer, "writer" { Docker = "docker", Containerd = "containerd", Agent = "agent" }
}

words! {
    /// Which file system the text mounts.
    FileSystem, "file system" { Efs = "efs", S3Files = "s3files" }
}

words! {
    /// Yes or no, where the value not known is a third case.
    Answer, "answer" { Yes = "yes", No = "no" }
}

words! {
    /// Where a condition set may speak.
    Place, "place" {
        Task = "task", Event = "event", Api = "api", Runbook = "runbook", Text = "text", TaskLog = "task-log",
        Log = "log",
    }
}

words! {
    /// How sure an answer is.
    Certainty, "certainty" { Unknown = "unknown", Possible = "possible", Likely = "likely", Certain = "certain" }
}

impl Certainty {
    /// One step less sure, at least `possible`.
    pub fn lowered(self) -> Certainty {
        match self {
            Certainty::Certain => Certainty::Likely,
            Certainty::Likely | Certainty::Possible => Certainty::Possible,
            Certainty::Unknown => Certainty::Unknown,
        }
    }
}

words! {
    /// How bad a problem is.
    Severity, "severity" { Failure = "failure", Degraded = "degraded", Normal = "normal" }
}

words! {
    /// What the task itself says of a finding of AWS's runbook.
    Verdict, "verdict" {
        Supported = "supported", Contradicted = "contradicted", RedHerring = "red-herring", Open = "open",
    }
}

words! {
    /// The language a fix is written in.
    FixForm, "form of a fix" {
        Terraform = "terraform", Cloudformation = "cloudformation", Cdk = "cdk", AwsCli = "aws-cli",
        Console = "console", Code = "code",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_is_a_child_of_its_parent_only() {
        assert!(Mode::DnsNxdomain.is_a(Mode::Dns));
        assert!(Mode::Dns.is_a(Mode::Dns));
        assert!(!Mode::Dns.is_a(Mode::DnsNxdomain));
        assert!(!Mode::ConnectTimeout.is_a(Mode::Dns));
    }

    #[test]
    fn words_parse_as_they_are_spelled() {
        for stage in Stage::ALL {
            assert_eq!(Stage::parse(stage.as_str()), Some(*stage));
        }
        assert_eq!(Stage::parse("Layers"), None);
    }
}
