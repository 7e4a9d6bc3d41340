"""What of a run becomes a file: media in its values, values too large for an event, and what the tool left."""

from __future__ import annotations

import mimetypes
import os
import shutil
import stat
import uuid
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.errors import QuotaExceeded
from pixie_core.runtime.inputs import data_url
from pixie_core.runtime.large_json import json_pieces, longer_than
from pixie_core.store import Publication
from pixie_core.structure import structure

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pixie_core.catalogue import OutputDeclaration
    from pixie_core.catalogue.base import Json, Media
    from pixie_core.config import Settings
    from pixie_core.run.events import Output
    from pixie_core.runtime.masking import Masker
    from pixie_core.store import Draft, Store
    from pixie_core.store.files import Source, StagedFile

__all__ = ["Publisher", "incoming_folder"]


def incoming_folder(settings: Settings, run_id: str) -> Path:
    """The folder that the tool is told to leave a run's files in."""
    return settings.artefacts_root / ".incoming" / run_id


class Publisher:
    """Publishes one run's files, within its quotas. Used by the run's thread alone.

    Files are staged one by one and become artefacts with the append that tells of them; `discard` removes
    those that never did.
    """

    def __init__(self, settings: Settings, store: Store, run_id: str, tool_id: str) -> None:
        self._settings = settings
        self._store = store
        self._run_id = run_id
        self._tool_id = tool_id
        self._bytes_left = settings.max_artefact_bytes_per_run
        self._files_left = settings.max_artefacts_per_run
        self._staged: list[StagedFile] = []
        self._masker: Masker | None = None
        self.telling: list[str] = []
        """Names of published files in which a secret of the tool stands. Their bytes are never altered."""
        self.incoming = incoming_folder(settings, run_id)

    def look_for(self, masker: Masker) -> None:
        """From now on, note the files in which a secret stands."""
        self._masker = masker

    def value(self, event: Output, declared: OutputDeclaration) -> list[Draft]:
        """The event of a whole value, with the files that it comes to before it.

        Media up to the inline limit stay in the value and are published too; larger ones become references,
        and so does any other value whose JSON is too large. Raises QuotaExceeded or DiskFull.
        """
        cls = OUTPUT_TYPES[event.type]
        value = event.value
        drafts: list[Draft] = []
        if "media" in cls.views():
            instance: Any = structure(cls, {"value": value} if cls.bare() else value)
            replaced: dict[str, str] = {}
            for number, media in enumerate(instance.to_media(declared), 1):
                if not media.source.startswith("data:") or media.source in replaced:
                    continue
                publication, url = self._media(media, declared, number)
                drafts.append(publication)
                if len(media.source) > self._settings.inline_output_max_bytes:
                    replaced[media.source] = url
            value = _replace(value, replaced)
        source = cls.bare() and isinstance(value, str) and value.startswith(("/api/", "data:"))
        if not source and longer_than(value, self._settings.inline_output_max_bytes):
            publication, url = self._publication(
                f"{event.output_key}.json", json_pieces(value), "application/json", event.output_key, spilled=True
            )
            drafts.append(publication)
            value = {"$artefact": url, "size_bytes": publication.staged.size_bytes}
        return [*drafts, evolve(event, value=value)]

    def file(self, filename: str, content: bytes, mime: str, output_key: str) -> tuple[Publication, str]:
        """Publish bytes; returns also the URL that stands for them until they have their number."""
        return self._publication(filename, content, mime, output_key)

    def _media(self, media: Media, declared: OutputDeclaration, number: int) -> tuple[Publication, str]:
        upload = data_url(media.source)
        ending = mimetypes.guess_extension(upload.mime) or ""
        numbered = declared.key if number == 1 else f"{declared.key}-{number}"
        return self._publication(
            media.filename or upload.filename or f"{numbered}{ending}",
            upload.content,
            media.mime or upload.mime,
            declared.key,
        )

    def _publication(
        self, filename: str, source: Source, mime: str | None, output_key: str | None, *, spilled: bool = False
    ) -> tuple[Publication, str]:
        # The token is a URL of our own already, so that a value with it in passes every check.
        token = f"/api/artefacts/{uuid.uuid4()}/content"
        staged = self._stage(filename, source, mime)
        return Publication(staged, output_key, token, spilled=spilled), token

    def _stage(self, filename: str, source: Source, mime: str | None) -> StagedFile:
        if self._files_left <= 0:
            raise QuotaExceeded(
                f"The run left more than {self._settings.max_artefacts_per_run:,} files. Let the tool write fewer, or "
                "raise PIXIE_MAX_ARTEFACTS_PER_RUN."
            )
        staged = self._store.stage(self._run_id, self._tool_id, filename, source, mime, limit=self._bytes_left)
        self._files_left -= 1
        self._bytes_left -= staged.size_bytes
        self._staged.append(staged)
        if self._masker:
            with self._store.files.open(staged.rel_path) as file:
                if self._masker.finds_in(file):
                    self.telling.append(staged.filename)
        return staged

    def told(self) -> None:
        """What was staged so far has its rows now."""
        self._staged.clear()

    def discard(self) -> None:
        """Remove what was staged and has no row. A commit that failed may have been made all the same: what has its
        row stays. Raises what the store raises when it can't say; then all stays.
        """
        self._unstage({artefact.filename for artefact in self._store.run(self._run_id).artefacts})
        self._staged.clear()

    # Files that the tool left

    def open_incoming(self) -> None:
        """Make the folder that the tool is told of."""
        self.incoming.mkdir(parents=True, exist_ok=True, mode=0o700)

    def crossed(self) -> str | None:
        """What the tool has left so far is more than it may: in words; None while it is not."""
        count, size = 0, 0
        for entry, _ in _entries(self.incoming):
            with suppress(FileNotFoundError):
                found = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(found.st_mode):
                    count += 1
                    size += found.st_size
        if count > self._files_left:
            return (
                f"The run left more than {self._settings.max_artefacts_per_run:,} files. Let the tool write fewer, or "
                "raise PIXIE_MAX_ARTEFACTS_PER_RUN."
            )
        if size > self._bytes_left:
            return (
                f"The run left more than {self._settings.max_artefact_bytes_per_run:,} bytes of files. Let the tool "
                "write less, or raise PIXIE_MAX_ARTEFACT_BYTES_PER_RUN."
            )
        return None

    def collect(self) -> tuple[list[Draft], list[str]]:
        """Stage the files that the tool left, and say in words which of them couldn't be taken.

        Only regular files with one name are: a link may lead anywhere, and a second name may be somebody else's.
        """
        drafts: list[Draft] = []
        refused: list[str] = []
        for each in self._left():
            if isinstance(each, str):
                refused.append(each)
            else:
                drafts.append(Publication(each))
        return drafts, refused

    def _left(self) -> Iterator[StagedFile | str]:
        """Each file that the tool left, staged; or why it couldn't be taken."""
        for entry, name in sorted(_entries(self.incoming), key=lambda pair: pair[1]):
            try:
                found = entry.stat(follow_symlinks=False)
                if problem := _not_ours(found):
                    yield f"{name} wasn't taken: it is {problem}."
                    continue
                staged = self._stage(name.replace("/", "-"), Path(entry.path), None)
            except FileNotFoundError:
                continue  # the tool removed it meanwhile
            except OSError as error:
                yield f"{name} couldn't be taken: {error.strerror or error}."
                continue
            yield staged

    def set_aside(self, published: Iterable[Draft]) -> list[str]:
        """Of a run that failed: keep the files that the tool left as partial ones, as far as its quotas go, and name
        them. Of what was staged before, only what is `published` with the run's end stays.
        """
        kept = {each.staged.filename for each in published if isinstance(each, Publication)}
        known = kept | {artefact.filename for artefact in self._store.run(self._run_id).artefacts}
        self._unstage(known)
        names: list[str] = []
        said: list[str] = []
        try:
            for each in self._left():
                if isinstance(each, str):
                    said.append(each)
                else:
                    names.append(each.filename)
        except QuotaExceeded:
            said.append("Not all that the run left was kept: it is more than a run may leave.")
        finally:
            self._store.files.set_partial_aside(self._tool_id, self._run_id, known)
            self._staged = [each for each in self._staged if each.filename in kept]
        if names:
            where = f"artefacts/{self._tool_id}/{self._run_id}/.partial"
            said.append(f"The run didn't end well; what it left is kept in {where}: {', '.join(names[:20])}.")
        return said

    def _unstage(self, known: Collection[str]) -> None:
        """Remove what was staged and isn't known; it doesn't count any more."""
        for each in [each for each in self._staged if each.filename not in known]:
            self._staged.remove(each)
            self._store.discard(each)
            self._files_left += 1
            self._bytes_left += each.size_bytes

    def clear_incoming(self) -> None:
        """Remove the folder; what is worth keeping was copied."""
        shutil.rmtree(self.incoming, ignore_errors=True)


