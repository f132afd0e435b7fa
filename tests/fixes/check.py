#!/usr/bin/env python3
"""Checks the texts of fixes with the real things: an HCL parser, the provider's names, bash, and the `aws` command.

Reads lines of JSON from standard input, {"id": "…", "form": "terraform|aws-cli|check|…", "text": "…"}, with the
placeholders filled in. A `check` is the command of a check. Forms that no tool can read (console, code, …) pass when
they are not empty. Nothing is sent anywhere: each `aws` command runs up to the point where it would make its request.

    ecsplain knowledge fixes | tests/fixes/run
    tests/fixes/run --self-test

Ends with 1 when a text is bad, or when there was none.
"""

import contextlib
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import hcl2
import jmespath.visitor

HERE = pathlib.Path(__file__).resolve().parent

# What the shell puts in at run time ($NAME, $(…)) stands as this character: a value that cannot be judged.
UNKNOWN = "\ue000"

# Placeholders that stand where a number or a long id has to, and what the `aws` command is given for them.
PLACEHOLDERS = {"PORT": "443", "SECONDS": "60", "EXIT_CODE": "1", "SUBNET": "subnet-00000000000000000"}


class Bad(Exception):
    """What is wrong with a text."""


# --- Policies ---------------------------------------------------------------------------------------------------------

POLICY_KEYS = {"Version", "Id", "Statement"}
STATEMENT_KEYS = {
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}  # fmt: skip

# Actions that are not names of API operations.
ACTIONS_BESIDE_OPERATIONS = {
    "ecr:BatchImportUpstreamImage",
    "elasticfilesystem:ClientMount",
    "elasticfilesystem:ClientRootAccess",
    "elasticfilesystem:ClientWrite",
    "iam:PassRole",
    "s3:GetBucketLocation",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:ListBucket",
    "s3:PutObject",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
}
SERVICES_OF_ACTIONS = {"elasticfilesystem": "efs"}


def check_action(action):
    if action == "*" or UNKNOWN in action or re.fullmatch(r"[A-Z_]+", action) or action in ACTIONS_BESIDE_OPERATIONS:
        return
    service, colon, operation = action.partition(":")
    if not colon:
        raise Bad(f"{action!r} is no IAM action")
    model = Aws.get().service(SERVICES_OF_ACTIONS.get(service, service))
    if model is None:
        raise Bad(f"IAM action {action!r}: unknown service")
    pattern = re.compile(re.escape(operation).replace(r"\*", ".*"))
    if not any(pattern.fullmatch(name) for name in model.operation_names):
        raise Bad(f"IAM action {action!r}: the service has no such operation")


def as_list(value):
    return value if isinstance(value, list) else [value]


def check_policy(text, what):
    try:
        policy = json.loads(text)
    except ValueError as error:
        raise Bad(f"{what} is no JSON: {error}") from None
    if not isinstance(policy, dict) or "Statement" not in policy:
        return  # a lifecycle policy or the like
    unknown = set(policy) - POLICY_KEYS
    for statement in as_list(policy["Statement"]):
        unknown |= set(statement) - STATEMENT_KEYS
        if statement.get("Effect") not in ("Allow", "Deny"):
            raise Bad(f"{what}: a statement has no Effect")
        if "Action" not in statement and "NotAction" not in statement:
            raise Bad(f"{what}: a statement has no Action")
        for action in as_list(statement.get("Action", [])):
            check_action(action)
    if unknown:
        raise Bad(f"{what}: unknown keys {sorted(unknown)}")


# --- Terraform --------------------------------------------------------------------------------------------------------

TOP_BLOCKS = {"resource", "data", "variable", "output", "locals", "import", "moved", "removed"}
META_ARGUMENTS = {"count", "for_each", "provider", "depends_on"}
META_BLOCKS = {"lifecycle"}

_names = None


def provider_names():
    global _names
    if _names is None:
        _names = json.loads((HERE / "provider-names.json").read_text())
    return _names


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


