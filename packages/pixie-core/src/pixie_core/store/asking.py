"""What the rooms of the store ask the database by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

__all__ = ["Asking"]

T = TypeVar("T")


class Asking(Protocol):
    """`Store.read`, on one state of the database, or `Store.write`, in a transaction."""

    def __call__(self, query: Callable[[sqlite3.Connection], T], /) -> T:
        """What the function makes of a connection."""
        ...
