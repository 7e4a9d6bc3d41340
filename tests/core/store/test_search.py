"""Search finds every part of what may be searched, whoever wrote it and however, and nothing else."""

import json
import sqlite3
import unicodedata
import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pixie_core.config import Settings
from pixie_core.errors import RequestInvalid
from pixie_core.run.events import Finished, Started
from pixie_core.store import ArtefactFilter, Publication, RunFilter, StagedFile, Store
from pixie_core.store.search import NEWEST, folded
from pixie_core.testing.clock import FakeClock


def found(store, q, **more):
    """The ids of the runs that a search finds."""
    return [each.id for each in store.runs(RunFilter(q=q, **more)).items]


def found_files(store, q, **more):
    """The names of the artefacts that a search finds."""
    return [each.filename for each in store.artefacts(ArtefactFilter(q=q, **more)).items]


def publish(store, run_id, name, content=b"x", **more):
    """The number of a new artefact of a run."""
    staged = store.stage(run_id, "compound-interest", name, content)
    return store.append(run_id, [Publication(staged, **more)])[0].event.id


@pytest.mark.parametrize(
    "q", ["budget", "BUDGET", "udge", "note=the budget", "years=10", "n q3", '["red"', 'ed", "b', "bu"]
)
def test_a_run_is_found_by_any_part_of_its_inputs(store, story, q):
    """As `key=value`, without regard to capitals."""
    story.begin(inputs={"years": 11, "note": "nothing"})
    run_id = story.begin(inputs={"years": 10, "note": "the budget in Q3", "tags": ["red", "blue"]})
    assert found(store, q) == [run_id]


@pytest.mark.parametrize("q", ['"', "%", "_", "'", "*", "( NEAR", "a OR b", "\\", "text : x", "}{", "-1", "AND", "^q"])
def test_every_letter_stands_for_itself(store, story, q):
    """Nothing of it is a command to the search."""
    story.begin(inputs={"note": "plain"})
    run_id = story.begin(inputs={"note": f"before {q} after"})
    assert found(store, q) == [run_id]
    assert found(store, f"re {q} af") == [run_id]


@pytest.mark.parametrize(
    ("written", "sought"), [("café", "CAFÉ"), ("straße", "STRASSE"), ("Ångström", "ångström"), ("ΣΊΣΥΦΟΣ", "σίσυφοσ")]
)
@pytest.mark.parametrize("forms", [("NFC", "NFD"), ("NFD", "NFC")])
def test_forms_of_unicode_and_capitals_dont_matter(store, story, written, sought, forms):
    """A label is found however it was typed."""
    run_id = story.ended()
    store.set_label(run_id, unicodedata.normalize(forms[0], written))
    assert found(store, unicodedata.normalize(forms[1], sought)) == [run_id]


def test_a_label_is_found_from_when_it_is_given_until_it_is_taken_away(store, story):
    """In the same commit."""
    run_id = story.ended()
    assert found(store, "final report") == []
    store.set_label(run_id, "The Final Report")
    assert found(store, "final report") == [run_id]
    store.set_label(run_id, "draft")
    assert found(store, "final report") == []
    store.set_label(run_id, None)
    assert found(store, "draft") == []


def test_data_urls_arent_searched_and_no_more_than_four_kilobytes(store, story):
    """What stands around them is."""
    run_id = story.begin(inputs={"image": "data:image/png;base64,iVBORw0KGgo" + "A" * 9000, "note": "beside it"})
    assert found(store, "iVBOR") == []
    assert found(store, "beside it") == [run_id]
    long = story.begin(inputs={"text": "start " + "é" * 5000 + " end"})
    assert found(store, "text=start") == [long]
    assert found(store, " end") == []


def test_artefacts_are_found_by_filename_label_and_tags(store, story):
    """Large values kept as JSON never are, nor what was deleted."""
    run_id = story.begin()
    transcript, plot = publish(store, run_id, "Transcript of May.txt"), publish(store, run_id, "plot.png")
    publish(store, run_id, "values.json", b"{}", spilled=True)
    assert found_files(store, "transcript") == ["Transcript of May.txt"]
    assert found_files(store, "values") == found_files(store, "values", spilled=None) == []
    store.set_artefact_label(plot, "for the board")
    assert found_files(store, "BOARD") == ["plot.png"]
    store.write(lambda conn: conn.execute("UPDATE artefacts SET tags = ? WHERE id = ?", ("red, round", transcript)))
    assert found_files(store, "round") == found_files(store, None, tag="round") == ["Transcript of May.txt"]
    store.set_artefact_tags(transcript, ["grün", " grün ", "square root"])
    assert (
        found_files(store, "round")
        == found_files(store, None, tag="round")
        == found_files(store, None, tag="square")
        == []
    )
    assert found_files(store, "GRÜN") == found_files(store, None, tag="grün") == ["Transcript of May.txt"]
    assert store.artefact(transcript).tags == ("grün", "square root")
    assert found_files(store, "plot", tag="grün") == []


