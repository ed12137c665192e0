"""Each mistake: its place, the bad value, the nearest valid key, the fix. Never a union's members one by one."""

from __future__ import annotations

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from spec_strategies import json_values, specs

from smtune.errors import SpecError
from smtune.spec import TuningSpec, dump_spec, load_spec
from smtune.spec.explain import locate, nearest
from smtune.spec.load import check_document
from smtune.spec.yaml import Document

HEAD = """\
name: a
algorithm: {image: i}
objective: {maximize: m}
"""
DEFINITIONS = "algorithms, apiVersion, compute"


def complaints(text: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        load_spec(text)
    return [problem.describe("s") for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "seed: x",
            (
                "s:4:1: seed: 'x' is not a whole number\n"
                "    write a plain number, without quotes and without a decimal point"
            ),
        ),
        (
            "seed: 1.5",
            (
                "s:4:1: seed: 1.5 is not a whole number\n"
                "    write a plain number, without quotes and without a decimal point"
            ),
        ),
        (
            "seed: true",
            (
                "s:4:1: seed: true is not a whole number\n"
                "    write a plain number, without quotes and without a decimal point"
            ),
        ),
        ("seed: -1", "s:4:1: seed: -1 is out of bounds\n    give a value at least 0"),
        ("role: 5", "s:4:1: role: 5 is not text\n    put it in quotes"),
        ("tags: {a: 1}", "s:4:8: tags.a: 1 is not text\n    put it in quotes"),
        ("tags: [a]", "s:4:1: tags: ['a'] is not a mapping\n    write keys and values, as in {key: value}"),
        ("limits:", "s:4:1: limits: the value is missing\n    write keys and values, as in {key: value}"),
        (
            "limits: {job: 3}",
            (
                "s:4:10: limits.job: unknown key 'job'\n"
                "    did you mean jobs? valid here: budget, jobs, parallel, runtime_seconds"
            ),
        ),
        (
            "limits: {zzz: 3}",
            "s:4:10: limits.zzz: unknown key 'zzz'\n    valid here: budget, jobs, parallel, runtime_seconds",
        ),
        (
            "limits: {runtime_seconds: 60}",
            ("s:4:10: limits.runtime_seconds: 60 is out of bounds\n    give a value at least 120"),
        ),
        (
            "strategy: bayes",
            (
                "s:4:1: strategy: 'bayes' is not a choice\n"
                "    did you mean bayesian? valid here: bayesian, random, hyperband, grid"
            ),
        ),
        ("strategy: 3", "s:4:1: strategy: 3 is not a choice\n    valid here: bayesian, random, hyperband, grid"),
        (
            "compute: {spot: yes}",
            ("s:4:11: compute.spot: 'yes' is not true or false\n    write true or false, without quotes"),
        ),
        ("data: a.csv", "s:4:1: data: 'a.csv' is not a mapping\n    write keys and values, as in {key: value}"),
        (
            "data: {lable: y}",
            (
                "s:4:1: data.source: source is missing\n    add source:|s:4:8: data.lable: unknown key 'lable'\n"
                "    did you mean label? valid here: label, layout, source, split"
            ),
        ),
        ("data: {channels: {}}", "s:4:8: data.channels: {} is not enough\n    give at least one"),
        (
            "data: {channels: {train: {urI: x}}}",
            (
                "s:4:19: data.channels.train: a channel has exactly one of uri, file_system and dataset\n"
                "    write uri: s3://...|"
                "s:4:27: data.channels.train.urI: unknown key 'urI'\n    did you mean uri?"
            ),
        ),
        (
            "data: {channels: {train: gs://b/x}}",
            (
                "s:4:19: data.channels.train.uri: 'gs://b/x' is neither on S3 nor on "
                "this machine\n    write s3://..., https://... or a path"
            ),
        ),
        (
            "data: {channels: {test: a}, test: b}",
            ("s:4:1: data: test stands both beside and among the channels\n    keep it beside them to hold it out"),
        ),
        (
            "data: {source: a, split: {train: 0.8}}",
            ("s:4:19: data.split: train, validation and test add up to 1.1, not 1\n    adjust one of them"),
        ),
        (
            "data: {source: a, split: {seed: 4294967296}}",
            ("s:4:27: data.split.seed: 4294967296 is out of bounds\n    give a value below 4294967296"),
        ),
        (
            "diagnosis: {human_error: -1}",
            ("s:4:13: diagnosis.human_error: -1 is out of bounds\n    give a value at least 0.0"),
        ),
        (
            "diagnosis: {human_error: .nan}",
            (
                "s:4:13: diagnosis.human_error: nan is not a finite number\n"
                "    write a number between -1.8e308 and 1.8e308"
            ),
        ),
        (
            "hyperparameters: {x: {min: '1', max: 2}}",
            ("s:4:23: hyperparameters.x.min: '1' is not a number\n    write a plain number, without quotes"),
        ),
        ("hyperparameters: {x: {min: 1}}", "s:4:19: hyperparameters.x.max: max is missing\n    add max:"),
        (
            "hyperparameters: {x: {values: a}}",
            "s:4:23: hyperparameters.x.values: 'a' is not a list\n    write it as [a, b]",
        ),
        (
            "hyperparameters: {x: {values: [1, [2]]}}",
            (
                "s:4:35: hyperparameters.x.values[1]: a list is neither a value "
                "nor a range\n    tune over it with {values: [...]}, or quote it to pass it as text"
            ),
        ),
        (
            "hyperparameters: {x: .nan}",
            (
                "s:4:19: hyperparameters.x: nan is not a number the service takes\n"
                "    give a finite number, or quote it as text"
            ),
        ),
        (
            "hyperparameters: {x: {min: 0.0, max: .inf}}",
            (
                "s:4:33: hyperparameters.x.max: inf is not a finite number\n"
                "    write a number between -1.8e308 and 1.8e308"
            ),
        ),
        # Names of hyperparameters and channels that look like something else.
        (
            "hyperparameters: {min: {min: 1, max: 2, foo: 3}}",
            ("s:4:41: hyperparameters.min.foo: unknown key 'foo'\n    valid here: max, min, scale, type"),
        ),
        (
            "hyperparameters: {'@static': {min: 1, max: 2, foo: 3}}",
            ("s:4:47: hyperparameters.@static.foo: unknown key 'foo'\n    valid here: max, min, scale, type"),
        ),
        (
            "hyperparameters: {'@x': {min: 1, max: 2, '@y': 3}}",
            ("s:4:42: hyperparameters.@x.@y: unknown key '@y'\n    valid here: max, min, scale, type"),
        ),
        (
            "hyperparameters: {x: {values: [1], '@categorical': 1}}",
            ("s:4:36: hyperparameters.x.@categorical: unknown key '@categorical'\n    valid here: values"),
        ),
        (
            "data: {channels: {uri: {uri: a, x: 1}}}",
            (
                "s:4:33: data.channels.uri.x: unknown key 'x'\n"
                "    valid here: accept_eula, attributes, compression, content_type, data_type, dataset, distribution, "
                "file_system, groups, hub_content, input_mode, record_wrapper, shuffle_seed, uri"
            ),
        ),
        (
            "'': 1",
            (
                "s:4:1: unknown key ''\n    valid here: algorithm, algorithms, apiVersion, autotune, checkpoints, "
                "completion, compute, data, diagnosis, early_stopping, environment, hyperband, hyperparameters, "
                "limits, metrics, name, objective, output, output_compression, raw, retries, role, security, seed, "
                "strategy, tags, warm_start"
            ),
        ),
    ],
)
def test_a_mistake_gets_its_message(text: str, message: str) -> None:
    assert complaints(HEAD + text + "\n") == message.split("|")


