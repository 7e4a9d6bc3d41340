"""The front-end files arrive whole, once, and a person is told what to do when they can't."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from pixie_server import assets

PROJECT = Path(assets.__file__).parents[2]
DEADLINE = 20.0

FAKE_NPM = '''
"""Stands in for npm: writes down that it was called, then does what the file `mode` beside it says."""
import json, os, pathlib, sys, time
here = pathlib.Path(__file__).parent
mode = (here / "mode").read_text()
with open(here / "calls", "a") as calls:
    calls.write(json.dumps({"arguments": sys.argv[1:], "files": sorted(os.listdir())}) + "\\n")
if mode == "offline":
    sys.exit("npm error code EAI_AGAIN\\nnpm error network request failed, reason: getaddrinfo EAI_AGAIN")
end = time.monotonic() + 20
while mode == "wait" and not (here / "go").exists() and time.monotonic() < end:
    time.sleep(0.01)
for package, names in json.loads((here / "packages.json").read_text()).items():
    for name in names:
        file = pathlib.Path("node_modules", package, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{package} {name} of lock {pathlib.Path('package-lock.json').read_text()}")
'''


class Checkout:
    """A checkout with pins and no front-end files, and an npm that fetches from nowhere."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "pixie-server"
        self.static = self.project / "src" / "pixie_server" / "static"
        self.vendor = self.static / "vendor"
        self.npm_home = folder / "npm"
        self.static.parent.mkdir(parents=True)
        self.npm_home.mkdir()
        (self.project / "package.json").write_text("{}")
        self.lock("one")
        self.mode("fetch")
        (self.npm_home / "npm.py").write_text(FAKE_NPM)
        self.packages({p.name: [pattern.replace("*", "some") for pattern, _ in p.files] for p in assets.PACKAGES})
        self.npm = (sys.executable, str(self.npm_home / "npm.py"))
        self.said: list[str] = []

    def lock(self, text: str) -> None:
        (self.project / "package-lock.json").write_text(text)

    def mode(self, mode: str) -> None:
        (self.npm_home / "mode").write_text(mode)

    def packages(self, packages: dict[str, list[str]]) -> None:
        (self.npm_home / "packages.json").write_text(json.dumps(packages))

    def go(self) -> None:
        (self.npm_home / "go").touch()

    @property
    def calls(self) -> list[dict]:
        log = self.npm_home / "calls"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def ensure(self) -> None:
        assets.ensure(self.static, npm=self.npm, say=self.said.append)

    def process(self) -> subprocess.Popen:
        """Another process that calls ensure() on this checkout."""
        program = (
            "import sys, pathlib; from pixie_server import assets;"
            "assets.ensure(pathlib.Path(sys.argv[1]), npm=sys.argv[2:])"
        )
        return subprocess.Popen(
            [sys.executable, "-c", program, str(self.static), *self.npm], stderr=subprocess.PIPE, text=True
        )


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path)


def wait_for(condition):
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def test_a_fresh_checkout_is_filled_with_every_declared_file(checkout):
    """What was missing is there afterwards, after one line of progress."""
    assert assets.missing(checkout.static) == ("the front-end files have not been fetched yet",)

    checkout.ensure()

    assert assets.missing(checkout.static) == ()
    assert (checkout.vendor / "htmx" / "htmx.min.js").read_text().startswith("htmx.org dist/htmx.min.js")
    assert (checkout.vendor / "leaflet" / "images" / "some.png").exists()
    assert (checkout.vendor / "katex" / "fonts" / "some.woff2").exists()
    assert len(checkout.said) == 1


def test_npm_installs_exactly_the_lock_and_runs_no_script_of_a_package(checkout):
    """npm sees the two pins and nothing else, and is told to run no install scripts."""
    checkout.ensure()

    (call,) = checkout.calls
    assert call["files"] == ["package-lock.json", "package.json"]
    assert call["arguments"][:2] == ["ci", "--ignore-scripts"]


def test_a_filled_checkout_is_left_alone(checkout):
    """The second start neither runs npm nor says anything."""
    checkout.ensure()
    checkout.ensure()

    assert len(checkout.calls) == 1
    assert len(checkout.said) == 1


def test_a_changed_lock_replaces_the_files(checkout):
    """After the lock changed, only files of the new one are served, and none that it no longer has."""
    checkout.ensure()
    stray = checkout.vendor / "left-by-an-older-version.js"
    stray.touch()
    checkout.lock("two")

    assert "package-lock.json has changed" in assets.missing(checkout.static)[0]
    checkout.ensure()

    assert (checkout.vendor / "htmx" / "htmx.min.js").read_text().endswith("of lock two")
    assert not stray.exists()
    assert sorted(p.name for p in checkout.static.iterdir()) == [".vendor.lock", "vendor"]


