"""Keeping the values of a tool's secrets out of what is shown and stored.

A tool may print a secret as it is, in JSON, in a URL, or line by line; it may write half of it now and half
later. What passes through a `Masker` shows `•••` in its place. Secrets that are transformed in other ways
(reversed, encrypted, in base64) aren't found, and short ones aren't looked for: see
`pixie_core.tool.secrets.spellings`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from pixie_core.tool.secrets import spellings

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MaskedStream", "Masker"]

MASK = "•••"
_PIECE = 2**20


class Masker:
    """Hides the given secrets in texts. `Masker(())` hides nothing, at no cost."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets for form in spellings(secret)}
        # Longest first: of a secret and its own beginning, the whole is hidden.
        self._forms = sorted(forms, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, self._forms))) if forms else None

    def __bool__(self) -> bool:
        """True when there is something to hide."""
        return self._pattern is not None

    def mask(self, text: str) -> str:
        """The text with every secret in it hidden."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)

    def finds(self, text: str) -> bool:
        """True when a secret stands in the text."""
        return self._pattern is not None and self._pattern.search(text) is not None

    def finds_in(self, file: BinaryIO) -> bool:
        """True when a secret stands in the file's bytes, as UTF-8."""
        if not self._forms:
            return False
        pattern = re.compile(b"|".join(re.escape(form.encode()) for form in self._forms))
        overlap = max(len(form.encode()) for form in self._forms) - 1
        held = b""
        while piece := file.read(_PIECE):
            if pattern.search(held + piece):
                return True
            held = (held + piece)[-overlap:]
        return False

    def stream(self) -> MaskedStream:
        """For a text that comes in pieces."""
        return MaskedStream(self)

    def safe_cut(self, text: str) -> int:
        """How many characters can be masked for good: those after may be the beginning of a secret that goes on."""
        cut = len(text)
        for form in self._forms:
            for length in range(min(len(form) - 1, len(text)), len(text) - cut, -1):
                if text.endswith(form[:length]):
                    cut = len(text) - length
                    break
        # A secret that stands whole across the cut must not be taken apart by it.
        for match in self._pattern.finditer(text) if self._pattern is not None else ():
            if match.start() < cut < match.end():
                return match.start()
        return cut


class MaskedStream:
    """One text in pieces: a secret is hidden also where a piece ends inside it.

    Only what may be the beginning of a secret is held back, so that a line without one comes out at once.
    """

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._held = ""

    def feed(self, piece: str) -> str:
        """What can be shown by now."""
        if not self._masker:
            return piece
        whole = self._held + piece
        cut = self._masker.safe_cut(whole)
        self._held = whole[cut:]
        return self._masker.mask(whole[:cut])

    def close(self) -> str:
        """What was held back, now that nothing follows."""
        rest, self._held = self._held, ""
        return self._masker.mask(rest)
