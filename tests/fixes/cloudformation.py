"""CloudFormation: each snippet, completed to a template, goes through cfn-lint.

A snippet is one or more logical resources. What it refers to and does not have is the reader's own: a resource where the
name is one of STUBS, else a parameter.
"""

import functools
import re

import cfnlint.config
import cfnlint.decode
import cfnlint.runner

import iam
from common import Bad

REGION = "us-east-1"

# Rules that judge the sample values, or things that a snippet leaves to the reader's template.
IGNORED = [
    "W3010",  # the Availability Zone is written out: it is the task's
    "W3011",  # DeletionPolicy and UpdateReplacePolicy belong together: the reader's choice
]

# Resources of the reader's that a snippet may refer to.
STUBS = {
    "Vpc": ("AWS::EC2::VPC", {"CidrBlock": "10.0.0.0/16"}),
    "Subnet": ("AWS::EC2::Subnet", {"VpcId": "vpc-0123456789abcdef0", "CidrBlock": "10.0.0.0/24"}),
    "SecurityGroup": ("AWS::EC2::SecurityGroup", {"GroupDescription": "tasks"}),
    "Cluster": ("AWS::ECS::Cluster", {}),
    "Service": ("AWS::ECS::Service", {"TaskDefinition": "web"}),
    "TaskDefinition": ("AWS::ECS::TaskDefinition", {"ContainerDefinitions": [{"Name": "web", "Image": "web"}]}),
    "LaunchTemplate": ("AWS::EC2::LaunchTemplate", {"LaunchTemplateData": {"InstanceType": "t3.small"}}),
    "LoadBalancer": ("AWS::ElasticLoadBalancingV2::LoadBalancer", {"Subnets": ["subnet-1", "subnet-2"]}),
    "TargetGroup": ("AWS::ElasticLoadBalancingV2::TargetGroup",
                    {"Port": 80, "Protocol": "HTTP", "TargetType": "ip", "VpcId": "vpc-0123456789abcdef0"}),
    "Repository": ("AWS::ECR::Repository", {}),
    "LogGroup": ("AWS::Logs::LogGroup", {}),
    "FileSystem": ("AWS::EFS::FileSystem", {}),
    "Bucket": ("AWS::S3::Bucket", {}),
    "Secret": ("AWS::SecretsManager::Secret", {}),
    **{name: ("AWS::IAM::Role", {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}]}})
       for name in ("ExecutionRole", "TaskRole", "InstanceRole", "Role")},
}  # fmt: skip

resources = 0


@functools.cache
def linter():
    """One for all: to load its rules takes ten times as long as to use them once."""
    return cfnlint.runner.Runner(cfnlint.config.ConfigMixIn(regions=[REGION], ignore_checks=IGNORED))


def references(value):
    """Names that a value refers to, and whether it asks for an attribute of them."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "Ref":
                yield str(inner), False
            elif key == "Fn::GetAtt":
                yield str(inner[0] if isinstance(inner, list) else inner.partition(".")[0]), True
            elif key == "Fn::Sub":
                text, own = (inner[0], set(inner[1])) if isinstance(inner, list) else (inner, set())
                for name, attribute in re.findall(r"\$\{([\w:]+)(\.[\w.]+)?\}", text):
                    if name not in own:
                        yield name, bool(attribute)
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def completed(text):
    """The snippet with what it leaves open, as the text of a template."""
    head = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n"
    template = head + "".join(f"  {line}\n" if line.strip() else "\n" for line in text.splitlines())
    tree, problems = cfnlint.decode.decode_str(template)
    for problem in problems:
        raise Bad(f"cfn-lint: {problem.rule.id} {problem.message}")
    if not isinstance(tree, dict) or not isinstance(tree["Resources"], dict):
        raise Bad("no logical resource")
    own = tree["Resources"]
    for name, resource in own.items():
        if not isinstance(resource, dict) or "Type" not in resource:
            raise Bad(f"{name} is no resource: it has no Type")
    parameters = {}
    # Attributes first: a name that is asked for one cannot be a parameter.
    for name, attribute in sorted(set(references(own)), key=lambda reference: not reference[1]):
        if name in own or name.startswith("AWS::"):
            continue
        if name in STUBS:
            kind, properties = STUBS[name]
            if f"\n  {name}: " not in template:
                template += f"  {name}: {_flow({'Type': kind, 'Properties': properties})}\n"
        elif attribute:
            raise Bad(f"an attribute of {name}, which is no resource here")
        else:
            parameters[name] = "CommaDelimitedList" if re.search(r"(Ids|Subnets|Groups)$", name) else "String"
    if parameters:
        template += "Parameters:\n" + "".join(f"  {name}: {{Type: {kind}}}\n" for name, kind in parameters.items())
    return template, tree


def _flow(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def check(text, filled=True):
    """Not filled in: placeholders in capitals have no valid form, so the snippet is only read."""
    global resources
    template, tree = completed(text)
    iam.check_policies_within(tree["Resources"], "policy", "cloudformation")
    if not filled:
        return
    resources += len(tree["Resources"])
    found = linter().validate_template(cfnlint.decode.decode_str(template)[0])
    said = [
        f"{match.rule.id} {'/'.join(map(str, match.path[1:]))}: {match.message[:160]}"
        for match in found
        if not re.match(r"'[A-Z][A-Z0-9_]+' is not a '", match.message)  # a placeholder where an id belongs
    ]
    if said:
        raise Bad("cfn-lint: " + "; ".join(said[:4]))
