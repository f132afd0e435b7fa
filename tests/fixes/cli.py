"""AWS CLI: every command runs in the real `aws` up to the point where it would make its request."""

import collections
import contextlib
import io
import json
import os
import re
import subprocess

import jmespath.visitor
import jq

import fake
import iam
import shell
from common import SOME_TIME, UNKNOWN, Bad

# Placeholders that stand where a number or a long id has to, and what the `aws` command is given for them.
PLACEHOLDERS = {"PORT": "443", "SECONDS": "60", "EXIT_CODE": "1", "SUBNET": "subnet-00000000000000000",
                "START_TIME": SOME_TIME, "END_TIME": SOME_TIME, "START": SOME_TIME, "END": SOME_TIME}  # fmt: skip


# Commands that version 2 of the command has and PyPI's version 1 has not, and for which version 1 has nothing else.
VERSION_2_ONLY = [("sso", "login")]

# How many commands were checked.
commands = collections.Counter()
_passed = set()


def check(text, needs_aws, filled=True):
    bash = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True)
    if bash.returncode or bash.stderr:
        raise Bad(f"bash: {' '.join(bash.stderr.split())}")
    shell.check_comments(text)
    if not filled:
        return
    found = False
    for words, document in shell.simple_commands(text):
        if words[0] == "aws":
            found = True
            if tuple(words[1:3]) in VERSION_2_ONLY:
                continue
            what = (tuple(words), document)
            if what not in _passed:  # many checks share a command
                Aws.get().check(words[1:], document)
                _passed.add(what)
        elif words[0] == "jq":
            check_jq(words[1:])
    if needs_aws and not found:
        raise Bad("no aws command")


def check_jq(words):
    program = next((w for w in words if not w.startswith("-")), None)
    if program and UNKNOWN not in program and "--arg" not in words:
        commands["jq"] += 1
        try:
            jq.compile(program)
        except ValueError as error:
            raise Bad(f"jq: {' '.join(str(error).split())}") from None


def is_unknown(value):
    """Whether nothing of a value is known before the shell runs."""
    return isinstance(value, str) and (value.strip(UNKNOWN) == "" and value != "" or value.startswith("file://"))


def sample(shape, size=1, above=()):
    """A value that fits the shape."""
    kind = getattr(shape, "type_name", "string")
    if kind == "structure":
        if shape.name in above:  # a shape that holds itself
            return {}
        above = (*above, shape.name)
        members = shape.members.items()
        if size == 1:  # a request: no more than it must have
            members = [(k, v) for k, v in members if k in shape.required_members]
        return {k: sample(v, size, above) for k, v in members}
    if kind == "list":
        return [sample(shape.member, size, above)] * size
    if kind == "map":
        return {"key": sample(shape.value, size, above)}
    if kind in ("integer", "long", "float", "double"):
        return max(1, shape.metadata.get("min", 1))
    if kind == "boolean":
        return True
    if kind == "blob":
        return b"x"
    if kind == "timestamp":
        return SOME_TIME
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
        self.send = False  # to the fake AWS
        self.sent = []
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

    def start_fake(self):
        fake.start(self.session)
        self.send = True

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
            iam.statements.clear()
            iam.actions.clear()
            answer = {"problem": "", "sent": []}
            try:
                self.check_here(words, document)
                answer["sent"] = self.sent
            except Bad as bad:
                answer["problem"] = str(bad)[:4000]
            except BaseException as error:
                answer["problem"] = f"{type(error).__name__}: {error}"[:4000]
            answer.update(statements=iam.statements, actions=iam.actions)
            os.write(write, json.dumps(answer).encode())
            os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            answer = json.loads(pipe.read())
        os.waitpid(child, 0)
        iam.statements.update(answer["statements"])
        iam.actions.update(answer["actions"])
        fake.results.update(answer["sent"])
        commands["aws"] += 1
        if answer["problem"]:
            raise Bad(answer["problem"])

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
        if not status and {"--version", "--generate-cli-skeleton"} & set(words):
            return
        if status or not self.reached:
            said = [line for line in err.getvalue().splitlines() if line.strip()]
            said = [line for line in said if not line.startswith(("usage:", "To see help", "  aws", "Note: "))]
            said = " ".join(" ".join(said).split()).removeprefix("check.py: error: ")
            raise Bad(f"{called}: {said[:300] or 'it makes no request'}")

    def request(self, service_name, operation_name, parameters, parsed_globals):
        """Where the command would make its request."""
        self.reached += 1
        try:
            parameters.pop("PaginationConfig", None)  # for the command itself
            operation = self.service(service_name).operation_model(operation_name)
            self.check_parameters(service_name, operation, parameters)
            if parsed_globals.query is not None:
                self.check_query(parsed_globals.query, operation)
            if self.send and not self.open_input:
                self.sent.append(fake.send(self.session, service_name, operation_name, parameters))
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
                    iam.check_policy(value, name, "aws-cli")
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

