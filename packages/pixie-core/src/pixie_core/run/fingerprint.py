"""What made a run: enough to tell whether another one should give the same."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["fingerprint", "hash_of_inputs"]


def fingerprint(
    *,
    tool_version: str | None,
    sources: str | None,
    lock: str | None,
    python: str | None,
    platform: str,
    inputs: Mapping[str, Any],
    secrets: Iterable[str],
    pixie: str,
) -> dict[str, Any]:
    """The fingerprint of a run, as its `started` event holds it; hashes are SHA-256 in hex.

    `sources` is a hash of the tool's own files, `lock` of its uv.lock, `python` the version in its environment,
    `inputs` the recorded ones, in which files stand as hashes, `secrets` the names (never the values) that were
    set. What isn't known is left out.
    """
    facts = {
        "tool_version": tool_version,
        "sources_sha256": sources,
        "lock_sha256": lock,
        "python": python,
        "platform": platform,
        "inputs_sha256": hash_of_inputs(inputs),
        "secrets": sorted(secrets),
        "pixie": pixie,
    }
    return {key: fact for key, fact in facts.items() if fact is not None}


def hash_of_inputs(inputs: Mapping[str, Any]) -> str:
    """The same for the same inputs, whatever their order: SHA-256 of their JSON with sorted keys, without spaces."""
    text = json.dumps(inputs, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
