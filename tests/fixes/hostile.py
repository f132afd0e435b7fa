"""Hostile values: whatever a record says, a filled-in fix is one snippet of the same structure.

Two tests. The templates of all fixes and checks, read as they stand and read with the worst values that a fact may have,
must differ in their strings only. And ecsplain itself reads records that hold quotes, $(…), line breaks and the like in
every place that a value comes from: what it prints must have the structure of the template.
"""

import collections
import functools
import itertools
import json
import os
import pathlib
import re
import subprocess

import hcl2
import yaml

import cdk
import shell
from common import ROOT, UNKNOWN, Bad

# As the engine finds them: not behind $ or %.
PLACEHOLDER = re.compile(r"(?<![$%])\{([a-z0-9_]+)\}")

# The worst that a value of each shape can be; `src/vocabulary/fact.rs` says which characters it may have.
WORST = {
    "Identifier": ["null", "0x1", "1e9", "yes", "a--b"],
    "Account": ["012345678901"],
    "Number": ["443"],
    "Name": ["//a", "1:2", "a/b:c@d+e=f_g.h-i", ":", "+1", "..", "/.", "a="],
    "Host": ["1:2", "a_b.c-d:1", "null", ":"],
    "SecretName": ["!a", "rds!db-1", "!!", "a!/:@+="],
    "Address": ["::1", "1:2", "10.0.0.0/8", "e1"],
}

# What hostile records say, in place of a value and behind it.
HOSTILE = [
    '$(touch x)', "`id`", '"', "'", '"; rm -rf / #', "'; id; '", "\n!Ref X\n", "${AWS::AccountId}", "${path.module}",
    "{{resolve:ssm:x}}", "`${process.exit()}`", "*/ x /*", "\\", '\\"', "%{if true}", "\n  Fn::Sub: x", '"}\n}\nresource "x" "y" {',
    "!Sub x", "{ Ref: x }", "[a, b]", "&a *a", "# x", "// x", "'); process.exit(); ('", "\u2028", "\r\n", "<<END\nEND\n",
]  # fmt: skip

counts = collections.Counter()


# --- Structures -------------------------------------------------------------------------------------------------------


def yaml_structure(text):
    """Nodes of a YAML text: whether a scalar is in quotes, its tag as the text has it, its value."""
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            name = type(event).__name__
            if name == "ScalarEvent":
                resolved = event.value.count("{{")  # {{resolve:…}}, wherever it stands
                yield "string" if event.style else "plain", (event.tag or "", resolved), event.value
            else:
                yield name, getattr(event, "tag", None) or getattr(event, "anchor", None) or "", ""
    except yaml.YAMLError as error:
        raise Bad(f"no YAML: {' '.join(str(error).split())[:200]}") from None


def hcl_parts(text, at=0, closing=None):
    """Pieces of HCL text: what stands in strings, and what stands between them, also within ${…} of a string."""
    parts, start, depth = [], at, 0
    while at < len(text) and (depth or text[at] != closing):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        document = re.compile(r'"?<<-?(\w+)\n.*?\n\s*\1\b"?', re.S).match(text, at)
        if document:
            parts += [("plain", text[start:at]), ("string", document.group())]
            at = start = document.end()
            continue
        if text[at] == '"':
            parts.append(("plain", text[start:at]))
            at = start = at + 1
            while at < len(text) and text[at] != '"':
                if text.startswith(("${", "%{"), at):
                    parts.append(("string", text[start:at]))
                    inner, at = hcl_parts(text, at + 2, "}")
                    parts += inner
                    start = at + 1
                at += 2 if text[at : at + 1] == "\\" else 1
            parts.append(("string", text[start:at]))
            start = at + 1
        at += 1
    return [*parts, ("plain", text[start:at])], at


def hcl_structure(text):
    def walk(value, depth):
        if isinstance(value, dict):
            for key, inner in value.items():
                yield "key", depth, key
                yield from walk(inner, depth + 1)
        elif isinstance(value, list):
            yield "list", depth, ""
            for inner in value:
                yield from walk(inner, depth + 1)
        else:
            for kind, part in hcl_parts(str(value))[0]:
                yield kind, depth, part

    try:
        return list(walk(hcl2.loads(text), 0))
    except Exception as error:
        raise Bad(f"no HCL: {' '.join(str(error).split())[:200]}") from None


