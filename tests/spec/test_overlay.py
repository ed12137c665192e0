"""merge: overlays over a base, key by key, every key with the place that says it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from smtune.errors import SpecError
from smtune.spec import load_document, load_spec
from smtune.spec.document import Document
from smtune.spec.explain import locate
from smtune.spec.kinds import KINDS
from smtune.spec.model import TuningSpec
from smtune.spec.overlay import merge
from smtune.spec.source import Layers
from smtune.spec.yaml import parse_yaml

BASE = """\
name: a
algorithm: {builtin: xgboost, version: 1.7-1}
objective: {maximize: validation:auc}
hyperparameters:
  num_round: 50
  eta: {min: 0.01, max: 0.5, scale: log}
  booster: {values: [gbtree, dart]}
limits: {jobs: 20, parallel: 2}
seed: 7
compute: {instance: ml.m5.large, count: 2, volume_gb: 50}
data: {source: a.csv, split: {train: 0.7, validation: 0.15, test: 0.15}}
tags: {team: a, owner: b}
raw:
  TrainingJobDefinition: {EnableNetworkIsolation: true}
  Autotune: {Mode: Enabled}
"""
SEVERAL = """\
name: a
objective: {maximize: m}
algorithms:
- {name: one, algorithm: {image: i}, hyperparameters: {x: {min: 1, max: 5}}}
- {name: two, algorithm: {image: j}, hyperparameters: {x: {min: 1, max: 5}}, compute: {count: 3}}
"""


def document(text: str, source: str) -> Document:
    return parse_yaml(text, source=source)


def merged(base: str, *overlays: str) -> Any:
    """The data of `base` with `overlays` over it."""
    files = [document(text, f"{number}.yaml") for number, text in enumerate(overlays, start=1)]
    return merge(document(base, "base.yaml"), *files).data


def complaint(base: str, *overlays: str) -> str:
    with pytest.raises(SpecError) as caught:
        merged(base, *overlays)
    return str(caught.value)


# What the RFC says

plain = st.none() | st.booleans() | st.integers(-5, 5) | st.text("xyz", max_size=2)
members = st.text("abc", min_size=1, max_size=1)
# Below a key that means nothing to a spec, so that only the RFC counts; lists of plain values.
trees = st.recursive(
    plain | st.lists(plain, max_size=2), lambda inner: st.dictionaries(members, inner, max_size=3), max_leaves=8
)
mappings = st.dictionaries(members, trees, max_size=3)


def rfc_7396(target: Any, patch: Any) -> Any:
    """The algorithm of the RFC's section 2."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = rfc_7396(result.get(key), value)
    return result


def has_mapping_over_list(target: Any, patch: Any) -> bool:
    """The one thing that is not the RFC's: a mapping over a list names its items."""
    if not isinstance(patch, dict):
        return False
    inner = target if isinstance(target, dict) else {}
    return isinstance(target, list) or any(has_mapping_over_list(inner.get(key), patch[key]) for key in patch)


@examples(100)
@given(mappings, mappings)
def test_a_merge_is_that_of_rfc_7396(base: dict[str, Any], overlay: dict[str, Any]) -> None:
    if not has_mapping_over_list(base, overlay):
        wanted = {"tags": rfc_7396(base, overlay)}
        assert merged(json.dumps({"tags": base}), json.dumps({"tags": overlay})) == wanted


@examples(100)
@given(mappings)
def test_an_empty_overlay_changes_nothing(base: dict[str, Any]) -> None:
    one = document(json.dumps({"tags": base}), "base.yaml")
    both = merge(one, document("{}", "over.yaml"))
    assert (both.data, both.places) == (one.data, one.places)


@pytest.mark.parametrize(
    ("overlay", "key", "value"),
    [
        ("limits: {jobs: 50}", "limits", {"jobs": 50, "parallel": 2}),
        ("limits: {jobs: null}", "limits", {"parallel": 2}),
        ("tags: {team: c, new: d}", "tags", {"team": "c", "owner": "b", "new": "d"}),
        ("data: {split: {train: 0.8, test: 0.05}}", "data.split", {"train": 0.8, "validation": 0.15, "test": 0.05}),
        ("environment: {A: x}", "environment", {"A": "x"}),
        ("seed: 8", "seed", 8),
        ("hyperparameters: {num_round: 100}", "hyperparameters.num_round", 100),
    ],
)
def test_mappings_merge_and_values_replace(overlay: str, key: str, value: object) -> None:
    found = merged(BASE, overlay)
    for part in key.split("."):
        found = found[part]
    assert found == value


def test_null_removes_a_key() -> None:
    assert "seed" not in merged(BASE, "seed: null")
    assert "tags" not in merged(BASE, "tags: null")
    assert merged(BASE, "environment: null") == merged(BASE, "{}")


def test_the_last_overlay_wins() -> None:
    assert merged(BASE, "seed: 8\nrole: r", "seed: 9")["seed"] == 9
    assert merged(BASE, "seed: null", "seed: 9")["seed"] == 9
    assert "seed" not in merged(BASE, "seed: 9", "seed: null")


# What the keys mean


