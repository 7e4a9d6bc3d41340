"""Part P of the battery: addresses that try to leave their folder, and files that try to be pages of Pixie's."""

import re
import sys
from contextlib import contextmanager
from urllib.parse import unquote

import pytest

from pixie_core.store.runs import SHORTEST_PREFIX
from pixie_server.app import ROUTES
from pixie_server.delivery import content_disposition
from tests.reliability.conftest import FILES
from tests.reliability.invariants import holds
from tests.reliability.kept import keep
from tests.reliability.raw import request

CORPUS = [
    "../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "%252e%252e%252f", "/etc/passwd", "//etc/passwd", "C:%5cx", "%5c%5chost%5cshare",
    "%00", "1%00.png", "%ff", ".", "..", "", "./1", "1/../1", "1%2f..%2f1", "..;/", "%c0%ae%c0%ae/", "..%2f..%2f..%2f..%2fetc%2fpasswd",
    "..%2f..%2f..%2f..%2fetc%2fpasswd%00.png", "%2fetc%2fpasswd", "file:%2f%2f%2fetc%2fpasswd", "..%2f" * 50 + "etc%2fpasswd", "~root",
    "-1", "1e3", "0x1", "1 ", "99999999999999999999", "pixie.db", "../../pixie.db", ".env", "..%2ftelltale%2f.env", "a/" * 2000, "../" * 2500,
]  # fmt: skip
NAMES_OF_ROUTES = {
    "tool_id": "adder",
    "run_id": "00000000-0000-4000-8000-000000000000",
    "artefact_id": "1",
    "key": "sum",
}


def named(odd):
    """Each address that takes a name, with the odd one in place of each of its names in turn; and the static files'."""
    found = {("GET", f"/static/{odd}"), ("GET", f"/static/js/{odd}")}
    for route in ROUTES:
        for _, name in route.parameters:
            pattern = re.compile(rf"<(?:\w+:)?{name}>")
            filled = pattern.sub(lambda _: odd, route.path)
            filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: NAMES_OF_ROUTES.get(found[1], "x"), filled)
            found.add((route.method, filled))
    return sorted(found)


_watched = []
_watching = []


def _audit(event, arguments):
    if _watching and event == "open" and isinstance(arguments[0], str | bytes):
        _watched.append(str(arguments[0]))


sys.addaudithook(_audit)


@contextmanager
def opened():
    """The paths that this process, the server among it, opens meanwhile."""
    _watched.clear()
    _watching.append(True)
    try:
        yield _watched
    finally:
        _watching.clear()


@pytest.mark.case("P1.refused", "P1.unopened")
@pytest.mark.parametrize("odd", CORPUS, ids=[f"{n}-{each[:16] or 'nothing'}" for n, each in enumerate(CORPUS)])
def test_no_address_leaves_its_folder(untouched, odd):
    """Whatever the method, on every route that takes a name: it isn't there, and nothing outside is opened for it."""
    with opened() as files:
        for method, path in named(odd):
            body = b"{}" if method in {"POST", "PUT", "PATCH"} else b""
            kind = ["content-type: application/json"] if body and path.startswith("/api") else []
            status, head, answer = request(
                untouched, path.replace(" ", "%20"), *kind, method=method, body=body if kind else b""
            )
            refused = status in answered(method, path, odd)
            assert refused or reads_as_another(method, path, odd), (method, path[:80], status)
            assert b"root:" not in answer
            assert b"SQLite" not in answer
            assert "attachment" not in head
    home = str(untouched.pixie.settings.home)
    database = str(untouched.pixie.settings.db_path)
    ours = [each for each in files if each.startswith(home) or "passwd" in each or ".env" in each]
    assert [
        each for each in ours if each.startswith(database) or "passwd" in each or each.endswith("telltale/.env")
    ] == []


def answered(method, path, odd):
    """404, but where a body is missing too, or what stands for a run's id is shorter than a prefix may be: 422."""
    if method in {"POST", "PUT", "PATCH"} or "/autocomplete/" in path:
        return {404, 405, 415, 422}
    short = "/runs/" in path and len(unquote(odd, errors="surrogateescape").strip()) < SHORTEST_PREFIX
    return {404, 422} if short else {404}