@pytest.mark.parametrize(
    ("algorithm", "message"),
    [
        (
            "xgboost",
            (
                "s:2:1: algorithm: says none of builtin, image, arn and script\n"
                "    write it as {builtin: xgboost, version: 1.7-1}"
            ),
        ),
        (
            "{buildin: xgboost}",
            (
                "s:2:1: algorithm: says none of builtin, image, arn and script\n"
                "    did you mean builtin? write it as {builtin: xgboost, version: 1.7-1}"
            ),
        ),
        ("{builtin: xgboost}", "s:2:1: algorithm.version: version is missing\n    add version:"),
        (
            "{builtin: xgboost, version: 1.7}",
            (
                "s:2:31: algorithm.version: version 1.7 is read as a number, so 2.10 "
                'would become 2.1\n    put it in quotes, as in version: "1.7-1"'
            ),
        ),
        (
            "{builtin: xgboost, version: 1.7-1, image: i}",
            ("s:2:47: algorithm.image: unknown key 'image'\n    valid here: builtin, version"),
        ),
        (
            "{image: i, input_mode: file}",
            (
                "s:2:23: algorithm.input_mode: 'file' is not a choice\n"
                "    did you mean File? valid here: File, Pipe, FastFile"
            ),
        ),
        (
            "{script: {framework: pytorch, version: '2.8', entrypoint: t.py}}",
            (
                "s:2:13: algorithm.script.entry_point: entry_point is missing\n    add entry_point:|"
                "s:2:58: algorithm.script.entrypoint: unknown key 'entrypoint'\n"
                "    did you mean entry_point? valid here: entry_point, framework, image, source_dir, version"
            ),
        ),
        (
            "{script: train.py}",
            ("s:2:13: algorithm.script: 'train.py' is not a mapping\n    write keys and values, as in {key: value}"),
        ),
    ],
)
def test_a_mistake_in_the_algorithm_names_only_the_algorithm_meant(algorithm: str, message: str) -> None:
    assert complaints(HEAD.replace("{image: i}", algorithm)) == message.split("|")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("algorithm: {image: i}\nobjective: {maximize: m}\n", "s:1:1: name: name is missing\n    add name:"),
        (
            "name: a\nobjective: {maximize: m}\n",
            (
                "s:1:1: give exactly one of algorithm and algorithms\n"
                "    write algorithm: {builtin: xgboost, version: 1.7-1}"
            ),
        ),
        (
            "name: a\nalgorithm: {image: i}\n",
            "s:1:1: objective is missing\n    write objective: {maximize: validation:auc}",
        ),
        (
            HEAD.replace("name: a", "name: a_b"),
            (
                "s:1:1: name: 'a_b' is not a job name: at most 32 letters, digits and "
                "hyphens, with a letter or digit at both ends\n    write name: a-b"
            ),
        ),
        (
            HEAD.replace("name: a", f"name: {'x' * 100}"),
            (
                f"s:1:1: name: '{'x' * 56}... is not a job name: at most 32 "
                f"letters, digits and hyphens, with a letter or digit at both ends\n    write name: {'x' * 32}"
            ),
        ),
        (
            HEAD.replace("name: a", "name: '!'"),
            (
                "s:1:1: name: '!' is not a job name: at most 32 letters, digits and "
                "hyphens, with a letter or digit at both ends\n    write name: my-model"
            ),
        ),
        (
            HEAD.replace("{maximize: m}", "{maximise: m}"),
            (
                "s:3:1: objective: give exactly one of maximize and minimize\n"
                "    write it as {maximize: validation:auc}|s:3:13: objective.maximise: unknown key 'maximise'\n"
                "    did you mean maximize? valid here: maximize, minimize"
            ),
        ),
        (
            HEAD.replace("{maximize: m}", "m"),
            ("s:3:1: objective: 'm' is not a mapping\n    write keys and values, as in {key: value}"),
        ),
        ("apiVersion: v1\n" + HEAD, "s:1:1: apiVersion: 'v1' is not a choice\n    valid here: smtune/v1"),
        (
            "name: a\nalgorithms:\n- {name: x, algorithm: {image: i}, hyperparameters: {}}\n",
            "s:1:1: algorithm 'x' has no objective\n    give it one, or one for the whole spec",
        ),
    ],
)
def test_a_mistake_of_the_whole_spec(text: str, message: str) -> None:
    assert complaints(text) == message.split("|")


