"""Finding runs and artefacts: by a part of the id, by filters, page by page."""

import uuid

import pytest

from pixie_core.config import Settings
from pixie_core.errors import AmbiguousRunId, ArtefactNotFound, RequestInvalid, RunNotFound
from pixie_core.run.events import Started
from pixie_core.store import ArtefactFilter, Publication, RunFilter, Store, artefacts, run_lists
from pixie_core.store.schema import LABELLED
from pixie_core.testing.clock import FakeClock
from tests.core.store.conftest import Story

SAME = "abcdef12-0000-4000-8000-00000000000"


def test_a_run_is_found_by_the_first_characters_of_its_id(store, story):
    """Six or more, in either case."""
    run_id = story.begin("0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9")
    story.begin("0a1b2c4d-4e5f-4071-8293-a4b5c6d7e8f9")
    for given in (run_id, run_id[:8], run_id[:7], "0A1B2C3D", run_id[:20]):
        assert store.find(given) == run_id
        assert store.run(given).id == run_id
        assert len(store.events(given)) == 1


def test_a_beginning_that_several_runs_share_names_them(store, story):
    """Newest first."""
    ids = [story.begin(f"{SAME}{number}") for number in range(3)]
    with pytest.raises(AmbiguousRunId) as caught:
        store.run("abcdef")
    assert caught.value.candidates == tuple(reversed(ids))


@pytest.mark.parametrize("given", ["", "a", "abcde", "abc%%"])
def test_fewer_than_six_characters_are_refused(store, given):
    """They would soon be ambiguous."""
    with pytest.raises(RequestInvalid, match="6 characters"):
        store.find(given)


@pytest.mark.parametrize(
    "given", ["abcdee", "abcdeg", "______", "%%%%%%", "abcdef12-0001", "x' OR '1", "\U0010ffff" * 6]
)
def test_what_no_run_begins_with_isnt_found(store, story, given):
    """Wildcards are characters like any other."""
    story.begin(f"{SAME}1")
    with pytest.raises(RunNotFound):
        store.find(given)


def test_finding_by_a_beginning_uses_the_index(store):
    """A million runs don't make it slower."""
    plan = store.read(
        lambda conn: " ".join(
            row[3]
            for row in conn.execute("EXPLAIN QUERY PLAN SELECT id FROM runs WHERE id >= 'abcdef' AND id < 'abcdeg'")
        )
    )
    assert "SEARCH runs" in plan


@pytest.fixture
def many(settings):
    """A store with 25 runs: two tools, a minute apart, but the last five at the same moment."""
    clock = FakeClock()
    with Store(settings, clock=clock) as store:
        ids = []
        for number in range(25):
            run_id = str(uuid.uuid4())
            store.create_run(
                run_id=run_id,
                tool_id="even" if number % 2 == 0 else "odd",
                inputs={"n": number},
                origin="api",
                parent_run_id=ids[0] if number == 3 else None,
                events=[Started(inputs={"n": number}, fingerprint={})],
            )
            ids.append(run_id)
            if number < 20:
                clock.advance(60)
        yield store, ids


def pages(listing, wanted, limit):
    """All items, page by page."""
    after, items = None, []
    while True:
        page = listing(wanted, limit=limit, after=after)
        assert len(page.items) <= limit
        items.extend(page.items)
        if page.next is None:
            return items
        assert len(page.items) == limit
        after = page.next


@pytest.mark.parametrize("limit", [1, 4, 5, 24, 25, 26])
def test_pages_come_to_the_whole_list_newest_first(many, limit):
    """Each run once, also among those that began at the same moment."""
    store, ids = many
    found = pages(store.runs, None, limit)
    assert [(each.created_at, each.id) for each in found] == sorted(
        ((each.created_at, each.id) for each in found), reverse=True
    )
    assert {each.id for each in found} == set(ids)
    assert len(found) == 25
    assert [each.id for each in store.runs(limit=5, offset=5).items] == [each.id for each in found[5:10]]


def test_runs_that_come_meanwhile_dont_disturb_the_pages(many):
    """The next page goes on where the last one ended."""
    store, ids = many
    first = store.runs(limit=10)
    store.create_run(run_id=str(uuid.uuid4()), tool_id="new", inputs={}, origin="api")
    rest = store.runs(limit=100, after=first.next)
    assert {each.id for each in (*first.items, *rest.items)} == set(ids)