def check_terraform(text):
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
    for actions in re.findall(r"\b(?:Not)?Action\s*=\s*(\[[^\]]*\]|\"[^\"]*\")", text):
        for action in re.findall(r'"([^"]*)"', actions):
            check_action(action)
    for delimiter, body in re.findall(r"<<-?(\w+)\n(.*?)\n\s*\1\b", text, re.S):
        if body.lstrip().startswith("{"):
            check_policy(re.sub(r"\$\{[^}]*\}", UNKNOWN, body), f"here-document {delimiter}")


# --- Shell ------------------------------------------------------------------------------------------------------------

KEYWORDS = {"if", "then", "else", "elif", "fi", "do", "done", "while", "until", "!", "{", "}", "time"}
# Commands that run the command which follows them.
CARRIERS = {"sudo", "command", "exec", "env", "xargs", "watch", "timeout", "nohup"}


class Command:
    def __init__(self):
        self.words = []
        self.document = None  # the here-document on its standard input


class Shell:
    """Finds the simple commands of a shell text, also those in $(…), with their words as the shell would pass them."""

    def __init__(self, text):
        self.text = text
        self.commands = []
        self.documents = []  # here-documents whose bodies follow at the end of the line
        self.end = self.read(0, None)

    def read(self, i, closing):
        text, command, word = self.text, Command(), None

        def end_word():
            nonlocal word
            if word is not None:
                command.words.append(word)
                word = None

        def end_command():
            nonlocal command
            end_word()
            if command.words:
                self.commands.append(command)
            command = Command()

        while i < len(text):
            c = text[i]
            if closing and c == closing:
                end_command()
                return i + 1
            if c == "\\":
                if text[i + 1 : i + 2] != "\n":
                    word = (word or "") + text[i + 1 : i + 2]
                i += 2
            elif c == "'":
                stop = text.index("'", i + 1)
                word = (word or "") + text[i + 1 : stop]
                i = stop + 1
            elif c == '"':
                i, part = self.quoted(i + 1)
                word = (word or "") + part
            elif c in "$`":
                i, part = self.expansion(i)
                word = (word or "") + part
            elif c == "#" and word is None:
                if text[text.rfind("\n", 0, i) + 1 : i].strip():
                    raise Bad("a comment behind a command, which an interactive zsh takes for an argument")
                while i < len(text) and text[i] != "\n":
                    i += 1
            elif c == "\n":
                end_command()
                i = self.bodies(i + 1)
            elif text.startswith("<<<", i):
                end_word()
                i += 3
                while text[i] == " ":
                    i += 1
                i, _ = self.one_word(i)
            elif text.startswith("<<", i):
                end_word()
                m = re.compile(r"<<-?\s*(['\"]?)(\w+)\1").match(text, i)
                if not m:
                    raise Bad("a here-document has no delimiter")
                self.documents.append((command, m.group(2), bool(m.group(1))))
                i = m.end()
            elif c in "<>":
                if word is not None and word.isdigit():
                    word = None
                end_word()
                m = re.compile(r"[<>]+[&|]?\s*").match(text, i)
                i = m.end()
                if text[i : i + 1] == "(":  # <(…)
                    i = self.read(i + 1, ")")
                else:
                    i, _ = self.one_word(i)
            elif c in ";&|()":
                end_command()
                i += 1
            elif c in " \t":
                end_word()
                i += 1
            else:
                word = (word or "") + c
                i += 1
        end_command()
        if closing:
            raise Bad(f"{closing} is missing")
        return i

    def one_word(self, i):
        m = re.compile(r"""(?:[^\s'"\\;&|()]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")*""").match(self.text, i)
        return m.end(), m.group()

    def quoted(self, i):
        text, word = self.text, ""
        while text[i] != '"':
            if text[i] == "\\" and text[i + 1] in '"\\$`\n':
                word += "" if text[i + 1] == "\n" else text[i + 1]
                i += 2
            elif text[i] in "$`":
                i, part = self.expansion(i)
                word += part
            else:
                word += text[i]
                i += 1
        return i + 1, word

    def expansion(self, i):
        text = self.text
        if text[i] == "`":
            return self.read(i + 1, "`"), UNKNOWN
        if text.startswith("$((", i):
            return text.index("))", i) + 2, UNKNOWN
        if text.startswith("$(", i):
            return self.read(i + 2, ")"), UNKNOWN
        m = re.compile(r"\$(?:\w+|\{[^}]*\}|[?$#@*!-])").match(text, i)
        return (m.end(), UNKNOWN) if m else (i + 1, "$")

    def bodies(self, i):
        for command, delimiter, literal in self.documents:
            m = re.compile(rf"(.*?)^\t*{delimiter}$\n?", re.S | re.M).match(self.text, i)
            if not m:
                raise Bad(f"the here-document {delimiter} does not end")
            body = m.group(1)
            command.document = body if literal else re.sub(r"\$(?:\w+|\{[^}]*\})", UNKNOWN, body)
            i = m.end()
        self.documents = []
        return i


