#!/usr/bin/env python3
"""Checks the texts of fixes with the real things: parsers, compilers and linters of each language.

Reads lines of JSON from standard input, {"id": "…", "form": "terraform|cloudformation|cdk|aws-cli|check|…", "text": "…",
"filled": true}. A `check` is the command of a check. Forms that no tool can read (console, code) pass when they are not
empty. Nothing is sent anywhere but to a fake AWS on this machine.

    ecsplain knowledge fixes | tests/fixes/run
    tests/fixes/run --self-test

Ends with 1 when a text is bad, or when there was none.
"""

import collections
import concurrent.futures
import json
import sys

import cdk
import cli
import cloudformation
import fake
import hostile
import iam
import samples
import terraform
from common import Bad


def check(form, text, filled=True):
    """Not filled in: placeholders in capitals stand where values belong. The languages must take them; AWS need not."""
    if not text.strip():
        raise Bad("empty")
    if form == "terraform":
        terraform.check(text)
    elif form == "cloudformation":
        cloudformation.check(text, filled)
    elif form == "cdk":
        cdk.check(text)
    elif form in ("aws-cli", "check"):
        cli.check(text, needs_aws=form == "aws-cli", filled=filled)


def complaint(what):
    """What is wrong with one text, or nothing."""
    try:
        check(*what)
    except Bad as bad:
        return str(bad)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def half(texts):
    """Checks texts in a process of its own, and hands back what it counted too."""
    said = [complaint(what) for what in texts]
    counts = (iam.statements, iam.actions, cli.commands, fake.results, cloudformation.resources)
    return said, counts


def check_all(texts):
    """What is wrong with each text: two processes share the work, and tsc gets all snippets at once."""
    shares = [texts[0::2], texts[1::2]]
    said = {}
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        for share, (complaints, counts) in zip(shares, pool.map(half, shares), strict=True):
            said.update(zip(share, complaints, strict=True))
            for total, count in zip((iam.statements, iam.actions, cli.commands, fake.results), counts, strict=False):
                total.update(count)
            cloudformation.resources += counts[-1]
    snippets = [what for what in texts if what[0] == "cdk" and what[2] and not said[what]]
    for what, complaints in zip(snippets, cdk.compile_all([what[1] for what in snippets]), strict=True):
        if complaints:
            said[what] = "tsc: " + "; ".join(complaints[:4])
    return said


def self_test():
    cli.Aws.get().start_fake()
    texts = [(form, text, True) for form, text in samples.GOOD]
    texts += [(form, text, True) for form, text, _ in samples.BROKEN]
    said = check_all(list(dict.fromkeys(texts)))
    failed = 0
    for form, text in samples.GOOD:
        if said[form, text, True]:
            failed += 1
            print(f"refused, but right: {text!r}: {said[form, text, True]}")
    for form, text, reason in samples.BROKEN:
        complaint = said[form, text, True]
        if not complaint:
            print(f"passed, but wrong: {text!r}")
        elif reason not in complaint:
            print(f"refused for another reason than {reason!r}: {text!r}: {complaint}")
        else:
            continue
        failed += 1
    for form, text, reason in samples.OPEN_TO_VALUES:
        try:
            hostile.check_template(form, text)
        except Bad as bad:
            if reason in str(bad):
                continue
            print(f"refused for another reason than {reason!r}: {text!r}: {bad}")
        else:
            print(f"passed, but values can change it: {text!r}")
        failed += 1
    for form, written, filled in samples.INJECTED:
        if hostile.skeleton(form, written) == hostile.skeleton(form, filled):
            print(f"not seen that {filled!r} has another structure than {written!r}")
            failed += 1
    tried = (samples.GOOD, samples.BROKEN, samples.OPEN_TO_VALUES, samples.INJECTED)
    return sum(map(len, tried)) - failed, failed


def summary(texts):
    """One line for each tool."""
    forms = collections.Counter(form for form, _, _ in texts)
    for name, count in [
        ("terraform: HCL parser, provider's names", f"{forms['terraform']} texts"),
        ("cloudformation: cfn-lint", f"{forms['cloudformation']} texts, {cloudformation.resources} resources"),
        ("cdk: tsc, aws-cdk-lib", f"{sum(1 for form, _, filled in texts if form == 'cdk' and filled)} snippets"),
        ("aws-cli and checks: bash", f"{forms['aws-cli']} fixes, {forms['check']} checks"),
        ("aws-cli and checks: aws, jq", f"{cli.commands['aws']} aws commands, {cli.commands['jq']} jq programs"),
        ("aws-cli and checks: fake AWS", ", ".join(f"{count} {how}" for how, count in fake.results.most_common())),
        ("IAM: policies", ", ".join(f"{count} statements in {form}" for form, count in sorted(iam.statements.items()))),
        ("IAM: actions", ", ".join(f"{count} in {form}" for form, count in sorted(iam.actions.items()))),
        ("hostile values", f"{hostile.counts['templates']} templates filled, {hostile.counts['records']} hostile records, "
         f"{hostile.counts['fixes']} fixes of them"),
        ("no tool", f"{forms['code']} code, {forms['console']} console"),
    ]:  # fmt: skip
        print(f"{name:42} {count}")


def main():
    if sys.argv[1:] == ["--self-test"]:
        passed, failed = self_test()
        print(f"{passed} passed, {failed} failed")
        sys.exit(1 if failed else 0)
    passed = failed = 0
    named = []
    for number, line in enumerate(sys.stdin, 1):
        if line.strip():
            try:
                entry = json.loads(line)
                what = (entry["form"], entry["text"], entry.get("filled", True))
                named.append((f"{entry['id']} ({entry['form']})", what))
            except (ValueError, KeyError, TypeError) as error:
                failed += 1
                print(f"line {number}: {type(error).__name__}: {error}")
    texts = list(dict.fromkeys(what for _, what in named))  # many problems share a fix
    cli.Aws.get().start_fake()
    said = check_all(texts)
    told = set()
    for name, what in named:
        if not said[what]:
            passed += 1
            continue
        failed += 1
        if what not in told:
            told.add(what)
            print(f"{name}: {said[what]}")
    if not named:
        print("nothing to check: standard input was empty")
        failed += 1
    for complaint in hostile.check():
        failed += 1
        print(complaint)
    summary(texts)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
