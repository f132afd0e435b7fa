"""CDK: each snippet is the body of a function of a stack, and all of them are compiled by tsc against aws-cdk-lib."""

import os
import pathlib
import re
import subprocess
import tempfile

import iam
from common import Bad

# A string, a template string, a comment, a number, a name, white space, or one other character.
TOKEN = re.compile(
    r"""(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?P<template>`(?:[^`\\]|\\.)*`)"""
    r"""|(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<number>\d[\w.]*)|(?P<name>[A-Za-z_$][\w$]*)|(?P<space>\s+)|(?P<other>.)""",
    re.S,
)

MODULES = {
    "appscaling": "aws-applicationautoscaling", "autoscaling": "aws-autoscaling", "cloudwatch": "aws-cloudwatch",
    "ec2": "aws-ec2", "ecr": "aws-ecr", "ecs": "aws-ecs", "efs": "aws-efs", "elbv2": "aws-elasticloadbalancingv2",
    "events": "aws-events", "iam": "aws-iam", "kms": "aws-kms", "lambda": "aws-lambda", "logs": "aws-logs",
    "networkfirewall": "aws-networkfirewall", "route53resolver": "aws-route53resolver", "s3": "aws-s3",
    "s3deploy": "aws-s3-deployment", "secretsmanager": "aws-secretsmanager", "servicediscovery": "aws-servicediscovery",
    "ssm": "aws-ssm", "targets": "aws-events-targets",
}  # fmt: skip

# What the reader's stack already has.
ASSUMED = {
    "vpc": "ec2.Vpc", "cluster": "ecs.Cluster", "service": "ecs.FargateService",
    "taskDefinition": "ecs.FargateTaskDefinition", "container": "ecs.ContainerDefinition",
    "securityGroup": "ec2.SecurityGroup", "targetGroup": "elbv2.ApplicationTargetGroup", "repository": "ecr.Repository",
    "logGroup": "logs.LogGroup", "fileSystem": "efs.FileSystem", "bucket": "s3.Bucket",
    "secret": "secretsmanager.Secret", "executionRole": "iam.Role", "taskRole": "iam.Role",
}  # fmt: skip

HEAD = "\n".join(
    ['import * as cdk from "aws-cdk-lib";', *(f'import * as {name} from "aws-cdk-lib/{module}";' for name, module in
     MODULES.items()), f"export function fix(this: cdk.Stack, {', '.join(f'{n}: {t}' for n, t in ASSUMED.items())}) {{ {{", ""]
)  # fmt: skip

OPTIONS = """{"compilerOptions": {"target": "es2022", "module": "nodenext", "strict": true, "noEmit": true,
"skipLibCheck": true, "types": [], "lib": ["es2022"]}, "include": ["*.ts"]}"""


def tokens(text):
    return [(match.lastgroup, match.group()) for match in TOKEN.finditer(text)]


def check_brackets(text):
    """The snippet stays within its function, and has its strings closed."""
    open_brackets = []
    for kind, token in tokens(text):
        if kind != "other":
            continue
        if token in "([{":
            open_brackets.append(token)
        elif token in ")]}":
            if not open_brackets or open_brackets.pop() + token not in ("()", "[]", "{}"):
                raise Bad(f"{token} closes nothing")
        elif token in "\"'`":
            raise Bad("a string is not closed")
    if open_brackets:
        raise Bad(f"{open_brackets[-1]} is not closed")


def check_actions(text):
    """What stands in actions: […] of a statement and in grant(role, …) are IAM actions."""
    for statement in re.findall(r"new iam\.PolicyStatement\((.*?\})\)", text, re.S):
        iam.statements["cdk"] += 1
        listed = re.search(r"\b(?:a|notA)ctions:\s*\[([^\]]*)\]", statement)
        if not listed:
            raise Bad("a statement without actions")
        if not re.search(r"\b(r|notR)esources:|\b(p|notP)rincipals:", statement):
            raise Bad("a statement without resources and principals")
        for action in re.findall(r"""["']([^"']*)["']""", listed.group(1)):
            iam.check_action(action, "cdk")
    for granted in re.findall(r"\.grant\(([^;]*)\)", text):
        for action in re.findall(r"""["']([a-z0-9-]+:\w+)["']""", granted):
            iam.check_action(action, "cdk")


def check(text):
    check_brackets(text)
    check_actions(text)


def compile_all(texts):
    """What tsc says of each text: a list of complaints or nothing, in the order of the texts."""
    said = {number: [] for number in range(len(texts))}
    rest = dict(enumerate(texts))
    while rest:
        found = compile_once(rest)
        for number, complaint in found:
            said[number].append(complaint)
        # While a file cannot be read, tsc does not look at the types of any.
        unreadable = {number for number, complaint in found if ": TS1" in complaint}
        if not unreadable:
            break
        rest = {number: text for number, text in rest.items() if number not in unreadable}
    return list(said.values())


def compile_once(texts):
    modules = pathlib.Path(os.environ["ECSPLAIN_NODE_MODULES"]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "node_modules").symlink_to(modules)
        (folder / "package.json").write_text('{"type": "module"}')
        (folder / "tsconfig.json").write_text(OPTIONS)
        for number, text in texts.items():
            (folder / f"fix{number}.ts").write_text(f"{HEAD}{text}\n}} }}\n")
        command = [modules / ".bin/tsc", "--pretty", "false", "-p", folder]
        tsc = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    found = []
    for line in tsc.stdout.splitlines():
        m = re.match(r"fix(\d+)\.ts\((\d+),\d+\): error (.*)", line)
        if m:
            found.append((int(m.group(1)), f"line {int(m.group(2)) - HEAD.count(chr(10))}: {m.group(3)}"))
        elif not line.startswith(" "):
            raise RuntimeError(f"tsc: {line}")
    if tsc.returncode and not found:
        raise RuntimeError(f"tsc ended with {tsc.returncode}: {tsc.stderr}")
    return found
