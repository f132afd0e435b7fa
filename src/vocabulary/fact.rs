//! Facts: values of a record that fixes, checks and sentences are filled in with.

use serde::{Deserialize, Serialize};

/// Which characters a value may have to be filled in. The sets hold nothing that is special inside double or
/// single quotes of a shell, HCL, JSON or YAML, so a filled-in text stays one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Letters, digits and `-`: regions, ids of resources.
    Identifier,
    /// Twelve digits.
    Account,
    /// Digits only.
    Number,
    /// Letters, digits and `_ - . / : @ + =`: names, ARNs, image references, paths. Never with `://`: the AWS CLI reads
    /// `file://…` from the disk, even in quotes.
    Name,
    /// Letters, digits and `_ - . :`: hosts and ports.
    Host,
    /// As [`Shape::Name`], with `!` as well (names of secrets that RDS manages).
    SecretName,
    /// Digits, hexadecimal letters, `.`, `:` and `/`: addresses and ranges.
    Address,
}

impl Shape {
    /// Whether a value has this shape. Values over 512 bytes never do.
    pub fn admits(self, value: &str) -> bool {
        let bytes = value.as_bytes();
        if bytes.is_empty() || bytes.len() > 512 || matches!(bytes[0], b'-' | b'@' | b'=') || value.contains("://") {
            return false;
        }
        match self {
            Shape::Identifier => bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-'),
            Shape::Account => bytes.len() == 12 && bytes.iter().all(u8::is_ascii_digit),
            Shape::Number => bytes.iter().all(u8::is_ascii_digit),
            Shape::Name => bytes.iter().all(|b| is_name_byte(*b)),
            Shape::Host => bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':')),
            Shape::SecretName => bytes.iter().all(|b| is_name_byte(*b) || *b == b'!'),
            Shape::Address => bytes.iter().all(|b| b.is_ascii_hexdigit() || matches!(b, b'.' | b':' | b'/')),
        }
    }
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b':' | b'@' | b'+' | b'=')
}