def reads_as_another(method, path, odd):
    """A secret that isn't set can be removed, by whatever name; and a name that is nothing may leave another address."""
    return (method == "DELETE" and "/secrets/" in path) or (method == "GET" and odd == "")


@pytest.mark.case("P1.alike")
def test_a_target_that_is_there_and_one_that_is_not_look_alike(untouched):
    """The answer is the same to the byte, and neither is opened: nothing tells them apart."""
    there = {
        "/static/..%2f..%2f{}": ("guard.py", "nothing.py"),
        "/static/..%2f{}": ("templates", "nothing"),
        "/static/{}": ("..%2fguard.py", "..%2fnothing.py"),
        "/api/artefacts/..%2f..%2f{}/content": ("pixie.db", "nothing.db"),
        "/api/artefacts/%2f{}/content": ("etc", "nothing"),
        "/api/runs/..%2f..%2f{}/export": ("tools", "nothing"),
        "/api/tools/..%2f{}": ("tools", "nothing"),
        "/tool/..%2ftools%2f{}": ("adder", "nothing"),
        "/api/tools/adder%2f..%2f{}": ("teller", "nothing"),
        "/api/export-targets/..%2f{}": ("tools", "nothing"),
    }
    with opened() as files:
        for address, (one, other) in there.items():
            answers = {request(untouched, address.format(each))[0::2] for each in (one, other)}
            assert len({status for status, _ in answers}) == 1, address
            bodies = {body.replace(one.encode(), b"?").replace(other.encode(), b"?") for _, body in answers}
            assert len(bodies) == 1, address
    home = str(untouched.pixie.settings.home)
    assert [each for each in files if each.startswith(home) and not each.startswith(f"{home}/tools")] == []


@pytest.mark.case("P2.elsewhere")
def test_what_belongs_elsewhere_is_not_there(untouched, kept):
    """A run under another tool or in another case, a file that never was."""
    run_id, _ = kept
    for path in (
        f"/tool/teller/runs/{run_id}", f"/tool/Adder/runs/{run_id}", "/tool/ADDER", "/api/tools/Adder", "/api/artefacts/0/content",
        "/api/artefacts/4711/content", f"/api/runs/{run_id}/outputs/../export", "/static/CSS/base.css",
    ):  # fmt: skip
        assert request(untouched, path)[0] == 404, path


WAYS_TO_A_FILE = ("", "/content", "/thumb", "/formats", "/export?format=txt")
WAYS_TO_A_RUN = (
    "",
    "/events",
    "/log",
    "/outputs/sum",
    "/outputs/sum/formats",
    "/outputs/sum/export",
    "/export",
    "/report",
)


def gone(live, paths, *headers):
    """None of the addresses is there: not to GET, to HEAD, in parts, or to who has the bytes already."""
    for path in paths:
        for method in ("GET", "HEAD"):
            for extra in ((), ("range: bytes=0-1",), headers):
                status, head, body = request(live, path, *extra, method=method)
                assert (status, path, method) == (404, path, method)
                assert b"secret of the file" not in body
                assert "secret-name" not in head


@pytest.mark.case("P2.deleted")
def test_a_deleted_file_is_not_there_until_it_is_restored(live):
    """By none of its addresses, nor in a zip of files; then byte for byte as it was."""
    with holds(live, changes=True):
        content = b"secret of the file"
        run_id, numbers = keep(live.pixie, {"secret-name.txt": content, "other.txt": b"other"})
        number = numbers["secret-name.txt"]
        paths = [f"/api/artefacts/{number}{way}" for way in WAYS_TO_A_FILE]
        before = live.get(paths[1])
        assert before.content == content
        assert live.post(f"/api/artefacts/{number}/delete").status_code == 200
        gone(live, paths, f"if-none-match: {before.headers['etag']}")
        for act, body in (("star", {}), ("label", {"label": "a"}), ("tags", {"tags": []}), ("delete", None)):
            answer = live.post(f"/api/artefacts/{number}/{act}", **({} if body is None else {"json": body}))
            assert (answer.status_code, act) == (404, act)
        assert live.post("/api/exports/bulk", json={"artefact_ids": [number]}).status_code == 422
        assert b"secret-name" not in live.get(f"/api/runs/{run_id}/export").content
        assert number not in [each["id"] for each in live.get(f"/api/artefacts?run={run_id}").json()["items"]]
        assert live.post(f"/api/artefacts/{number}/restore").status_code == 200
        assert live.get(paths[1]).content == content


