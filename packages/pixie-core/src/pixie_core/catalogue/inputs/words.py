"""Inputs that are text: text, textarea, markdown, code, autocomplete, and a list of words, tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from attrs import frozen

from pixie_core.catalogue.base import Json, Labels, field
from pixie_core.catalogue.inputs.base import InputDeclaration, found, read_json, text_problems
from pixie_core.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["AutocompleteInput", "CodeInput", "MarkdownInput", "TagsInput", "TextInput", "TextareaInput"]


@frozen(kw_only=True)
class TextInput(InputDeclaration):
    """One line of text."""

    type: ClassVar = "text"
    example: ClassVar[Json] = {"key": "name", "type": "text", "label": "Name", "placeholder": "Ada", "max_length": 80}
    blank_is_value: ClassVar = True

    placeholder: str | None = field(help="shown while it is empty", default=None)
    max_length: int | None = field(help="how many characters at most", default=None, minimum=1)
    monospace: bool = field(help="drawn in a fixed-width face", default=False)

    def problems(self, value: Any) -> Iterable[str]:
        """It is text, and not too long."""
        return text_problems(value, self.max_length)


@frozen(kw_only=True)
class TextareaInput(TextInput):
    """Several lines of text."""

    type: ClassVar = "textarea"
    example: ClassVar[Json] = {"key": "text", "type": "textarea", "label": "Text", "default": "Once upon a time"}

    def read(self, text: str) -> Any:
        """Forms send CRLF; text has LF."""
        return text.replace("\r\n", "\n")


@frozen(kw_only=True)
class MarkdownInput(InputDeclaration):
    """Formatted words."""

    type: ClassVar = "markdown"
    example: ClassVar[Json] = {
        "key": "notes",
        "type": "markdown",
        "label": "Notes",
        "default": "# Method\n\nTwo *runs*.",
    }
    blank_is_value: ClassVar = True

    def read(self, text: str) -> Any:
        """Forms send CRLF; text has LF."""
        return text.replace("\r\n", "\n")

    def problems(self, value: Any) -> Iterable[str]:
        """It is text."""
        return text_problems(value)


@frozen(kw_only=True)
class CodeInput(MarkdownInput):
    """Source text, in an editor."""

    type: ClassVar = "code"
    example: ClassVar[Json] = {
        "key": "query", "type": "code", "label": "Query", "language": "sql", "default": "select 1",
    }  # fmt: skip

    language: str | None = field(help="for highlighting, such as python or sql", default=None)


_AUTOCOMPLETE = "/autocomplete/"


@frozen(kw_only=True)
class AutocompleteInput(InputDeclaration):
    """Text, with suggestions from the tool."""

    type: ClassVar = "autocomplete"
    example: ClassVar[Json] = {
        "key": "city", "type": "autocomplete", "label": "City", "endpoint": "/autocomplete/cities",
    }  # fmt: skip
    blank_is_value: ClassVar = True

    endpoint: str = field(help="/autocomplete/<name> on the tool; the bare name will do")
    placeholder: str | None = field(help="shown while it is empty", default=None)

    @classmethod
    def canonical(cls, raw: dict[str, Any]) -> dict[str, Any]:
        """A bare name becomes /autocomplete/<name>."""
        given = raw.get("endpoint")
        if not isinstance(given, str) or not given.strip("/"):
            return raw
        return {**raw, "endpoint": _AUTOCOMPLETE + given.strip("/").removeprefix("autocomplete/")}

    def faults(self) -> Iterable[Problem]:
        """The endpoint names one place under /autocomplete/."""
        name = self.endpoint.removeprefix(_AUTOCOMPLETE)
        if not name or name == self.endpoint or not name.replace("-", "").replace("_", "").isalnum():
            yield Problem(
                "$.endpoint", f"is {self.endpoint!r}; expected /autocomplete/<name>, such as /autocomplete/cities"
            )

    def problems(self, value: Any) -> Iterable[str]:
        """It is text: what is suggested doesn't bind."""
        return text_problems(value)


@frozen(kw_only=True)
class TagsInput(InputDeclaration):
    """A list of words."""

    type: ClassVar = "tags"
    example: ClassVar[Json] = {
        "key": "keywords", "type": "tags", "label": "Keywords", "suggestions": ["ode", "chaos"], "default": ["ode"],
    }  # fmt: skip
    blank_is_value: ClassVar = True

    suggestions: Labels | None = field(help="words that are offered", default=None)
    placeholder: str | None = field(help="shown while it is empty", default=None)

    def read(self, text: str) -> Any:
        """Words with commas between them, or a JSON list."""
        if text.lstrip().startswith("["):
            return read_json(text)
        return [word.strip() for word in text.split(",") if word.strip()]

    def read_many(self, texts: Sequence[str]) -> Any:
        """A field may come once for each word."""
        if len(texts) == 1:
            return self.read(texts[0])
        return [text.strip() for text in texts if text.strip()]

    def problems(self, value: Any) -> Iterable[str]:
        """It is a list of words, none of them blank."""
        if not isinstance(value, list):
            yield f"must be a list of text, not {found(value)}"
            return
        for index, word in enumerate(value):
            yield from (f"has in place {index + 1} what {said}" for said in text_problems(word))
            if isinstance(word, str) and not word.strip():
                yield f"has a blank word in place {index + 1}"

    def blank(self) -> Any:
        """No words."""
        return []
