"""Requests to a guarded application, as browsers and programs send them.

guarded(app)                 the guard round an application, and a lint round both
refused("POST", "/", ...)    sends what must be refused and holds that nothing reached the application
h("origin", ...)             headers of a request to Pixie
fetch(site, mode, dest)      those by which a browser says who asks
"""

from pixie_server.guard import Guard
from pixie_server.limits import Limits
from tests.server.asgi import Recorder, ResponseLint, call

PAGES = ("/", "/tool/lorenz", "/tool/lorenz/runs/0f4a")
ROUTES = {
    "page": "/",
    "static file": "/static/app.js",
    "unknown path": "/no/such/thing",
    "API": "/api/tools",
    "events": "/api/runs/0f4a/events",
    "artefact": "/api/artefacts/7/content",
    "export": "/api/runs/0f4a/export",
    "autocomplete": "/tool/lorenz/autocomplete/city",
}
OWN = b"http://127.0.0.1:7860"
JSON = (b"content-type", b"application/json")
FORM = (b"content-type", b"application/x-www-form-urlencoded")
LIMITS = Limits(body_bytes=1000, form_bytes=400, form_fields=5, upload_bytes=2000, upload_parts=3, linger_seconds=0.2)


def is_page(path):
    return path in PAGES


def is_artefact(path):
    return path.startswith("/api/artefacts/") and path.endswith("/content")


def guarded(app, **options):
    """The guard round an application, with a lint round both."""
    options.setdefault("is_upload", lambda path: path == "/api/tools/lorenz/runs")
    return ResponseLint(Guard(app, is_page=is_page, is_artefact=is_artefact, **options), is_artefact)


def h(*pairs, host=b"127.0.0.1:7860"):
    """Headers of a request to Pixie: name and value in turn."""
    names = [name.encode() if isinstance(name, str) else name for name in pairs]
    return [(b"host", host), *zip(names[::2], names[1::2], strict=True)]


def fetch(site, mode, dest, *rest):
    """The headers that a browser adds to say who asks."""
    return h("sec-fetch-site", site, "sec-fetch-mode", mode, "sec-fetch-dest", dest, *rest)


def refused(*arguments, **options):
    """Send a request that must be refused, hold that nothing reached the application, and answer the answer."""
    app = Recorder()
    answer = call(guarded(app), *arguments, **options)
    assert answer.status >= 400
    assert app.requests == []
    return answer


def sized(kind, body, *more):
    return h("content-type", kind, "content-length", str(len(body)), *more)


def chunked(kind):
    return h("content-type", kind, "transfer-encoding", "chunked")


MULTIPART = b"multipart/form-data; boundary=x"


def form_of(parts, payload=b"v"):
    return b"".join(
        b'--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n%s\r\n' % payload for _ in range(parts)
    ) + (b"--x--\r\n")
