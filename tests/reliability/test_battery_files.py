"""Part P of the battery: what is served of a file while it is swapped, deleted or read slowly, and what its type is."""

import os
import threading

import httpx
import pytest

from tests.reliability.invariants import holds
from tests.reliability.kept import keep
from tests.server.live_pixie import add_tool, live_pixie

DEADLINE = 20.0
SECRET = b"a secret that lies elsewhere"
SWAPS = 10_000 if os.environ.get("PIXIE_LONG") == "1" else 1500

PAINTER = '''\
import base64

from pixie_tool_sdk import Tool, outputs

tool = Tool()
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="30"
 onload="document.title='ran'"><script>document.title='ran'; parent.document.title='ran'</script>
<style>@import url(http://evil.test/style.css); @font-face { font-family: f; src: url(http://evil.test/font) }</style>
<animate attributeName="x" onbegin="document.title='ran'" dur="1s"/><a href="javascript:document.title='ran'"><text>go</text></a>
<use href="http://evil.test/use.svg#a"/><image xlink:href="http://evil.test/image.png" width="9" height="9"/>
<foreignObject width="9" height="9"><iframe xmlns="http://www.w3.org/1999/xhtml" src="http://evil.test/"/></foreignObject>
<rect width="40" height="30" fill="red"/></svg>"""


@tool.run
def paint(how, run):
    """Pictures that aren't what they are said to be."""
    run.artefact("drawn.svg").write_bytes(SVG)
    return {
        "drawn": outputs.image(SVG, mime_type="image/svg+xml"),
        "grid": outputs.image_grid([SVG, PNG]),
        "lying": outputs.file("picture.png", PNG, "text/html"),
        "page": outputs.file("page.png", b"<!doctype html><script>document.title='ran'</script>", "text/html"),
        "script": outputs.file("script.js", b"document.title='ran'", "text/javascript"),
        "odd": outputs.file("odd.txt", b"words", "application/x-odd"),
    }


tool.serve()
'''
PAINTED = {
    "id": "painter",
    "name": "Painter",
    "inputs": [{"key": "how", "type": "text", "label": "How", "default": ""}],
    "outputs": [
        {"key": "drawn", "type": "image", "label": "Drawn"},
        {"key": "grid", "type": "image_grid", "label": "Grid"},
        *({"key": key, "type": "file", "label": key} for key in ("lying", "page", "script", "odd")),
    ],
}


@pytest.fixture(scope="module")
def painted(tmp_path_factory):
    """A served Pixie with a run of that tool, and the run."""
    home = tmp_path_factory.mktemp("painted")
    add_tool(home / "tools", PAINTED, PAINTER)
    with live_pixie(home) as live:
        run = live.run("painter")
        assert run["status"] == "ok", run["error"]
        yield live, run


@pytest.mark.case("P8.declared", "P8.untyped")
def test_a_tool_has_no_word_in_how_its_files_are_served(painted):
    """Whatever type it declares: the ending counts, and the lint round every answer knows the policy of each."""
    live, run = painted
    served = {}
    for each in run["artefacts"]:
        answer = live.get(f"/api/artefacts/{each['id']}/content")
        served[each["filename"]] = (answer.headers["content-type"], answer.headers["content-disposition"].split(";")[0])
    assert served["picture.png"] == ("image/png", "inline")
    assert served["page.png"] == ("image/png", "inline")
    assert served["script.js"] == ("application/octet-stream", "attachment")
    assert served["odd.txt"] == ("text/plain; charset=utf-8", "inline")
    assert served["drawn.svg"] == ("image/svg+xml", "inline")


@pytest.mark.case("P7.inlined", "X4.svg")
def test_a_drawing_is_a_picture_in_every_page_that_shows_it(painted, chromium):
    """Of its markup nothing is in the page; nothing of it runs, and nothing is fetched from elsewhere."""
    live, run = painted
    for path in (f"/tool/painter/runs/{run['id']}", "/tool/painter"):
        assert "foreignobject" not in live.get(path).text.lower()
        assert "evil.test" not in live.get(path).text
    context = chromium.new_context(base_url=live.url)
    astray = []
    context.on("request", lambda request: astray.append(request.url) if "evil.test" in request.url else None)
    try:
        page = context.new_page()
        page.goto(f"/tool/painter/runs/{run['id']}")
        page.wait_for_function(
            "[...document.images].filter(each => each.complete && each.naturalWidth === 40).length >= 2"
        )
        assert page.title() != "ran"
        assert (
            page.evaluate("document.querySelectorAll('svg script, svg animate, svg foreignObject, svg image').length")
            == 0
        )
    finally:
        context.close()
    assert astray == []


@pytest.mark.case("P4.race")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_file_that_is_swapped_for_a_link_is_never_followed(live, tmp_path, what):
    """Again and again, while it is asked for: its own bytes, or none."""
    with holds(live, changes=True):
        content = b"the file's own bytes"
        run_id, numbers = keep(live.pixie, {"swapped.txt": content})
        folder = live.pixie.settings.artefacts_root / "adder" / run_id
        own, aside, secret = folder, folder.with_name(f"{run_id}.aside"), tmp_path / "elsewhere"
        secret.mkdir()
        (secret / "swapped.txt").write_bytes(SECRET)
        if what == "file":
            own, aside, secret = folder / "swapped.txt", folder / ".aside", secret / "swapped.txt"
        over = threading.Event()

        def swap():
            while not over.is_set():
                own.rename(aside)
                own.symlink_to(secret)
                own.unlink()
                aside.rename(own)

        swapping = threading.Thread(target=swap)
        swapping.start()
        seen = set()
        try:
            for _ in range(SWAPS):
                answer = live.get(f"/api/artefacts/{numbers['swapped.txt']}/content")
                assert SECRET not in answer.content
                seen.add(answer.status_code)
        finally:
            over.set()
            swapping.join(DEADLINE)
        assert seen <= {200, 404, 410}
        assert len(seen) > 1, "nothing was ever swapped while it was asked for"
        assert live.get(f"/api/artefacts/{numbers['swapped.txt']}/content").content == content


@pytest.mark.case("P10.meanwhile")
@pytest.mark.parametrize("gone", ["deleted", "purged", "replaced"])
def test_a_download_that_has_begun_is_sent_to_its_end(live, gone):
    """Though its file is deleted, gone for good, or another by that name; its length is what was said."""
    with holds(live, changes=True):
        content = os.urandom(30_000_000)
        run_id, numbers = keep(live.pixie, {"large.bin": content})
        path = f"/api/artefacts/{numbers['large.bin']}/content"
        with httpx.stream("GET", f"{live.url}{path}", trust_env=False, timeout=DEADLINE) as answer:
            pieces = answer.iter_raw(100_000)
            received = [next(pieces)]
            if gone == "replaced":
                kept = live.pixie.settings.artefacts_root / "adder" / run_id / "large.bin"
                kept.rename(kept.with_name(".moved"))
                kept.write_bytes(SECRET)
            else:
                assert live.client.delete(f"/api/runs/{run_id}").status_code == 200
            if gone == "purged":
                live.pixie.store.deletions.purge_runs([run_id])
            received += pieces
        assert int(answer.headers["content-length"]) == len(content)
        assert b"".join(received) == content
        if gone == "replaced":
            kept.unlink()
            kept.with_name(".moved").rename(kept)
            live.client.delete(f"/api/runs/{run_id}")
        assert live.get(path).status_code == 404
