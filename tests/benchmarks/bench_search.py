"""How long lists and searches take with a million runs and a million artefacts. Run by hand:

    uv run python -m tests.benchmarks.bench_search [FOLDER]

The database (3.5 GB) is made once, in FOLDER or under the system's temporary folder, and used again by later runs.
Each line shows the slowest of its questions (each the best of three) in milliseconds of the processor, so that what else
the machine does hardly counts, and its ratio to a floor taken in the same run: reading the 50 newest rows by their key.

What makes a question slow is many rows on either side and few, or none, in both. So the largest tool is never run from
the form, the second makes no pictures, and one label is a fifth of all runs'.
"""

from __future__ import annotations

import itertools
import json
import random
import re
import sqlite3
import sys
import tempfile
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, thread_time

from pixie_core.config import Settings
from pixie_core.store import ArtefactFilter, RunFilter, Store
from pixie_core.store.migrations import SEARCH_TRIGGERS
from pixie_core.store.search import index_everything

MILLION = 10**6
TOOLS = [f"{a}-{b}" for a in ("lorenz", "text", "image", "audio", "map", "stats") for b in ("solver", "viewer", "lab")]
NEVER_LABELLED = {TOOLS[0], TOOLS[3]}
LABEL = "baseline"
LIMIT_MS = 30.0


def words(rng, count=5000):
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ["".join(rng.choice(letters) for _ in range(rng.randint(4, 9))) for _ in range(count)]


def runs(rng, known):
    weights = [1 / (place + 1) for place in range(len(TOOLS))]
    start = datetime(2021, 1, 1, tzinfo=UTC)
    for number in range(MILLION):
        (tool,) = rng.choices(TOOLS, weights)
        at = (start + timedelta(seconds=number * 120 + rng.random() * 100)).isoformat(timespec="microseconds")
        inputs = {
            "rho": rng.randint(1, 60),
            "steps": rng.randint(100, 99_999),
            "note": " ".join(rng.choices(known, k=12)),
        }
        inputs[tool.split("-")[0]] = True
        (origin,) = rng.choices(["form", "api", "cli", "script", "skill", "mcp"], [70, 10, 8, 8, 3, 1])
        label = " ".join(rng.choices(known, k=2)) if rng.random() < 0.005 else None
        yield (
            str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            tool,
            at,
            at,
            json.dumps(inputs),
            json.dumps({"o": "x" * rng.randint(100, 800)}),
            rng.choices(["ok", "error", "cancelled", "interrupted"], [90, 7, 2, 1])[0],
            int(rng.random() < 0.002),
            LABEL if tool not in NEVER_LABELLED and rng.random() < 0.3 else label,
            "api" if tool == TOOLS[0] and origin == "form" else origin,
        )


def artefacts(rng, known, made):
    for number, (run_id, tool, at) in enumerate(made):
        kinds = ["image/png", "text/csv", "application/json", "audio/wav", "application/pdf"]
        (mime,) = rng.choices(kinds, [0 if tool == TOOLS[1] else 60, 25, 10, 4, 1])
        name = f"{rng.choice(known)}-{rng.choice(known)}-{number}.{mime.split('/')[1]}"
        yield (
            run_id,
            tool,
            "o",
            f"{tool}/{run_id}/{name}",
            name,
            mime,
            1000,
            f"{number:064x}",
            at,
            int(rng.random() < 0.001),
            rng.choice(known) if rng.random() < 0.002 else None,
            json.dumps(rng.choices(known, k=2)) if rng.random() < 0.01 else None,
            int(rng.random() < 0.02),
        )