def simple_commands(text):
    try:
        commands = Shell(text).commands
    except (ValueError, IndexError):
        raise Bad("a quote is not closed") from None
    for command in commands:
        words = command.words
        while words and (words[0] in KEYWORDS or re.match(r"\w+=", words[0])):
            words = words[1:]
        if words and words[0] in CARRIERS:
            for carried in ("aws", "jq"):
                if carried in words:
                    words = words[words.index(carried) :]
        if words:
            yield words, command.document


def check_comments(text):
    """An interactive zsh (macOS) runs comments as commands, so an apostrophe in one swallows what follows it."""
    for line in text.splitlines():
        if re.match(r"\s*#", line) and re.search(r"['\"`;|&<>()$!]", line):
            raise Bad(f"a comment has a character that an interactive zsh stumbles over: {line.strip()}")


def check_shell(text, needs_aws, filled=True):
    bash = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True)
    if bash.returncode or bash.stderr:
        raise Bad(f"bash: {' '.join(bash.stderr.split())}")
    check_comments(text)
    if not filled:
        return
    found = False
    for words, document in simple_commands(text):
        if words[0] == "aws":
            found = True
            Aws.get().check(words[1:], document)
        elif words[0] == "jq":
            check_jq(words[1:])
    if needs_aws and not found:
        raise Bad("no aws command")


def check_jq(words):
    if not shutil.which("jq"):
        return
    program = next((w for w in words if not w.startswith("-")), None)
    if program and UNKNOWN not in program and "--arg" not in words:
        jq = subprocess.run(["jq", "-n", program], capture_output=True, text=True)
        if jq.returncode in (2, 3):  # 3: it does not compile; the rest depends on the input
            raise Bad(f"jq: {' '.join(jq.stderr.split())}")


# --- The aws command --------------------------------------------------------------------------------------------------


def is_unknown(value):
    """Whether nothing of a value is known before the shell runs."""
    return isinstance(value, str) and (value.strip(UNKNOWN) == "" and value != "" or value.startswith("file://"))


def sample(shape, size=1, depth=0):
    """A value that fits the shape."""
    kind = getattr(shape, "type_name", "string")
    if depth > 12:
        return None
    if kind == "structure":
        members = shape.members.items()
        if size == 1:  # a request: no more than it must have
            members = [(k, v) for k, v in members if k in shape.required_members]
        return {k: sample(v, size, depth + 1) for k, v in members}
    if kind == "list":
        return [sample(shape.member, size, depth + 1)] * size
    if kind == "map":
        return {"key": sample(shape.value, size, depth + 1)}
    if kind in ("integer", "long", "float", "double"):
        return max(1, shape.metadata.get("min", 1))
    if kind == "boolean":
        return True
    if kind == "blob":
        return b"x"
    enum = getattr(shape, "enum", None)
    return enum[0] if enum else "x" * max(1, (getattr(shape, "metadata", None) or {}).get("min", 1))


