"""Traps in a metric's regex: which fall into one, which do not, and that the mended regex reads the number."""

from __future__ import annotations

import re

import pytest

from smtune.rules.regex import as_python, compiled, cut_number, lazy_end, mended, overlap, split


@pytest.mark.parametrize(
    ("regex", "parts"),
    [
        (r"m=(\S+)", ("m=", r"\S+", "")),
        (r"\(m\)=(\d+) of", (r"\(m\)=", r"\d+", " of")),
        (r"(?:a|b)=([^)]+)\)", ("(?:a|b)=", "[^)]+", r"\)")),
        (r"m=([]()]+);", ("m=", "[]()]+", ";")),
        (r"m=([^]()]+);", ("m=", "[^]()]+", ";")),
        (r"m=((?:\d|\.)+)$", ("m=", r"(?:\d|\.)+", "$")),
        (r"m=(?P<value>\S+)", ("m=", r"\S+", "")),
        ("m=.*", ("m=.*", "", "")),
    ],
)
def test_a_regex_splits_around_its_group(regex: str, parts: tuple[str, str, str]) -> None:
    assert split(regex) == parts


@pytest.mark.parametrize(
    ("regex", "captures"), [("F1=(.*?)", "nothing"), ("F1=([0-9.]??)", "nothing"), ("F1=(.+?)", "one character")]
)
def test_a_lazy_group_at_the_end_captures_next_to_nothing(regex: str, captures: str) -> None:
    assert lazy_end(regex) == f"a lazy group at the end captures {captures}"
    match = re.search(regex, "F1=0.93")
    assert match is not None
    assert len(match[1]) == (captures != "nothing")


@pytest.mark.parametrize("regex", ["F1=(.*?);", "F1=(.*?)$", "F1=(.*)", r"F1=(\S+)", r"F1=(.*\?)", "F1"])
def test_other_groups_are_not_lazy_at_the_end(regex: str) -> None:
    assert lazy_end(regex) is None


@pytest.mark.parametrize(
    ("regex", "read"),
    [("m=([0-9.]+)", "8.3"), (r"m=(\d+)", "8"), (r"m=([0-9\.]+),", "8.3"), (r"m=(\d+\.\d+)", "8.3")],
)
def test_a_group_without_an_exponent_cuts_small_numbers(regex: str, read: str) -> None:
    assert str(cut_number(regex)).endswith(f" reads 8.3e-05 as {read}")
    match = re.search(regex.rstrip(","), "m=8.3e-05")
    assert match is not None
    assert match[1] == read


@pytest.mark.parametrize(
    "regex",
    [r"m=(\S+)", "m=(.*)", "m=(.*?);", r"m=([-+]?\d*\.?\d+(?:[eE][-+]?\d+)?)", "m=([0-9.e+-]+)", "m=(nan|inf)", "m=(("],
)
def test_other_groups_take_the_whole_number_or_none(regex: str) -> None:
    assert cut_number(regex) is None


@pytest.mark.parametrize(
    ("regex", "other", "own", "better"),
    [
        (r"loss: (\S+)", r"val_loss: (\S+)", "val_loss: ", r"\bloss: (\S+)"),
        (r"loss=(\S+)", r"val-loss=(\S+)", "val-loss=", r"(?:^|\s)loss=(\S+)"),
        (r"\[loss\]=(\S+)", r"val\[loss\]=(\S+)", "val[loss]=", r"(?:^|\s)\[loss\]=(\S+)"),
    ],
)
def test_a_regex_that_begins_inside_another_metrics_words_reads_both(
    regex: str, other: str, own: str, better: str
) -> None:
    assert re.search(regex, f"{own}0.5")
    assert overlap(regex, [regex, other]) == f"it also reads the number after '{own}'"
    assert overlap(other, [regex, other]) is None
    assert mended(regex, [regex, other]) == better
    match = re.search(better, f"{own}0.5 {own[3:].lstrip('_-')}0.25")
    assert match is not None
    assert match[1] == "0.25"
    assert overlap(better, [better, other]) is None


@pytest.mark.parametrize(
    ("regex", "other"),
    [
        (r"loss: (\S+)", r"accuracy: (\S+)"),
        (r"^loss: (\S+)", r"val_loss: (\S+)"),
        (r"\bloss: (\S+)", r"val_loss: (\S+)"),
        (r"loss: (\S+)", r"loss: (\S+)"),
        (r"(\S+)", r"val_loss: (\S+)"),
        (r"loss: (\S+)", r".*loss: (\S+)"),
    ],
)
def test_other_regexes_do_not_overlap(regex: str, other: str) -> None:
    assert overlap(regex, [regex, other]) is None


def test_words_with_a_space_before_can_be_told_apart_in_the_script_only() -> None:
    regexes = [r"loss: (\S+)", r"val loss: (\S+)"]
    assert overlap(regexes[0], regexes) == "it also reads the number after 'val loss: '"
    assert mended(regexes[0], regexes) == regexes[0]


def test_all_traps_are_mended_at_once() -> None:
    regexes = ["loss: ([0-9.]+)", r"val_loss: (\S+)"]
    assert mended(regexes[0], regexes) == r"\bloss: (\S+)"
    assert mended("m=([0-9.]+),", []) == "m=([-+.0-9eE]+),"
    assert mended(r"m=([0-9.]+)\s", []) == r"m=(\S+)\s"
    assert mended("F1=(.*?)", []) == r"F1=(\S+)"


@pytest.mark.parametrize("regex", ["(", "a{99999999999}", "*", "(?P<a>.)(?P<a>.)"])
def test_what_is_no_regex_has_a_reason(regex: str) -> None:
    reason = compiled(regex)
    assert isinstance(reason, str)
    assert reason


@pytest.mark.parametrize(
    ("regex", "groups"),
    [
        (r"m=(?<value>\S+)", 1),
        (r"(?<a>\w)\k<a>=(\S+)", 2),
        (r"\p{L}+=(\S+)", 1),
        (r"[\p{Alpha}_]+=(\S+)", 1),
        (r"\Qf(x\E=(\S+)", 1),
        (r"\Qf(x)=", 0),
        (r"m=(\S+)\z", 1),
        (r"m=\h*(\S+)", 1),
        (r"\x{6D}=(\S+)", 1),
        (r"\cI(\S+)", 1),
        (r"m=(?i)(\S+)", 1),
        (r"(?<=a|bc)=(\S+)", 1),
        (r"m=(\S++)", 1),
        (r"\p{L}+=\S+", 0),
    ],
)
def test_javas_syntax_is_whole_and_its_groups_are_counted(regex: str, groups: int) -> None:
    pattern = compiled(as_python(regex))
    assert isinstance(pattern, re.Pattern)
    assert pattern.groups == groups


@pytest.mark.parametrize(
    "regex", [r"m=(?<value>\S+", r"\p{L}=(", r"\\Q(", r"\\p(", r"[\p{L}=(\S+)", r"*\h(\S+)", r"\y(\S+)", "m=(\\"]
)
def test_what_no_engine_knows_is_no_regex_as_javas(regex: str) -> None:
    assert isinstance(compiled(as_python(regex)), str)


@pytest.mark.parametrize("regex", [r"m=(\S+)", r"(?P<m>\d+)", r"(?:a|b)\.(?=c)(\d)", r"\\\\(\S+)", r"\bm=([^)]+)"])
def test_what_both_engines_know_stays_as_it_is(regex: str) -> None:
    assert as_python(regex) == regex


def test_a_regex_that_python_warns_of_is_one() -> None:
    assert isinstance(compiled("[[a]"), re.Pattern)
