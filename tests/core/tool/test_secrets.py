"""Secrets: written whole and for nobody else, read back exactly, never handed to strangers' code unasked."""

import os
import stat
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest
from dotenv import dotenv_values
from hypothesis import given, settings
from hypothesis import strategies as st

from pixie_core.errors import RequestInvalid
from pixie_core.testing.clock import FakeClock
from pixie_core.tool.discovery import Tool
from pixie_core.tool.secrets import (
    ToolSecrets,
    clear_secret,
    confirm_secrets,
    forbidden,
    names_set,
    secrets_for,
    set_secret,
    spellings,
    withhold,
)

CANARY = "canary-6f1c2a9b"


@pytest.fixture
def tool(tmp_path):
    """A tool without secrets."""
    return a_tool(tmp_path, "weather")


def a_tool(tmp_path, name):
    """A tool in a folder of its own."""
    folder = tmp_path / name
    folder.mkdir()
    return Tool(name, folder, None)


def mode(path):
    """The permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def env(tool):
    """The tool's .env."""
    return tool.folder / ".env"


def test_a_secret_reaches_the_process_and_python_dotenv_alike(tool):
    """What the process gets is what the tool would read by itself."""
    assert set_secret(tool, "API_KEY", CANARY) == ()
    assert secrets_for(tool) == ToolSecrets({"API_KEY": CANARY})
    assert dotenv_values(env(tool)) == {"API_KEY": CANARY}


@pytest.mark.case("S1.mode")
@pytest.mark.parametrize("umask", [0, 0o022, 0o777])
def test_the_file_is_never_open_to_others(tool, umask):
    """It is made with 0600, and not made first and closed then."""
    seen = []
    opened = os.open

    def watching(path, flags, given=0o777, **more):
        descriptor = opened(path, flags, given, **more)
        if flags & os.O_RDWR:
            seen.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        return descriptor

    before = os.umask(umask)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "open", watching)
            set_secret(tool, "API_KEY", CANARY)
    finally:
        os.umask(before)
    assert seen
    assert not any(each & 0o077 for each in seen)
    assert mode(env(tool)) == 0o600


@pytest.mark.case("S1.mode")
def test_a_file_that_others_could_read_is_closed_with_a_warning(tool):
    """At the next write and at the next read, whichever comes first."""
    for use in (lambda: set_secret(tool, "B", "long enough"), lambda: secrets_for(tool).warnings):
        env(tool).write_text("A=long enough\n")
        env(tool).chmod(0o644)
        [said] = use()
        assert "could be read by others (mode 0644)" in said
        assert mode(env(tool)) == 0o600


HOSTILE = [
    "two\nlines",
    "two\nB='stolen'",
    "windows\r\nlines",
    "bare\rreturn",
    "# no comment",
    "a # b",
    "'",
    '"',
    'it\'s "both"',
    "$(rm -rf ~)",
    "`id`",
    "${HOME}",
    "$HOME",
    "export X=1",
    "  blanks  ",
    "tab\t",
    "back\\",
    "back\\\nB=1",
    "back\\'",
    "\\n is no newline",
    "ünïcödé • 漢字 🗝",
    "x" * 65_536,
    "'\nB=2\n'",
    '"\nB=2\n"',
    "=",
    "a=b=c",
    "\u2028\u0085\x0b\x0c",
    "A='x' # set 2000-01-01T00:00:00Z",
]


@pytest.mark.case("S5.values")
@pytest.mark.parametrize("value", HOSTILE, ids=[each[:20].encode("unicode_escape").decode() for each in HOSTILE])
def test_a_value_comes_back_exactly_and_sets_nothing_else(tool, value):
    """Neither what stands before it nor what stands after it changes."""
    env(tool).write_text("BEFORE='kept it'\n# a comment\n")
    set_secret(tool, "A", "first value")
    set_secret(tool, "AFTER", "as it was")
    set_secret(tool, "A", value)
    expected = {"BEFORE": "kept it", "A": value, "AFTER": "as it was"}
    assert dict(secrets_for(tool).values) == expected
    assert dotenv_values(env(tool), interpolate=False) == expected
    assert "# a comment\n" in env(tool).read_text()