class EveryItem(jmespath.visitor.TreeInterpreter):
    """Runs a query on sample data, in which no item would pass a filter: so all pass."""

    def visit_filter_projection(self, node, value):
        base = self.visit(node["children"][0], value)
        if not isinstance(base, list):
            return None
        for item in base:
            self.visit(node["children"][2], item)  # its functions must fit, whatever comes out
        items = (self.visit(node["children"][1], item) for item in base)
        return [item for item in items if item is not None]


class Aws:
    """The real command, stopped where it would make its request."""

    _instance = None

    @classmethod
    def get(cls):
        cls._instance = cls._instance or cls()
        return cls._instance

    def __init__(self):
        # Nobody's configuration, nobody's credentials.
        for name in [n for n in os.environ if n.startswith("AWS_")]:
            del os.environ[name]
        os.environ.update(AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull,
                          AWS_EC2_METADATA_DISABLED="true", AWS_DEFAULT_REGION="us-east-1")  # fmt: skip
        from awscli import argparser, arguments, clidriver, paramfile
        from awscli.customizations import commands, waiters

        self.driver = clidriver.create_clidriver()
        self.session = self.driver.session
        self.reached = 0
        self.document = None
        self.open_input = False  # the whole request comes from a file that the text makes
        self.problem = None
        aws = self

        def invoke(caller, service_name, operation_name, parameters, parsed_globals):
            aws.request(service_name, operation_name, parameters, parsed_globals)
            return 0

        def patch(cls):
            cls.invoke = invoke
            for sub in cls.__subclasses__():
                if sub.__name__ != "StubbedCLIOperationCaller":
                    patch(sub)

        patch(clidriver.CLIOperationCaller)

        def wait(caller, service_name, operation_name, parameters, parsed_globals):
            aws.request(service_name, operation_name, parameters, parsed_globals)
            return 0

        waiters.WaiterCaller.invoke = wait

        # Abbreviated options work by chance only: a new option can make them ambiguous.
        argparser.CLIArgParser._get_option_tuples = lambda parser, option: []
        for kind, convert in list(arguments.CLIArgument.TYPE_MAP.items()):
            if convert in (int, float):
                arguments.CLIArgument.TYPE_MAP[kind] = lambda v, to=convert: v if is_unknown(v) else to(v)

        unpack = clidriver.ServiceOperation._unpack_arg

        def unpack_arg(operation, cli_argument, value, parsed_globals):
            model = getattr(cli_argument, "argument_model", None)
            if is_unknown(value) and aws.content(value) is None or (
                isinstance(value, list) and any(is_unknown(v) for v in value)
            ):
                value = sample(model)
                if getattr(model, "type_name", "string") in ("structure", "list", "map"):
                    value = json.dumps(value, default=str)  # it is parsed later on
                return [value] if cli_argument.cli_type_name == "list" else value
            return unpack(operation, cli_argument, value, parsed_globals)

        clidriver.ServiceOperation._unpack_arg = unpack_arg

        # Commands that are more than one request (s3 cp, ecr get-login-password): their arguments are all there is to check.
        basic_call = commands.BasicCommand.__call__

        def call(command, args, parsed_globals):
            if not command.SUBCOMMANDS and type(command).__name__ not in ("S3", "WaitCommand"):

                def run(parsed_args, parsed_globals):
                    aws.reached += 1
                    return 0

                command._run_main = run
            return basic_call(command, args, parsed_globals)

        commands.BasicCommand.__call__ = call

        paramfile.LOCAL_PREFIX_MAP["file://"] = (lambda prefix, path, **_: aws.content(path) or "{}", {})

    def content(self, path):
        """What a file:// argument reads, where the text itself shows it."""
        return self.document if path.endswith("/dev/stdin") else None

    def service(self, name):
        try:
            return self.session.get_service_model(name)
        except Exception:
            return None

    def check(self, words, document=None):
        """Each command in a process of its own: the command is not made to run twice in one."""
        if words:
            self.service(words[0])  # loaded once, for all that follow
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                self.check_here(words, document)
                message = ""
            except Bad as bad:
                message = str(bad)
            except BaseException as error:
                message = f"{type(error).__name__}: {error}"
            os.write(write, message.encode()[:4000])
            os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            message = pipe.read().decode(errors="replace")
        os.waitpid(child, 0)
        if message:
            raise Bad(message)

    def check_here(self, words, document):
        self.document = document
        arguments = []
        for i, word in enumerate(words):
            if i and words[i - 1] == "--cli-input-json" and is_unknown(word):
                self.open_input = True
                word = "{}"
            elif not is_unknown(word):
                word = word.replace(UNKNOWN, "1")
                for name, value in PLACEHOLDERS.items():
                    word = re.sub(rf"(?<![\w-]){name}(?![\w-])", value, word)
            arguments.append(word)
        called = "aws " + " ".join(arguments[:2])
        out, err = io.StringIO(), io.StringIO()
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                status = self.driver.main(arguments)
        except SystemExit as stop:
            status = stop.code
        if self.problem:
            raise Bad(f"{called}: {self.problem}")
        if status or not self.reached:
            said = [line for line in err.getvalue().splitlines() if line.strip()]
            said = [line for line in said if not line.startswith(("usage:", "To see help", "  aws", "Note: "))]
            said = " ".join(" ".join(said).split()).removeprefix("check.py: error: ")
            raise Bad(f"{called}: {said[:300] or 'it makes no request'}")

    def request(self, service_name, operation_name, parameters, parsed_globals):
        """Where the command would make its request."""
        self.reached += 1
        try:
            operation = self.service(service_name).operation_model(operation_name)
            self.check_parameters(service_name, operation, parameters)
            if parsed_globals.query is not None:
                self.check_query(parsed_globals.query, operation)
        except Bad as bad:
            self.problem = str(bad)

    def check_parameters(self, service_name, operation, parameters):
        from awscli.botocore.validate import ParamValidator

        shape = operation.input_shape
        if shape is None:
            return
        tokens = [name for name, member in shape.members.items() if member.metadata.get("idempotencyToken")]
        parameters = {name: "x" * 36 for name in tokens} | parameters  # made up by the command when it sends
        report = ParamValidator().validate(parameters, shape)
        errors = [e for e in report._errors if not (self.open_input and e[0] == "missing required field" and not e[1])]
        if errors:
            report._errors = errors
            raise Bad(report.generate_report().replace("\n", "; "))
        self.check_values(parameters, shape)
        for name, value in parameters.items():
            if isinstance(value, str) and re.search(r"policy(document|text)?$", name, re.I):
                if value.lstrip().startswith("{"):
                    check_policy(value, name)
                elif name.lower().endswith(("document", "text")) and value.strip(UNKNOWN + "x"):
                    raise Bad(f"{name} is no JSON")
            # The names of EC2's filters stand in the documentation only.
            if service_name == "ec2" and name in ("Filters", "Filter"):
                known = set(re.findall(r"<code>([^<]+)</code>", shape.members[name].documentation))
                for entry in value:
                    if entry["Name"] not in known and not entry["Name"].startswith("tag:"):
                        raise Bad(f"{operation.name} has no filter {entry['Name']!r}")

    def check_values(self, value, shape):
        """Values of enumerations, which the command itself leaves to the service."""
        kind = shape.type_name
        if kind == "structure" and isinstance(value, dict):
            for name, inner in value.items():
                self.check_values(inner, shape.members[name])
        elif kind == "list":
            for inner in value:
                self.check_values(inner, shape.member)
        elif kind == "string" and getattr(shape, "enum", None) and value not in shape.enum:
            raise Bad(f"{value!r} is none of {', '.join(shape.enum[:12])}")

    def check_query(self, query, operation):
        """A query on an answer that has every field: null where the answer has no such field."""
        if operation.output_shape is None or "Policy" in query.expression:
            return
        answer = json.loads(json.dumps(sample(operation.output_shape, size=3), default=str))
        try:
            result = EveryItem().visit(query.parsed, answer)
        except jmespath.exceptions.JMESPathError as error:
            raise Bad(f"--query: {' '.join(str(error).split())}") from None

        def has_null(value):
            if value == []:  # projections leave null out
                return True
            if isinstance(value, dict):
                return any(has_null(v) for v in value.values())
            if isinstance(value, list):
                return any(has_null(v) for v in value)
            return value is None

        if has_null(result):
            raise Bad(f"--query {query.expression!r} asks for a field that {operation.name} does not answer")