def shell_structure(text):
    try:
        found = shell.Shell(text)
    except (ValueError, IndexError):
        raise Bad("a quote is not closed") from None
    for command in found.commands:
        yield "command", "", str(len(command.words))
        for word in command.words:
            yield "string", word.count(UNKNOWN), word
        yield "string", "document", command.document or ""


def structure(form, text):
    """A text as a list of (kind, where, value). Only values of kind `string` may change with a value."""
    if form == "cloudformation":
        return list(yaml_structure(text))
    if form == "cdk":
        return [(kind, "", token) for kind, token in cdk.tokens(text) if kind != "space"]
    if form == "terraform":
        return hcl_structure(text)
    return list(shell_structure(text))


# --- Templates --------------------------------------------------------------------------------------------------------


@functools.cache
def shapes():
    """The shape of each fact, from the engine's own list."""
    source = (ROOT / "src/vocabulary/fact.rs").read_text()
    found = dict(re.findall(r'^\s*\w+ = "(\w+)", "[^"]*", "[^"]*", (\w+);$', source, re.M))
    if not found or set(found.values()) - set(WORST):
        raise RuntimeError("the list of facts in src/vocabulary/fact.rs is not as this test knows it")
    return found


def check_places(form, template):
    """Where a placeholder may not stand, whatever the value."""
    if form == "cloudformation":
        tree = yaml.compose(PLACEHOLDER.sub("PLACEHOLDER", template))

        def walk(node, within_sub):
            if isinstance(node, yaml.MappingNode):
                for key, value in node.value:
                    if "PLACEHOLDER" in key.value:
                        raise Bad("a placeholder in a key")
                    walk(value, within_sub or key.value == "Fn::Sub")
            elif isinstance(node, yaml.SequenceNode):
                for item in node.value:
                    walk(item, within_sub or node.tag == "!Sub")
            elif "PLACEHOLDER" in node.value:
                if within_sub or node.tag == "!Sub":
                    raise Bad("a placeholder in Fn::Sub")
                if "{{" in node.value:
                    raise Bad("a placeholder in a dynamic reference")

        walk(tree, False)
    elif form == "cdk":
        for kind, token in cdk.tokens(template):
            if kind in ("template", "comment") and PLACEHOLDER.search(token):
                raise Bad(f"a placeholder in a {kind}")


def check_template(form, template):
    facts = shapes()
    names = list(dict.fromkeys(name for name in PLACEHOLDER.findall(template)))
    check_places(form, template)
    # Numbers, and what an entry gives by itself, may stand outside of strings.
    steady = {name: "443" for name in names if facts.get(name, "Number") == "Number"}
    moving = [name for name in names if name not in steady]
    marks = {name: f"Fact{number}Mark" for number, name in enumerate(moving)}

    def fill(values):
        return PLACEHOLDER.sub(lambda m: values.get(m.group(1), m.group()), template)

    plain = structure(form, fill(steady | marks))
    for kind, _, value in plain:
        if kind not in ("string", "comment") and any(mark in value for mark in marks.values()):
            raise Bad(f"a placeholder outside a string: {value[:80]!r}")
    for turn in range(max((len(WORST[facts[name]]) for name in moving), default=0)):
        values = {name: WORST[facts[name]][turn % len(WORST[facts[name]])] for name in moving}
        expected = []
        for kind, where, value in plain:
            for name in moving:
                value = value.replace(marks[name], values[name])
            expected.append((kind, where, value))
        if structure(form, fill(steady | values)) != expected:
            raise Bad(f"it has another structure with {values}")


@functools.cache
def entries():
    """The files of problems and of shared fixes: (where, content)."""
    found = []
    for file in sorted((ROOT / "knowledge").glob("*/*.yaml")):
        if file.parent.name != "signals":
            where = f"{file.parent.name}/{file.stem}"
            try:
                found.append((where, yaml.load(file.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))))
            except yaml.YAMLError as error:
                raise RuntimeError(f"knowledge/{where}.yaml: {error}") from None
    return found


def templates():
    """Every fix and check as it is written: (where, form, text)."""
    for where, entry in entries():
        for fix in entry.get("forms", []):
            yield where, fix["form"], fix["text"]
        for cause in entry.get("causes", []):
            for check in cause.get("checks", []):
                yield f"{where}/{cause['id']}", "check", check["run"]
            for fix in cause.get("fixes", []):
                if "form" in fix:
                    yield f"{where}/{cause['id']}", fix["form"], fix["text"]


# --- Records ----------------------------------------------------------------------------------------------------------


