"""The settings of one Pixie: PIXIE_* variables, then `.env` in the data folder, then the defaults below.

Each setting is declared once, on `Settings`: its name, type, default, unit and help. The reader, the error
messages, `pixie serve --help` and the reference page are all made from that declaration.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args, get_origin, get_type_hints

import attrs
from attrs import frozen

from pixie_core.config.texts import dotenv, must_be_loopback, parse
from pixie_core.errors import SettingsError

__all__ = [
    "SECTIONS",
    "Kind",
    "Sayer",
    "Settings",
    "declared",
    "hint",
    "in_words",
    "kind",
    "label",
    "setting",
    "variable",
]

Sayer: TypeAlias = Literal["environment", "file", "program"]
"""Who may say a setting before anything is looked up in the data folder: a variable, `.env`, or Python."""

Kind: TypeAlias = Literal["choice", "switch", "number", "duration", "text"]
"""What a setting's value is: one of several words, yes or no, a whole number, a text like 90d, or any text."""

SECTIONS: Mapping[str, str] = {
    "Appearance": "How the dashboard looks. A change is seen at once.",
    "Retention": "What the server deletes by itself, and when. Starred and labelled runs always stay.",
    "Library": "The gallery of what runs left.",
    "Runs": "How many work at once, and how much they may leave.",
    "Tools": "The processes of tools, and how long Pixie waits for them.",
    "Requests": "How much is taken in one request, and how long.",
    "Imports": "What a zip that is imported may hold.",
    "Logs": "What Pixie writes down about itself.",
    "Before the start": "Where the data lies and who may ask: said by a variable, .env or the command alone.",
}
"""The headings that settings stand under, in their order, each with a word on what they are about."""


def _setting(
    default: Any,
    *,
    section: str,
    help: str,
    label: str | None = None,
    unit: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
    variable: str | None = None,
) -> Any:
    """A setting: `section` is the heading that it stands under, `label` what it is called there where its name in words
    won't do.
    """
    metadata = {
        "section": section,
        "label": label,
        "help": help,
        "unit": unit,
        "minimum": minimum,
        "maximum": maximum,
        "variable": variable,
    }
    return attrs.field(default=default, metadata=metadata)


_BY_VALUE: Mapping[str, Sayer] = {"every setting that isn't its default": "program"}
"""Stands for who said what until it is known, where nobody told."""
_UNITS_IN_NAMES = frozenset({"seconds", "days", "bytes", "px", "mb"})
_SPELT = {
    "db": "database",
    "dir": "folder",
    "json": "JSON",
    "max": "maximum",
    "min": "minimum",
    "thumb": "thumbnail",
    "url": "URL",
}