# --- The whole --------------------------------------------------------------------------------------------------------


def check(form, text, filled=True):
    """Not filled in: placeholders in capitals stand where values belong. The shell must take them; `aws` need not."""
    if not text.strip():
        raise Bad("empty")
    if form == "terraform":
        check_terraform(text)
    elif form in ("aws-cli", "check"):
        check_shell(text, needs_aws=form == "aws-cli", filled=filled)


GOOD = [
    ("terraform", 'resource "aws_vpc_security_group_egress_rule" "a" {\n  security_group_id = "SG"\n  ip_protocol = "tcp"\n}'),
    ("aws-cli", "L=$(aws ec2 describe-managed-prefix-lists --query 'PrefixLists[0].PrefixListId' --output text)\n"
     'aws ec2 authorize-security-group-egress --group-id SG --ip-permissions \\\n'
     '  "IpProtocol=tcp,FromPort=443,ToPort=443,PrefixListIds=[{PrefixListId=$L}]"'),
    ("aws-cli", "aws iam put-role-policy --role-name r --policy-name p --policy-document file:///dev/stdin <<END\n"
     '{"Statement": [{"Effect": "Allow", "Action": "ecr:BatchGetImage", "Resource": "$ARN"}]}\nEND'),
    ("check", "aws ecs describe-tasks --cluster CLUSTER --tasks TASK | head -5"),
    ("check", "aws ecs describe-tasks --tasks TASK --query \"tasks[0].attachments[0].details[?name=='subnetId'].value | [0]\""),
]  # fmt: skip