def generate(home):
    """Make the database by bulk inserts, and its search as the migration does."""
    rng = random.Random(1)
    known = words(rng)
    Store(Settings(home=home)).close()
    conn = sqlite3.connect(home / "pixie.db", isolation_level=None)
    conn.execute("PRAGMA synchronous=OFF")
    conn.execute("BEGIN")
    for name in SEARCH_TRIGGERS:
        conn.execute(f"DROP TRIGGER {name}")
    made = []

    def noted():
        for row in runs(rng, known):
            made.append(row[:3])
            yield row

    conn.executemany(
        "INSERT INTO runs (id, tool_id, started_at, finished_at, inputs_json, outputs_json, status, starred, label,"
        " origin, last_seq, duration_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 5, 100)",
        noted(),
    )
    conn.executemany(
        "INSERT INTO artefacts (run_id, tool_id, output_key, rel_path, filename, mime, size_bytes, sha256, created_at,"
        " starred, label, tags, spilled) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        artefacts(rng, known, made),
    )
    started = perf_counter()
    index_everything(conn)
    for statement in SEARCH_TRIGGERS.values():
        conn.execute(statement)
    conn.execute("COMMIT")
    conn.close()
    print(f"indexed two million texts in {perf_counter() - started:.0f} s")


def best(work, times=3):
    """The shortest of several runs, in milliseconds."""
    took = []
    for _ in range(times):
        start = thread_time()
        work()
        took.append(thread_time() - start)
    return min(took) * 1e3


def asked(said):
    """A filter, without what it leaves open."""
    return re.sub(r"\w+=(None|False)(, |\))", "", said)


def report(name, listing, questions, floor):
    questions = list(questions)
    took = sorted(((best(lambda each=each: listing(each)), repr(each)) for each in questions), reverse=True)
    slow = sum(ms > LIMIT_MS for ms, _ in took)
    print(
        f"{name:44} {len(took):5} questions   slowest {took[0][0]:7.1f} ms   ratio {took[0][0] / floor:7.1f}"
        f"   median {took[len(took) // 2][0]:5.1f} ms   over {LIMIT_MS:.0f} ms: {slow}"
    )
    for ms, said in took[: min(slow, 3)]:
        print(f"    {ms:.1f} ms: {asked(said)}")


def combinations(kind, **choices):
    for values in itertools.product(*choices.values()):
        yield kind(**dict(zip(choices, values, strict=True)))


def odd_texts(note):
    """What people type, and what an index's own language might take for its own."""
    return [
        *(
            '"""',
            "%%%",
            "___",
            "***",
            "'''",
            'note="',
            '" OR "',
            "NEAR(a b)",
            "rho:28",
            "AND NOT",
            "\\\\\\",
            "...",
            "(((",
            "-- ",
        ),
        *(
            "\U0001f4a1" * 3,
            "שלום",
            "مرحبا بالعالم",
            "日本語",
            "İstanbul",
            "straße",
            "\ufb01" * 3,
            "e\u0301" * 3,
            "\u200b" * 3,
        ),
        *(
            "a\tb",
            "q" * 1000,
            " ".join(note),
            " ".join(reversed(note)),
            " ".join(["note="] * 150),
            "=1 2",
            "s=1",
            "a a",
        ),
        *("   ab   ", "true", "=tr"),
    ]


def to_the_end(listing, wanted, most=1000):
    """Go through a list page by page: to its end, or so many pages."""
    took, seen, after = [], 0, None
    while len(took) < most:
        begun = thread_time()
        page = listing(wanted, limit=250, after=after)
        took.append(thread_time() - begun)
        seen += len(page.items)
        after = page.next
        if after is None:
            break
    print(
        f"{asked(repr(wanted)):60} {seen:6} in {len(took):4} pages of 250{'' if after is None else ' and more'}:"
        f" slowest {max(took) * 1e3:.1f} ms, last {took[-1] * 1e3:.1f} ms"
    )


