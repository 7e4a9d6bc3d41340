"""An audit says what each tool takes, and counts what is linked once."""

import json
import os
from datetime import timedelta

import pytest

from pixie_core.sweeper import audit
from pixie_core.tool import Tools

MEGABYTE = 10**6
MANIFEST = {
    "name": "Hello",
    "inputs": [{"key": "x", "type": "number", "label": "X", "default": 1}],
    "outputs": [{"key": "y", "type": "number", "label": "Y"}],
}


@pytest.fixture
def make(settings, clock):
    """Makes a tool's folder with files of so many bytes, as if it had come 100 days ago."""

    def made(tool_id, archived=False, **sizes):
        folder = settings.tools_dir / tool_id
        folder.mkdir(parents=True)
        (folder / "tool.json").write_text(json.dumps({**MANIFEST, "id": tool_id, "archived": archived}))
        for name, size in sizes.items():
            path = folder / name.replace("__", "/").replace("venv", ".venv")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x" * size)
        then = (clock.now() - timedelta(days=100)).timestamp()
        os.utime(folder / "tool.json", (then, then))
        return folder

    return made


def sizes(settings, store, clock):
    """The tools of an audit by their ids."""
    return {each.tool_id: each for each in audit(Tools(settings.tools_dir), store, clock=clock).tools}


def test_each_kind_is_measured_and_the_largest_tool_is_first(settings, store, clock, make, ended):
    """In blocks of the disk."""
    make("small", venv__lib=100_000)
    make("large", venv__lib=400_000, data__x=300_000, models__m=200_000, cache__c=100_000, main__py=50_000)
    ended("large", b"y" * 80_000)
    done = audit(Tools(settings.tools_dir), store, clock=clock)
    assert [each.tool_id for each in done.tools] == ["large", "small"]
    large = done.tools[0]
    for measured, written in [
        (large.venv, 400_000),
        (large.data, 300_000),
        (large.models, 300_000),
        (large.artefacts, 80_000),
        (large.other, 50_000),
    ]:
        assert written <= measured < written + 40_000
    assert large.total == large.venv + large.data + large.models + large.artefacts + large.other
    rows = store.read(
        lambda conn: dict(
            conn.execute("SELECT tool_id, disk_bytes FROM tool_state WHERE disk_bytes IS NOT NULL").fetchall()
        )
    )
    assert rows == {"large": large.total, "small": done.tools[1].total}


def test_hard_links_count_once_in_a_tool_and_once_in_all(settings, store, clock, make):
    """uv links environments from its cache."""
    first, second = make("first", venv__a=1_000_000), make("second", venv__b=10)
    os.link(first / ".venv/a", first / ".venv/again")
    os.link(first / ".venv/a", second / ".venv/shared")
    done = audit(Tools(settings.tools_dir), store, clock=clock)
    both = {each.tool_id: each for each in done.tools}
    for each in both.values():
        assert 1_000_000 <= each.venv < 1_040_000
    assert 1_000_000 <= done.total < 1_100_000


def test_links_are_not_followed(settings, store, clock, make, tmp_path):
    """What they lead to isn't the tool's."""
    (tmp_path / "big").write_bytes(b"x" * 1_000_000)
    folder = make("linked")
    (folder / "data").mkdir()
    (folder / "data" / "link").symlink_to(tmp_path / "big")
    (folder / "data" / "up").symlink_to(tmp_path)
    assert sizes(settings, store, clock)["linked"].total < 100_000


def test_model_folders_that_the_environment_names_count_as_models(settings, store, clock, make):
    """When they are the tool's own."""
    folder = make("declared", here__m=200_000)
    (folder / ".env").write_text("HF_HOME=./here/hub\nTORCH_HOME=/elsewhere\nX_CACHE=.\n")
    assert sizes(settings, store, clock)["declared"].models >= 200_000


def test_tools_that_are_large_and_long_unused_are_flagged_with_the_reason(settings, store, clock, make, ended):
    """Not run in 60 days and over 200 MB; not those that were just installed, nor archived ones."""
    for name in ("idle", "busy", "archived"):
        folder = make(name, archived=name == "archived")
        (folder / "data").mkdir()
        with (folder / "data" / "big").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, 201 * MEGABYTE)
    make("fresh", data__x=10)
    os.utime(settings.tools_dir / "fresh" / "tool.json", (clock.now().timestamp(),) * 2)
    ended("idle")
    clock.advance(61 * 86_400)
    ended("busy")
    found = sizes(settings, store, clock)
    assert {name for name, each in found.items() if each.archive_because} == {"idle"}
    assert found["idle"].archive_because.startswith("not run in 61 days, and takes 201 MB")
    clock.advance(61 * 86_400)
    assert sizes(settings, store, clock)["busy"].archive_because


def test_files_of_tools_that_are_gone_are_counted(settings, store, clock, ended):
    """They take room all the same."""
    settings.tools_dir.mkdir(parents=True)
    ended("gone", b"z" * 50_000)
    assert 50_000 <= sizes(settings, store, clock)["gone"].artefacts < 90_000