@pytest.mark.case("S5.values")
@settings(deadline=None)  # each save waits for the disk
@given(st.dictionaries(st.sampled_from("ABCDE"), st.text(), min_size=1))
def test_whatever_is_set_is_what_is_read_or_is_refused(tmp_path_factory, wanted):
    """For any text, and several of them beside each other."""
    tool = a_tool(tmp_path_factory.mktemp("tools"), "any")
    kept = {}
    for key, value in wanted.items():
        try:
            set_secret(tool, key, value)
        except RequestInvalid:
            assert "\0" in value
        else:
            kept |= {key: value} if value else {}
    assert dict(secrets_for(tool).values) == kept


@pytest.mark.case("S5.values")
@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("nul\0byte", "NUL character"),
        ("half \ud800", "surrogate"),
        ("x" * 131_072, "at most 131071"),
        ("ü" * 65_540, "at most 131071"),
    ],
)
def test_a_value_that_no_variable_can_hold_is_refused_without_being_shown(tool, value, why):
    """The message says what and why; nothing is written."""
    with pytest.raises(RequestInvalid, match=why) as caught:
        set_secret(tool, "A", value)
    assert value not in str(caught.value)
    assert not env(tool).exists()


@pytest.mark.case("S5.names")
@pytest.mark.parametrize(
    "key",
    ["", "A=B", "1A", "A B", "A\n", "Ä", "a-b", "LD_PRELOAD", "DYLD_INSERT_LIBRARIES", "PATH", "PYTHONPATH",
     "PYTHONHOME", "PYTHONSTARTUP", "PYTHONINSPECT", "IFS", "BASH_ENV", "ENV", "NODE_OPTIONS", "PIXIE_X",
     "PIXIE_TOOL_TOKEN"],
)  # fmt: skip
def test_a_name_that_cannot_be_a_secret_is_refused(tool, key):
    """A broken one, or one that would change which program runs."""
    with pytest.raises(RequestInvalid, match=r"\$\.key"):
        set_secret(tool, key, CANARY)
    assert not env(tool).exists()


@pytest.mark.case("S5.names")
def test_a_forbidden_name_that_was_written_by_hand_is_left_out(tool):
    """And said, without its value."""
    env(tool).write_text(f"LD_PRELOAD={CANARY}\nA=long enough\n")
    env(tool).chmod(0o600)
    found = secrets_for(tool)
    assert dict(found.values) == {"A": "long enough"}
    assert found.warnings == ("weather/.env: LD_PRELOAD can't be set here, and was left out",)
    assert forbidden("LD_PRELOAD")
    assert not forbidden("OLD_PATH")


def test_a_line_that_cannot_be_read_is_named_and_nothing_is_added_behind_it(tool):
    """An open quote would swallow what is written after it."""
    env(tool).write_text("A=fine enough\n\nB='open\n")
    env(tool).chmod(0o600)
    assert "line 3 can't be read" in secrets_for(tool).warnings[0]
    with pytest.raises(RequestInvalid, match=r"line 3 of \.env can't be read"):
        set_secret(tool, "C", "it's quoted")
    assert env(tool).read_text() == "A=fine enough\n\nB='open\n"


@pytest.mark.case("S3.short")
def test_a_secret_too_short_to_be_masked_is_set_with_a_warning(tool):
    """It would hide half of every text."""
    assert "isn't masked" in set_secret(tool, "PIN", "1234")[0]
    assert "isn't masked" in secrets_for(tool).warnings[0]


def test_names_come_with_their_time_and_never_with_their_value(tool):
    """By the clock that it is given; a secret set by hand has no time."""
    env(tool).write_text(f"HAND='{CANARY}'\nEMPTY=\n")
    env(tool).chmod(0o600)
    clock = FakeClock(datetime(2026, 5, 17, 9, 30, tzinfo=UTC))
    set_secret(tool, "API_KEY", CANARY, clock=clock)
    states = names_set(tool)
    assert [(each.key, each.updated_at) for each in states] == [("API_KEY", "2026-05-17T09:30:00Z"), ("HAND", None)]
    assert CANARY not in repr(states)
    assert CANARY not in repr(secrets_for(tool))


@pytest.mark.case("S6.set")
def test_a_blank_keeps_and_clear_removes(tool):
    """A form that is saved with an empty field changes nothing."""
    env(tool).write_text("# mine\nexport A='long enough'  # where it is from\nexported=yes indeed\n")
    env(tool).chmod(0o600)
    set_secret(tool, "A", "")
    assert secrets_for(tool).values["A"] == "long enough"
    set_secret(tool, "A", "another one")
    set_secret(tool, "exported", "no, sir")
    assert env(tool).read_text().splitlines()[1].startswith("export A='another one'")
    assert env(tool).read_text().splitlines()[2].startswith("exported='no, sir'")
    assert clear_secret(tool, "A")
    assert not clear_secret(tool, "A")
    assert env(tool).read_text().startswith("# mine\nexported=")