def hostile_texts():
    """The texts of all examples, with something hostile at each word that looks like a value."""
    hostile = itertools.cycle(HOSTILE)
    for _, entry in entries():
        for example in entry.get("examples", []):
            text = example.get("text")
            if not text:
                continue
            for word in re.finditer(r"[\w-]*[\d/_.-][\w-]*", text):
                if len(word.group()) > 3:
                    yield text[: word.end()] + next(hostile) + text[word.end() :]


def records():
    """Stopped tasks as `describe-tasks` prints them, hostile in their reasons and in one of their fields by turns."""
    fields = itertools.cycle(["cluster", "group", "definition", "container", "image", "subnet", "nothing", "nothing"])
    hostile = itertools.cycle(HOSTILE)
    for number, text in enumerate(hostile_texts()):
        value = {name: "web" for name in ("cluster", "group", "definition", "container", "image", "subnet")}
        value[next(fields)] = "web" + next(hostile)
        arn = "arn:aws:ecs:eu-west-1:111122223333"
        yield {
            "taskArn": f"{arn}:task/web/{number:032x}",
            "clusterArn": f"{arn}:cluster/{value['cluster']}",
            "taskDefinitionArn": f"{arn}:task-definition/{value['definition']}:7",
            "group": f"service:{value['group']}",
            "lastStatus": "STOPPED",
            "stoppedReason": text,
            "containers": [{"name": value["container"], "image": value["image"], "lastStatus": "STOPPED"}],
            "attachments": [{"type": "ElasticNetworkInterface", "details": [{"name": "subnetId", "value": value["subnet"]}]}],
        }


@functools.cache
def skeleton(form, text):
    """The structure without what a value may change: strings, and numbers with their placeholders."""

    def bare(part):
        kind, where, value = part
        if kind == "string" or re.fullmatch(r"\d+|[A-Z_]+", value):
            return "value", where
        return kind, where, re.sub(r"\b(\d+|[A-Z][A-Z_]+)\b", "0", value)

    return [bare(part) for part in structure(form, text)]


def ecsplain(*arguments, **options):
    binary = os.environ.get("ECSPLAIN") or pathlib.Path(
        os.environ.get("CARGO_TARGET_DIR") or ROOT / "target", "debug", "ecsplain"
    )
    knowledge = ["--knowledge", ROOT / "knowledge"]
    return subprocess.run([binary, *arguments, *knowledge], capture_output=True, text=True, **options)


def check_records():
    written = collections.defaultdict(list)
    for line in ecsplain("knowledge", "fixes").stdout.splitlines():
        fix = json.loads(line)
        written[fix["id"], fix["form"] == "check"].append((fix["form"], fix["text"]))
    tasks = list(records())
    counts["records"] = len(tasks)
    options = ["--format", "ndjson", "--all", "--no-group", "--fixes", "all", "--fail-on", "never"]
    printed = ecsplain(*options, "-", input=json.dumps({"tasks": tasks}))
    if printed.returncode:
        yield f"ecsplain ended with {printed.returncode}: {printed.stderr[-500:]}"
    seen = set()
    for line in printed.stdout.splitlines():
        explanation = json.loads(line)
        for cause in explanation.get("causes", []):
            where = f"{(explanation.get('problem') or {}).get('id')}/{cause['id']}"
            for is_check, filled in (True, cause.get("checks", [])), (False, cause.get("fixes", [])):
                forms = written[where, is_check]
                if len(forms) != len(filled):
                    yield f"{where}: {len(filled)} fixes or checks where its page has {len(forms)}"
                    continue
                for (form, template), fix in zip(forms, filled, strict=True):
                    text = fix["run"] if is_check else fix["text"]
                    if (form, template, text) in seen or form in ("code", "console"):
                        continue
                    seen.add((form, template, text))
                    try:
                        if skeleton(form, text) != skeleton(form, template):
                            yield f"{where} ({form}): a hostile record changes its structure: {text!r}"
                    except Bad as bad:
                        yield f"{where} ({form}): with a hostile record {bad}: {text!r}"
    counts["fixes"] = len(seen)
    if not seen:
        yield f"no fix came out of the hostile records: {printed.stderr[-500:]}"


def check():
    """What is wrong, line by line."""
    for where, form, template in templates():
        if form not in ("code", "console"):
            counts["templates"] += 1
            try:
                check_template(form, template)
            except Bad as bad:
                yield f"{where} ({form}): {bad}"
    yield from check_records()
