"""Texts for the self-test: what must pass, and what must be refused and why."""

GOOD = [
    ("terraform", 'resource "aws_vpc_security_group_egress_rule" "a" {\n  security_group_id = "SG"\n  ip_protocol = "tcp"\n}'),
    ("aws-cli", "L=$(aws ec2 describe-managed-prefix-lists --query 'PrefixLists[0].PrefixListId' --output text)\n"
     'aws ec2 authorize-security-group-egress --group-id SG --ip-permissions \\\n'
     '  "IpProtocol=tcp,FromPort=443,ToPort=443,PrefixListIds=[{PrefixListId=$L}]"'),
    ("aws-cli", "aws iam put-role-policy --role-name r --policy-name p --policy-document file:///dev/stdin <<END\n"
     '{"Statement": [{"Effect": "Allow", "Action": "ecr:BatchGetImage", "Resource": "$ARN"}]}\nEND'),
    ("check", "aws ecs describe-tasks --cluster CLUSTER --tasks TASK | head -5"),
    ("check", "aws ecs describe-tasks --tasks TASK --query \"tasks[0].attachments[0].details[?name=='subnetId'].value | [0]\""),
    ("cloudformation", 'PullImage:\n  Type: AWS::IAM::RolePolicy\n  Properties:\n    RoleName: !Ref ExecutionRole\n'
     '    PolicyName: "pull"\n    PolicyDocument:\n      Version: "2012-10-17"\n      Statement:\n        - Effect: Allow\n'
     '          Action: ["ecr:BatchGetImage"]\n          Resource: !GetAtt Repository.Arn\n'),
    ("cdk", "const rule = ec2.Port.tcp(443);\nsecurityGroup.addEgressRule(ec2.Peer.anyIpv4(), rule);"),
    ("cdk", "taskRole.addToPrincipalPolicy(new iam.PolicyStatement({\n  actions: ['ssmmessages:OpenDataChannel'],\n"
     "  resources: ['*'],\n}));"),
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
    ("aws-cli", "aws ec2 create-subnet --vpc-id vpc-0123456789abcdef0 --cidr-block 10.0.0.0/99", "the fake AWS refuses"),
    ("aws-cli", "aws iam put-role-policy --role-name web --policy-name p --policy-document '{\"Version\": \"2012-10-17\", "
     "\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"ecr:BatchGetImage\", \"Resource\": \"web\"}]}'", "the fake AWS refuses"),
    ("terraform", 'resource "aws_iam_role_policy" "a" {\n  role = "r"\n  policy = jsonencode({ Statement = [{ '
     'Effect = "Allow", Action = "ecr:BatchGetImage" }] })\n}', "no Resource"),
    ("terraform", 'resource "aws_iam_role_policy" "a" {\n  role = "r"\n  policy = jsonencode({ Statement = [{ Effect = "Allow", '
     'Action = "iam:PassRole", Resource = "*", Condition = { StringEquals = { "iam:PassedTo" = "a" } } }] })\n}', "condition key"),
    ("aws-cli", "aws ecs list-clusters | jq '.clusterArns[0'", "jq"),
    ("cloudformation", "A:\n  Type: AWS::ECS::Clusters\n", "AWS::ECS::Clusters"),
    ("cloudformation", 'A:\n  Type: AWS::EC2::SecurityGroupEgress\n  Properties:\n    GroupId: "sg-0123456789abcdef0"\n'
     '    IpProtocol: tcp\n    CidrIp: "10.0.0.0/8"\n    Port: 443\n', "Port"),
    ("cloudformation", "A:\n  Type: AWS::ECS::Service\n  Properties:\n    LaunchType: fargate\n    TaskDefinition: web\n", "fargate"),
    ("cloudformation", "A:\n  Type: AWS::EC2::Route\n  Properties:\n    DestinationCidrBlock: 0.0.0.0/0\n", "RouteTableId"),
    ("cloudformation", "A:\n  Type: AWS::ECS::Service\n  Properties:\n    TaskDefinition: web\n"
     "    DesiredCount: !GetAtt Cluster.Count\n", "E1010"),
    ("cloudformation", "A:\n  Type: AWS::EC2::Route\n  Properties:\n    RouteTableId: !GetAtt Table.Id\n", "attribute of Table"),
    ("cloudformation", "A:\n  Type: AWS::ECS::Cluster\n  Properties:\n    ClusterName: web\n    ClusterName: api\n", "Duplicate"),
    ("cloudformation", "A:\n  Type: AWS::ECS::Cluster\n  Properties:\n  ClusterName: web\n", "ClusterName"),
    ("cloudformation", 'A:\n  Type: AWS::ECS::Cluster\n  Properties:\n    ClusterName: "web\n', "cfn-lint: E0000"),
    ("cloudformation", "ClusterName: web\n", "no Type"),
    ("cloudformation", 'A:\n  Type: AWS::IAM::RolePolicy\n  Properties:\n    RoleName: "r"\n    PolicyName: "p"\n    PolicyDocument:\n      Version: "2012-10-17"\n      Statement:\n        - Effect: Allow\n'
     '          Action: ecr:PullImage\n          Resource: "*"\n', "ecr:PullImage"),
    ("cloudformation", 'A:\n  Type: AWS::IAM::RolePolicy\n  Properties:\n    RoleName: "r"\n    PolicyName: "p"\n    PolicyDocument:\n      Version: "2012-10-17"\n      Statement:\n        - Effect: Allow\n'
     '          Actions: ecr:BatchGetImage\n          Resource: "*"\n', "no Action"),
    ("cdk", "securityGroup.addOutgoingRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443));", "addOutgoingRule"),
    ("cdk", "new logs.LogGroup(this, 'Logs', { retentionInDays: 30 });", "retentionInDays"),
    ("cdk", "new logs.LogGroup(this, 'Logs', { retention: 30 days });", "line 1"),
    ("cdk", "cluster.addCapacity('More');", "Expected 2 arguments"),
    ("cdk", "stack.addDependency(this);", "stack"),
    ("cdk", "const a: number = 'a';", "not assignable"),
    ("cdk", "}\nprocess.exit();\n{", "closes nothing"),
    ("cdk", "securityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443);", "not closed"),
    ("cdk", "const a = 'web;", "not closed"),
    ("cdk", "taskRole.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['ecr:PullImage'], resources: ['*'] }));",
     "ecr:PullImage"),
    ("cdk", "taskRole.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['ecr:BatchGetImage'] }));", "without resources"),
    ("cdk", "bucket.grant(taskRole);", "grant"),
]  # fmt: skip