@pytest.mark.parametrize(
    ("overlay", "value"),
    [
        ("0.1", 0.1),
        ("{max: 0.3}", {"min": 0.01, "max": 0.3, "scale": "log"}),
        ("{scale: null}", {"min": 0.01, "max": 0.5}),
        ("{values: [0.1, 0.2]}", {"values": [0.1, 0.2]}),
        ("{min: null, max: null, values: [0.1]}", {"values": [0.1]}),
        ("{hint: 0.1}", {"hint": 0.1}),
        ("{values: [1], min: 2}", {"min": 2, "max": 0.5, "scale": "log", "values": [1]}),
    ],
)
def test_a_hyperparameter_is_one_of_value_range_choice_and_hint(overlay: str, value: object) -> None:
    assert merged(BASE, f"hyperparameters: {{eta: {overlay}}}")["hyperparameters"]["eta"] == value


def test_a_range_replaces_a_choice_and_lists_replace_lists() -> None:
    assert merged(BASE, "hyperparameters: {booster: {min: 1, max: 2}}")["hyperparameters"]["booster"] == {
        "min": 1,
        "max": 2,
    }
    assert merged(BASE, "hyperparameters: {booster: {values: [gblinear]}}")["hyperparameters"]["booster"] == {
        "values": ["gblinear"]
    }


@pytest.mark.parametrize(
    ("overlay", "key", "value"),
    [
        ("algorithm: {image: i}", "algorithm", {"image": "i"}),
        ("algorithm: {version: 1.5-1}", "algorithm", {"builtin": "xgboost", "version": "1.5-1"}),
        ("algorithm: {script: {entry_point: t.py}}", "algorithm", {"script": {"entry_point": "t.py"}}),
        ("objective: {minimize: rmse}", "objective", {"minimize": "rmse"}),
        ("data: {channels: {train: s3://b/t}}", "data", {"channels": {"train": "s3://b/t"}}),
        ("data: {source: b.csv}", "data.source", "b.csv"),
        ("compute: {groups: [{name: g}]}", "compute", {"groups": [{"name": "g"}], "volume_gb": 50}),
        ("compute: {flexible: [{instance: i}]}", "compute", {"flexible": [{"instance": "i"}]}),
        ("compute: {instance: ml.m5.xlarge}", "compute.count", 2),
    ],
)
def test_one_kind_of_a_thing_ends_the_other(overlay: str, key: str, value: object) -> None:
    found = merged(BASE, overlay)
    for part in key.split("."):
        found = found[part]
    assert found == value


def test_a_channels_text_stands_for_its_uri() -> None:
    base = "data: {channels: {train: s3://b/t, validation: {uri: s3://b/v}}, test: s3://b/x}\n"
    overlay = "data: {channels: {train: {content_type: text/csv}, validation: s3://c/v}, test: {input_mode: File}}\n"
    assert merged(base, overlay)["data"] == {
        "channels": {"train": {"uri": "s3://b/t", "content_type": "text/csv"}, "validation": "s3://c/v"},
        "test": {"uri": "s3://b/x", "input_mode": "File"},
    }
    assert merged(base, "data: {channels: {train: {file_system: {id: f}}}}")["data"]["channels"]["train"] == {
        "file_system": {"id": "f"}
    }


def test_algorithms_merge_by_name_and_new_ones_are_added() -> None:
    overlay = "algorithms:\n- {name: two, compute: {count: 5}}\n- {name: three, algorithm: {image: k}}\n"
    algorithms = merged(SEVERAL, overlay)["algorithms"]
    assert [entry["name"] for entry in algorithms] == ["one", "two", "three"]
    assert algorithms[1]["compute"] == {"count": 5}
    assert algorithms[1]["hyperparameters"] == {"x": {"min": 1, "max": 5}}
    assert algorithms[2] == {"name": "three", "algorithm": {"image": "k"}}


def test_a_mapping_over_algorithms_names_them() -> None:
    overlay = "algorithms: {one: null, two: {hyperparameters: {x: {values: [1, 2]}}}}\n"
    (left,) = merged(SEVERAL, overlay)["algorithms"]
    assert left["name"] == "two"
    assert left["hyperparameters"] == {"x": {"values": [1, 2]}}
    assert complaint(SEVERAL, "algorithms: {twoo: {seed: 1}}") == (
        "1.yaml:1:14: algorithms: algorithms has no item 'twoo'\n    did you mean two? its items are one, two"
    )


def test_below_raw_null_stays_for_the_request() -> None:
    overlay = "raw: {Autotune: null, TrainingJobDefinition: {EnableNetworkIsolation: null, RoleArn: r}}\n"
    assert merged(BASE, overlay)["raw"] == {
        "TrainingJobDefinition": {"EnableNetworkIsolation": None, "RoleArn": "r"},
        "Autotune": None,
    }
    assert "raw" not in merged(BASE, "raw: null")
    entry = merged(SEVERAL, "algorithms: {one: {raw: {VpcConfig: null}}}")["algorithms"][0]
    assert entry["raw"] == {"VpcConfig": None}