def test_filters_combine(many):
    """All that is given must hold."""
    store, ids = many
    store.set_star(ids[4], True)
    store.set_label(ids[6], "keep")

    def found(**wanted):
        return {ids.index(each.id) for each in pages(store.runs, RunFilter(**wanted), 3)}

    assert found(tool_id="even") == set(range(0, 25, 2))
    assert found(tool_id="odd", status="ok") == set()
    assert found(starred=True) == {4}
    assert found(starred=False, tool_id="even") == set(range(0, 25, 2)) - {4}
    assert found(labelled=True) == found(label="keep") == {6}
    assert found(parent_run_id=ids[0]) == {3}
    assert found(origin="cli") == set()
    assert found(since="2025-06-01T12:05:00.000000+00:00", until="2025-06-01T12:08:00.000000+00:00") == {5, 6, 7}
    assert found(tool_id="'; DROP TABLE runs; --") == set()


@pytest.mark.parametrize("how", [{"limit": 0}, {"limit": -1}, {"limit": 10**9}, {"offset": -1}, {"offset": 10**30}])
def test_a_page_that_makes_no_sense_is_refused(store, how):
    """By name, and without asking the database."""
    for listing in (store.runs, store.artefacts):
        with pytest.raises(RequestInvalid, match=next(iter(how))):
            listing(**how)


def test_numbers_that_the_database_cant_hold_are_beyond_every_event(store, story):
    """A reader may ask for what comes after anything."""
    run_id = story.ended()
    assert store.events(run_id, after=10**30) == list(store.follow(run_id, after=10**30)) == []
    assert len(store.events(run_id, limit=10**30)) == 2


@pytest.mark.parametrize(
    "cursor", ["WzEwMDAwMDAwMDAwMDAwMDAwMDAwMDAwXQ", "", "x", "!!!!", "W10", "WzEsMl0", "eyJhIjoxfQ", "\u00e4"]
)
def test_a_cursor_that_isnt_ours_is_refused(store, cursor):
    """Whatever it decodes to."""
    with pytest.raises(RequestInvalid, match="next"):
        store.runs(after=cursor)
    with pytest.raises(RequestInvalid, match="next"):
        store.artefacts(after=cursor)


def test_lists_of_runs_use_an_index(store):
    """No sort over all runs, for any filter that pages use."""
    for where in (
        "1",
        "tool_id = 't'",
        "status = 'ok'",
        "status = 'error' AND status <> 'ok'",
        "starred = 1",
        LABELLED,
    ):
        plan = store.read(
            lambda conn, where=where: " ".join(
                row[3]
                for row in conn.execute(
                    f"EXPLAIN QUERY PLAN SELECT id FROM runs WHERE deleted_at IS NULL AND {where}"
                    " ORDER BY started_at DESC, id DESC LIMIT 51"
                )
            )
        )
        assert "USING" in plan
        assert "TEMP B-TREE" not in plan, where


def test_every_list_follows_one_index_and_sorts_nothing(store):
    """Whatever is asked for: the rows come in their order, and those that aren't shown aren't read."""
    runs = [
        RunFilter(),
        RunFilter(deleted=True),
        RunFilter(deleted=True, tool_id="t", starred=True),
        RunFilter(tool_id="t"),
        RunFilter(origin="form"),
        RunFilter(tool_id="t", origin="form", status="ok"),
        RunFilter(status="error"),
        RunFilter(starred=True, labelled=False),
        RunFilter(labelled=True),
        RunFilter(label="x", since="2020", until="2021"),
    ]
    files = [
        ArtefactFilter(),
        ArtefactFilter(deleted=True),
        ArtefactFilter(tool_id="t", spilled=None),
        ArtefactFilter(mime="image/"),
        ArtefactFilter(mime="image/png", starred=False),
        ArtefactFilter(starred=True),
        ArtefactFilter(labelled=True),
        ArtefactFilter(label="x"),
        ArtefactFilter(tag="x"),
    ]
    asked = [(run_lists._selection, each, "started_at") for each in runs]
    asked += [(artefacts._selection, each, "created_at") for each in files]
    for selection, wanted, moment in asked:

        def plan(conn, selection=selection, wanted=wanted, moment=moment):
            chosen = selection(conn, wanted)
            # With nothing in the database all are few: the first named index is as good as any.
            query = f"EXPLAIN QUERY PLAN SELECT * FROM {chosen.listed} ORDER BY {moment} DESC, id DESC LIMIT 51"
            return " | ".join(row[3] for row in conn.execute(query, chosen.values))

        said = store.read(plan)
        assert "INDEX" in said
        assert "TEMP B-TREE" not in said, (wanted, said)


