"""What the user has set for a tool, beside what its tool.json says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
from attrs import frozen

from pixie_core.catalogue.base import field
from pixie_core.tool.manifest import ToolManifest

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Limits", "ToolState"]

_MOST = 2**31 - 1


def _limit(name: str) -> Any:
    """A limit as the manifest declares it: the same words and bounds."""
    declared = attrs.fields_dict(ToolManifest)[name].metadata
    return field(help=declared["help"], default=None, minimum=declared["minimum"], maximum=_MOST)


@frozen(kw_only=True)
class Limits:
    """Limits in place of those in tool.json; None leaves what tool.json says."""

    warm_keep_seconds: int | None = _limit("warm_keep_seconds")
    max_memory_mb: int | None = _limit("max_memory_mb")
    max_runtime_seconds: int | None = _limit("max_runtime_seconds")

    def given(self) -> dict[str, int]:
        """Those that are set, by name."""
        return {name: value for name, value in attrs.asdict(self).items() if value is not None}


@frozen(kw_only=True)
class ToolState:
    """A tool as its user has it.

    `archived` and `pinned_warm` are None where the user hasn't said: then tool.json's word counts. `tags` are the
    user's own, beside those in tool.json. `sort_order` ranks a tool in lists, the smallest first, those without last.
    """

    favourited: bool = False
    pinned: bool = False
    pinned_warm: bool | None = None
    archived: bool | None = None
    sort_order: int | None = None
    colour: str | None = None
    limits: Limits = Limits()
    tags: tuple[str, ...] = ()

    def over(self, manifest: ToolManifest) -> ToolManifest:
        """The manifest with what is set here in place of its own; `raw` stays as it was written."""
        said: Mapping[str, Any] = {"archived": self.archived, "pinned_warm": self.pinned_warm, **self.limits.given()}
        changes = {name: value for name, value in said.items() if value is not None}
        return attrs.evolve(manifest, **changes) if changes else manifest