def test_search_and_filters_combine(store, story):
    """All that is given must hold."""
    ids = []
    for number in range(8):
        run_id = story.begin(tool_id="even" if number % 2 == 0 else "odd", inputs={"word": "needle", "n": number})
        story.end(run_id, "ok" if number < 4 else "error")
        ids.append(run_id)
    store.set_star(ids[2])
    store.set_label(ids[5], "kept needle")
    for wanted, numbers in [
        ({}, [7, 6, 5, 4, 3, 2, 1, 0]),
        ({"tool_id": "even"}, [6, 4, 2, 0]),
        ({"tool_id": "even", "status": "ok"}, [2, 0]),
        ({"status": "error", "tool_id": "odd"}, [7, 5]),
        ({"starred": True}, [2]),
        ({"starred": False, "tool_id": "even"}, [6, 4, 0]),
        ({"labelled": True}, [5]),
        ({"labelled": False, "status": "error"}, [7, 6, 4]),
        ({"label": "kept needle"}, [5]),
        ({"origin": "api"}, [7, 6, 5, 4, 3, 2, 1, 0]),
        ({"origin": "form"}, []),
        ({"status": "interrupted"}, []),
    ]:
        assert found(store, "needle", **wanted) == [ids[number] for number in numbers], wanted
        assert found(store, "ne", **wanted) == [ids[number] for number in numbers], wanted


def test_the_three_ways_of_finding_agree(tmp_path, monkeypatch):
    """By the index, one by one, and among the newest: the same runs, page by page, whatever the times were."""
    from pixie_core.store import selecting

    clock = FakeClock()
    with Store(Settings(home=tmp_path), clock=clock) as store:
        ids = []
        for number in range(30):
            run_id = str(uuid.uuid4())
            inputs = {"text": "abcabc" if number % 3 else "abxabx"}
            events = [Started(inputs=inputs, fingerprint={}), Finished(status="ok" if number % 2 else "error")]
            store.create_run(run_id=run_id, tool_id="t", inputs=inputs, origin="api", events=events)
            ids.append(run_id)
            if number % 4 == 0:
                clock.advance(30)
            if number == 20:
                clock.jump(-3600)
        since = store.run(ids[9]).created_at
        for wanted in (
            RunFilter(tool_id="t"),
            RunFilter(status="error"),
            RunFilter(tool_id="t", since=since),
            RunFilter(until=since),
        ):
            expected = sorted(each.id for each in store.runs(wanted, limit=100).items if "bca" in each.inputs["text"])
            lists = []
            for few, q in ((0, "bca"), (1000, "bca"), (0, "ca")):
                monkeypatch.setattr(selecting, "_FEW", few)
                after, listed = None, []
                while True:
                    page = store.runs(RunFilter(**{**vars_of(wanted), "q": q}), limit=4, after=after)
                    listed += [each.id for each in page.items]
                    after = page.next
                    assert page.newest_only == (NEWEST if q == "ca" else None)
                    if after is None:
                        break
                lists.append(listed)
            assert lists[0] == lists[1] == lists[2]
            assert sorted(lists[0]) == expected
            moments = [store.run(each).created_at for each in lists[0]]
            assert moments == sorted(moments, reverse=True)


def vars_of(wanted):
    """The fields of a filter."""
    return {name: getattr(wanted, name) for name in wanted.__slots__ if name != "__weakref__"}


def test_one_or_two_letters_look_through_the_newest_rows_and_say_so(store, story):
    """Older ones may hold them as well."""
    run_id = story.begin(inputs={"note": "zq"})
    page = store.runs(RunFilter(q="zq"))
    assert ([each.id for each in page.items], page.newest_only) == ([run_id], 10_000)
    assert store.runs(RunFilter(q="note=zq")).newest_only is None
    assert store.artefacts(ArtefactFilter(q="z")).newest_only == 10_000
    assert store.runs(RunFilter(q="  ")).newest_only is None


@pytest.mark.parametrize("q", ["a\0b", "\ud800", "x" * 1001])
def test_what_is_no_text_or_too_long_is_refused(store, q):
    """With the place of the fault."""
    with pytest.raises(RequestInvalid, match=r"\$\.q"):
        store.runs(RunFilter(q=q))


