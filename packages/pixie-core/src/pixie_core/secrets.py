"""The secrets of all tools: `Pixie.secrets`. They are written and never read back.

    pixie.secrets.set("weather", "API_KEY", value)
    [(each.key, each.set) for each in pixie.secrets.of("weather")]

Where and how they are kept is in `pixie_core.tool.secrets`.
"""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import frozen

from pixie_core.errors import DataFolderError, DataFolderReadOnly, DiskFull
from pixie_core.tool import secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pixie_core.clock import Clock
    from pixie_core.tool import Tool, Tools

__all__ = ["SecretOfTool", "Secrets"]


@frozen(kw_only=True)
class SecretOfTool:
    """A secret that a tool's tool.json lists (`declared`), or that is set for it, or both; never its value.

    `updated_at` is in ISO 8601, or None when it isn't set or was set by hand. `withheld` ones wait until somebody
    confirms that code which was imported in the place of the tool's may have them. One that isn't `masked` is set, and
    too short to be looked for in what the tool says.
    """

    key: str
    set: bool = False
    updated_at: str | None = None
    withheld: bool = False
    masked: bool = True
    declared: bool = False
    required: bool = False
    description: str | None = None


class Secrets:
    """What the processes of tools get beside their inputs. Thread-safe.

    A change holds from the next run on: `renew` is told the tool's id, so that a process which was started with what
    was set before takes no new run. Raises ToolNotFound for a tool that isn't there; DataFolderError when its folder
    can't be read or written, DiskFull when there is no room.
    """

    def __init__(self, tools: Tools, renew: Callable[[str], None], *, clock: Clock) -> None:
        self._tools = tools
        self._renew = renew
        self._clock = clock

    def of(self, tool_id: str) -> tuple[SecretOfTool, ...]:
        """Those that the tool's tool.json lists, in its order, then others that are set, by name."""
        tool = self._tools.get(tool_id)
        declared = {each.key: each for each in tool.manifest.secrets} if tool.manifest is not None else {}
        with _in_plain_words(tool):
            states = {each.key: each for each in secrets.names_set(tool)}
        found = []
        for key in dict.fromkeys([*declared, *states]):
            state, said = states.get(key), declared.get(key)
            found.append(
                SecretOfTool(
                    key=key,
                    set=state is not None and not state.withheld,
                    updated_at=state.updated_at if state is not None else None,
                    withheld=state is not None and state.withheld,
                    masked=state is None or state.masked,
                    declared=said is not None,
                    required=said is not None and said.required,
                    description=said.description if said is not None else None,
                )
            )
        return tuple(found)

    def one(self, tool_id: str, key: str) -> SecretOfTool:
        """How one secret stands, also one that is neither listed nor set."""
        return next((each for each in self.of(tool_id) if each.key == key), SecretOfTool(key=key))

    def set(self, tool_id: str, key: str, value: str) -> tuple[str, ...]:
        """Set a secret; an empty value keeps the one that is set. Returns what is worth a warning.

        Raises RequestInvalid for a name or a value that can't be one, without showing the value.
        """
        tool = self._tools.get(tool_id)
        with _in_plain_words(tool):
            warnings = secrets.set_secret(tool, key, value, clock=self._clock)
        if value:
            self._renew(tool.id)
        return (*secrets.undeclared(tool, key), *warnings)

    def clear(self, tool_id: str, key: str) -> bool:
        """Remove a secret, a withheld one too; False when it wasn't set."""
        tool = self._tools.get(tool_id)
        with _in_plain_words(tool):
            cleared = secrets.clear_secret(tool, key)
        if cleared:
            self._renew(tool.id)
        return cleared

    def confirm(self, tool_id: str) -> tuple[str, ...]:
        """Hand what an import kept back to the tool's new code; returns the names."""
        tool = self._tools.get(tool_id)
        with _in_plain_words(tool):
            names = secrets.confirm_secrets(tool)
        if names:
            self._renew(tool.id)
        return names


@contextmanager
def _in_plain_words(tool: Tool) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = f"{secrets.ENV} in the folder of {tool.id}"
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull(
                f"There is no room left for {what}. Nothing was changed. Free some, then try again."
            ) from error
        kind = DataFolderReadOnly if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM} else DataFolderError
        raise kind(
            f"{what} can't be used ({error.strerror}). Nothing was changed. See to whom the folder belongs."
        ) from error
