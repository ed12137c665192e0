"""Settings: who says them, who wins, and what they do to a spec."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from local_jobs import script_spec

from smtune.config import Configuration, Setting, apply, load_configuration
from smtune.config.keys import KEYS, fault
from smtune.errors import ConfigurationError
from smtune.request import to_request
from smtune.where import Where

ROLE = "arn:aws:iam::123456789012:role/training"
SAGEMAKER = f"""
SchemaVersion: '1.0'
SageMaker:
  PythonSDK: {{Modules: {{Session: {{DefaultS3Bucket: ours, DefaultS3ObjectKeyPrefix: teams/blue}}}}}}
  TrainingJob:
    RoleArn: {ROLE}
    VpcConfig: {{Subnets: [subnet-1], SecurityGroupIds: [sg-1]}}
    EnableNetworkIsolation: true
    EnableInterContainerTrafficEncryption: true
    ResourceConfig: {{VolumeKmsKeyId: volume}}
    OutputDataConfig: {{KmsKeyId: output}}
    Environment: {{LEVEL: info}}
    Tags: [{{Key: team, Value: blue}}, {{Key: cost, Value: '7'}}]
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """A home, and a project below it with a folder in it, where we are."""
    places = {
        "home": tmp_path / "home",
        "project": tmp_path / "home/project",
        "folder": tmp_path / "home/project/specs",
    }
    places["folder"].mkdir(parents=True)
    (places["project"] / ".git").mkdir()
    monkeypatch.setenv("HOME", str(places["home"]))
    monkeypatch.delenv("AWS_CONFIG_FILE")
    monkeypatch.chdir(places["folder"])
    return places


def load(machine: dict[str, Path], where: Where | None = None, /, **variables: str) -> Configuration:
    with pytest.MonkeyPatch.context() as here:
        for name, value in variables.items():
            here.setenv(name, value)
        return load_configuration(where)


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_nothing_is_configured_on_a_new_machine(machine: dict[str, Path]) -> None:
    assert load(machine).said == {}


def test_the_order_of_the_sources(machine: dict[str, Path]) -> None:
    aws = write(machine["home"] / ".aws/config", "[default]\nregion = aws-file\n")
    user = write(machine["home"] / ".config/smtune/config.toml", 'region = "user"\n')
    project = write(machine["project"] / "smtune.toml", 'region = "project"\n')
    found = load(machine, Where(region="option"), AWS_REGION="aws-variable", SMTUNE_REGION="variable").said["region"]

    assert [(item.value, item.origin) for item in found] == [
        ("option", "--region"),
        ("variable", "SMTUNE_REGION"),
        ("aws-variable", "AWS_REGION"),
        ("project", str(project)),
        ("user", str(user)),
        ("aws-file", f"{aws} [default]"),
    ]


def test_the_profile_decides_which_part_of_the_aws_config_is_read(machine: dict[str, Path]) -> None:
    write(machine["home"] / ".aws/config", "[default]\nregion=one\n[profile prod]\nregion=two\nendpoint_url=http://x\n")
    write(machine["project"] / "smtune.toml", 'profile = "prod"\n')

    assert load(machine).text("region") == "two"
    assert load(machine).text("endpoint_url") == "http://x"
    assert load(machine, Where(profile="default")).text("region") == "one"
    assert load(machine, Where(profile="nobody")).text("region") is None


def test_sagemakers_own_defaults_files_are_read_where_the_sdk_reads_them(machine: dict[str, Path]) -> None:
    user = write(machine["home"] / ".config/sagemaker/config.yaml", SAGEMAKER)
    admin = write(
        machine["home"] / "admin/config.yaml",
        "SageMaker: {TrainingJob: {RoleArn: other, ResourceConfig: {VolumeKmsKeyId: admin}}}\n",
    )
    found = load(machine, SAGEMAKER_ADMIN_CONFIG_OVERRIDE=str(admin.parent))

    assert [(item.value, item.origin) for item in found.said["role"]] == [(ROLE, str(user)), ("other", str(admin))]
    assert {key: found.said[key][0].value for key in found.said} == {
        "role": ROLE,
        "bucket": "ours",
        "prefix": "teams/blue",
        "subnets": ["subnet-1"],
        "security_groups": ["sg-1"],
        "isolation": True,
        "encrypt_traffic": True,
        "volume_key": "volume",
        "output_key": "output",
        "environment": {"LEVEL": "info"},
        "tags": {"team": "blue", "cost": "7"},
    }