def test_artefacts_are_listed_newest_first_and_filtered(store, story):
    """By run, tool, output, kind, mark and content."""
    first, second = story.begin(), story.begin(tool_id="other")
    made = []
    for run_id, tool, name, content in [
        (first, "compound-interest", "a.png", b"\x89PNG\r\n\x1a\n"),
        (first, "compound-interest", "b.txt", b"words"),
        (second, "other", "c.txt", b"words"),
    ]:
        staged = store.stage(run_id, tool, name, content)
        made.append(store.append(run_id, [Publication(staged, name[0])])[0].event.id)
    store.set_artefact_star(made[1])
    store.set_artefact_label(made[2], "keep")

    def found(**wanted):
        return [made.index(each.id) for each in pages(store.artefacts, ArtefactFilter(**wanted), 1)]

    assert found() == [2, 1, 0]
    assert found(run_id=first) == [1, 0]
    assert found(tool_id="other") == [2]
    assert found(mime="image/") == [0]
    assert found(mime="text/plain", starred=True) == [1]
    assert found(labelled=True) == [2]
    assert found(output_key="a") == [0]
    assert found(sha256=store.artefact(made[1]).sha256) == [2, 1]
    assert found(deleted=True) == []


def test_artefacts_are_filtered_by_time_label_and_tag_and_deleted_ones_are_apart(tmp_path):
    """All that is given must hold; large values kept as JSON are in no list unless they are asked for."""
    clock = FakeClock()
    with Store(Settings(home=tmp_path), clock=clock) as store:
        story = Story(store)
        made, moments = [], []
        for number in range(6):
            run_id = story.begin()
            staged = store.stage(run_id, "compound-interest", f"{number}.txt", str(number).encode())
            made.append(store.append(run_id, [Publication(staged, "o", spilled=number == 5)])[0].event.id)
            story.end(run_id)
            moments.append(store.artefact(made[-1]).created_at)
            clock.advance(60)
        store.set_artefact_label(made[1], "board")
        store.set_artefact_label(made[2], "board meeting")
        for number in (1, 2, 3):
            store.set_artefact_tags(made[number], ["red", f"n{number}"])
        store.deletions.delete_artefact(made[4])
        store.deletions.delete_run(store.artefact(made[0]).run_id)

        def found(**wanted):
            return [made.index(each.id) for each in pages(store.artefacts, ArtefactFilter(**wanted), 2)]

        assert found() == [3, 2, 1]
        assert found(label="board") == [1]
        assert found(label="board", q="board") == [1]
        assert found(q="board") == [2, 1]
        assert found(tag="red") == [3, 2, 1]
        assert found(tag="n2", labelled=True) == [2]
        assert found(tag="n2", label="board") == []
        assert found(tag="re") == []
        assert found(since=moments[2]) == [3, 2]
        assert found(since=moments[1], until=moments[3]) == [2, 1]
        assert found(since=moments[1], until=moments[3], q=".txt", mime="text/") == [2, 1]
        assert found(deleted=True) == [4]
        assert found(deleted=True, mime="text/", tag="red") == []
        assert found(spilled=True) == [5]
        assert found(spilled=None) == [5, 3, 2, 1]
        store.deletions.restore_artefact(made[4])
        assert found(deleted=True) == []
        assert found(since=moments[3]) == [4, 3]
        store.deletions.delete_artefact(made[4])
        store.deletions.purge_due("9999")
        assert found(deleted=True) == []
        with pytest.raises(ArtefactNotFound):
            store.deletions.restore_artefact(made[4])


def test_the_newest_validation_of_each_tool_is_known(store):
    """Reports are kept by tool and time; the same time again takes the place of the first."""
    for tool, at, overall in [("a", "2025-01-02", "warn"), ("a", "2025-01-01", "pass"), ("b", "2025-01-01", "fail")]:
        store.validations.save({"tool_id": tool, "timestamp": at, "overall": overall, "checks": [{"n": 1}]})
    store.validations.save({"tool_id": "b", "timestamp": "2025-01-01", "overall": "pass"})
    latest = store.validations.latest_of_all()
    assert {tool: (each.overall, each.timestamp) for tool, each in latest.items()} == {
        "a": ("warn", "2025-01-02"),
        "b": ("pass", "2025-01-01"),
    }
    assert store.validations.latest("a")["checks"] == [{"n": 1}]
    assert store.validations.latest("c") is None
    with pytest.raises(RequestInvalid, match="overall"):
        store.validations.save({"tool_id": "a", "timestamp": "1"})
