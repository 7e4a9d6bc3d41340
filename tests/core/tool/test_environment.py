"""Making tools' environments: with the real uv, on projects that need no package index."""

from __future__ import annotations

import os
import subprocess
import threading
import time

import psutil
import pytest

from pixie_core.errors import ToolSyncFailed
from pixie_core.tool.discovery import Tool
from pixie_core.tool.environment import state, sync, sync_missing


@pytest.fixture(autouse=True)
def offline(monkeypatch, tmp_path):
    """No test here reaches for a package index, whatever this machine is set to."""
    for key in [each for each in os.environ if each.startswith("UV_")]:
        monkeypatch.delenv(key)
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "never")


def tool(folder, name="a", *, dependencies=(), extra=""):
    """A tool's folder with a pyproject.toml."""
    home = folder / name
    home.mkdir()
    listed = ", ".join(f'"{each}"' for each in dependencies)
    (home / "pyproject.toml").write_text(
        f'[project]\nname = "{name}"\nversion = "0"\nrequires-python = ">=3.11"\ndependencies = [{listed}]\n{extra}'
    )
    return Tool(name, home, None)


def package(folder, name="lib", body="VALUE = 42\n"):
    """A package that builds without any dependency: its backend is a file in it."""
    home = folder / name
    home.mkdir()
    (home / "pyproject.toml").write_text(
        f'[project]\nname = "{name}"\nversion = "1.0"\n'
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (home / f"{name}.py").write_text(body)
    (home / "backend.py").write_text(f"""
import os, zipfile
META = "Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n"
def build_wheel(directory, config_settings=None, metadata_directory=None):
    file = "{name}-1.0-py3-none-any.whl"
    seen = ",".join(sorted(os.environ))
    with zipfile.ZipFile(os.path.join(directory, file), "w") as wheel:
        wheel.writestr("{name}.py", open("{name}.py").read() + f"ENVIRON = {{seen!r}}\\n")
        wheel.writestr("{name}-1.0.dist-info/METADATA", META)
        wheel.writestr("{name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("{name}-1.0.dist-info/RECORD", "")
    return file
""")
    return home


def ask(tool, code):
    """What the tool's own Python prints."""
    return subprocess.run([tool.python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_sync_makes_an_environment_of_the_tools_own(tmp_path):
    """Its Python runs, lives in the tool's folder, and the state says ready."""
    one = tool(tmp_path)
    assert state(one) == "missing"
    lines = []
    sync(one, on_progress=lines.append)
    assert ask(one, "import sys; print(sys.prefix)") == str(one.folder / ".venv")
    assert state(one) == "ready"
    assert any("Resolved" in line for line in lines)


def test_dependencies_are_installed_with_bytecode_compiled(tmp_path):
    """A path dependency can be imported, and its .pyc is there before anybody imports it."""
    package(tmp_path)
    one = tool(tmp_path, dependencies=["lib"], extra='[tool.uv.sources]\nlib = { path = "../lib" }\n')
    sync(one)
    assert list(one.folder.glob(".venv/lib/python*/site-packages/__pycache__/lib.*.pyc"))
    assert ask(one, "import lib; print(lib.VALUE)") == "42"


def test_the_environment_that_pixie_runs_in_is_neither_used_nor_shown(tmp_path, monkeypatch):
    """VIRTUAL_ENV and UV_PROJECT don't send uv elsewhere, and a secret isn't seen by what builds packages."""
    package(tmp_path)
    one = tool(tmp_path, dependencies=["lib"], extra='[tool.uv.sources]\nlib = { path = "../lib" }\n')
    elsewhere = tmp_path / "elsewhere"
    monkeypatch.setenv("VIRTUAL_ENV", str(elsewhere))
    monkeypatch.setenv("UV_PROJECT_ENVIRONMENT", str(elsewhere))
    monkeypatch.setenv("UV_PROJECT", str(tmp_path))
    monkeypatch.setenv("UV_FROZEN", "1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    monkeypatch.setenv("PYTHONPATH", str(elsewhere))
    sync(one)
    assert not elsewhere.exists()
    seen = ask(one, "import lib; print(lib.ENVIRON)").split(",")
    assert "PATH" in seen
    assert not {"AWS_SECRET_ACCESS_KEY", "PYTHONPATH"} & set(seen)


def test_a_tool_without_pyproject_is_refused_before_uv_takes_its_parents(tmp_path):
    """uv would sync the project of a folder further out; nothing is made, here or there."""
    outer = tool(tmp_path, "outer")
    (outer.folder / "inner").mkdir()
    with pytest.raises(ToolSyncFailed, match=r"inner has no pyproject\.toml") as caught:
        sync(Tool("inner", outer.folder / "inner", None))
    assert len(str(caught.value).splitlines()) <= 2
    assert not (outer.folder / ".venv").exists()


def test_a_broken_pyproject_is_named_with_its_line(tmp_path):
    """The message says where the file stops being TOML."""
    one = tool(tmp_path)
    (one.folder / "pyproject.toml").write_text("[project\n")
    with pytest.raises(ToolSyncFailed, match="line 1") as caught:
        sync(one)
    assert "pyproject.toml of a" in str(caught.value)


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A package index of files, which knows lib 1.0 alone."""
    page = tmp_path / "simple" / "lib" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text('<a href="lib-1.0-py3-none-any.whl">lib-1.0-py3-none-any.whl</a>')
    monkeypatch.setenv("UV_DEFAULT_INDEX", f"file://{tmp_path}/simple")


def test_an_impossible_pin_is_told_in_uvs_words_and_leaves_nothing_behind(tmp_path, index):
    """The message names the pin in at most two lines, and a tool without a whole environment isn't installed."""
    one = tool(tmp_path, dependencies=["lib==999"])
    with pytest.raises(ToolSyncFailed, match="lib==999") as caught:
        sync(one)
    assert len(str(caught.value).splitlines()) <= 2
    assert "No solution found" in caught.value.stderr
    assert not (one.folder / ".venv").exists()
    assert state(one) == "missing"


@pytest.mark.parametrize(
    "source", ["../../packages/pixie-tool-sdk", "wheels/pixie_tool_sdk-0.1.0-py3-none-any.whl", None]
)
def test_a_tool_that_was_written_for_a_checkout_is_told_how_to_get_the_sdk(tmp_path, index, source):
    """By a path that leads nowhere, or by a name that the index doesn't have."""
    sources = f'[tool.uv.sources]\npixie-tool-sdk = {{ path = "{source}" }}\n' if source else ""
    made = tool(tmp_path, dependencies=["pixie-tool-sdk"], extra=sources)
    with pytest.raises(ToolSyncFailed) as caught:
        sync(made)
    assert "`pixie new` lays its wheel beside a tool" in str(caught.value)
    assert str(caught.value).count("\n") == 1


def test_a_package_index_that_cant_be_reached_is_named(tmp_path, monkeypatch):
    """The message holds the address that was asked and why it didn't answer."""
    monkeypatch.delenv("UV_OFFLINE")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    one = tool(tmp_path, dependencies=["nowhere"])
    with pytest.raises(ToolSyncFailed, match=r"127\.0\.0\.1:9/simple/nowhere") as caught:
        sync(one)
    assert "refused" in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 2


def test_a_python_that_isnt_there_is_named(tmp_path):
    """A requires-python that nothing meets is told as such."""
    one = tool(tmp_path)
    pyproject = one.folder / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace(">=3.11", ">=3.99"))
    with pytest.raises(ToolSyncFailed, match=r"3\.99"):
        sync(one)


def test_a_lock_is_never_rewritten(tmp_path):
    """A lock that doesn't go with pyproject.toml is an error that says what to run, and stays as it was."""
    package(tmp_path)
    one = tool(tmp_path)
    sync(one)
    lock = (one.folder / "uv.lock").read_bytes()
    pyproject = one.folder / "pyproject.toml"
    text = pyproject.read_text().replace("dependencies = []", 'dependencies = ["lib"]')
    pyproject.write_text(text + '[tool.uv.sources]\nlib = { path = "../lib" }\n')
    with pytest.raises(ToolSyncFailed, match="run `uv lock` in"):
        sync(one)
    assert (one.folder / "uv.lock").read_bytes() == lock
    assert ask(one, "print('still runs')") == "still runs"
    assert state(one) == "unfinished"


def test_a_changed_lock_or_project_makes_the_environment_stale(tmp_path):
    """It counts what the files hold, not when they were touched."""
    one = tool(tmp_path)
    sync(one)
    os.utime(one.folder / "uv.lock", (2e9, 2e9))
    assert state(one) == "ready"
    with (one.folder / "pyproject.toml").open("a") as file:
        file.write("# changed\n")
    assert state(one) == "stale"
    sync(one)
    assert state(one) == "ready"


def test_an_environment_made_by_hand_is_left_alone_until_a_newer_lock_is_there(tmp_path):
    """Without a mark of Pixie's, what somebody installed isn't swept away."""
    one = tool(tmp_path)
    sync(one)
    (one.folder / ".venv" / ".pixie-sync").unlink()
    os.utime(one.folder / "uv.lock", (1e9, 1e9))
    assert state(one) == "ready"
    os.utime(one.folder / "uv.lock", (2e9, 2e9))
    assert state(one) == "stale"


def test_a_python_that_doesnt_run_is_broken_and_mended(tmp_path):
    """A link to an interpreter that was upgraded away is found out, and a sync puts it right."""
    one = tool(tmp_path)
    sync(one)
    one.python.unlink()
    one.python.write_text("#!/bin/false\n")
    one.python.chmod(0o755)
    assert state(one) == "broken"
    sync(one)
    assert state(one) == "ready"


def test_one_failure_doesnt_stop_the_others(tmp_path, index):
    """Results come in the order of the tools, each with its own error or none."""
    bad = tool(tmp_path, "bad", dependencies=["lib==999"])
    tools = [tool(tmp_path, "one"), bad, tool(tmp_path, "two"), tool(tmp_path, "three")]
    sync(tools[0])
    seen = []
    results = sync_missing(tools, on_progress=lambda tool, line: seen.append(tool.id))
    assert [(result.tool.id, result.before, result.error is None) for result in results] == [
        ("one", "ready", True),
        ("bad", "missing", False),
        ("two", "missing", True),
        ("three", "missing", True),
    ]
    assert [state(each) for each in tools] == ["ready", "missing", "ready", "ready"]
    assert set(seen) == {"bad", "two", "three"}


def slow(tmp_path):
    """A tool whose dependency is still building when anybody loses patience; its backend's pid is in a file."""
    home = package(tmp_path)
    backend = home / "backend.py"
    wait = f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); import time; time.sleep(600)\n"
    backend.write_text(backend.read_text().replace("    file =", f"    {wait}    file =", 1))
    return tool(tmp_path, dependencies=["lib"], extra='[tool.uv.sources]\nlib = { path = "../lib" }\n')


def gone(pid, within=10):
    """True once no process has this id."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.01)
    return False


def test_what_takes_too_long_is_ended_with_its_children(tmp_path):
    """The message says how long was waited; no process and no half environment is left."""
    one = slow(tmp_path)
    with pytest.raises(ToolSyncFailed, match="after 3 s"):
        sync(one, timeout=3)
    assert gone(int((tmp_path / "pid").read_text()))
    assert not (one.folder / ".venv").exists()


def test_an_interrupt_ends_uv_and_leaves_no_half_environment(tmp_path):
    """Whatever `on_progress` raises passes through, once the processes have ended."""
    one = slow(tmp_path)
    pid_file = tmp_path / "pid"

    class Enough(BaseException):
        pass

    raised = threading.Event()

    def interrupt(tool, line):
        raised.set()
        raise Enough

    with pytest.raises(Enough):
        sync_missing([one], on_progress=interrupt)
    assert raised.is_set()
    assert not pid_file.exists() or gone(int(pid_file.read_text()))
    assert not (one.folder / ".venv").exists()
