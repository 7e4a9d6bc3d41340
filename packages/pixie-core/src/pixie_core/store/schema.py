"""The tables of pixie.db, as SQL.

Tables and columns of DOCUMENTED keep their names and stay as lax as they always were, since people query them
by hand and older databases are opened in place. What Pixie has added since is strict.
"""

from __future__ import annotations

__all__ = [
    "ADDED",
    "ADDED_COLUMNS",
    "APPLICATION_ID",
    "DELETION_COLUMNS",
    "DOCUMENTED",
    "INDEXES",
    "LABELLED",
    "LIST_INDEXES",
    "PROTECTED_ARTEFACT",
    "PROTECTED_RUN",
    "REPLACED_INDEXES",
    "RETIRED_INDEXES",
    "TOOL_COLUMNS",
    "TRIGGERS",
]

APPLICATION_ID = 0x50495849
"""`PIXI`, in the database's header: what `file` and we know it by."""

DOCUMENTED: dict[str, dict[str, str]] = {
    "runs": {
        "id": "TEXT PRIMARY KEY",
        "tool_id": "TEXT NOT NULL",
        "started_at": "TEXT",
        "finished_at": "TEXT",
        "inputs_json": "TEXT",
        "outputs_json": "TEXT",
        "error_text": "TEXT",
        "status": "TEXT",
        "starred": "INTEGER NOT NULL DEFAULT 0",
        "label": "TEXT",
        "total_artefact_bytes": "INTEGER NOT NULL DEFAULT 0",
        "meta_json": "TEXT",
    },
    "artefacts": {
        # AUTOINCREMENT: a link to a deleted artefact must never show another one.
        "id": "INTEGER PRIMARY KEY AUTOINCREMENT",
        "run_id": "TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE",
        "tool_id": "TEXT NOT NULL",
        "output_key": "TEXT",
        "rel_path": "TEXT NOT NULL",
        "filename": "TEXT NOT NULL",
        "mime": "TEXT",
        "size_bytes": "INTEGER",
        "sha256": "TEXT",
        "created_at": "TEXT",
        "starred": "INTEGER NOT NULL DEFAULT 0",
        "label": "TEXT",
        "tags": "TEXT",
        "thumb_path": "TEXT",
        "deleted_at": "TEXT",
    },
    "validation_reports": {
        "tool_id": "TEXT NOT NULL",
        "timestamp": "TEXT NOT NULL",
        "overall": "TEXT",
        "report_json": "TEXT",
        "": "PRIMARY KEY (tool_id, timestamp)",
    },
    "tool_state": {
        "tool_id": "TEXT PRIMARY KEY",
        "last_inputs_json": "TEXT",
        "favourited": "INTEGER NOT NULL DEFAULT 0",
        "sort_order": "INTEGER",
        "overrides_json": "TEXT",
        "archived": "INTEGER NOT NULL DEFAULT 0",
        "pinned": "INTEGER NOT NULL DEFAULT 0",
        "pinned_warm": "INTEGER NOT NULL DEFAULT 0",
        "run_count_total": "INTEGER NOT NULL DEFAULT 0",
        "disk_bytes": "INTEGER",
        "last_disk_audit": "TEXT",
        "last_run_at": "TEXT",
        "colour": "TEXT",
    },
    "workspaces": {
        "id": "INTEGER PRIMARY KEY",
        "name": "TEXT NOT NULL UNIQUE",
        "colour": "TEXT",
        "sort_order": "INTEGER",
        "collapsed": "INTEGER NOT NULL DEFAULT 0",
        "created_at": "TEXT",
    },
    "tool_workspaces": {
        "tool_id": "TEXT NOT NULL",
        "workspace_id": "INTEGER NOT NULL REFERENCES workspaces(id) ON DELETE CASCADE",
        "added_at": "TEXT",
        "": "PRIMARY KEY (tool_id, workspace_id)",
    },
    "tool_tags": {
        "tool_id": "TEXT NOT NULL",
        "tag": "TEXT NOT NULL",
        "": "PRIMARY KEY (tool_id, tag)",
    },
    "settings": {
        "key": "TEXT PRIMARY KEY",
        "value": "TEXT",
    },
    "validate_jobs": {
        "id": "TEXT PRIMARY KEY",
        "started_at": "TEXT",
        "finished_at": "TEXT",
        "status": "TEXT",
        "progress_json": "TEXT",
    },
}
"""Table, column, declaration; the column "" stands for a constraint of the table."""

ADDED_COLUMNS: dict[str, dict[str, str]] = {
    "runs": {
        "origin": "TEXT",
        "parent_run_id": "TEXT",
        "last_seq": "INTEGER NOT NULL DEFAULT 0",
        "duration_ms": "INTEGER",
        # Who runs it: recovery touches only what dead owners left.
        "owner_boot_id": "TEXT",
        "owner_pid": "INTEGER",
        "owner_start_ticks": "INTEGER",
        # Another process asked for it; the owner honours it.
        "cancel_requested_at": "TEXT",
        "deleted_at": "TEXT",
    },
    "artefacts": {
        # A value too large for its event, kept as JSON: hidden from the library.
        "spilled": "INTEGER NOT NULL DEFAULT 0",
    },
}