def test_ten_thousand_letters_of_input_are_searched_at_once(store, story):
    """A long query is no burden."""
    run_id = story.begin(inputs={"text": "ab" * 1000})
    assert found(store, "ab" * 500) == [run_id]


def stranger(settings_, *statements):
    """Another program changes the database by hand."""
    conn = sqlite3.connect(settings_.db_path, isolation_level=None)
    try:
        for statement in statements:
            conn.execute(statement)
    finally:
        conn.close()


def test_what_other_programs_change_is_found_after_the_next_write(store, story, settings):
    """They know nothing of the search, and needn't."""
    first, second = story.ended(), story.ended(inputs={"note": "goes away"})
    stranger(
        settings, f"UPDATE runs SET label = 'by hand' WHERE id = '{first}'", f"DELETE FROM runs WHERE id = '{second}'"
    )
    story.ended()
    assert found(store, "by hand") == [first]
    assert found(store, "goes away") == []


def test_what_other_programs_changed_while_pixie_was_closed_is_found_at_the_next_opening(store, story, settings):
    """Before anybody asks."""
    run_id = story.ended()
    store.close()
    stranger(settings, f"UPDATE runs SET label = 'by hand' WHERE id = '{run_id}'")
    with Store(settings) as again:
        assert found(again, "by hand") == [run_id]
        assert again.notices == ()


def test_triggers_that_went_missing_are_made_anew_with_the_search(store, story, settings):
    """What was written meanwhile was seen by nobody."""
    run_id = story.ended()
    store.close()
    stranger(settings, "DROP TRIGGER search_changed_run", f"UPDATE runs SET label = 'unseen' WHERE id = '{run_id}'")
    with Store(settings) as again:
        assert any("search_changed_run" in notice for notice in again.notices)
        assert found(again, "unseen") == [run_id]