def test_a_patch_below_raw_names_the_items_of_lists_too() -> None:
    base = "raw: {Tags: [{Key: a, Value: x}, {Key: b, Value: y}]}\n"
    assert merged(base, "raw: {Tags: {b: {Value: z}}}")["raw"]["Tags"][1] == {"Key": "b", "Value": "z"}
    assert merged(base, "raw: {Tags: {a: null}}")["raw"]["Tags"] == [{"Key": "b", "Value": "y"}]
    # An item that is not there may be one of the request's: the patch goes there as it is.
    assert merged(base, "raw: {Tags: {c: {Value: z}}}")["raw"]["Tags"] == {"c": {"Value": "z"}}


@pytest.mark.parametrize("pattern", KINDS)
def test_the_kinds_are_those_of_the_model(pattern: tuple[str, ...]) -> None:
    own = {"data": "@channels"}
    path: tuple[str, ...] = ()
    for part in pattern:
        path = (*path, "train" if part == "*" else part)
        if len(path) < len(pattern):
            path = (*path, own[part]) if part in own else path
    valid = locate(TuningSpec, path)[1]
    kinds = KINDS[pattern]
    assert set().union(*(kind.keys for kind in kinds)) <= valid
    marks = [mark for kind in kinds for mark in kind.marks]
    assert len(set(marks)) == len(marks)


# What cannot be


def test_an_unknown_key_cannot_be_removed_unnoticed() -> None:
    assert complaint(BASE, "sede: null") == (
        "1.yaml:1:1: sede: unknown key 'sede'\n    did you mean seed? valid here: "
        "algorithm, algorithms, apiVersion, autotune, checkpoints, completion, compute, data, diagnosis, "
        "early_stopping, ..."
    )
    assert "limits.job: unknown key 'job'" in complaint(BASE, "limits: {job: null}")
    assert merged(BASE, "hyperparameters: {gone: null}") == merged(BASE, "{}")


# Places


def test_every_key_has_the_place_that_says_it() -> None:
    both = merge(document(BASE, "base.yaml"), document("\nlimits:\n  jobs: 50\ntags: {new: x}\n", "over.yaml"))
    assert (both.source_of(("limits", "jobs")), both.place(("limits", "jobs"))) == ("over.yaml", (3, 3))
    assert (both.source_of(("limits", "parallel")), both.place(("limits", "parallel"))) == ("base.yaml", (8, 20))
    assert (both.source_of(("tags", "new")), both.place(("tags", "new"))) == ("over.yaml", (4, 8))
    assert (both.source_of(("seed",)), both.place(("seed",))) == ("base.yaml", (9, 1))
    assert both.source_of(()) == "base.yaml"
    # A mapping of plain values is judged as a whole, so it stands where it was changed last.
    assert both.source_of(("limits",)) == "over.yaml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    return tmp_path


def problems(folder: Path, overlay: str) -> str:
    (folder / "prod.yaml").write_text(overlay, encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        load_spec(Layers((Path("base.yaml"), Path("prod.yaml"))))
    return str(caught.value)


def test_a_problem_names_the_file_that_has_it(folder: Path) -> None:
    (folder / "base.yaml").write_text(BASE.replace("seed: 7", "seed: -7"), encoding="utf-8")
    assert problems(folder, "limits: {parallel: 0}\nhyperparameters: {eta: {max: 0.001}}\n") == (
        "base.yaml:9:1: seed: -7 is out of bounds\n    give a value at least 0\n"
        "prod.yaml:1:10: limits.parallel: 0 is out of bounds\n    give a value at least 1\n"
        "prod.yaml:2:19: hyperparameters.eta: min 0.01 is above max 0.001\n    swap them"
    )


def test_mistakes_in_the_form_of_all_files_come_at_once(folder: Path) -> None:
    (folder / "base.yaml").write_text("name: a\nname: b\n", encoding="utf-8")
    assert problems(folder, "a: [\n") == (
        "base.yaml:2:1: name: key 'name' stands twice\n    remove one of the two\n"
        "prod.yaml:2:1: not YAML: expected the node content, but found '<stream end>'"
    )


def test_an_overlay_is_a_mapping(folder: Path) -> None:
    assert problems(folder, "- limits\n") == (
        "prod.yaml:1:1: an overlay is a mapping of keys to values\n"
        "    write the keys it changes, as in limits: {jobs: 50}"
    )
    assert "prod.yaml:1:1: the document is empty" in problems(folder, "# nothing yet\n")


def test_an_overlay_alone_need_not_be_a_spec(folder: Path) -> None:
    (folder / "prod.yaml").write_text("limits: {jobs: 50}\n", encoding="utf-8")
    loaded = load_document(Layers((Path("base.yaml"), Path("prod.yaml"))))
    assert loaded.spec.limits.jobs == 50
    assert loaded.document.source == "base.yaml"
    with pytest.raises(SpecError):
        load_spec("prod.yaml")


def test_paths_are_relative_to_the_base_whoever_says_them(folder: Path) -> None:
    (folder / "envs").mkdir()
    layers = Layers((Path("base.yaml"), Path("envs/prod.yaml")))
    assert layers.folder == folder
    assert layers.name == "base.yaml"
