"""Workspaces group tools, each under a name of its own."""

import pytest

from pixie_core.errors import RequestInvalid, WorkspaceExists, WorkspaceNotFound


def test_a_workspace_is_made_changed_filled_and_removed(store):
    """Its tools go with it, and stay where they are."""
    work = store.workspaces.create(" Work ", colour="indigo")
    play = store.workspaces.create("Play")
    assert [(each.name, each.colour) for each in store.workspaces.all()] == [("Work", "indigo"), ("Play", None)]
    store.workspaces.add_tool(work.id, "b-tool")
    store.workspaces.add_tool("work", "a-tool")
    assert set(store.workspaces.add_tool(work.id, "b-tool").tools) == {"a-tool", "b-tool"}
    store.workspaces.add_tool(play.id, "a-tool")
    assert store.workspaces.remove_tool(work.id, "b-tool").tools == ("a-tool",)
    assert store.workspaces.remove_tool(work.id, "b-tool").tools == ("a-tool",)
    changed = store.workspaces.change(work.id, name="Labour", colour="", sort_order=9, collapsed=True)
    assert (changed.name, changed.colour, changed.collapsed) == ("Labour", None, True)
    assert store.workspaces.change(work.id, name="LABOUR").name == "LABOUR"
    assert [each.name for each in store.workspaces.all()] == ["Play", "LABOUR"]
    store.workspaces.delete(work.id)
    assert [each.name for each in store.workspaces.all()] == ["Play"]
    left = store.read(lambda conn: conn.execute("SELECT tool_id, workspace_id FROM tool_workspaces").fetchall())
    assert [tuple(row) for row in left] == [("a-tool", play.id)]


def test_a_name_is_taken_once_without_regard_to_capitals(store):
    """Two of one name couldn't be told apart."""
    store.workspaces.create("Work")
    other = store.workspaces.create("Play")
    with pytest.raises(WorkspaceExists, match="WORK"):
        store.workspaces.create("WORK")
    with pytest.raises(WorkspaceExists):
        store.workspaces.change(other.id, name="work")


@pytest.mark.parametrize("name", ["", "  ", "a\0b", "\ud800", "x" * 101])
def test_a_name_must_be_text_of_a_sensible_length(store, name):
    """With the place of the fault."""
    with pytest.raises(RequestInvalid):
        store.workspaces.create(name)
    assert store.workspaces.all() == ()


def test_what_isnt_there_is_told(store):
    """By number and by name."""
    for ask in (store.workspaces.one, store.workspaces.delete, lambda each: store.workspaces.add_tool(each, "t")):
        for missing in (99, "nothing"):
            with pytest.raises(WorkspaceNotFound):
                ask(missing)
    with pytest.raises(RequestInvalid):
        store.workspaces.add_tool(store.workspaces.create("x").id, "../evil")
