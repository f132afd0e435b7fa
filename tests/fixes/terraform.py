"""Terraform: a real HCL parser, and the names that the provider knows (provider-names.json)."""

import functools
import json
import re

import hcl2

import iam
from common import HERE, UNKNOWN, Bad

TOP_BLOCKS = {"resource", "data", "variable", "output", "locals", "import", "moved", "removed"}
META_ARGUMENTS = {"count", "for_each", "provider", "depends_on"}
META_BLOCKS = {"lifecycle"}


@functools.cache
def provider_names():
    return json.loads((HERE / "provider-names.json").read_text())


def check_body(body, schema, where, top=False):
    arguments = set(schema.get("args", [])) | (META_ARGUMENTS if top else set())
    blocks = schema.get("blocks", {})
    given = set()
    for name, value in body.items():
        if name.startswith("__"):
            continue  # the parser's own notes
        given.add(name)
        is_block = isinstance(value, list) and any(isinstance(v, dict) and v.get("__is_block__") for v in value)
        if not is_block:
            if name not in arguments:
                hint = " (it is a block)" if name in blocks else ""
                raise Bad(f"{where} has no argument {name!r}{hint}")
        elif name == "dynamic":
            for entry in value:
                for label, inner in entry.items():
                    if label.startswith("__"):
                        continue
                    label = label.strip('"')
                    if label not in blocks:
                        raise Bad(f"{where} has no block {label!r}")
                    given.add(label)
                    for content in inner["content"]:
                        check_body(content, blocks[label], f"{where}.{label}")
        elif top and name in META_BLOCKS:
            pass
        elif name not in blocks:
            hint = " (it is an argument)" if name in arguments else ""
            raise Bad(f"{where} has no block {name!r}{hint}")
        else:
            for entry in value:
                check_body(entry, blocks[name], f"{where}.{name}")
    missing = set(schema.get("required", [])) - given
    if missing:
        raise Bad(f"{where} lacks {', '.join(sorted(missing))}")


def without_comments(text):
    """HCL without its # comments; strings are left whole."""
    return re.sub(r'("(?:[^"\\\n]|\\.)*")|#[^\n]*', lambda m: m.group(1) or "", text)


def check_references(text, declared):
    names = provider_names()
    # What a comment calls the reader's own need not be declared.
    own = set(re.findall(r"#[^\n]*?\b(aws_\w+\.\w+) is yours", text))
    pattern = r"(?<![\w.\"])(data\.)?(aws_\w+)\.(\w+)(?:\[[^\]]*\])?(?:\.(\w+))?"
    for data, kind, label, attribute in re.findall(pattern, without_comments(text)):
        family = "data" if data else "resource"
        if (family, kind, label) not in declared and f"{kind}.{label}" not in own:
            raise Bad(f"{data}{kind}.{label} is not declared")
        schema = names[family][kind]
        known = {"id", *schema.get("args", []), *schema.get("blocks", {}), *schema.get("reads", [])}
        if attribute and attribute not in known:
            raise Bad(f"{data}{kind} has no attribute {attribute!r}")
    variables = {label for family, _, label in declared if family == "variable"}
    for name in re.findall(r"(?<![\w.])var\.(\w+)", without_comments(text)):
        if name not in variables:
            raise Bad(f"var.{name} is not declared")


def check(text):
    try:
        document = hcl2.loads(text)
    except Exception as error:  # the parser has many kinds of them
        raise Bad(f"no HCL: {' '.join(str(error).split())[:200]}") from None
    declared = set()
    found = False
    for name, entries in document.items():
        if name.startswith("__"):
            continue
        if name not in TOP_BLOCKS:
            raise Bad(f"{name!r} does not stand at the top of a file")
        for entry in entries:
            if name in ("resource", "data"):
                for kind, instances in entry.items():
                    if kind.startswith("__"):
                        continue
                    kind = kind.strip('"')
                    schema = provider_names()[name].get(kind)
                    if schema is None:
                        raise Bad(f"the provider has no {name} {kind!r}, or provider-names.json leaves it out")
                    for label, body in instances.items():
                        if label.startswith("__"):
                            continue
                        found = True
                        declared.add((name, kind, label.strip('"')))
                        check_body(body, schema, kind, top=True)
            elif name == "variable":
                declared |= {(name, name, label.strip('"')) for label in entry if not label.startswith("__")}
    if not found:
        raise Bad("no resource and no data source")
    check_references(text, declared)
    for value in encoded_values(text):
        iam.check_policies_within(value, "jsonencode", "terraform")
    for delimiter, body in re.findall(r"<<-?(\w+)\n(.*?)\n\s*\1\b", text, re.S):
        if body.lstrip().startswith("{"):
            iam.check_policy(re.sub(r"\$\{[^}]*\}", UNKNOWN, body), f"here-document {delimiter}", "terraform")


def encoded_values(text):
    """What stands in jsonencode(…), as values. References and calls in it stay texts."""

    def plain(value):
        if isinstance(value, dict):
            return {key.strip('"'): plain(inner) for key, inner in value.items() if not key.startswith("__")}
        if isinstance(value, list):
            return [plain(inner) for inner in value]
        if isinstance(value, str):
            return value[1:-1] if value.startswith('"') else UNKNOWN
        return value

    for start in re.finditer(r"\bjsonencode\(", text):
        depth, at = 1, start.end()
        while depth:  # strings and comments in a fix have balanced brackets, or the parser refuses what comes out
            depth += {"(": 1, ")": -1}.get(text[at], 0)
            at += 1
        try:
            yield plain(hcl2.loads(f"value = {text[start.end() : at - 1]}\n")["value"])
        except Exception as error:
            raise Bad(f"jsonencode: {' '.join(str(error).split())[:200]}") from None
