"""A served Pixie to attack, with a secret planted in it and files that a hostile tool could have left; and a browser."""

import pytest

from pixie_core.tool import secrets
from tests.chromium import browser
from tests.reliability.invariants import holds
from tests.reliability.kept import keep
from tests.server.live_pixie import add_tool, add_tools, live_pixie

CANARY = "canary/7f3a91c2e5+planted"

TELLTALE = '''\
import os
import sys

from pixie_tool_sdk import Tool, outputs

tool = Tool()


@tool.run
def tell(how, text, run, data=None, file=None, picture=None):
    """Say the secret in the way that is asked for."""
    secret = os.environ.get("API_KEY", "")
    if how == "environment":
        return {"said": outputs.text("\\n".join(f"{key}={value}" for key, value in os.environ.items()))}
    if how == "stderr":
        for piece in (secret[:7], secret[7:], "\\n"):
            print(piece, end="", file=sys.stderr, flush=True)
        return {"said": outputs.text("on stderr")}
    if how == "error":
        raise ValueError("the key was " + secret)
    if how == "file":
        run.artefact("leak.txt").write_text(secret)
        return {"said": outputs.text("in a file")}
    if how == "stream":
        for piece in (secret[:9], secret[9:], " and so on"):
            run.emit("told", piece)
        return {"said": outputs.text("in a stream")}
    return {"said": outputs.text(secret if how == "output" else f"{text!r} {data!r}")}


tool.serve()
'''

TELLTALE_MANIFEST = {
    "id": "telltale",
    "name": "Telltale",
    "inputs": [
        {"key": "how", "type": "text", "label": "How", "default": ""},
        {"key": "text", "type": "text", "label": "Text", "default": ""},
        {"key": "data", "type": "json", "label": "Data", "required": False, "default": None},
        {"key": "file", "type": "file", "label": "File", "required": False},
        {"key": "picture", "type": "image", "label": "Picture", "required": False},
    ],
    "outputs": [
        {"key": "said", "type": "text", "label": "Said"},
        {"key": "told", "type": "stream_text", "label": "Told", "streaming": True},
    ],
    "secrets": [{"key": "API_KEY"}],
}

PROBE = b"""
const done = [];
const note = (name, work) => { try { done.push(name + ': ' + work()); } catch (e) { done.push(name + ': ' + e.name); } };
note('origin', () => self.origin);
note('cookie', () => document.cookie);
note('storage', () => localStorage.length);
note('parent', () => parent === self ? 'alone' : parent.document.title);
note('opened', () => String(window.open('/')));
note('top', () => { if (parent !== self) top.location = 'about:blank#gone'; return 'tried'; });
note('worker', () => String(navigator.serviceWorker && navigator.serviceWorker.register('/x.js')));
const form = document.createElement('form');
form.method = 'post'; form.action = '/tool/adder/run'; document.body.append(form); form.submit();
fetch('/api/tools').then(r => done.push('fetch: ' + r.status), e => done.push('fetch: ' + e.name)).then(() => {
  document.title = done.join(' | ');
});
"""

FILES = {
    "probe.html": b"<!doctype html><meta charset=utf-8><body>shown<script>" + PROBE + b"</script>",
    "probe.svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30" onload="document.title=1">'
    b"<script>document.documentElement.setAttribute('ran', 'yes')</script>"
    b'<image href="http://evil.test/x.png" width="9" height="9"/><use href="http://evil.test/x.svg#a"/><foreignObject width="9" height="9">'
    b'<iframe xmlns="http://www.w3.org/1999/xhtml" src="http://evil.test/"></iframe></foreignObject>'
    b'<rect width="40" height="30" fill="red"/></svg>',
    "page.png": b"<!doctype html><title>sniffed</title><script>document.title = 'ran'</script>",
    **{f"plain.{ending}": b"<script>document.title = 'ran'</script>" for ending in (
        "xhtml", "xml", "svgz", "mht", "mhtml", "hta", "js", "mjs", "css", "json", "csv", "txt", "log", "md", "py", "pdf", "wasm", "zip",
        "htm", "HTML", "shtml", "png.html", "html.png", "jpg", "gif", "webp", "avif", "mp3", "wav", "ogg", "mp4", "webm",
    )},
    "none": b"<!doctype html><script>document.title = 'ran'</script>",
}  # fmt: skip


@pytest.fixture(scope="session")
def live(tmp_path_factory):
    """A served Pixie with the secret CANARY in one tool, and a run of each kind. Attacks leave it as it is."""
    home = tmp_path_factory.mktemp("attacked")
    add_tools(home)
    add_tool(home / "tools", TELLTALE_MANIFEST, TELLTALE)
    with live_pixie(home) as served:
        secrets.set_secret(served.pixie.tools.get("telltale"), "API_KEY", CANARY)
        yield served


@pytest.fixture
def apart(tmp_path):
    """A served Pixie with that tool for one test, which leaves in it what it likes."""
    add_tool(tmp_path / "tools", TELLTALE_MANIFEST, TELLTALE)
    with live_pixie(tmp_path) as served:
        secrets.set_secret(served.pixie.tools.get("telltale"), "API_KEY", CANARY)
        yield served


@pytest.fixture(scope="session")
def kept(live):
    """The id of a run that has ended, and the numbers of its files by name."""
    return keep(live.pixie, FILES)


@pytest.fixture
def untouched(live, kept):
    """The served Pixie; whatever the test does, nothing may change in it, and all invariants hold."""
    with holds(live, canaries=[CANARY]):
        yield live


@pytest.fixture(scope="module")
def chromium():
    """Debian's Chromium, for which rebind.test and evil.test are this machine. Its own wall round local addresses, which
    other browsers don't have, is taken down: Pixie's must hold alone.
    """
    hosts = "--host-resolver-rules=MAP rebind.test 127.0.0.1, MAP evil.test 127.0.0.1"
    wall = "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessSendPreflights"
    with browser("chromium", "google-chrome", more=(hosts, wall)) as opened:
        yield opened
