"""A comparison in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from smtune.data.check.model import plural
from smtune.errors import listed

if TYPE_CHECKING:
    from smtune.data.compare.model import ColumnDifference, DataComparison, Separation

_SLIGHT = 0.1
_NAMED = 5
_WHERE = {
    "features": "the features ({columns}), the label not",
    "label": "the label, the features not",
    "features and label": "the features ({columns}) and the label",
    "relation": "how label and features belong together: neither differs by itself",
}
_LOOKS = {
    "id": "nearly every row has a value of its own",
    "time": "it holds times",
    "group": "its values repeat within a set, and next to none is in both",
}


def sentence(found: DataComparison) -> str:
    """The verdict in one line."""
    rows = f"{plural(found.a.used, 'row')} and {found.b.used:,}"
    seen = f"a distance of {found.detectable:.2f} in one column"
    if found.separations:
        seen += f" or an AUC of {found.separations[0].detectable:.2f}"
    if found.verdict == "too few rows":
        return f"too few rows to tell ({rows}): even {seen} could be missed"
    if found.verdict == "no difference found":
        return f"no difference found ({rows}): {seen} would have been, 4 times in 5"
    return f"differs: {_what(found)}{_slightly(found)}"


def _what(found: DataComparison) -> str:
    names = _features(found)
    has_label = any(each.is_label for each in found.columns)
    if found.where == "features" and not has_label:
        return f"the features ({names})"
    return _WHERE[found.where or "features"].format(columns=names)


def _features(found: DataComparison) -> str:
    """Those that differ by themselves, then those by which only the classifier saw a difference."""
    alone = [each.column for each in found.differing if not each.is_label]
    relied = [each.column for test in found.separations if test.of == "features" for each in test.relies_on]
    others = listed((name for name in relied if name not in alone), _NAMED)
    if alone:
        return f"{listed(alone, _NAMED)}; together also {others}" if others else listed(alone, _NAMED)
    return f"together: {others}; none by itself" if others else "together, none by itself"


def _slightly(found: DataComparison) -> str:
    effects = [each.effect for each in found.differing]
    aucs = [each.auc for each in found.separations if each.differs]
    small = all(each < _SLIGHT for each in effects) and all(each < 0.5 + _SLIGHT / 2 for each in aucs)
    return "; but only slightly, by a distance below 0.1 everywhere" if small else ""


def remarks(columns: Sequence[ColumnDifference], separations: Sequence[Separation]) -> Iterator[str]:
    """What has to be known to believe the result."""
    if len({column.is_label for column in columns if column.differs}) == 2:
        yield "another mix of labels alone moves the features, too: compare the rows of one label to tell"
    left_out = separations[0].left_out if separations else tuple(c.column for c in columns if c.effect >= 0.99)
    for column in columns:
        if column.column in left_out:
            why = f" ({_LOOKS[column.looks_like]})" if column.looks_like else ""
            yield f"{column.column} tells A from B by itself{why}: the classifier does without it, to see the others"
        elif column.looks_like in ("id", "time") and column.differs:
            kind = "an id" if column.looks_like == "id" else "a time"
            yield f"{column.column} looks like {kind} ({_LOOKS[column.looks_like]}), and no feature: it may well differ"
    for column in columns:
        if column.looks_like == "group":
            yield (
                f"{column.column} looks like a group ({_LOOKS['group']}): rows of a group are alike, and count as "
                f"independent; name it as the group, and one row of each is taken"
            )