TOOL_COLUMNS: dict[str, dict[str, str]] = {
    # Which flags somebody has decided: a 0 that nobody chose leaves tool.json its word.
    "tool_state": {"chosen": "TEXT"},
    "tool_tags": {"from_manifest": "INTEGER NOT NULL DEFAULT 0"},
}
"""What the user's word on a tool takes, beside what the documentation names."""

DELETION_COLUMNS: dict[str, dict[str, str]] = {
    # From here on it can't be restored: its files are being removed.
    "runs": {"purging_at": "TEXT"},
    "artefacts": {"purging_at": "TEXT"},
}
"""What deleting takes, beside `deleted_at`."""

ADDED = (
    """CREATE TABLE run_events (
        run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
        seq INTEGER NOT NULL CHECK (seq >= 1),
        at TEXT NOT NULL,
        kind TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (run_id, seq)
    ) STRICT""",
    """CREATE TABLE tool_processes (
        spawn_id TEXT PRIMARY KEY,
        tool_id TEXT NOT NULL,
        boot_id TEXT NOT NULL,
        pid INTEGER NOT NULL,
        start_ticks INTEGER NOT NULL,
        owner_boot_id TEXT NOT NULL,
        owner_pid INTEGER NOT NULL,
        owner_start_ticks INTEGER NOT NULL,
        started_at TEXT NOT NULL
    ) STRICT""",
)

INDEXES = (
    # Lists are paged by (started_at, id), newest first.
    "CREATE INDEX IF NOT EXISTS runs_by_time ON runs (started_at, id)",
    "CREATE INDEX IF NOT EXISTS runs_by_tool ON runs (tool_id, started_at, id)",
    "CREATE INDEX IF NOT EXISTS runs_by_status ON runs (status, started_at, id)",
    "CREATE INDEX IF NOT EXISTS runs_by_parent ON runs (parent_run_id) WHERE parent_run_id IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS runs_starred ON runs (started_at, id) WHERE starred = 1",
    "CREATE INDEX IF NOT EXISTS runs_labelled ON runs (started_at, id) WHERE label IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS runs_with_files ON runs (total_artefact_bytes) WHERE total_artefact_bytes > 0",
    "CREATE INDEX IF NOT EXISTS artefacts_by_run ON artefacts (run_id)",
    "CREATE INDEX IF NOT EXISTS artefacts_by_tool ON artefacts (tool_id, id)",
    "CREATE INDEX IF NOT EXISTS artefacts_by_hash ON artefacts (sha256)",
)

REPLACED_INDEXES = (
    "runs_by_time",
    "runs_by_tool",
    "runs_by_status",
    "runs_starred",
    "runs_labelled",
    "artefacts_by_tool",
)
"""Those of INDEXES in whose place LIST_INDEXES came."""

_FAMILY = "substr(mime, 1, instr(mime, '/'))"
_LISTED = "deleted_at IS NULL"
_ASKED = "tool_id, status, starred, origin"
_SHOWN = "tool_id, mime, spilled, run_id"

LIST_INDEXES = tuple(
    f"CREATE INDEX {name} ON {where}{f' WHERE {condition}' if condition else ''}"
    # They hold what filters ask for, so that rows that don't pass aren't read: a row can have megabytes of outputs.
    # Those by time and by tool hold all rows, for people who query by hand.
    for name, where, condition in (
        ("runs_by_time", "runs (started_at, id, tool_id, status, starred, origin, deleted_at)", ""),
        ("runs_by_tool", "runs (tool_id, started_at, id, status, starred, origin, deleted_at)", ""),
        ("runs_by_status", "runs (status, started_at, id, tool_id, starred, origin)", f"{_LISTED} AND status <> 'ok'"),
        ("runs_by_origin", "runs (origin, started_at, id, tool_id, status, starred)", _LISTED),
        ("runs_by_tool_and_origin", "runs (tool_id, origin, started_at, id, status, starred)", _LISTED),
        ("runs_with_star", "runs (started_at, id, tool_id, status, origin, label)", f"{_LISTED} AND starred = 1"),
        ("runs_with_label", f"runs (started_at, id, label, {_ASKED})", f"{_LISTED} AND label IS NOT NULL"),
        ("runs_by_label", f"runs (label, started_at, id, {_ASKED})", f"{_LISTED} AND label IS NOT NULL"),
        (
            "runs_by_label_and_tool",
            "runs (label, tool_id, started_at, id, status, starred, origin)",
            f"{_LISTED} AND label IS NOT NULL",
        ),
        ("runs_finished", "runs (finished_at, id, status)", _LISTED),
        ("runs_deleted", "runs (id, deleted_at, purging_at)", "deleted_at IS NOT NULL"),
        ("runs_restorable", "runs (started_at, id, purging_at, deleted_at)", "deleted_at IS NOT NULL"),
        ("artefacts_by_time", "artefacts (created_at, id, tool_id, mime, spilled, run_id, deleted_at)", ""),
        ("artefacts_by_tool", "artefacts (tool_id, created_at, id, mime, spilled, run_id, deleted_at)", ""),
        ("artefacts_by_mime", "artefacts (mime, created_at, id, tool_id, spilled, run_id)", _LISTED),
        ("artefacts_by_family", f"artefacts ({_FAMILY}, created_at, id, tool_id, spilled, run_id)", _LISTED),
        ("artefacts_with_star", f"artefacts (created_at, id, {_SHOWN})", f"{_LISTED} AND starred = 1"),
        ("artefacts_with_label", f"artefacts (created_at, id, label, {_SHOWN})", f"{_LISTED} AND label IS NOT NULL"),
        ("artefacts_by_label", f"artefacts (label, created_at, id, {_SHOWN})", f"{_LISTED} AND label IS NOT NULL"),
        ("artefacts_with_tags", f"artefacts (created_at, id, tags, {_SHOWN})", f"{_LISTED} AND tags IS NOT NULL"),
        ("artefacts_restorable", "artefacts (created_at, id, purging_at, deleted_at)", "deleted_at IS NOT NULL"),
        ("artefacts_deleted", "artefacts (id, deleted_at, purging_at)", "deleted_at IS NOT NULL"),
    )
)
"""The indexes of the lists, since runs can be deleted."""