def main():
    default = Path(tempfile.gettempdir()) / "pixie-bench-search"
    home = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    if not (home / "ready").exists():
        print(f"making {home}")
        home.mkdir(parents=True, exist_ok=True)
        generate(home)
        (home / "ready").touch()
    with Store(Settings(home=home)) as store:
        query = "SELECT * FROM runs ORDER BY started_at DESC, id DESC LIMIT 50"
        floor = best(lambda: store.read(lambda conn: conn.execute(query).fetchall()), 10)
        print(f"{'floor':44} {floor:.2f} ms")
        newest = store.runs(limit=1).items[0]
        note = newest.inputs["note"].split()
        name = store.artefacts(limit=1).items[0].filename
        tools = [None, TOOLS[0], TOOLS[3], TOOLS[-1], "none"]
        report("newest 50 of a tool", store.runs, (RunFilter(tool_id=tool) for tool in tools), floor)
        report(
            "runs by filters",
            store.runs,
            combinations(
                RunFilter,
                tool_id=tools,
                status=[None, "ok", "error", "interrupted"],
                starred=[None, True, False],
                labelled=[None, True, False],
                label=[None, LABEL, "no such label"],
                origin=[None, "form", "mcp"],
                until=[None, "2022-01-01"],
            ),
            floor,
        )
        spans = [("2022-06-01", "2022-06-02"), ("2021-01-01", "2030-01-01"), ("2019-01-01", "2020-01-01")]
        report(
            "runs of a time",
            store.runs,
            (
                each
                for since, until in spans
                for each in combinations(
                    RunFilter,
                    since=[since],
                    until=[until],
                    tool_id=tools,
                    status=[None, "error"],
                    origin=[None, "form"],
                    starred=[None, True],
                    q=[None, "note=", "lorenz", note[0]],
                )
            ),
            floor,
        )
        terms = ["rho=28", "steps=777", "note=", "zzzqqq", " ".join(note[:2]), note[3], "ing", "lorenz", LABEL]
        terms += ["steps=77 note", "NOTE=", "no\u0301te", "xy", "q", "=", "e" * 40, "rho=28" * 20]
        report(
            "runs by substring and filters",
            store.runs,
            combinations(
                RunFilter,
                q=terms,
                tool_id=tools[:4],
                status=[None, "error", "interrupted"],
                starred=[None, True],
                label=[None, LABEL],
                origin=[None, "form", "mcp"],
                until=[None, "2022-01-01"],
            ),
            floor,
        )
        report(
            "artefacts by substring and filters",
            store.artefacts,
            combinations(
                ArtefactFilter,
                q=[None, name, name.split("-")[0], "png", "wav", "zzzq", "-12", ".pdf", "12345", "a"],
                tool_id=[None, TOOLS[0], TOOLS[1], TOOLS[-1]],
                mime=[None, "image/", "image/png", "application/pdf", "video/"],
                starred=[None, True, False],
                tag=[None, note[0]],
                label=[None, note[1]],
                until=[None, "2022-01-01"],
            ),
            floor,
        )
        report(
            "artefacts of a time",
            store.artefacts,
            (
                each
                for since, until in spans
                for each in combinations(
                    ArtefactFilter,
                    since=[since],
                    until=[until],
                    tool_id=[None, TOOLS[0], TOOLS[1]],
                    mime=[None, "image/", "text/csv"],
                    tag=[None, note[0], "no such tag"],
                    starred=[None, True],
                    labelled=[None, True],
                    q=[None, "png", "zzzq", "-12", note[0]],
                )
            ),
            floor,
        )
        report(
            "odd texts",
            lambda wanted: (store.runs if isinstance(wanted, RunFilter) else store.artefacts)(wanted),
            itertools.chain(
                combinations(
                    RunFilter, q=odd_texts(note), tool_id=tools[:4], status=[None, "error"], label=[None, LABEL]
                ),
                combinations(
                    ArtefactFilter, q=odd_texts(note), tool_id=tools[:4], mime=[None, "image/"], tag=[None, note[0]]
                ),
            ),
            floor,
        )
        for listing, wanted in (
            (store.runs, RunFilter(tool_id=TOOLS[-1])),
            (store.runs, RunFilter(q="note=")),
            (store.runs, RunFilter(q="note=", label=LABEL, status="error")),
            (store.artefacts, ArtefactFilter(tool_id=TOOLS[-1])),
            (store.artefacts, ArtefactFilter(q="png", tag=note[0])),
        ):
            to_the_end(listing, wanted)


if __name__ == "__main__":
    main()
