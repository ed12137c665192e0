"""Tags."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from smtune.errors import shown
from smtune.rules.case import Case
from smtune.rules.rule import Broken, rule


@rule(
    "R43-keys",
    title="Each tag has a key of its own, which does not begin with aws:.",
    source="AWS General Reference, tagging AWS resources",
    fix="rename the tag",
)
def tag_keys(case: Case) -> Iterator[Broken]:
    tags = case.request.get("Tags", [])
    counts = Counter(tag["Key"] for tag in tags)
    for index, tag in enumerate(tags):
        key = tag["Key"]
        if key.lower().startswith("aws:"):
            yield Broken(("Tags", index), f"{shown(key)}: keys that begin with aws: are AWS's own", "rename the tag")
        if counts.pop(key, 1) > 1:
            yield Broken(("Tags", index), f"tag {shown(key)} stands twice", "keep one of the two")