@examples(40)
@given(specs(), st.data())
def test_a_value_of_any_other_kind_gets_short_messages_in_their_places(spec: TuningSpec, data: st.DataObject) -> None:
    values = spec.model_dump(exclude_defaults=True)
    key = data.draw(st.sampled_from(sorted(TuningSpec.model_fields)))
    values[key] = data.draw(json_values)
    try:
        check_document(Document(values, {(): (1, 1)}, "s"))
    except SpecError as error:
        for problem in error.problems:
            assert len(problem.describe("s")) < 600
            assert "@" not in problem.path.split(".")[0]


def test_the_tags_of_unions_are_no_part_of_the_path() -> None:
    location = ("hyperparameters", "@static", "@continuous", "@continuous")
    path, valid = locate(TuningSpec, location)
    assert path == ("hyperparameters", "@static", "@continuous")
    assert valid == set()
    path, valid = locate(TuningSpec, ("algorithms", 0, "algorithm", "@script", "script"))
    assert path == ("algorithms", 0, "algorithm", "script")
    assert valid == {"framework", "version", "entry_point", "source_dir", "image"}
    assert locate(TuningSpec, ("data",))[1] >= {"source", "channels"}
    assert locate(TuningSpec, ("nothing", "there"))[1] == set()


@pytest.mark.parametrize(
    ("word", "choice"), [("max_dept", "max_depth"), ("etaa", "eta"), ("zzz", None), ("", None), ("eta", "eta")]
)
def test_the_nearest_choice(word: str, choice: str | None) -> None:
    assert nearest(word, ["max_depth", "eta"]) == choice


def test_a_mistake_keeps_its_place_through_a_dump() -> None:
    spec = load_spec(HEAD + "hyperparameters: {x: {min: 1, max: 5}}\n")
    text = dump_spec(spec).replace("max: 5", "max: 0")
    (message,) = complaints(text)
    assert message.endswith("hyperparameters.x: min 1 is above max 0\n    swap them")


@pytest.mark.parametrize(
    "line",
    [
        "environment: {DB_PASSWORD: 12345678}",
        "environment: {AWS_SECRET_ACCESS_KEY: {a: 12345678}}",
        "hyperparameters: {api_key: {min: 12345678, max: 3}}",
        "hyperparameters: {password: {values: ['12345678', '12345678']}}",
        "tags: {token: [12345678]}",
    ],
)
def test_the_value_of_a_key_that_is_named_like_a_secret_is_not_shown(line: str) -> None:
    text = f"name: a\nalgorithm: {{image: i}}\nobjective: {{maximize: m}}\n{line}\n"
    with pytest.raises(SpecError) as caught:
        load_spec(text)
    assert "12345678" not in str(caught.value)
    assert "its name looks secret" in str(caught.value)


def test_tokens_are_counted_not_hidden() -> None:
    text = "name: a\nalgorithm: {image: i}\nobjective: {maximize: m}\nhyperparameters: {max_tokens: {min: 5, max: 1}}\n"
    with pytest.raises(SpecError, match="min 5 is above max 1"):
        load_spec(text)