def test_an_index_of_a_list_that_went_missing_is_made_anew(store, story, settings):
    """Lists lean on them."""
    story.ended()
    store.close()
    stranger(settings, "DROP INDEX runs_deleted", "DROP INDEX runs_by_tool")
    with Store(settings) as again:
        names = again.read(
            lambda conn: {row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
        )
        assert {"runs_deleted", "runs_by_tool"} <= names
        assert again.artefacts().items == ()


def test_a_vacuum_changes_nothing(store, story, settings):
    """The texts have numbers of their own."""
    ids = [story.ended(inputs={"note": f"needle {number}"}) for number in range(5)]
    store.write(lambda conn: conn.execute("DELETE FROM runs WHERE id = ?", (ids[1],)))
    store.close()
    stranger(settings, "VACUUM")
    with Store(settings) as again:
        for number in (0, 2, 3, 4):
            assert found(again, f"needle {number}") == [ids[number]]


WORDS = st.text(alphabet="abcABÄäß é\u0301İıſ", max_size=12)


@hypothesis_settings(max_examples=40, deadline=None)
@given(texts=st.lists(WORDS, min_size=1, max_size=5), query=WORDS)
def test_search_is_containment_of_folded_texts(tmp_path_factory, texts, query):
    """By no more and no less."""
    with Store(Settings(home=tmp_path_factory.mktemp("search"))) as store:
        for text in texts:
            store.create_run(run_id=str(uuid.uuid4()), tool_id="t", inputs={"x": text}, origin="api")
        listed = {each.id for each in store.runs(RunFilter(q=query)).items}
        expected = {each.id for each in store.runs().items if folded(query.strip()) in folded(f"x={each.inputs['x']}")}
        assert listed == expected


def test_lists_read_no_outputs(store, story):
    """A run can have megabytes of them."""
    run_id = story.ended()
    seen = []

    def query(conn):
        conn.set_authorizer(lambda action, table, column, *_: seen.append((table, column)) or sqlite3.SQLITE_OK)
        try:
            from pixie_core.store.run_lists import list_runs

            list_runs(conn, RunFilter(), limit=10, after=None, offset=0)
            list_runs(conn, RunFilter(q="years"), limit=10, after=None, offset=0)
        finally:
            conn.set_authorizer(None)

    store.read(query)
    assert ("runs", "status") in seen
    assert {("runs", "outputs_json"), ("runs", "meta_json")} & set(seen) == set()
    assert json.loads(json.dumps(store.run(run_id).values())) == {}


def answers(store, listing, wanted, limit=7):
    """The ids on all pages of a list."""
    after, listed = None, []
    while True:
        page = listing(wanted, limit=limit, after=after)
        listed += [each.id for each in page.items]
        after = page.next
        if after is None:
            return listed


def many(store, count=66):
    """Runs and artefacts of every sort."""
    for number in range(count):
        run_id = str(uuid.uuid4())
        inputs = {"text": "abcabc" if number % 3 else "abxabx", "steps": number * 7}
        store.create_run(
            run_id=run_id,
            tool_id=("one", "two", "three")[number % 3],
            inputs=inputs,
            origin="form" if number % 2 else "api",
            label=("baseline", "odd one", None, None, None)[number % 5],
            events=[Started(inputs=inputs, fingerprint={})],
        )
        name = f"{'plot' if number % 4 else 'map'}-{number}.{'csv' if number % 2 else 'txt'}"
        staged = store.stage(run_id, ("one", "two", "three")[number % 3], name, str(number).encode())
        (record, *_) = store.append(
            run_id,
            [Publication(staged, "o", spilled=number % 11 == 0), Finished(status="ok" if number % 7 else "error")],
        )
        if number % 6 == 0:
            store.set_star(run_id)
            store.set_artefact_star(record.event.id)
            store.set_artefact_tags(record.event.id, ["red", "round"] if number % 12 else ["red"])
        if number % 9 == 0:
            store.set_artefact_label(record.event.id, "for the board")


RUNS = [
    {"tool_id": "one", "origin": "form"},
    {"tool_id": "one", "origin": "form", "starred": False},
    {"tool_id": "two", "status": "ok", "labelled": False},
    {"status": "error", "origin": "api", "labelled": True},
    {"tool_id": "three", "label": "baseline"},
    {"label": "odd one", "status": "ok"},
    {"starred": True, "labelled": True, "origin": "api"},
    {"status": "interrupted", "tool_id": "one"},
]
FILES = [
    {"tool_id": "one", "mime": "text/plain"},
    {"tool_id": "two", "mime": "text/", "starred": False},
    {"tag": "red", "tool_id": "one"},
    {"label": "for the board", "mime": "text/csv"},
    {"labelled": True, "starred": True},
    {"tool_id": "three", "spilled": None},
    {"tool_id": "one", "spilled": True},
    {"mime": "text/", "labelled": False, "output_key": "o"},
]


def test_a_list_is_the_same_whichever_index_is_followed(store, monkeypatch):
    """By the narrowest condition's, or, where that takes too many steps, by the search's."""
    from pixie_core.store import selecting

    many(store)
    cases = [(store.runs, RunFilter(**each)) for each in RUNS] + [
        (store.artefacts, ArtefactFilter(**each)) for each in FILES
    ]
    followed = [answers(store, listing, wanted) for listing, wanted in cases]
    everything = {each.id: each for each in store.runs(limit=1000).items}
    for (_, wanted), listed in zip(cases[: len(RUNS)], followed, strict=False):
        held = {"tool_id": wanted.tool_id, "status": wanted.status, "origin": wanted.origin, "starred": wanted.starred}
        expected = [
            each.id
            for each in everything.values()
            if all(value is None or getattr(each, name) == value for name, value in held.items())
            and wanted.labelled in {None, each.label is not None}
            and wanted.label in {None, each.label}
        ]
        assert listed == expected, wanted
    monkeypatch.setattr(selecting, "_STEPS", 1)
    merged = [answers(store, listing, wanted) for listing, wanted in cases]
    assert merged == followed
    assert [len(each) > 0 for each in merged] == [True] * 7 + [False] + [True] * 8
    monkeypatch.setattr(selecting, "_COUNTED", 1)
    assert [answers(store, listing, wanted) for listing, wanted in cases] == followed


@pytest.mark.parametrize("q", ["c", "bca", "abxabx"])
def test_a_text_is_sought_among_all_that_the_filters_leave_and_nothing_else(store, monkeypatch, q):
    """Of three letters by the index or one by one, of one letter among the newest: labels, marks and times count too."""
    from pixie_core.store import selecting

    many(store)
    moments = sorted(each.created_at for each in store.runs(limit=1000).items)
    times = [{}, {"until": moments[40]}, {"since": moments[20], "until": moments[50]}]
    filters = [{**each, **time} for each in ({}, *RUNS[:-1]) for time in times]
    found = 0
    for asked in filters:
        left = store.runs(RunFilter(**asked), limit=1000).items
        expected = [each.id for each in left if q in each.inputs["text"] or q in (each.label or "")]
        found += len(expected)
        for few in (0, 1000):
            monkeypatch.setattr(selecting, "_FEW", few)
            assert answers(store, store.runs, RunFilter(**asked, q=q)) == expected, asked
    assert found > 20


def test_a_page_begins_where_the_last_one_ended_whichever_index_found_it(store, monkeypatch):
    """Also when the run that it ended with is gone."""
    from pixie_core.store import selecting

    many(store, 40)
    wanted = RunFilter(tool_id="one", origin="form")
    whole = answers(store, store.runs, wanted, limit=100)
    first = store.runs(wanted, limit=3)

    def work(conn):
        conn.execute("UPDATE artefacts SET label = NULL, starred = 0 WHERE run_id = ?", (whole[2],))
        conn.execute("UPDATE runs SET label = NULL, starred = 0 WHERE id = ?", (whole[2],))
        conn.execute("DELETE FROM runs WHERE id = ?", (whole[2],))

    store.write(work)
    monkeypatch.setattr(selecting, "_STEPS", 1)
    second = store.runs(wanted, limit=3, after=first.next)
    assert [each.id for each in first.items + second.items] == whole[:6]


@pytest.mark.parametrize(
    ("query", "least", "never"),
    [
        ("steps=777", "=777", "step"),
        ("text=abcabc", "abc", "=steps"),
        ("steps=", "s=", "teps"),
        ("abc", "abc", "x"),
        ("zzzqqq", "zzzqqq", "x"),
        ("z" * 500, "z" * 32, "z" * 33),
    ],
)
def test_the_index_is_asked_for_what_few_rows_hold(store, query, least, never):
    """What stands in every row is left to a look into the rows that the rest finds."""
    from pixie_core.store.search import telling_part

    many(store, 30)
    part = store.read(lambda conn: telling_part(conn, "run", query))
    assert part in query
    assert least in part or query == "steps="
    assert never not in part


def test_lists_hardly_read_what_large_outputs_take(settings):
    """Fifty runs with half a megabyte of outputs each are listed from a few pages."""
    outputs = json.dumps({"o": "x" * 500_000})
    statement = (
        "INSERT INTO runs (id, tool_id, started_at, inputs_json, outputs_json, status, origin)"
        " VALUES (?, 't', ?, ?, ?, 'ok', 'form')"
    )

    def work(conn):
        for number in range(50):
            at = f"2026-01-01T00:00:{number:02}.000000+00:00"
            conn.execute(statement, (str(uuid.uuid4()), at, json.dumps({"a": number}), outputs))

    with Store(settings) as store:
        store.write(work)
        store.checkpoint()

    def bytes_read():
        return int(Path("/proc/self/io").read_text().split()[1])

    with Store(settings) as store:
        for wanted, count in [
            ({}, 50),
            ({"tool_id": "t"}, 50),
            ({"q": "a=1"}, 11),
            ({"origin": "form", "status": "ok"}, 50),
        ]:
            before = bytes_read()
            assert len(store.runs(RunFilter(**wanted)).items) == count
            assert bytes_read() - before < 2_000_000


def test_one_letter_looks_no_further_than_the_newest(store, story, monkeypatch):
    """However many rows there are, and none is sorted that isn't shown."""
    from pixie_core.store import run_lists, selecting

    ids = [story.ended(inputs={"note": f"z{number}"}) for number in range(12)]
    monkeypatch.setattr(selecting, "NEWEST", 5)
    assert answers(store, store.runs, RunFilter(q="z"), limit=2) == ids[:6:-1]
    assert answers(store, store.runs, RunFilter(q="z", starred=True)) == []
    wanted = RunFilter(q="z", tool_id="compound-interest")
    asked, number, given, way = store.read(lambda conn: run_lists._selection(conn, wanted).searched(conn, "z"))
    plan = store.read(
        lambda conn: conn.execute(
            f"EXPLAIN QUERY PLAN SELECT key FROM {asked} ORDER BY {number} DESC", given
        ).fetchall()
    )
    assert way == "newest"
    assert not any("TEMP B-TREE" in row[3] for row in plan)


def test_the_files_of_one_moment_are_made_findable_at_a_cost_that_grows_with_their_number(store, story):
    """A run's files have their moment in common: none of them looks past all the others for its place."""

    def statements(files):
        run_id = story.begin()
        staged = [
            Publication(StagedFile("t", run_id, f"{n}.txt", f"t/{run_id}/{n}.txt", "text/plain", 1, "0" * 64))
            for n in range(files)
        ]
        told = []
        store.write(lambda conn: conn.set_trace_callback(told.append))
        store.append(run_id, staged)
        store.write(lambda conn: conn.set_trace_callback(None))
        return len(told)

    few, many = statements(50), statements(200)
    assert many < 5 * few
