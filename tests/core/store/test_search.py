"""Search finds every part of what may be searched, whoever wrote it and however, and nothing else."""

import json
import sqlite3
import unicodedata
import uuid

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pixie_core.config import Settings
from pixie_core.errors import RequestInvalid
from pixie_core.run.events import Finished, Started
from pixie_core.store import ArtefactFilter, Publication, RunFilter, Store
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