@pytest.mark.parametrize("damage", ["remove", "cut", "manifest"])
def test_damaged_files_are_fetched_again(checkout, damage):
    """A file that is gone, cut short or a manifest that can't be read is repaired."""
    checkout.ensure()
    if damage == "remove":
        (checkout.vendor / "katex" / "katex.min.css").unlink()
    elif damage == "cut":
        (checkout.vendor / "plotly" / "plotly-strict.min.js").write_bytes(b"cut")
    else:
        (checkout.vendor / "manifest.json").write_text('{"key": "')
    assert assets.missing(checkout.static)

    checkout.ensure()

    assert assets.missing(checkout.static) == ()
    assert len(checkout.calls) == 2


def test_without_network_the_old_files_stay_and_the_error_says_what_to_do(checkout):
    """A failed fetch changes nothing, quotes npm's last words and names the next step."""
    checkout.ensure()
    checkout.lock("two")
    checkout.mode("offline")

    with pytest.raises(assets.AssetsError, match=r"(?s)EAI_AGAIN.*Connect to the network"):
        checkout.ensure()

    assert (checkout.vendor / "htmx" / "htmx.min.js").read_text().endswith("of lock one")
    assert sorted(p.name for p in checkout.static.iterdir()) == [".vendor.lock", "vendor"]


def test_an_npm_that_cannot_be_started_is_named(checkout, tmp_path):
    """The error names the program that wasn't there."""
    absent = tmp_path / "no-such-npm"
    with pytest.raises(assets.AssetsError, match="no-such-npm could not be started"):
        assets.fill(checkout.static, checkout.project, npm=(str(absent),))


def test_an_npm_that_hangs_is_stopped(checkout):
    """npm gets its time and no more."""
    checkout.mode("wait")
    with pytest.raises(assets.AssetsError, match=r"longer than 0\.2 s"):
        assets.fill(checkout.static, checkout.project, npm=checkout.npm, timeout=0.2)
    assert not checkout.vendor.exists()


def test_a_package_that_lost_a_declared_file_is_an_error(checkout):
    """A new version with another layout is found when it is fetched, not by a 404 in a browser."""
    checkout.packages({package.name: ["LICENSE"] for package in assets.PACKAGES})
    with pytest.raises(assets.AssetsError, match=r"htmx\.org has no file dist/htmx\.min\.js"):
        checkout.ensure()
    assert not checkout.vendor.exists()


def test_a_static_folder_that_cannot_be_written_is_named(tmp_path):
    """The error says which folder and why."""
    (tmp_path / "file").touch()
    with pytest.raises(assets.AssetsError, match=r"static can't be written to: Not a directory"):
        assets.fill(tmp_path / "file" / "static", PROJECT)


def test_an_incomplete_wheel_is_to_be_installed_anew(tmp_path):
    """Where there are no pins there is nothing to fetch by: the advice is another."""
    with pytest.raises(assets.AssetsError, match="uv pip install --reinstall pixie-server"):
        assets.ensure(tmp_path / "site-packages" / "pixie_server" / "static")


def test_processes_that_start_together_fetch_once(checkout):
    """One fetches, the others wait for it, and all of them find the files."""
    checkout.mode("wait")
    processes = [checkout.process() for _ in range(4)]
    for process in processes:  # none can end before all have begun: npm waits
        assert process.stderr.readline().startswith("Fetching Pixie's front-end files")
    checkout.go()
    for process in processes:
        with process:
            assert (process.wait(DEADLINE), process.stderr.read()) == (0, "")

    assert len(checkout.calls) == 1
    assert assets.missing(checkout.static) == ()


def test_a_process_killed_while_it_fetches_blocks_nobody(checkout):
    """Its lock ends with it, and its half-built folder doesn't show in the next result."""
    checkout.mode("wait")
    with checkout.process() as victim:
        wait_for(lambda: checkout.calls)
        victim.send_signal(signal.SIGKILL)
        checkout.go()
    half = checkout.static / ".vendor.new"
    half.mkdir()
    (half / "half.js").touch()

    checkout.ensure()

    assert assets.missing(checkout.static) == ()
    assert not (checkout.vendor / "half.js").exists()


