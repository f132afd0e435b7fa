#!/usr/bin/env python3
"""Makes provider-names.json: the names that the Terraform AWS provider knows.

    npm pack @cdktf/provider-aws && tar xzf cdktf-provider-aws-*.tgz
    ./extract-provider-names.py package > provider-names.json

The package holds one generated class for each resource and data source. Its `…ToHclTerraform` functions list the
arguments and nested blocks under Terraform's own names, its type declarations say which are required, and the
getters of the class say which attributes can be read.
"""

import datetime
import json
import pathlib
import re
import sys

# Prefixes end in `*`. Everything that a fix could reasonably use, not the whole provider (it is 20 times as large).
WANTED = """
aws_appautoscaling_* aws_autoscaling_group aws_availability_zones aws_batch_job_definition aws_caller_identity
aws_cloudwatch* aws_codedeploy_deployment_group aws_default_* aws_ec2_instance_type* aws_ec2_managed_prefix_list*
aws_ecr* aws_ecs* aws_efs* aws_eip* aws_elb aws_fsx_* aws_guardduty_detector_feature aws_iam_instance_profile*
aws_iam_policy* aws_iam_role* aws_iam_service_linked_role aws_instance aws_internet_gateway* aws_kms_*
aws_lambda_permission aws_launch_template aws_lb aws_lb_* aws_nat_gateway* aws_network_acl* aws_network_interface*
aws_networkfirewall_rule_group aws_partition aws_prefix_list aws_region aws_route* aws_s3_bucket* aws_s3_object*
aws_secretsmanager* aws_security_group* aws_service_discovery_* aws_servicequotas_* aws_ssm_activation
aws_ssm_parameter* aws_subnet* aws_vpc* aws_vpclattice_target_group
""".split()


def wanted(name):
    return any(name == w or (w.endswith("*") and name.startswith(w[:-1])) for w in WANTED)


def entries(body, indent):
    """`name: { value: …, isBlock: … }` at one depth of indentation -> (name, is a block, function of the block)."""
    for m in re.finditer(rf"^ {{{indent}}}(\w+): \{{\n(.*?)^ {{{indent}}}\}},$", body, re.M | re.S):
        name, rest = m.groups()
        block = re.search(r"^\s*isBlock: (true|false),$", rest, re.M).group(1) == "true"
        function = re.search(r"(\w+)ToHclTerraform[,)(]", rest)
        yield name, block, function.group(1) if function else None


def literal(source, start):
    """The text of `const attrs = {…};` that follows `start`."""
    begin = source.index("const attrs = {", start)
    return source[begin : source.index("};\n", begin)]


def read(folder):
    source = (folder / "index.js").read_text()
    types = (folder / "index.d.ts").read_text()
    for structs in sorted(folder.glob("index-structs/*")):  # very large ones are split
        if structs.name.endswith(".d.ts"):
            types += structs.read_text()
        elif structs.name.endswith(".js"):
            source += structs.read_text()
    kind = re.search(r'^(\w+)\.tfResourceType = "(\w+)";', source, re.M)
    if not kind or not wanted(kind.group(2)):
        return None
    class_name, type_name = kind.groups()

    functions = {
        m.group(1): literal(source, m.end())
        for m in re.finditer(r"^function (\w+)ToHclTerraform\(struct\) \{$", source, re.M)
        # a block without arguments has no list
        if source.find("const attrs = {", m.end(), source.find("\n}\n", m.end())) > 0
    }
    required = {}
    for interface, body in re.findall(r"^export interface (\w+)[^{]*\{\n(.*?)^\}", types, re.M | re.S):
        names = re.findall(r"#(\w+) \w+#\1\}(?:(?!\*/).)*?\*/\s*readonly \w+(\??):", body, re.S)
        required[interface.lower()] = sorted(n for n, optional in names if not optional)

    def shape(body, indent, interface):
        arguments, blocks = [], {}
        for name, block, function in entries(body, indent):
            if block:
                blocks[name] = shape(functions.get(function, ""), 8, function.lower())
            else:
                arguments.append(name)
        found = {"args": sorted(arguments), "required": required.get(interface, []), "blocks": blocks}
        return {k: v for k, v in found.items() if v}

    start = source.index("    synthesizeHclAttributes() {")
    found = shape(literal(source, start), 12, f"{class_name}Config".lower())
    body = source[source.index(f"class {class_name} extends") :]
    reads = set(re.findall(r"Attribute\('(\w+)'\)", body)) | set(re.findall(r'\(this, "(\w+)"', body))
    found["reads"] = sorted(reads - set(found.get("args", [])) - set(found.get("blocks", {})))
    return ("data" if folder.name.startswith("data-aws-") else "resource"), type_name, found


def main():
    package = pathlib.Path(sys.argv[1])
    about = json.loads((package / "package.json").read_text())
    names = {
        "provider": "hashicorp/aws",
        "version": about["cdktf"]["provider"]["version"],
        "source": f"{about['name']} {about['version']}",
        "extracted": datetime.date.today().isoformat(),
        "resource": {},
        "data": {},
    }
    for folder in sorted((package / "lib").iterdir()):
        if (folder / "index.js").is_file():
            found = read(folder)
            if found:
                names[found[0]][found[1]] = found[2]
    # one line for each type, so that a new version shows as a readable change
    lines = [f" {json.dumps(k)}: {json.dumps(names[k])}" for k in ("provider", "version", "source", "extracted")]
    for kind in ("resource", "data"):
        types = (f"  {json.dumps(t)}: {json.dumps(v, separators=(',', ':'))}" for t, v in sorted(names[kind].items()))
        lines.append(f' "{kind}": {{\n' + ",\n".join(types) + "\n }")
    print("{\n" + ",\n".join(lines) + "\n}")


if __name__ == "__main__":
    main()
