"""A fake AWS (moto) on loopback: takes the requests that the `aws` command would make.

It has one of each thing that the sample values name. A request must succeed, or be refused because something is not
there or is there already. A request that it calls malformed is a bad fix, unless the shell puts in some of its values.
"""

import atexit
import collections
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request

from common import SOME_TIME, UNKNOWN, Bad

REGION = "us-east-1"

NOT_THERE = re.compile(
    r"NotFound|NotExist|DoesNotExist|NoSuch|NotAvailable|ServiceNotActive|Unable to describe task definition"
    r"|InvalidParameterException: .*not found|^404"
)
THERE_ALREADY = re.compile(r"AlreadyExist|Duplicate|Conflict|InUse|LimitExceeded|ResourceExists|PreconditionFailed")
NOT_IMPLEMENTED = re.compile(
    r"NotImplemented|not (yet )?(been )?implemented|InternalFailure|InternalError|UnknownOperation|^(500|501)|doctype html"
)

# Parameters whose value comes from the shell: they get the id of the fake's own thing.
BY_PARAMETER = {
    "VpcId": "vpc", "VpcIds": "vpc", "SubnetId": "subnet", "SubnetIds": "subnet", "GroupId": "group", "GroupIds": "group",
    "SecurityGroupIds": "group", "RouteTableId": "table", "RouteTableIds": "table", "NetworkAclId": "acl",
    "NetworkAclIds": "acl", "VpcEndpointId": "endpoint", "VpcEndpointIds": "endpoint", "NatGatewayId": "nat",
    "PrefixListId": "list", "DhcpOptionsId": "dhcp", "FileSystemId": "files", "PolicyArn": "policy",
    "taskDefinition": "definition",
}  # fmt: skip

results = collections.Counter()
_address = None
_own = {}


def start(session):
    """Starts the fake and puts its things into it."""
    global _address
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
    )  # fmt: skip
    owner = os.getpid()
    atexit.register(lambda: server.kill() if os.getpid() == owner else None)
    for _ in range(150):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/moto-api/", timeout=5).read()
            break
        except OSError:
            time.sleep(0.2)
    else:
        raise RuntimeError("the fake AWS does not start")
    _address = f"http://127.0.0.1:{port}"
    _furnish(session)


def client(session, service):
    from botocore.config import Config  # the one within awscli, which stands in for the other

    return session.create_client(
        service, region_name=REGION, endpoint_url=_address, aws_access_key_id="fake", aws_secret_access_key="fake",
        config=Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}, read_timeout=60),
    )  # fmt: skip


def _furnish(session):
    ec2, ecs, efs, iam = (client(session, name) for name in ("ec2", "ecs", "efs", "iam"))
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group, other = (
        ec2.create_security_group(VpcId=vpc, GroupName=name, Description=name)["GroupId"] for name in ("tasks", "endpoints")
    )
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"com.amazonaws.{REGION}.s3", RouteTableIds=[table])
    interface = ec2.create_network_interface(SubnetId=subnet, Groups=[group])["NetworkInterface"]["NetworkInterfaceId"]
    dhcp = ec2.create_dhcp_options(DhcpConfigurations=[{"Key": "domain-name-servers", "Values": ["AmazonProvidedDNS"]}])
    lists = ec2.describe_managed_prefix_lists()["PrefixLists"]
    files = efs.create_file_system(CreationToken="web")["FileSystemId"]
    ecs.create_cluster(clusterName="web")
    container = {"name": "web", "image": "web", "memory": 512, "essential": True}
    definition = ecs.register_task_definition(family="web", containerDefinitions=[container])["taskDefinition"]
    ecs.create_service(cluster="web", serviceName="web", taskDefinition="web", desiredCount=1)
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ecs:ListClusters", "Resource": "*"}]}
    iam.create_role(RoleName="web", AssumeRolePolicyDocument=json.dumps(document))
    policy = iam.create_policy(PolicyName="web", PolicyDocument=json.dumps(document))["Policy"]["Arn"]
    client(session, "ecr").create_repository(repositoryName="team/web")
    client(session, "logs").create_log_group(logGroupName="/ecs/web")
    client(session, "s3").create_bucket(Bucket="app-config")
    client(session, "secretsmanager").create_secret(Name="app/db", SecretString="{}")
    client(session, "ssm").put_parameter(Name="/app/db-url", Value="x", Type="String")
    endpoint = endpoint["VpcEndpoint"]["VpcEndpointId"]
    _own.update(
        vpc=vpc, subnet=subnet, group=group, table=table, acl=acl, nat=nat, endpoint=endpoint, files=files, policy=policy,
        list=lists[0]["PrefixListId"], dhcp=dhcp["DhcpOptions"]["DhcpOptionsId"], definition=definition["taskDefinitionArn"],
    )  # fmt: skip
    sample = "0123456789abcdef0"
    _own.update({
        f"vpc-{sample}": vpc, f"subnet-{sample}": subnet, f"sg-{sample}": group, "sg-0fedcba9876543210": other,
        f"rtb-{sample}": table, f"acl-{sample}": acl, f"vpce-{sample}": endpoint, f"eni-{sample}": interface,
        f"fs-{sample}": files,
    })  # fmt: skip


def _at_home(value, name=None):
    """A request's parameters with the fake's own ids, and whether the shell still puts some in."""
    if isinstance(value, dict):
        pairs = {key: _at_home(inner, key) for key, inner in value.items()}
        return {key: inner for key, (inner, _) in pairs.items()}, any(unknown for _, unknown in pairs.values())
    if isinstance(value, list):
        items = [_at_home(inner, name) for inner in value]
        return [inner for inner, _ in items], any(unknown for _, unknown in items)
    if isinstance(value, str):
        if UNKNOWN in value or re.fullmatch(r"x+|[A-Z][A-Z0-9_]+|" + SOME_TIME, value):
            if name in BY_PARAMETER and not value.isupper():
                return _own[BY_PARAMETER[name]], False
            return value.replace(UNKNOWN, "x"), True
        for sample, own in _own.items():
            if "-0" in sample and sample in value:
                value = value.replace(sample, own)
    return value, False


def send(session, service, operation, parameters):
    """Sends one request and says how it went: done, not there, there already, not supported, undecided."""
    from botocore.exceptions import ClientError
    from botocore.parsers import ResponseParserError

    parameters, unknown = _at_home(parameters)
    try:
        client(session, service)._make_api_call(operation, parameters)
        return "done"
    except ClientError as error:
        code, message = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    except ResponseParserError:  # a page in HTML that says 500
        return "not supported"
    said = f"{code}: {message}"
    if status in (500, 501) or NOT_IMPLEMENTED.search(said):
        return "not supported"
    if NOT_THERE.search(said):
        return "not there"
    if THERE_ALREADY.search(said):
        return "there already"
    if unknown:
        return "undecided"
    raise Bad(f"the fake AWS refuses {service} {operation}: {' '.join(said.split())[:300]}")