@frozen(kw_only=True)
class Settings:
    """Everything that can be set, with its default.

    `Settings.load(home)` reads the environment and `.env`; `Settings(home=...)` is for scripts and tests.
    Paths are absolute once loaded: relative ones are meant from the data folder, `home`.

    `said_by` tells of those that somebody has said, by a variable, in `.env` or in Python, who did. They are `pinned`:
    what is stored in the data folder takes the place of the others alone.
    """

    home: Path = _setting(attrs.NOTHING, section="Before the start", help="the data folder")
    host: str = _setting(
        "127.0.0.1", section="Before the start", help="the loopback address to listen on: 127.0.0.0/8, ::1 or localhost"
    )
    port: int = _setting(7860, section="Before the start", help="the port to listen on", minimum=1)
    tools_dir: Path = _setting(
        Path("tools"), section="Before the start", help="the folder that holds one folder for each tool"
    )
    db_path: Path = _setting(Path("pixie.db"), section="Before the start", help="the database of runs")
    artefacts_root: Path = _setting(
        Path("artefacts"), section="Before the start", help="where the files of runs are kept"
    )
    warm_keep_seconds: int = _setting(
        300, section="Tools", help="how long an idle tool process is kept", unit="s", minimum=0
    )
    warm_keep_max: int = _setting(
        5, section="Tools", help="how many tool processes are kept warm at most", minimum=1, variable="PIXIE_WARM_MAX"
    )
    developer_mode: bool = _setting(
        default=False, section="Before the start", help="launcher state, reload and no tokens between Pixie and tools"
    )
    theme: Literal["auto", "light", "dark"] = _setting("auto", section="Appearance", help="the dashboard's theme")
    accent: Literal["indigo", "slate", "forest", "ember"] = _setting(
        "indigo", section="Appearance", help="the dashboard's accent colour"
    )
    density: Literal["compact", "comfortable", "airy"] = _setting(
        "comfortable", section="Appearance", help="how much room rows get"
    )
    max_artefact_bytes_per_run: int = _setting(
        10 * 2**30, section="Runs", help="files of one run", unit="bytes", minimum=1
    )
    max_artefacts_per_run: int = _setting(10_000, section="Runs", help="how many files one run may leave", minimum=1)
    artefacts_total_disk_cap_bytes: int | None = _setting(
        None, section="Runs", help="new runs are refused when all files together exceed this", unit="bytes", minimum=1
    )
    inline_output_max_bytes: int = _setting(
        65_536, section="Runs", help="larger output values are kept as files", unit="bytes", minimum=0
    )
    thumb_max_edge_px: int = _setting(
        256, section="Library", help="the longer edge of a thumbnail", unit="px", minimum=16
    )
    thumb_workers: int = _setting(2, section="Library", help="threads that make thumbnails", minimum=1)
    retention_older_than: timedelta | None = _setting(
        None,
        section="Retention",
        label="Sweep runs older than",
        help="runs that ended longer ago than this are swept, like 90d; without it none is swept for its age",
        unit="m, h, d, w, mo, y",
    )
    soft_delete_retention_days: int = _setting(
        7,
        section="Retention",
        label="Deletions can be undone for",
        help="how long a deletion can be undone",
        unit="days",
        minimum=0,
    )
    sweeper_interval_seconds: int = _setting(
        21_600, section="Retention", label="Sweep every", help="how often the server sweeps", unit="s", minimum=60
    )
    library_page_size: int = _setting(50, section="Library", help="artefacts on one page of the library", minimum=1)
    max_active_runs: int = _setting(8, section="Runs", help="runs that work at the same time", minimum=1)
    max_queued_runs: int = _setting(500, section="Runs", help="runs that may wait; further ones are refused", minimum=0)
    min_free_disk_bytes: int = _setting(
        500 * 2**20,
        section="Runs",
        help="no run is started when less is free on the disk of the artefacts",
        unit="bytes",
        minimum=0,
    )
    tool_start_timeout_seconds: int = _setting(
        30, section="Tools", help="how long a tool may take to get healthy", unit="s", minimum=1
    )
    tool_connect_timeout_seconds: int = _setting(
        2, section="Tools", help="how long a tool may take to accept a connection", unit="s", minimum=1
    )
    suggestion_timeout_seconds: int = _setting(
        2, section="Tools", help="how long a tool may think about suggestions while somebody types", unit="s", minimum=1
    )
    tool_silent_seconds: int = _setting(
        60,
        section="Tools",
        help="after so long without a word a run's log says that its tool is silent",
        unit="s",
        minimum=1,
    )
    tool_log_bytes: int = _setting(
        64 * 2**10,
        section="Tools",
        help="kept of what a tool's process writes: its end, and of each run the beginning and the end",
        unit="bytes",
        minimum=1024,
    )
    max_tool_answer_bytes: int = _setting(
        2**30, section="Tools", help="the largest answer of a tool", unit="bytes", minimum=1024
    )
    max_tool_event_bytes: int = _setting(
        16 * 2**20, section="Tools", help="the largest event in a tool's stream", unit="bytes", minimum=1024
    )
    max_streams: int = _setting(
        256, section="Requests", help="streams of events that may be read at the same time", minimum=1
    )
    stream_comment_seconds: int = _setting(
        15,
        section="Requests",
        help="after so long a silent stream of events gets a comment, to show that it is alive",
        unit="s",
        minimum=1,
    )
    max_url_bytes: int = _setting(
        8 * 2**10, section="Requests", help="path and query of a request's address, as sent", unit="bytes", minimum=256
    )
    max_header_bytes: int = _setting(
        16 * 2**10,
        section="Requests",
        help="all headers of a request together",
        unit="bytes",
        minimum=1024,
        maximum=2**20,
    )
    max_body_bytes: int = _setting(
        16 * 2**20,
        section="Requests",
        help="the body of a request, other than the forms below",
        unit="bytes",
        minimum=1024,
    )
    max_json_depth: int = _setting(
        64,
        section="Requests",
        help="levels of lists and objects in a request's JSON",
        unit="levels",
        minimum=8,
        maximum=200,
    )
    max_json_values: int = _setting(
        200_000, section="Requests", help="values in a request's JSON", unit="values", minimum=100
    )
    max_form_bytes: int = _setting(
        2**20, section="Requests", help="a form without files (urlencoded)", unit="bytes", minimum=1024
    )
    max_form_fields: int = _setting(
        500, section="Requests", help="fields of a form without files", unit="fields", minimum=1
    )
    max_upload_bytes: int = _setting(
        512 * 2**20, section="Requests", help="a form with files (multipart)", unit="bytes", minimum=1024
    )
    max_upload_parts: int = _setting(
        500, section="Requests", help="fields and files of a form with files", unit="parts", minimum=1
    )
    body_timeout_seconds: int = _setting(
        30, section="Requests", help="how long a request's body may take to arrive", unit="s", minimum=1
    )
    unread_timeout_seconds: int = _setting(
        120,
        section="Requests",
        help="after so long a connection is dropped whose reader takes nothing (Linux)",
        unit="s",
        minimum=1,
    )
    shutdown_grace_seconds: int = _setting(
        5, section="Requests", help="how long requests may go on once the server stops", unit="s", minimum=0, maximum=8
    )
    max_zip_bytes: int = _setting(
        200 * 10**6, section="Imports", help="the zip of a tool that is imported", unit="bytes", minimum=1024
    )
    max_zip_unpacked_bytes: int = _setting(
        10**9, section="Imports", help="all files together of a zip that is imported", unit="bytes", minimum=1024
    )
    max_zip_entry_bytes: int = _setting(
        200 * 10**6, section="Imports", help="one file of a zip that is imported", unit="bytes", minimum=1024
    )
    max_zip_entries: int = _setting(
        10_000, section="Imports", help="files and folders of a zip that is imported", minimum=1
    )
    max_zip_ratio: int = _setting(
        100,
        section="Imports",
        help="by what factor a file of a zip may grow when it is unpacked, beyond its first megabyte",
        minimum=1,
    )
    max_zip_depth: int = _setting(
        20, section="Imports", help="folders inside each other in a zip that is imported", minimum=1
    )
    log_level: Literal["debug", "info", "warning", "error"] = _setting(
        "info", section="Logs", help="the least that is logged"
    )
    access_log: bool = _setting(default=False, section="Logs", help="log each request's method, path and status")
    max_log_bytes: int = _setting(
        5 * 2**20, section="Logs", help="pixie.log, before another is begun", unit="bytes", minimum=64 * 2**10
    )
    old_logs_kept: int = _setting(
        3, section="Logs", help="earlier files of pixie.log that are kept", minimum=1, maximum=100
    )

    said_by: Mapping[str, Sayer] = attrs.field(default=_BY_VALUE, eq=False, repr=False)

    @property
    def pinned(self) -> frozenset[str]:
        """The names of the settings that somebody has said."""
        return frozenset(self.said_by)

    @classmethod
    def load(cls, home: Path | str | None = None, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the settings of the data folder `home` (default: PIXIE_HOME, else the current folder).

        Raises SettingsError, which names the variable, its value and what is allowed.
        """
        environ = os.environ if environ is None else environ
        folder = Path(home or environ.get("PIXIE_HOME") or Path.cwd()).expanduser().resolve()
        written = dotenv(folder / ".env")
        given = {**written, **environ}
        values: dict[str, Any] = {"home": folder}
        said_by: dict[str, Sayer] = {"home": "program" if home or "PIXIE_HOME" not in environ else "environment"}
        for field in declared():
            text = given.get(variable(field))
            if field.name != "home" and text is not None:
                values[field.name] = parse(variable(field), text, hint(field), field.metadata)
                said_by[field.name] = "environment" if variable(field) in environ else "file"
        return cls(**values, said_by=said_by)

    def saying(self, **settings: Any) -> Settings:
        """These settings with others said in Python, which nothing that is stored takes the place of."""
        said: dict[str, Sayer] = dict.fromkeys(settings, "program")
        return attrs.evolve(self, **settings, said_by={**self.said_by, **said})

    def __attrs_post_init__(self) -> None:
        """Make paths absolute and hold the host to loopback, whoever made the settings."""
        if self.said_by is _BY_VALUE:
            said = (each.name for each in declared() if getattr(self, each.name) != each.default)
            object.__setattr__(self, "said_by", dict.fromkeys(said, "program"))
        for name in ("tools_dir", "db_path", "artefacts_root"):
            object.__setattr__(self, name, (self.home / getattr(self, name).expanduser()).absolute())
        must_be_loopback(self.host)
        if self.retention_older_than is not None and self.retention_older_than <= timedelta():
            raise SettingsError(
                "PIXIE_RETENTION_OLDER_THAN is 0: it must be a duration like 90d. Without it nothing is swept by age."
            )
        if not 1 <= self.port <= 65_535:
            raise SettingsError(f"PIXIE_PORT is {self.port}: it must be a port from 1 to 65535.")


def declared() -> tuple[attrs.Attribute[Any], ...]:
    """The declaration of every setting, in their order."""
    return tuple(each for each in attrs.fields(Settings) if each.metadata)


def setting(name: str, value: Any) -> Any:
    """The value of a setting by its name, as its type, from what JSON or a text says of it.

    Raises SettingsError, which names the variable, the value and what is allowed.
    """
    field = {each.name: each for each in declared()}.get(name)
    if field is None:
        raise SettingsError(f"There is no setting {name!r}. Settings.__doc__ and docs/settings.md list them.")
    text = "" if value is None else str(value)
    parsed = parse(variable(field), text, hint(field), field.metadata)
    attrs.evolve(Settings(home=Path.cwd()), **{name: parsed})
    return parsed


def variable(field: attrs.Attribute[Any]) -> str:
    """The environment variable of a field of Settings."""
    return field.metadata["variable"] or f"PIXIE_{field.name.upper()}"


def label(field: attrs.Attribute[Any]) -> str:
    """What a field of Settings is called: as it is declared, else its name in words."""
    return field.metadata["label"] or in_words(field.name)


def in_words(name: str) -> str:
    """A setting's name as people read it, without its unit: `Maximum JSON depth`, `Warm keep`."""
    said = " ".join(_SPELT.get(word, word) for word in name.split("_") if word not in _UNITS_IN_NAMES)
    return said[:1].upper() + said[1:]


@cache
def _hints() -> Mapping[str, Any]:
    """The types of all settings: looking them up takes longer than all else that a page of them needs."""
    return get_type_hints(Settings)


def hint(field: attrs.Attribute[Any]) -> Any:
    """The type of a field of Settings."""
    return _hints()[field.name]


def kind(field: attrs.Attribute[Any]) -> Kind:
    """What the value of a field of Settings is."""
    members = get_args(hint(field)) or (hint(field),)
    if get_origin(hint(field)) is Literal:
        return "choice"
    if bool in members:
        return "switch"
    if int in members:
        return "number"
    return "duration" if timedelta in members else "text"