macro_rules! facts {
    ($($variant:ident = $text:literal, $placeholder:literal, $noun:literal, $shape:ident;)*) => {
        /// A value of a record. See `knowledge/README.md`, "Facts".
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Fact { $(#[doc = concat!("`", $text, "`")] $variant,)* }

        impl Fact {
            /// Every fact.
            pub const ALL: &'static [Fact] = &[$(Fact::$variant),*];

            /// The name between braces.
            pub const fn as_str(self) -> &'static str { match self { $(Fact::$variant => $text),* } }

            /// What stands in a command or a fix when the value is not known.
            pub const fn placeholder(self) -> &'static str { match self { $(Fact::$variant => $placeholder),* } }

            /// What stands in a sentence when the value is not known.
            pub const fn noun(self) -> &'static str { match self { $(Fact::$variant => $noun),* } }

            /// What the value may look like.
            pub const fn shape(self) -> Shape { match self { $(Fact::$variant => Shape::$shape),* } }

            /// The fact with this name.
            pub fn parse(text: &str) -> Option<Fact> {
                Self::ALL.iter().copied().find(|fact| fact.as_str() == text)
            }
        }
    };
}

facts! {
    Region = "region", "REGION", "the task's region", Identifier;
    Account = "account", "ACCOUNT_ID", "the task's account", Account;
    Partition = "partition", "aws", "the partition", Identifier;
    Cluster = "cluster", "CLUSTER", "the cluster", Name;
    Service = "service", "SERVICE", "the service", Name;
    Task = "task", "TASK_ID", "the task", Identifier;
    TaskDefinition = "task_definition", "TASK_DEFINITION", "the task definition", Name;
    Family = "family", "TASK_FAMILY", "the task definition's family", Name;
    Container = "container", "CONTAINER", "the container", Name;
    LaunchType = "launch_type", "LAUNCH_TYPE", "the launch type", Identifier;
    Subnet = "subnet", "SUBNET_ID", "the task's subnet", Identifier;
    Vpc = "vpc", "VPC_ID", "the VPC", Identifier;
    SecurityGroup = "security_group", "SECURITY_GROUP_ID", "the task's security group", Identifier;
    EndpointSecurityGroup = "endpoint_security_group", "ENDPOINT_SECURITY_GROUP_ID", "the endpoint's security group", Identifier;
    RouteTable = "route_table", "ROUTE_TABLE_ID", "the route table", Identifier;
    NetworkInterface = "network_interface", "NETWORK_INTERFACE_ID", "the network interface", Identifier;
    NetworkAcl = "network_acl", "NETWORK_ACL_ID", "the network ACL", Identifier;
    VpcEndpoint = "vpc_endpoint", "VPC_ENDPOINT_ID", "the VPC endpoint", Identifier;
    Instance = "instance", "CONTAINER_INSTANCE_ID", "the container instance", Identifier;
    Ec2Instance = "ec2_instance", "EC2_INSTANCE_ID", "the EC2 instance", Identifier;
    AvailabilityZone = "availability_zone", "AVAILABILITY_ZONE", "the Availability Zone", Identifier;
    Image = "image", "IMAGE", "the image", Name;
    Registry = "registry", "REGISTRY_HOST", "the registry", Host;
    RegistryAccount = "registry_account", "REGISTRY_ACCOUNT_ID", "the registry's account", Account;
    RegistryRegion = "registry_region", "REGISTRY_REGION", "the registry's region", Identifier;
    Repository = "repository", "REPOSITORY", "the repository", Name;
    Tag = "tag", "TAG", "the tag", Name;
    Digest = "digest", "DIGEST", "the digest", Name;
    Platform = "platform", "linux/amd64", "the task's platform", Name;
    Secret = "secret", "SECRET_ARN", "the secret", SecretName;
    SecretRegion = "secret_region", "SECRET_REGION", "the secret's region", Identifier;
    Parameter = "parameter", "PARAMETER_NAME", "the parameter", Name;
    JsonKey = "json_key", "JSON_KEY", "the JSON key", Name;
    KmsKey = "kms_key", "KMS_KEY_ARN", "the KMS key", Name;
    LogGroup = "log_group", "LOG_GROUP", "the log group", Name;
    LogStream = "log_stream", "LOG_STREAM", "the log stream", Name;
    LogRegion = "log_region", "LOG_REGION", "the log group's region", Identifier;
    LogOption = "log_option", "LOG_OPTION", "the log option", Name;
    Bucket = "bucket", "BUCKET", "the bucket", Name;
    ObjectKey = "object_key", "OBJECT_KEY", "the object", Name;
    FileSystem = "file_system", "FILE_SYSTEM_ID", "the file system", Identifier;
    AccessPoint = "access_point", "ACCESS_POINT_ID", "the access point", Identifier;
    MountTargetSecurityGroup = "mount_target_security_group", "MOUNT_TARGET_SECURITY_GROUP_ID", "the mount target's security group", Identifier;
    RootDirectory = "root_directory", "ROOT_DIRECTORY", "the root directory", Name;
    ExecutionRole = "execution_role", "EXECUTION_ROLE", "the execution role", Name;
    TaskRole = "task_role", "TASK_ROLE", "the task role", Name;
    Role = "role", "ROLE", "the role", Name;
    Action = "action", "ACTION", "the action", Name;
    Resource = "resource", "RESOURCE_ARN", "the resource", SecretName;
    Host = "host", "HOST", "the host", Host;
    Address = "address", "ADDRESS", "the address", Address;
    AddressRange = "address_range", "ADDRESS_RANGE", "the address range", Address;
    AddressRegion = "address_region", "ADDRESS_REGION", "the address's region", Identifier;
    AddressService = "address_service", "ADDRESS_SERVICE", "the service at that address", Name;
    Resolver = "resolver", "RESOLVER_ADDRESS", "the DNS resolver", Address;
    Port = "port", "PORT", "the port", Number;
    ExitCode = "exit_code", "EXIT_CODE", "the exit code", Number;
    ExitSignal = "exit_signal", "SIGNAL", "the signal", Identifier;
    TargetGroup = "target_group", "TARGET_GROUP_ARN", "the target group", Name;
    HealthStatus = "health_status", "HTTP_STATUS", "the health check's HTTP status", Number;
    LoadBalancer = "load_balancer", "LOAD_BALANCER", "the load balancer", Name;
    Deployment = "deployment", "DEPLOYMENT_ID", "the deployment", Name;
    CapacityProvider = "capacity_provider", "CAPACITY_PROVIDER", "the capacity provider", Name;
    Attribute = "attribute", "ATTRIBUTE", "the attribute", Name;
    Memory = "memory", "MEMORY_MIB", "the memory limit", Number;
    Cpu = "cpu", "CPU_UNITS", "the CPU units", Number;
    Executable = "executable", "EXECUTABLE", "the executable", Name;
    Path = "path", "PATH", "the path", Name;
    User = "user", "USER", "the user", Name;
    Module = "module", "MODULE", "the module", Name;
    Variable = "variable", "VARIABLE", "the variable", Name;
    Database = "database", "DATABASE_HOST", "the database", Host;
    InstanceType = "instance_type", "INSTANCE_TYPE", "the instance type", Name;
    Hook = "hook", "HOOK_ARN", "the hook", Name;
    Quota = "quota", "QUOTA", "the quota", Name;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_values_have_no_shape() {
        for value in [
            "$(id)",
            "`id`",
            "a\"b",
            "a'b",
            "a\nb",
            "${x}",
            "%{x}",
            "a b",
            "a;b",
            "a|b",
            "",
            "-rf",
            "<x>",
            "file:///etc/passwd",
            "FILE://x",
            "fileb://x",
            "service:file://x",
            "http://x",
            "=x",
            "@x",
        ] {
            for fact in Fact::ALL {
                assert!(!fact.shape().admits(value), "{fact:?} admits {value:?}");
            }
        }
    }

    #[test]
    fn real_values_have_theirs() {
        assert!(Shape::Name.admits("arn:aws:ecs:eu-west-1:111122223333:task/c/0123456789abcdef"));
        assert!(Shape::SecretName.admits("arn:aws:secretsmanager:us-east-1:111122223333:secret:rds!db-a57b"));
        assert!(Shape::Account.admits("111122223333"));
        assert!(!Shape::Account.admits("1111"));
        assert!(Shape::Address.admits("52.219.40.0/22"));
    }
}