@pytest.mark.case("P2.deleted")
def test_files_of_a_deleted_run_are_not_there_until_it_is_restored(live):
    """Nor is the run, under its tool, in exports or by the beginning of its id."""
    with holds(live, changes=True):
        run_id, numbers = keep(live.pixie, {"secret-name.txt": b"secret of the file"})
        number = numbers["secret-name.txt"]
        files = [f"/api/artefacts/{number}{way}" for way in WAYS_TO_A_FILE]
        runs = [f"/api/runs/{each}{way}" for each in (run_id, run_id[:8]) for way in WAYS_TO_A_RUN]
        etag = live.get(files[1]).headers["etag"]
        assert live.client.delete(f"/api/runs/{run_id}").status_code == 200
        gone(
            live,
            [*files, *runs, f"/tool/adder/runs/{run_id}", f"/tool/adder/stream?run_id={run_id}"],
            f"if-none-match: {etag}",
        )
        assert live.post("/api/exports/bulk", json={"run_ids": [run_id]}).status_code == 422
        assert live.post(f"/api/runs/{run_id}/rerun").status_code == 404
        assert run_id not in live.get("/tool/adder/runs").text
        assert number not in [each["id"] for each in live.get("/api/artefacts?q=secret-name").json()["items"]]
        assert live.post(f"/api/runs/{run_id}/restore").status_code == 200
        assert live.get(files[1]).content == b"secret of the file"