def test_the_module_needs_nothing_but_the_standard_library():
    """The build hook loads it where nothing is installed; without any npm it says how to get one."""
    program = (
        "import runpy, sys; module = runpy.run_path(sys.argv[1])\n"
        "try: module['find_npm']()\n"
        "except module['AssetsError'] as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, assets.__file__],
        env={"PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Run `uv sync`" in done.stdout


def test_the_pins_and_the_table_name_the_same_packages():
    """Every pinned package is used, every used one pinned to one version with its checksum."""
    pins = json.loads((PROJECT / "package.json").read_text())["dependencies"]
    lock = json.loads((PROJECT / "package-lock.json").read_text())["packages"]

    assert set(pins) == {package.name for package in assets.PACKAGES}
    for name, version in pins.items():
        assert lock[f"node_modules/{name}"]["version"] == version
    for path, entry in lock.items():
        assert path == "" or entry["integrity"].startswith("sha512-")
        assert "resolved" not in entry, "the lock must work with any registry"


def test_the_real_packages_fill_a_checkout(tmp_path):
    """npm fetches what the lock pins, and every picture and font that the stylesheets need is among it."""
    static = tmp_path / "src" / "pixie_server" / "static"
    assert assets.fill(static, PROJECT)

    vendor = static / "vendor"
    assert (vendor / "plotly" / "plotly-strict.min.js").stat().st_size > 4_000_000
    assert 'version:"2.0.' in (vendor / "htmx" / "htmx.min.js").read_text()
    for stylesheet in vendor.glob("*/*.css"):
        for url in re.findall(r"url\(\s*['\"]?([^'\")]+)", stylesheet.read_text()):
            if not url.startswith(("#", "data:")) and not url.endswith((".woff", ".ttf")):
                assert (stylesheet.parent / url).is_file(), f"{stylesheet.name} wants {url}"
    for folder in vendor.iterdir():
        assert folder.name == "manifest.json" or (folder / "LICENSE").is_file()


@pytest.fixture
def sources(tmp_path):
    """The package's own files as a fresh clone has them: without the front-end files, and beside the SDK."""
    made = shutil.ignore_patterns("vendor", ".vendor*", "__pycache__", "dist", "build")
    for name in ("pixie-tool-sdk", "pixie-server"):
        shutil.copytree(PROJECT.with_name(name), tmp_path / "sources" / name, ignore=made)
    return tmp_path / "sources" / "pixie-server"


@pytest.fixture
def offline(tmp_path):
    """An environment in which npm finds nobody at its registry and nothing in its cache."""
    return os.environ | {
        "npm_config_registry": "http://127.0.0.1:9/",
        "npm_config_cache": str(tmp_path / "empty-cache"),
        "npm_config_fetch_retries": "0",
    }


def uv(*arguments, env=None):
    return subprocess.run(["uv", *map(str, arguments)], capture_output=True, text=True, env=env, timeout=170)


def test_a_wheel_holds_the_front_end_files(sources, tmp_path):
    """Built from a fresh clone, a wheel serves everything with the network off, and no litter."""
    done = uv("build", "--wheel", "--no-sources", "--out-dir", tmp_path / "dist", sources)
    assert done.returncode == 0, done.stderr

    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    assert assets.missing(tmp_path / "installed" / "pixie_server" / "static") == ()
    assert not list((tmp_path / "installed").rglob(".vendor*"))


def test_a_source_distribution_holds_the_sdk_that_its_wheel_needs(sources, tmp_path):
    """Where it is unpacked there is no folder next door; without either the build fails and says so."""
    done = uv("build", "--no-sources", "--out-dir", tmp_path / "dist", sources)
    assert done.returncode == 0, done.stderr
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        carried = [name for name in archive.namelist() if name.startswith("pixie_server/wheels/")]
    assert [PurePosixPath(name).match("pixie_tool_sdk-*.whl") for name in carried] == [True]
    shutil.rmtree(sources.with_name("pixie-tool-sdk"))
    done = uv("build", "--wheel", "--no-sources", "--out-dir", tmp_path / "none", sources)
    assert done.returncode != 0
    assert "build in a checkout" in done.stderr


def test_a_wheel_without_front_end_files_is_not_built(sources, offline, tmp_path):
    """Without network the build of a wheel fails and says why."""
    done = uv("build", "--wheel", "--no-sources", "--out-dir", tmp_path / "dist", sources, env=offline)
    assert done.returncode != 0
    assert "front-end files could not be fetched" in done.stderr
    assert not list((tmp_path / "dist").glob("*.whl"))


def test_an_editable_install_works_without_network(sources, offline, tmp_path):
    """A checkout can be installed offline; what it lacks is fetched when Pixie starts."""
    target = tmp_path / "target"
    arguments = ("--no-deps", "--no-sources", "--python", sys.executable, "--target", target)
    done = uv("pip", "install", *arguments, "--editable", sources, env=offline)
    assert done.returncode == 0, done.stderr
    assert list(target.glob("*.dist-info"))
    assert assets.missing(sources / "src" / "pixie_server" / "static")
