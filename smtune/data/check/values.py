"""One set by itself: its labels, columns that say nothing, rows that stand in it twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from smtune.data.check.expect import LabelRule
from smtune.data.check.leakage import repeated_rows
from smtune.data.check.model import MISSING, DataFinding, Seen, Sheet, plural
from smtune.errors import listed, shown

LEARNED_FROM = ("train", "training", "data")
"""The sets that a model learns from; `data` is a table before it is split."""
_NAMED = 8
_MANY_REPEATED = 0.01


def check_labels(sheet: Sheet, rules: tuple[LabelRule, ...]) -> Iterator[DataFinding]:
    """Labels that the objective cannot have, and sets with one class only."""
    if sheet.label is None:
        return
    values = {value: seen for value, seen in sheet.labels.items() if value.lower() not in MISSING}
    numbers = _numbers(values)
    for rule in rules:
        yield from _illegal(sheet, rule, numbers)
        if rule.classes and sheet.name in LEARNED_FROM:
            yield from _unseen(sheet, rule.classes, numbers)
    if len(values) == 1 and len(sheet.rows) > 1:
        value = next(iter(values))
        yield DataFinding(
            check="constant-label",
            severity="error" if sheet.name in LEARNED_FROM and sheet.is_whole else "warning",
            channel=sheet.name,
            place=f"{sheet.name}, {sheet.label}",
            message=f"the label is {shown(value)} in all {plural(len(sheet.rows), 'row')}"
            + ("" if sheet.is_whole else " looked at"),
            fix="there is nothing to tell apart: take rows of other classes in, or name another label",
        )


def _illegal(sheet: Sheet, rule: LabelRule, numbers: Mapping[float, Seen]) -> Iterator[DataFinding]:
    wrong = {value: seen for value, seen in numbers.items() if not rule.accepts(value)}
    broken = {value: seen for value, seen in numbers.items() if not value.is_integer() and value not in wrong}
    if wrong:
        few = listed((f"{value:g}" for value in sorted(wrong)), 3)
        yield DataFinding(
            check="illegal-label",
            severity="error",
            channel=sheet.name,
            place=sheet.place(min(seen.first for seen in wrong.values())),
            message=f"{_rows(wrong)} with a label that is not {rule.words()}, as {rule.because} wants it: {few}",
            fix="is the label in the right column? Recode it, or choose another objective",
            count=sum(seen.count for seen in wrong.values()),
            examples=tuple(sheet.place(row) for row in sorted(seen.first for seen in wrong.values())[:5]),
        )
    elif rule.usually_whole and broken:
        yield DataFinding(
            check="fractional-label",
            severity="warning",
            channel=sheet.name,
            place=sheet.place(min(seen.first for seen in broken.values())),
            message=f"{_rows(broken)} with a label between 0 and 1: {rule.because} learns them as shares, not classes",
            fix="write classes as 0 and 1",
            count=sum(seen.count for seen in broken.values()),
        )


def _unseen(sheet: Sheet, classes: int, numbers: Mapping[float, Seen]) -> Iterator[DataFinding]:
    unseen = [str(each) for each in range(min(classes, len(sheet.rows))) if float(each) not in numbers]
    if unseen and classes <= len(sheet.rows) and all(0 <= number < classes for number in numbers):
        few = listed(unseen, _NAMED)
        yield DataFinding(
            check="unseen-class",
            severity="warning",
            channel=sheet.name,
            place=f"{sheet.name}, {sheet.label}",
            message=f"{len(unseen)} of {classes} classes without a row: {few}",
            fix="count the classes from 0, and say as many as there are",
            count=len(unseen),
        )


def _numbers(values: Mapping[str, Seen]) -> dict[float, Seen]:
    """The labels that are numbers; `1` and `1.0` are one."""
    found = dict[float, Seen]()
    for text, seen in values.items():
        number = _number(text)
        if number is not None:
            before = found.get(number, Seen(0, seen.first))
            found[number] = Seen(before.count + seen.count, min(before.first, seen.first))
    return found


def check_columns(sheet: Sheet) -> Iterator[DataFinding]:
    """Features with one value only."""
    if len(sheet.sample) < 2:
        return
    constant = [name for name in sheet.features if sheet.sample[name].nunique() == 1]
    if constant and len(sheet.features) > 1:
        few = listed((f"{name} ({shown(sheet.sample[name].iloc[0])})" for name in constant), _NAMED)
        yield DataFinding(
            check="constant-columns",
            severity="note",
            channel=sheet.name,
            place=sheet.name,
            message=f"{plural(len(constant), 'column')} with the same value everywhere: {few}",
            fix="nothing can be learned from them: leave them out",
            count=len(constant),
        )


def check_repeated(sheet: Sheet) -> Iterator[DataFinding]:
    """Rows that stand in the set more than once, and equal rows with different labels."""
    repeated = repeated_rows(sheet)
    for check, found, what, fix in (
        ("repeated-rows", repeated.rows, "a copy of an earlier one", "keep each once, unless they are measured twice"),
        (
            "contradicting-labels",
            repeated.contradicting,
            "equal to an earlier one except for its label",
            "no model can tell these apart: look how they came about, and keep the right one",
        ),
    ):
        if len(found):
            share = len(found) / len(sheet.rows)
            yield DataFinding(
                check=check,
                severity="warning" if share >= _MANY_REPEATED else "note",
                channel=sheet.name,
                place=sheet.place(found[0]),
                message=f"{plural(len(found), 'row')} ({100 * share:.2g} %) {what}",
                fix=fix,
                count=len(found),
                examples=tuple(sheet.place(row) for row in found[:5]),
            )


def _rows(values: dict[float, Seen]) -> str:
    return plural(sum(seen.count for seen in values.values()), "row")


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value - value == 0 else None