def _entries(folder: Path, prefix: str = "", depth: int = 0) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Everything below the folder but folders, with its path from there; links aren't followed."""
    with suppress(FileNotFoundError, NotADirectoryError, PermissionError), os.scandir(folder) as entries:
        for entry in entries:
            name = f"{prefix}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                if depth < 16:
                    yield from _entries(Path(entry.path), f"{name}/", depth + 1)
            else:
                yield entry, name


def _not_ours(found: os.stat_result) -> str | None:
    if stat.S_ISLNK(found.st_mode):
        return "a symbolic link"
    if not stat.S_ISREG(found.st_mode):
        return "a device, a socket or a pipe"
    if found.st_nlink != 1:
        return "a hard link to a file that has another name"
    return None


def _replace(value: Json, replaced: dict[str, str]) -> Json:
    if not replaced:
        return value
    if isinstance(value, str):
        return replaced.get(value, value)
    if isinstance(value, dict):
        return {key: _replace(each, replaced) for key, each in value.items()}
    if isinstance(value, list):
        return [_replace(each, replaced) for each in value]
    return value


def is_published(event: Output, inline_bytes: int) -> bool:
    """True when a whole value doesn't stay in its event alone: it holds media, or is too large."""
    if "media" in OUTPUT_TYPES[event.type].views():
        return True
    return longer_than(event.value, inline_bytes)