def test_a_link_is_not_replaced_by_a_file(tool, tmp_path):
    """Somebody keeps the secrets elsewhere, and is told."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("A=long enough\n")
    elsewhere.chmod(0o600)
    env(tool).symlink_to(elsewhere)
    assert secrets_for(tool).values["A"] == "long enough"
    with pytest.raises(RequestInvalid, match="symbolic link"):
        set_secret(tool, "A", "another one")
    assert elsewhere.read_text() == "A=long enough\n"


def test_two_writers_lose_nothing(tool):
    """Each reads and writes alone."""
    together = threading.Barrier(8)

    def write(number):
        together.wait()
        set_secret(tool, f"KEY_{number}", f"value number {number}")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(secrets_for(tool).values) == 8


SAVE = """
import sys
from pathlib import Path
from pixie_core.tool.discovery import Tool
from pixie_core.tool.secrets import set_secret
set_secret(Tool("weather", Path(sys.argv[1]), None), "A", "the new value")
"""


@pytest.mark.case("S1.killed")
@pytest.mark.parametrize(
    ("point", "expected"),
    [("before_sync", "the old value"), ("before_rename", "the old value"), ("after_rename", "the new value")],
)
def test_a_save_that_is_killed_leaves_the_old_or_the_new(tool, point, expected):
    """Never an empty file, never half of one."""
    set_secret(tool, "A", "the old value")
    done = subprocess.run(
        [sys.executable, "-c", SAVE, tool.folder], env={**os.environ, "PIXIE_FAULT": f"placing.{point}:kill"}
    )
    assert done.returncode == -9
    assert dict(secrets_for(tool).values) == {"A": expected}
    assert all(mode(each) == 0o600 for each in tool.folder.iterdir())


@pytest.mark.case("I7.secrets")
def test_secrets_of_replaced_code_wait_to_be_confirmed(tmp_path):
    """The new folder has no .env that its code could load, and the process gets nothing."""
    old, new = a_tool(tmp_path, "old"), a_tool(tmp_path, "new")
    set_secret(old, "API_KEY", CANARY)
    set_secret(old, "OTHER", "another secret")
    withhold(old.folder, new.folder)
    withhold(old.folder, new.folder)
    assert not env(new).exists()
    assert not env(old).exists()
    found = secrets_for(new)
    assert (dict(found.values), found.withheld) == ({}, ("API_KEY", "OTHER"))
    assert "Confirm" in found.warnings[0]
    assert [(each.key, each.withheld) for each in names_set(new)] == [("API_KEY", True), ("OTHER", True)]
    set_secret(new, "OTHER", "set since then")
    assert confirm_secrets(new) == ("API_KEY", "OTHER")
    assert dict(secrets_for(new).values) == {"API_KEY": CANARY, "OTHER": "set since then"}
    assert confirm_secrets(new) == ()
    assert [each.name for each in new.folder.iterdir()] == [".env"]
    assert mode(env(new)) == 0o600


def test_secrets_that_wait_outlive_a_second_replacement(tmp_path):
    """Those that waited and those that were set meanwhile wait together."""
    first, second, third = (a_tool(tmp_path, name) for name in ("first", "second", "third"))
    set_secret(first, "API_KEY", CANARY)
    set_secret(first, "OTHER", "another secret")
    withhold(first.folder, second.folder)
    set_secret(second, "OTHER", "set since then")
    withhold(second.folder, third.folder)
    confirm_secrets(third)
    assert dict(secrets_for(third).values) == {"API_KEY": CANARY, "OTHER": "set since then"}


def test_a_withheld_secret_can_be_cleared(tmp_path):
    """Whoever doesn't trust the new code removes it."""
    old, new = a_tool(tmp_path, "old"), a_tool(tmp_path, "new")
    set_secret(old, "API_KEY", CANARY)
    withhold(old.folder, new.folder)
    assert clear_secret(new, "API_KEY")
    assert names_set(new) == ()


def test_a_secret_is_looked_for_as_it_may_be_written():
    """Each line of it too, in JSON and in a URL; a short one isn't looked for."""
    found = spellings('first "line"\nsecond line')
    assert {'first \\"line\\"', "second+line", "second%20line", "second line"} <= found
    assert spellings("12345") == frozenset()