RETIRED_INDEXES = ("runs_starred", "runs_labelled", "artefacts_starred", "artefacts_labelled", "artefacts_tagged")
"""Those that LIST_INDEXES once had; a start removes them."""

_BLANK = "char(32, 9, 10, 11, 12, 13)"


LABELLED = f"(label IS NOT NULL AND trim(label, {_BLANK}) <> '')"
"""SQL that is true of a row with a label that says something."""


def _marked(row: str) -> str:
    """SQL that is true of a row that somebody starred or labelled."""
    return f"({row}.starred = 1 OR trim(coalesce({row}.label, ''), {_BLANK}) <> '')"


def _protected_run(row: str) -> str:
    """SQL that is true of a run that must not be deleted: it, or one of its artefacts, is starred or labelled."""
    files = f"SELECT 1 FROM artefacts AS a WHERE a.run_id = {row}.id AND a.deleted_at IS NULL"  # noqa: S608
    return f"({_marked(row)} OR EXISTS ({files} AND {_marked('a')}))"


def _protected_artefact(row: str) -> str:
    """SQL that is true of an artefact that must not be deleted: it, or its run, is starred or labelled."""
    return f"({_marked(row)} OR EXISTS (SELECT 1 FROM runs AS r WHERE r.id = {row}.run_id AND {_marked('r')}))"  # noqa: S608


PROTECTED_RUN = _protected_run("runs")
PROTECTED_ARTEFACT = _protected_artefact("artefacts")
"""For the WHERE of a deleting statement: the guard that the triggers make sure of."""

TRIGGERS: dict[str, str] = {
    "protect_runs_from_delete": f"""CREATE TRIGGER protect_runs_from_delete BEFORE DELETE ON runs
        WHEN {_protected_run("OLD")}
        BEGIN SELECT RAISE(ABORT, 'protected run'); END""",
    "protect_runs_from_marking": f"""CREATE TRIGGER protect_runs_from_marking
        BEFORE UPDATE OF deleted_at, purging_at ON runs
        WHEN (NEW.deleted_at IS NOT NULL OR NEW.purging_at IS NOT NULL) AND {_protected_run("NEW")}
        BEGIN SELECT RAISE(ABORT, 'protected run'); END""",
    # Without recursive_triggers, as in other programs, REPLACE deletes the old row unseen.
    "protect_runs_from_replace": f"""CREATE TRIGGER protect_runs_from_replace BEFORE INSERT ON runs
        WHEN EXISTS (SELECT 1 FROM runs AS r WHERE r.id = NEW.id AND {_protected_run("r")})
        BEGIN SELECT RAISE(ABORT, 'protected run'); END""",  # noqa: S608
    "protect_artefacts_from_delete": f"""CREATE TRIGGER protect_artefacts_from_delete BEFORE DELETE ON artefacts
        WHEN {_protected_artefact("OLD")}
        BEGIN SELECT RAISE(ABORT, 'protected artefact'); END""",
    "protect_artefacts_from_marking": f"""CREATE TRIGGER protect_artefacts_from_marking
        BEFORE UPDATE OF deleted_at, purging_at ON artefacts
        WHEN (NEW.deleted_at IS NOT NULL OR NEW.purging_at IS NOT NULL) AND {_protected_artefact("NEW")}
        BEGIN SELECT RAISE(ABORT, 'protected artefact'); END""",
    "protect_artefacts_from_replace": f"""CREATE TRIGGER protect_artefacts_from_replace BEFORE INSERT ON artefacts
        WHEN EXISTS (SELECT 1 FROM artefacts AS a WHERE a.id = NEW.id AND {_protected_artefact("a")})
        BEGIN SELECT RAISE(ABORT, 'protected artefact'); END""",  # noqa: S608
}
"""Name and statement of the triggers that keep protected rows from being deleted, whoever asks."""
