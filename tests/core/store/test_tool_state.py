"""What the user sets for a tool is kept, told from what nobody has said, and older rows are read as they are."""

import json

import pytest

from pixie_core.errors import RequestInvalid
from pixie_core.store import Store
from pixie_core.testing.clock import FakeClock
from pixie_core.tool import Limits, ToolState


def test_a_tool_that_nothing_was_set_for_has_no_row(store):
    """It is as its tool.json says."""
    assert store.tool_states() == {}
    assert store.tool_states("adder") == {}


def test_what_is_set_is_read_back(store):
    """Each on its own, without touching the others."""
    store.change_tool("adder", favourited=True, sort_order=3)
    store.change_tool("adder", pinned=True, colour="#123456")
    store.change_tool("adder", favourited=False)
    expected = ToolState(favourited=False, pinned=True, sort_order=3, colour="#123456")
    assert store.tool_states() == {"adder": expected}
    assert store.tool_states("adder") == {"adder": expected}
    assert store.tool_states("other") == {}


@pytest.mark.parametrize("flag", ["archived", "pinned_warm"])
def test_a_no_is_told_from_no_word_at_all(store, flag):
    """False wins over tool.json; None leaves it its word, and so does a row that was made for something else."""
    store.change_tool("adder", favourited=True)
    assert getattr(store.tool_states()["adder"], flag) is None
    store.change_tool("adder", **{flag: False})
    assert getattr(store.tool_states()["adder"], flag) is False
    store.change_tool("adder", **{flag: True})
    assert getattr(store.tool_states()["adder"], flag) is True
    store.change_tool("adder", **{flag: None})
    assert getattr(store.tool_states()["adder"], flag) is None


def test_a_flag_that_was_set_by_hand_counts(store):
    """As in databases of before, where nobody wrote down what was chosen."""
    store.write(lambda conn: conn.execute("INSERT INTO tool_state (tool_id, archived) VALUES ('old', 1)"))
    assert store.tool_states()["old"].archived is True


def test_an_unknown_field_is_refused_and_nothing_is_written(store):
    """With the fields that there are."""
    with pytest.raises(RequestInvalid, match="favourited"):
        store.change_tool("adder", favorited=True)
    assert store.tool_states() == {}


def test_limits_are_replaced_as_a_whole(store):
    """Those that aren't given any more are tool.json's again."""
    store.set_limits("adder", Limits(max_runtime_seconds=5, max_memory_mb=64))
    store.set_limits("adder", Limits(max_memory_mb=128))
    assert store.tool_states()["adder"].limits == Limits(max_memory_mb=128)


def test_overrides_of_an_older_pixie_are_read_as_far_as_they_are_limits(store):
    """What isn't one, or is out of bounds, is passed over and stays in the row."""
    raw = {"max_runtime_seconds": 90, "max_memory_mb": -1, "warm_keep_seconds": "long", "theme": "dark"}
    store.write(
        lambda conn: conn.execute(
            "INSERT INTO tool_state (tool_id, overrides_json) VALUES ('old', ?)", (json.dumps(raw),)
        )
    )
    assert store.tool_states()["old"].limits == Limits(max_runtime_seconds=90)
    store.set_limits("old", Limits(max_memory_mb=256))
    (text,) = store.read(lambda conn: conn.execute("SELECT overrides_json FROM tool_state").fetchone())
    assert json.loads(text) == {"theme": "dark", "max_memory_mb": 256}


def test_own_tags_are_kept_beside_those_of_the_manifest(store):
    """The index follows the manifests; what the user added stays, whatever they say."""
    store.index_tags({"adder": ["maths", "demo"], "teller": ["demo"]})
    store.tag_tool("adder", add=["mine", "demo"])
    assert store.tool_states()["adder"].tags == ("mine", "demo")
    store.index_tags({"adder": ["sums"]})
    assert store.tags() == {"adder": {"mine": False, "demo": False, "sums": True}}
    store.tag_tool("adder", remove=["demo", "mine", "sums"])
    assert store.tags() == {"adder": {"sums": True}}


@pytest.mark.parametrize("wrong", ["Two Words", "", "ünïcode", "a" * 61, "-a"])
def test_what_is_no_tag_is_refused(store, wrong):
    """And the right ones beside it aren't added either."""
    with pytest.raises(RequestInvalid, match="kebab-case"):
        store.tag_tool("adder", add=["right", wrong])
    assert store.tags() == {}


def test_an_index_that_is_in_step_is_not_written_to(store, monkeypatch):
    """Looking at tools must not write."""
    store.index_tags({"adder": ["maths"]})
    monkeypatch.setattr(store, "write", None)
    store.index_tags({"adder": ["maths"]})


def test_reports_older_than_thirty_days_go_but_the_newest_of_each_tool(settings):
    """It is what the tool's dot is made from."""
    clock = FakeClock()
    with Store(settings, clock=clock) as store:
        stamps = []
        for tool_id, days in (("adder", 0), ("teller", 0), ("adder", 20), ("adder", 11)):
            clock.advance(days * 86_400)
            stamps.append(clock.now().isoformat())
            store.validations.save({"tool_id": tool_id, "timestamp": stamps[-1], "overall": "pass"})
        rows = store.read(
            lambda conn: [
                tuple(row)
                for row in conn.execute("SELECT tool_id, timestamp FROM validation_reports ORDER BY timestamp, tool_id")
            ]
        )
    assert rows == [("teller", stamps[1]), ("adder", stamps[2]), ("adder", stamps[3])]


def test_runs_are_counted_by_their_status(store, story):
    """Of one tool."""
    story.ended()
    story.ended()
    story.begin()
    story.ended(tool_id="other")
    assert store.run_counts("compound-interest") == {"ok": 2, "running": 1}