# Each must be refused, for the reason that stands behind it.
BROKEN = [
    ("terraform", 'resource "aws_security_group" "a" {\n  vpc = "v"\n}', "no argument 'vpc'"),
    ("terraform", 'resource "aws_security_group" "a" {\n  egress {\n    cidr_block = ["0.0.0.0/0"]\n  }\n}', "cidr_block"),
    ("terraform", 'resource "aws_security_group" "a" {\n  outgoing {\n  }\n}', "no block 'outgoing'"),
    ("terraform", 'resource "aws_security_groop" "a" {\n}', "has no resource"),
    ("terraform", 'resource "aws_vpc_endpoint" "a" {\n  service_name = "s"\n}', "lacks vpc_id"),
    ("terraform", 'resource "aws_vpc" "a" {\n  cidr_block = "x\n}', "no HCL"),
    ("terraform", 'resource "aws_vpc" "a" {\n  cidr_block = SOME WORDS\n}', "no HCL"),
    ("terraform", 'data "aws_vpc" "a" {\n  id = data.aws_subnet.b.vpc_id\n}', "not declared"),
    ("terraform", 'data "aws_subnet" "b" {\n  id = "s"\n}\ndata "aws_vpc" "a" {\n  id = data.aws_subnet.b.vpc\n}', "no attribute"),
    ("terraform", 'resource "aws_iam_role_policy" "a" {\n  role = "r"\n  policy = jsonencode({ Statement = [{ '
     'Effect = "Allow", Action = "ecr:PullImage", Resource = "*" }] })\n}', "ecr:PullImage"),
    ("terraform", 'variable "a" {\n}', "no resource"),
    ("aws-cli", "aws ec2 authorize-security-group-egress --group-id SG --prefix-list pl-1", "Unknown options"),
    ("aws-cli", "aws ec2 authorise-security-group-egress --group-id SG", "argument operation"),
    ("aws-cli", "aws ec3 describe-vpcs", "argument command"),
    ("aws-cli", "aws ecs update-service --cluster c", "--service"),
    ("aws-cli", "aws ecs update-service --service s --desired-count many", "invalid literal"),
    ("aws-cli", "aws ecs update-service --service s --health-check-grace-period-seconds 1 --launch FARGATE", "Unknown options"),
    ("aws-cli", "aws ecs update-service --service s --network-configuration 'awsvpcConfiguration={subnet=[a]}'", "subnet"),
    ("aws-cli", "aws ecs describe-tasks --tasks t --query 'tasks[0'", "query"),
    ("aws-cli", "aws ecs describe-tasks --tasks t --query 'tasks[0].stopReason'", "does not answer"),
    ("aws-cli", "aws ecs describe-tasks --tasks t --query \"tasks[0].attachments[?type=='e'].detail\"", "does not answer"),
    ("aws-cli", "aws ec2 describe-vpc-endpoints --filters Name=vpc,Values=v", "no filter"),
    ("aws-cli", "aws ec2 create-network-acl-entry --network-acl-id a --egress --rule-number 1 --rule-action permit --protocol tcp",
     "none of"),
    ("aws-cli", "X=$(aws ec2 describe-vpcs --vpc-id v)\necho $X", "Unknown options"),
    ("aws-cli", "true && if true; then aws ec2 describe-vpcs --nope; fi", "Unknown options"),
    ("aws-cli", "aws ecs describe-tasks --tasks 't", "bash"),
    ("aws-cli", 'aws ecs describe-tasks --tasks "t', "bash"),
    ("aws-cli", "aws iam put-role-policy --role-name r --policy-name p --policy-document '{\"Statement\": [}'", "no JSON"),
    ("aws-cli", "aws iam put-role-policy --role-name r --policy-name p --policy-document file:///dev/stdin <<END\n"
     '{"Statement": [{"Effect": "Allow", "Actions": "s3:GetObject", "Resource": "$A"}]}\nEND', "no Action"),
    ("aws-cli", "# the task's cluster\naws ecs list-clusters", "zsh"),
    ("aws-cli", "aws ecs list-clusters # all", "zsh"),
    ("aws-cli", "echo aws", "no aws command"),
    ("aws-cli", "aws s3 cp a s3://b/c --acls private", "Unknown options"),
    ("aws-cli", "aws ecs wait services-stable --cluster c", "--services"),
    ("check", "aws ecs describe-tasks --cluster c", "--tasks"),
    ("check", " ", "empty"),
]  # fmt: skip