def test_a_pyproject_may_hold_the_settings_and_the_nearest_file_wins(machine: dict[str, Path]) -> None:
    shared = write(machine["project"] / "pyproject.toml", '[tool.smtune]\nbucket = "b"\ntags = {team = "red"}\n')
    assert load(machine).get("bucket") == Setting("b", f"{shared} [tool.smtune]", 2)
    write(machine["folder"] / "smtune.toml", 'bucket = "nearer"\n')
    assert load(machine).text("bucket") == "nearer"


def test_a_project_ends_at_its_repository(machine: dict[str, Path]) -> None:
    write(machine["home"] / "smtune.toml", 'bucket = "another project"\n')
    assert load(machine).get("bucket") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'environment = {PORT = 1, DB_PASSWORD = "hunter2"}',
            "environment is a table of texts, not a number or the like",
        ),
        ('environment = "DB_PASSWORD=hunter2"', "smtune.toml: environment is a table of texts, not a str"),
        ('buckte = "x"', "smtune.toml: there is no setting 'buckte'; did you mean bucket?"),
        ("bucket = 7", "smtune.toml: bucket is text, not 7"),
        ('isolation = "yes"', "smtune.toml: isolation is true or false, not 'yes'"),
        ('subnets = "subnet-1"', "smtune.toml: subnets is a list of texts, not 'subnet-1'"),
        ("tags = {team = 7}", "smtune.toml: tags is a table of texts, not a number or the like in team"),
        ("bucket = ", "smtune.toml: not TOML: "),
        (f"bucket = {'[' * 20_000}", "smtune.toml: not TOML: "),
    ],
)
def test_a_bad_file_is_one_sentence(machine: dict[str, Path], text: str, message: str) -> None:
    write(machine["project"] / "smtune.toml", text)
    with pytest.raises(ConfigurationError) as caught:
        load(machine)
    assert message in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("text", ["tool = 3", "[tool]\nsmtune = 3", "[tool.other]"])
def test_a_pyproject_of_any_form_is_read(machine: dict[str, Path], text: str) -> None:
    write(machine["project"] / "pyproject.toml", text)
    if "smtune" in text:
        with pytest.raises(ConfigurationError, match=r"\[tool.smtune\] is a table of settings"):
            load(machine)
    else:
        assert load(machine).said == {}


@pytest.mark.parametrize("tags", ["[1]", "{team: blue}", "[{Key: team}]", "3"])
def test_tags_of_a_defaults_file_have_to_be_tags(machine: dict[str, Path], tags: str) -> None:
    file = write(machine["home"] / "defaults.yaml", f"SageMaker: {{TrainingJob: {{Tags: {tags}}}}}")
    with pytest.raises(ConfigurationError, match="Tags is a list of tags, each with Key and Value"):
        load(machine, SAGEMAKER_USER_CONFIG_OVERRIDE=str(file))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- RoleArn", "defaults.yaml: the file is a mapping, not ['RoleArn']"),
        ("RoleArn", "defaults.yaml: the file is a mapping, not 'RoleArn'"),
        ("SageMaker: 5", "defaults.yaml: SageMaker is a mapping, not 5"),
        (
            "SageMaker: {TrainingJob: {VpcConfig: [vpc-1]}}",
            "SageMaker.TrainingJob.VpcConfig is a mapping, not ['vpc-1']",
        ),
        (
            "SageMaker: {TrainingJob: {Tags: [{Key: 1, Value: 2}]}}",
            "tags is a table of texts, not a number or the like in 1",
        ),
        (f"SageMaker: {{TrainingJob: {{RoleArn: [{'x' * 900}]}}}}", "xxx..."),
        ("x" * 1_000_001, "the document is larger than 1,000,000 characters"),
    ],
)
def test_a_defaults_file_of_another_form_is_refused_not_ignored(
    machine: dict[str, Path], text: str, message: str
) -> None:
    file = write(machine["home"] / "defaults.yaml", text)
    with pytest.raises(ConfigurationError) as caught:
        load(machine, SAGEMAKER_USER_CONFIG_OVERRIDE=str(file))
    assert message in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("text", ["", "# nothing", "SageMaker:", "SageMaker: {TrainingJob: }", "Other: 3"])
def test_a_defaults_file_may_say_nothing(machine: dict[str, Path], text: str) -> None:
    file = write(machine["home"] / "defaults.yaml", text)
    assert load(machine, SAGEMAKER_USER_CONFIG_OVERRIDE=str(file)).said == {}


def test_a_folder_that_is_gone_is_said(machine: dict[str, Path]) -> None:
    machine["folder"].rmdir()
    with pytest.raises(ConfigurationError, match="the current folder is not there any more"):
        load(machine)


