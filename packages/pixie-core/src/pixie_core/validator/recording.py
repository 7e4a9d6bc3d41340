"""Writing known answers anew, when the new ones are right: the only place where a tool's folder is changed."""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from attrs import frozen

from pixie_core.errors import RequestInvalid
from pixie_core.run.normalise import normalise_answer
from pixie_core.validator.comparators import file_digest
from pixie_core.validator.fixtures import Chosen, differing, inputs_of, read_fixtures, read_tolerances
from pixie_core.validator.probe import Unanswered, probing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pixie_core.config import Settings
    from pixie_core.tool import Tool, ToolManifest
    from pixie_core.validator.fixtures import Fixture, Tolerances
    from pixie_core.validator.probe import Probe

__all__ = ["UpdatedFixture", "update_fixtures"]

_INLINE = 256
"""Characters of a data URL that are worth keeping in a fixture; of a longer one its size and hash are."""


@frozen
class UpdatedFixture:
    """What became of a fixture: the differences that were written, or why it couldn't be tried."""

    path: Path
    name: str
    differences: tuple[str, ...] = ()
    error: str | None = None

    @property
    def written(self) -> bool:
        """True when the file was written."""
        return self.error is None and bool(self.differences)


def update_fixtures(
    tool: Tool, *, settings: Settings, fixture: str | None = None, tag: str | None = None
) -> list[UpdatedFixture]:
    """Run the chosen fixtures, and write the answers of those that don't match as what is expected from now on.

    Only the outputs that a fixture expects already are written, or all where it expects none; whatever else is in
    its file stays. Raises ManifestInvalid, ToolNotInstalled or ToolStartFailed, and RequestInvalid when a fixture
    or tolerance.yaml can't be read.
    """
    tool = tool.read_again()
    tool.ready()
    everything, problems = read_fixtures(tool.folder)
    tolerances, wrong = read_tolerances(tool.folder)
    if errors := [each for each in (*problems, *wrong) if each.severity == "error"]:
        raise RequestInvalid(f"The fixtures of {tool.id}", errors)
    chosen = Chosen(fixture, tag)
    wanted = [each for each in everything if chosen.has(each) and each.skip_reason is None]
    if not wanted:
        return []
    with probing(tool, settings) as probe:
        probe.start()
        return [_update(probe, each, tolerances) for each in wanted]


def _update(probe: Probe, fixture: Fixture, tolerances: Tolerances) -> UpdatedFixture:
    manifest = probe.manifest
    try:
        answered = probe.run(inputs_of(manifest, fixture))
        values: Mapping[str, Any] = normalise_answer(manifest, answered.raw).values
        different = not fixture.expected or differing(manifest, fixture, tolerances, values)
        if different and any(each.streaming or each.type == "stream_text" for each in manifest.outputs):
            streamed = probe.stream(answered)
            if streamed is not None and streamed.failed is not None:
                raise Unanswered(f"the stream failed: {streamed.failed}")
            values = {**values, **(streamed.values if streamed is not None else {})}
    except Unanswered as error:
        return UpdatedFixture(fixture.path, fixture.name, error=str(error))
    differences = tuple(map(str, differing(manifest, fixture, tolerances, values)))
    if not fixture.expected:
        differences = tuple(f"{key}: is expected from now on" for key in values)
    if differences:
        keys = fixture.expected or values
        _write(
            fixture.path,
            {
                key: values[key] if _by_content(manifest, fixture, tolerances, key) else _kept(values[key])
                for key in keys
                if key in values
            },
        )
    return UpdatedFixture(fixture.path, fixture.name, differences)


def _by_content(manifest: ToolManifest, fixture: Fixture, tolerances: Tolerances, key: str) -> bool:
    """True when the file itself is needed to compare with, and not its hash."""
    declared = manifest.output(key)
    return declared is not None and tolerances.of(declared, fixture.tolerance)[0].by == "content"


def _kept(value: Any) -> Any:
    """The value for the file: size and hash in place of a long data URL."""
    if isinstance(value, str):
        return file_digest(value) if value.startswith("data:") and len(value) > _INLINE else value
    if isinstance(value, dict):
        return {key: _kept(each) for key, each in value.items()}
    return [_kept(each) for each in value] if isinstance(value, list) else value


def _write(path: Path, expected: Mapping[str, Any]) -> None:
    """Put `expected` into the file, which is replaced as a whole."""
    content = json.loads(path.read_text(encoding="utf-8"))
    text = json.dumps({**content, "expected_outputs": expected}, ensure_ascii=False, indent=2) + "\n"
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with new.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.chmod(path.stat().st_mode)
        new.replace(path)
    finally:
        with suppress(FileNotFoundError):
            new.unlink()