def self_test():
    failed = 0
    for form, text in GOOD:
        try:
            check(form, text)
        except Bad as bad:
            failed += 1
            print(f"refused, but right: {text!r}: {bad}")
    for form, text, reason in BROKEN:
        try:
            check(form, text)
        except Bad as bad:
            if reason in str(bad):
                continue
            print(f"refused for another reason than {reason!r}: {text!r}: {bad}")
        else:
            print(f"passed, but wrong: {text!r}")
        failed += 1
    return len(GOOD) + len(BROKEN) - failed, failed


def main():
    if sys.argv[1:] == ["--self-test"]:
        passed, failed = self_test()
    else:
        passed = failed = 0
        seen = set()  # many problems share a fix
        for number, line in enumerate(sys.stdin, 1):
            if not line.strip():
                continue
            name = f"line {number}"
            try:
                entry = json.loads(line)
                name = f"{entry['id']} ({entry['form']})"
                what = (entry["form"], entry["text"], entry.get("filled", True))
                if what not in seen:
                    check(*what)
                    seen.add(what)
                passed += 1
            except Bad as bad:
                failed += 1
                print(f"{name}: {bad}")
            except (ValueError, KeyError, TypeError) as error:
                failed += 1
                print(f"{name}: {type(error).__name__}: {error}")
        if not passed and not failed:
            print("nothing to check: standard input was empty")
            failed = 1
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