# As a template, each lets a value change more than a string.
OPEN_TO_VALUES = [
    ("cloudformation", "A:\n  Type: AWS::ECS::Cluster\n  Properties:\n    ClusterName: {cluster}\n", "outside a string"),
    ("cloudformation", 'A:\n  Type: AWS::ECS::Cluster\n  Properties:\n    ClusterName: !Sub "{cluster}"\n', "Sub"),
    ("cloudformation", 'A:\n  Type: AWS::ECS::Cluster\n  Properties:\n    ClusterName: {"Fn::Sub": ["{cluster}", {}]}\n', "Sub"),
    ("cloudformation", 'A:\n  Type: AWS::ECS::Cluster\n  Properties:\n    "{cluster}": "web"\n', "key"),
    ("cloudformation", 'A:\n  Type: AWS::SSM::Parameter\n  Properties:\n    Value: "{{{cluster}}}"\n', "dynamic reference"),
    ("cdk", "const a = {cluster};", "outside a string"),
    ("cdk", "const a = `{cluster}`;", "template"),
    ("cdk", "// {cluster}", "comment"),
    ("terraform", 'resource "aws_ecs_cluster" "a" {\n  name = {cluster}\n}', "outside a string"),
]

# (form, as it is written, after a value got out of its place)
INJECTED = [
    ("cloudformation", 'A:\n  B: "CLUSTER"\n', 'A:\n  B: "web"\n  C: "x"\n'),
    ("cloudformation", 'A:\n  B: "CLUSTER"\n', "A:\n  B: !Ref web\n"),
    ("cloudformation", 'A:\n  B: "CLUSTER"\n', "A:\n  B: {Ref: web}\n"),
    ("cloudformation", 'A:\n  B: "CLUSTER"\n', 'A:\n  B: "{{resolve:ssm:x}}"\n'),
    ("cdk", "f('CLUSTER');", "f('web'); g('x');"),
    ("cdk", "f('CLUSTER');", "f(`web`);"),
    ("cdk", "// CLUSTER\nf();", "// web\ng();\nf();"),
    ("terraform", 'locals {\n  a = "CLUSTER"\n}', 'locals {\n  a = "${path.module}"\n}'),
    ("terraform", 'locals {\n  a = jsonencode({ b = "CLUSTER" })\n}', 'locals {\n  a = jsonencode({ b = "web", c = "x" })\n}'),
    ("aws-cli", "aws ecs list-tasks --cluster 'CLUSTER'", "aws ecs list-tasks --cluster 'web' 'x'"),
    ("aws-cli", "aws ecs list-tasks --cluster 'CLUSTER'", "aws ecs list-tasks --cluster 'web'; id"),
    ("aws-cli", 'aws ecs list-tasks --cluster "CLUSTER"', 'aws ecs list-tasks --cluster "$(id)"'),
    ("aws-cli", 'aws ecs list-tasks --cluster "CLUSTER"', 'aws ecs list-tasks --cluster "$HOME"'),
]  # fmt: skip
