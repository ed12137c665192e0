"""CloudWatch Logs' filter patterns, those for unstructured lines: `word "some words" ?either ?or -without`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from smtune.local.answers import ServiceAnswerError

_TERM = re.compile(r'([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))')


@dataclass(frozen=True)
class LogPattern:
    """Terms are case-sensitive parts of the message."""

    required: tuple[str, ...]
    either: tuple[str, ...]
    excluded: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> LogPattern:
        """Raises ServiceAnswerError for what the local engine does not read: JSON, fields, regular expressions."""
        if text.strip()[:1] in {"{", "[", "%"}:
            message = f"The local engine reads patterns of words and phrases only, not {text!r}"
            raise ServiceAnswerError("InvalidParameterException", message)
        terms: dict[str, list[str]] = {"": [], "?": [], "-": []}
        for sign, phrase, word in _TERM.findall(text):
            terms[sign].append(phrase.replace('\\"', '"') or word)
        return cls(tuple(terms[""]), tuple(terms["?"]), tuple(terms["-"]))

    def matches(self, message: str) -> bool:
        """Whether a message has all required terms, none of the excluded, and one of those marked `?`, if any are.

        Beside required terms the service ignores those marked `?`.
        """
        if any(term in message for term in self.excluded):
            return False
        if self.required or not self.either:
            return all(term in message for term in self.required)
        return any(term in message for term in self.either)
