"""Remarks stand beside their keys and never change what the YAML says."""

from __future__ import annotations

from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from spec_strategies import specs, texts

from smtune.clone import annotate
from smtune.spec import TuningSpec, dump_spec
from smtune.spec.yaml import parse_yaml

TEXT = "name: a\nhyperparameters:\n  eta: {min: 0, max: 1}\n  depth: 5\nlimits: {jobs: 5}\n"


def test_a_remark_stands_above_its_key_with_the_keys_indent() -> None:
    found = annotate(TEXT, {("hyperparameters", "eta"): "narrowed", ("limits", "jobs"): "as asked"}, ["all of it"])
    assert found == (
        "# all of it\nname: a\nhyperparameters:\n  # eta: narrowed\n  eta: {min: 0, max: 1}\n  depth: 5\n"
        "# limits.jobs: as asked\nlimits: {jobs: 5}\n"
    )


def test_a_remark_about_a_part_of_a_hyperparameter_names_the_hyperparameter() -> None:
    text = "algorithms:\n- name: a\n  hyperparameters:\n    kind: {values: [x, y]}\n"
    found = annotate(text, {("algorithms", 0, "hyperparameters", "kind", "values", 0): "hidden"})
    assert "    # kind: hidden\n    kind: " in found


def test_a_remark_about_a_key_that_is_not_there_stands_at_the_nearest_or_the_top() -> None:
    found = annotate(TEXT, {("hyperparameters", "gone"): "x", ("seed",): "y"})
    assert found.startswith("# seed: y\nname: a\n# gone: x\nhyperparameters:\n")


def test_a_long_remark_is_folded_and_a_hostile_one_is_one_line() -> None:
    found = annotate(TEXT, {("name",): "word " * 60 + "\nname: other\x1b[0m"})
    assert max(len(line) for line in found.splitlines()) <= 120
    assert parse_yaml(found, source="").data == parse_yaml(TEXT, source="").data
    assert "\x1b" not in found


def test_in_a_text_that_goes_on_over_lines_there_is_no_place_for_a_remark() -> None:
    text = 'a: {b: "one\n  two", c: 5}\n'
    assert annotate(text, {("a", "c"): "five"}) == "# a.c: five\n" + text


@examples(25)
@given(specs(), st.data())
def test_the_data_is_the_same_whatever_the_spec_and_the_remarks(spec: TuningSpec, data: st.DataObject) -> None:
    text = dump_spec(spec)
    document = parse_yaml(text, source="")
    paths = data.draw(st.lists(st.sampled_from(sorted(document.places, key=str)), max_size=5))
    remarks = {path: data.draw(texts) for path in paths}
    commented = annotate(text, remarks, data.draw(st.lists(texts, max_size=2)))
    assert parse_yaml(commented, source="").data == document.data
    for path in filter(None, paths):
        assert "# " in commented, path