def test_the_users_defaults_win_wherever_they_lie(machine: dict[str, Path]) -> None:
    admin = write(machine["home"] / "admin.yaml", "SageMaker: {TrainingJob: {RoleArn: theirs}}")
    found = load(machine, SAGEMAKER_USER_CONFIG_OVERRIDE="s3://mine", SAGEMAKER_ADMIN_CONFIG_OVERRIDE=str(admin))
    assert found.with_defaults(("s3://mine", {"role": "mine"})).text("role") == "mine"
    user = write(machine["home"] / "user.yaml", "SageMaker: {TrainingJob: {RoleArn: mine}}")
    found = load(machine, SAGEMAKER_USER_CONFIG_OVERRIDE=str(user), SAGEMAKER_ADMIN_CONFIG_OVERRIDE="s3://theirs")
    assert found.with_defaults(("s3://theirs", {"role": "theirs"})).text("role") == "mine"


def test_a_defaults_file_that_is_named_has_to_be_there(machine: dict[str, Path]) -> None:
    with pytest.raises(ConfigurationError, match="SAGEMAKER_USER_CONFIG_OVERRIDE names /nowhere, and there is no such"):
        load(machine, SAGEMAKER_USER_CONFIG_OVERRIDE="/nowhere")


def test_a_defaults_file_on_s3_is_left_for_a_session(machine: dict[str, Path]) -> None:
    found = load(machine, SAGEMAKER_USER_CONFIG_OVERRIDE="s3://bucket/config.yaml")
    assert found.unread == ("s3://bucket/config.yaml",)
    complete = found.with_defaults(("s3://bucket/config.yaml", {"role": ROLE}))
    assert complete.get("role") == Setting(ROLE, "s3://bucket/config.yaml", 4)
    assert complete.unread == ()


def said(rank: int = 2, **values: Any) -> Configuration:
    return Configuration({key: (Setting(value, "there", rank),) for key, value in values.items()})


def test_what_the_spec_leaves_open_is_filled_and_told() -> None:
    applied = apply(
        script_spec(tags={"team": "red"}),
        said(role=ROLE, subnets=["s"], security_groups=["g"], isolation=True, tags={"team": "blue", "cost": "7"}),
    )
    request = to_request(applied.spec)["TrainingJobDefinition"]

    assert request["RoleArn"] == ROLE
    assert request["VpcConfig"] == {"Subnets": ["s"], "SecurityGroupIds": ["g"]}
    assert request["EnableNetworkIsolation"] is True
    assert to_request(applied.spec)["Tags"] == [{"Key": "team", "Value": "red"}, {"Key": "cost", "Value": "7"}]
    assert applied.notes == (
        f"role: {ROLE} (from there)",
        "security.subnets: s (from there)",
        "security.security_groups: g (from there)",
        "security.isolation: true (from there)",
        "tags: cost (from there)",
    )


def test_what_the_spec_says_stays() -> None:
    security = {"subnets": ["own"], "security_groups": ["own"], "isolation": False, "volume_key": "own"}
    spec = script_spec(role=ROLE, output="s3://own/place", security=security, environment={"LEVEL": "debug"})
    other = said(
        role="r", output="s3://o", subnets=["s"], security_groups=["g"], isolation=True, environment={"LEVEL": "info"}
    )
    assert apply(spec, other).spec == spec
    assert apply(spec, other).notes == ()


def test_half_of_a_network_is_not_completed_from_elsewhere() -> None:
    spec = script_spec(security={"subnets": ["own"]})
    assert apply(spec, said(subnets=["s"], security_groups=["g"])).spec == spec


def test_a_role_given_as_option_or_variable_replaces_the_specs() -> None:
    applied = apply(script_spec(role="arn:of:the:spec"), said(rank=1, role=ROLE))
    assert {definition.role for definition in applied.spec.definitions} == {ROLE}
    assert applied.notes == (f"role: {ROLE} instead of the spec's arn:of:the:spec (from there)",)
    assert apply(applied.spec, said(rank=1, role=ROLE)).notes == ()


@given(
    st.sampled_from(sorted(KEYS)), st.one_of(st.text(), st.booleans(), st.integers(), st.none(), st.lists(st.text()))
)
def test_a_value_has_a_fault_or_the_kind_of_its_key(name: str, value: Any) -> None:
    kinds = {"text": str, "flag": bool, "list": list, "table": dict}
    if fault(KEYS[name], value) is None:
        assert isinstance(value, kinds[KEYS[name].kind])


def test_a_file_that_is_no_text_is_a_matter_of_configuration(machine: dict[str, Path]) -> None:
    file = machine["home"] / "defaults.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(ConfigurationError, match="the file is not UTF-8 text"):
        load(machine, SAGEMAKER_USER_CONFIG_OVERRIDE=str(file))