SERVED = {
    "probe.html": ("text/html; charset=utf-8", "sandbox allow-scripts; default-src 'none'"),
    **{
        f"plain.{each}": ("text/html; charset=utf-8", "sandbox allow-scripts; default-src 'none'")
        for each in ("htm", "HTML", "png.html")
    },
    "probe.svg": ("image/svg+xml", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"),
    "page.png": ("image/png", "default-src 'none'; sandbox"),
    "plain.html.png": ("image/png", "default-src 'none'; sandbox"),
    "plain.jpg": ("image/jpeg", "default-src 'none'; sandbox"),
    "plain.mp3": ("audio/mpeg", "default-src 'none'; sandbox"),
    "plain.pdf": ("application/pdf", "default-src 'none'; sandbox"),
    **{f"plain.{each}": (f"image/{each}", "default-src 'none'; sandbox") for each in ("gif", "webp", "avif")},
    **{f"plain.{each}": (f"audio/{each}", "default-src 'none'; sandbox") for each in ("wav", "ogg")},
    **{f"plain.{each}": (f"video/{each}", "default-src 'none'; sandbox") for each in ("mp4", "webm")},
    **{
        f"plain.{each}": ("text/plain; charset=utf-8", "default-src 'none'; sandbox")
        for each in ("json", "csv", "txt", "log", "md", "py")
    },
    **dict.fromkeys(
        ("none", *(
            f"plain.{each}"
            for each in ("xhtml", "xml", "svgz", "mht", "mhtml", "hta", "js", "mjs", "css", "wasm", "zip", "shtml")
        )),
        ("application/octet-stream", "default-src 'none'; sandbox"),
    ),
}  # fmt: skip


@pytest.mark.case("P8.table")
def test_every_file_is_in_the_table():
    """What was kept to be asked for, and what is expected of it."""
    assert SERVED.keys() == FILES.keys()


@pytest.mark.case("P8.table", "P8.untyped")
@pytest.mark.parametrize("name", SERVED)
def test_a_file_is_served_by_its_ending_alone(untouched, kept, name):
    """From Pixie's own table, whatever the bytes are; nothing without a type, nothing that may run with rights."""
    kind, policy = SERVED[name]
    answer = untouched.get(f"/api/artefacts/{kept[1][name]}/content")
    assert answer.headers["content-type"] == kind
    assert answer.headers["content-security-policy"].startswith(policy)
    assert "allow-same-origin" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    inline = kind.startswith(("image/", "audio/", "video/", "text/plain", "application/pdf"))
    assert answer.headers["content-disposition"].startswith("inline" if inline else "attachment")


NAMES = [
    "a\r\nSet-Cookie: x=1",
    "nul\x00l.txt",
    'quo"te.txt',
    "semi;colon.txt",
    "\u202egnp.exe",
    "a" * 400,
    "日本語.txt",
    "..",
    "a/b\\c",
    "\ud800",
]


@pytest.mark.case("P9.header")
@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_makes_one_clean_header(name):
    """ASCII, and the true name beside it; nothing that ends the header or turns the writing."""
    header = content_disposition("attachment", name)
    header.encode("ascii")
    assert header.isprintable()
    assert header.count('"') == 2
    plain, true = header.split("; ", 2)[1:]
    assert plain.count(";") == 0
    assert len(unquote(true.partition("''")[2])) <= 120
    assert not {"\u202e", "\r", "\n", "\x00", "/", "\\"} & set(unquote(true))


@pytest.mark.case("P9.header")
def test_files_with_hostile_names_are_downloaded(live):
    """200 with one header each, over the wire."""
    names = [each for each in NAMES if each != "\ud800"]
    _, numbers = keep(live.pixie, {name: name.encode() for name in names})
    for name, number in numbers.items():
        answer = live.get(f"/api/artefacts/{number}/content")
        assert (answer.status_code, answer.content) == (200, name.encode())
        assert len(answer.headers.get_list("content-disposition")) == 1
        assert "set-cookie" not in answer.headers


RANGES = {
    "bytes=0-0": (206, 0, 1), "bytes=-5": (206, 15, 20), "bytes=-500": (206, 0, 20), "bytes=5-": (206, 5, 20), "bytes=5-500": (206, 5, 20),
    "bytes=19-19": (206, 19, 20), "bytes=20-": (416, 0, 0), "bytes=500-600": (416, 0, 0), "bytes=-0": (416, 0, 0),
    "bytes=0-0,5-6": (200, 0, 20), "bytes=" + ",".join(["0-0"] * 1000): (200, 0, 20), "bytes=5-2": (200, 0, 20), "bytes=-": (200, 0, 20),
    "bytes=a-b": (200, 0, 20), "items=0-1": (200, 0, 20), "bytes=99999999999999999999-": (200, 0, 20), "": (200, 0, 20),
}  # fmt: skip


@pytest.fixture(scope="module")
def twenty(live):
    """The number of a file of twenty bytes, and they."""
    content = b"abcdefghijklmnopqrst"
    return keep(live.pixie, {"twenty.bin": content})[1]["twenty.bin"], content


@pytest.mark.case("P10.ranges")
@pytest.mark.parametrize(("asked", "expected"), RANGES.items(), ids=[each[:20] or "none" for each in RANGES])
def test_a_range_is_exactly_what_was_asked_for(untouched, twenty, asked, expected):
    """One range or the whole; the length is that of the bytes, to HEAD as well."""
    number, content = twenty
    status, begin, end = expected
    answer = untouched.get(f"/api/artefacts/{number}/content", headers={"Range": asked})
    assert answer.status_code == status
    if status == 416:
        assert (answer.json()["code"], answer.headers["content-range"]) == ("range_not_satisfiable", "bytes */20")
    else:
        assert answer.content == content[begin:end]
    head = untouched.client.head(f"/api/artefacts/{number}/content", headers={"Range": asked})
    assert (head.status_code, head.content) == (status, b"")
    if status != 416:
        assert head.headers["content-length"] == answer.headers["content-length"] == str(end - begin)
    if status == 206:
        assert answer.headers["content-range"] == f"bytes {begin}-{end - 1}/20"


# In Chromium


@pytest.fixture
def tab(chromium, live):
    """A page of a fresh profile; what it sends to other hosts is noted."""
    context = chromium.new_context(base_url=live.url, accept_downloads=True)
    page = context.new_page()
    page.astray = []

    def noted(request):
        # What the policy of the answer forbids, or what no page may take from another origin, is told here as well, and
        # is never sent.
        ours = request.url.startswith((live.url, "data:", "blob:", "about:"))
        if not ours and not {"csp", "origin"} & {*(request.failure or "").lower().split("::")[0].split()}:
            page.astray.append((request.url, request.failure))

    context.on("requestfinished", noted)
    context.on("requestfailed", noted)
    yield page
    context.close()


@pytest.mark.case("P6.direct")
def test_a_page_that_a_tool_made_is_a_download(untouched, kept, tab):
    """Opened directly it isn't shown at all."""
    with tab.expect_download() as begun:
        tab.evaluate("path => { location = path }", f"/api/artefacts/{kept[1]['probe.html']}/content") if tab.goto(
            "/"
        ) else None
    assert begun.value.suggested_filename == "probe.html"
    assert tab.astray == []


@pytest.mark.case("P6.framed")
def test_a_page_that_a_tool_made_has_no_rights_in_a_frame(untouched, kept, tab):
    """Its scripts may run; they are nobody's: no storage, no parent, no window, no fetch, no form, no worker."""
    content = untouched.get(f"/api/artefacts/{kept[1]['probe.html']}/content")

    def as_shown(route):
        route.fulfill(status=200, body=content.text, headers={**content.headers, "content-disposition": "inline"})

    tab.route("**/api/artefacts/*/content", as_shown)
    tab.goto("/")
    before = len(untouched.lint.answers)
    tab.evaluate(
        "path => { const f = document.createElement('iframe'); f.src = path; document.body.append(f); }",
        f"/api/artefacts/{kept[1]['probe.html']}/content",
    )
    frame = tab.wait_for_event("frameattached") if len(tab.frames) == 1 else tab.frames[1]
    frame.wait_for_function("document.title.includes('fetch')")
    said = dict(each.split(": ", 1) for each in frame.title().split(" | "))
    assert said["origin"] == "null"
    assert said["cookie"] == said["storage"] == said["parent"] == "SecurityError"
    assert said["opened"] == "null"
    assert said["fetch"] == "TypeError"
    assert said["worker"] in {"undefined", "SecurityError"}
    assert tab.url == untouched.url + "/"
    assert [each for each in untouched.lint.answers[before:] if each[0] != "GET" or "/tool/adder/run" in each[1]] == []
    assert tab.astray == []


@pytest.mark.case("P7.direct", "P7.img")
def test_a_picture_with_a_script_is_a_picture(untouched, kept, tab):
    """SVG directly and in an img: shown, nothing runs, nothing is fetched."""
    path = f"/api/artefacts/{kept[1]['probe.svg']}/content"
    tab.goto(path)
    assert tab.evaluate("document.documentElement.getAttribute('ran')") is None
    assert tab.title() == ""
    tab.goto("/")
    size = tab.evaluate(
        "async path => { const i = new Image(); i.src = path; await i.decode(); return [i.naturalWidth, i.naturalHeight]; }",
        path,
    )
    assert size == [40, 30]
    assert tab.astray == []


@pytest.mark.case("P6.again", "P8.table")
@pytest.mark.parametrize("name", ["probe.svg", "probe.html", "page.png", "plain.txt"])
def test_a_file_that_has_not_changed_keeps_what_it_was_served_with(untouched, kept, name):
    """A browser puts the headers of a 304 in the place of those that it has, a policy without sandbox too."""
    path = f"/api/artefacts/{kept[1][name]}/content"
    whole = untouched.get(path)
    again = untouched.get(path, headers={"If-None-Match": whole.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    own = ("etag", "cache-control", "content-security-policy", "content-disposition", "x-frame-options")
    assert [again.headers[name] for name in own] == [whole.headers[name] for name in own]
    assert again.headers.get("content-type") in {None, whole.headers["content-type"]}
    assert again.headers.get("content-length") in {None, whole.headers["content-length"]}


@pytest.mark.case("P6.again")
def test_a_file_that_is_shown_again_from_the_cache_has_no_more_rights(untouched, kept, tab):
    """It is nobody's, the second time as well, when the browser has asked whether it is the same."""
    path = f"/api/artefacts/{kept[1]['probe.svg']}/content"
    for status in (200, 304):
        before = len(untouched.lint.answers)
        tab.goto(path)
        assert [each[2] for each in untouched.lint.answers[before:] if each[1] == path] == [status]
        assert tab.evaluate("self.origin") == "null"
        tab.goto("/")


@pytest.mark.case("P8.table")
@pytest.mark.parametrize("name", ["page.png", "plain.json", "plain.txt", "plain.csv"])
def test_no_file_is_taken_for_a_page(untouched, kept, tab, name):
    """Whatever its bytes look like, no script in it runs."""
    tab.goto(f"/api/artefacts/{kept[1][name]}/content")
    assert tab.title() != "ran"
    assert tab.evaluate("document.contentType") != "text/html"
