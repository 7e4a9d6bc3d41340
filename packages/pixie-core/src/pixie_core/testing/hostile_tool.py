"""A tool that misbehaves on demand: a real program, with nothing but the standard library.

How it starts is said by `tags` in its tool.json, what a run does by its input `behaviour` (the names are those of
the tables at the end). `pixie_core.testing.tool_folder.hostile_tool` makes a folder with it.
"""

from __future__ import annotations

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

FOREVER = 3600.0
MANIFEST: dict[str, Any] = json.loads(Path("tool.json").read_text(encoding="utf-8"))
TAGS = set(MANIFEST.get("tags", ()))
RUNS: dict[str, dict[str, Any]] = {}
CANCELLED: dict[str, threading.Event] = {}
COUNTS: dict[str, int] = {}
BLOCK = threading.Lock()
"""Held while a run blocks the whole server, as blocking work in an `async def` does."""


def say(text: str) -> None:
    """Write to stderr at once."""
    sys.stderr.write(text)
    sys.stderr.flush()


def note(step: str) -> None:
    """Write down in the file `ladder` that somebody wants an end, and when by the monotonic clock."""
    with Path("ladder").open("a", encoding="utf-8") as ladder:
        ladder.write(f"{step} {time.monotonic()}\n")


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what is on stderr is what the behaviour wrote."""

    def do_GET(self) -> None:
        """The routes that are read."""
        url = urlsplit(self.path)
        query = {key: values[-1] for key, values in parse_qs(url.query).items()}
        COUNTS[url.path] = COUNTS.get(url.path, 0) + 1
        with BLOCK:
            pass
        if url.path == "/healthz":
            self.health()
        elif url.path == "/schema":
            self.answer({**MANIFEST, "id": "somebody-else"} if "wrong-identity" in TAGS else MANIFEST)
        elif url.path == "/stream":
            self.stream(query.get("run_id", ""))
        elif url.path.startswith("/files/") and not url.path.endswith("/gone.txt"):
            self.send(200, b"bytes of the file", "text/plain")
        else:
            self.answer({"detail": "no such route"}, 404)

    def do_POST(self) -> None:
        """The routes that do something."""
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with BLOCK:
            pass
        if url.path == "/cancel":
            self.cancel(parse_qs(url.query).get("run_id", [""])[-1])
            return
        if "json" not in self.headers.get("Content-Type", ""):
            self.answer({"text": body.decode("latin-1")})
            return
        sent: dict[str, Any] = json.loads(body)
        inputs = sent.get("inputs", {})
        run_id = sent.get("run_id", self.headers.get("X-Pixie-Run-Id", ""))
        RUNS[run_id] = {"inputs": inputs, "sent": sent, "headers": dict(self.headers)}
        CANCELLED[run_id] = threading.Event()
        behaviour = str(inputs.get("behaviour", "ok"))
        if behaviour.startswith("stream"):
            self.answer(inputs.get("placeholder", {}))
        else:
            BEHAVIOURS[behaviour](self, run_id)

    def health(self) -> None:
        """Healthy, or not, as the tags say."""
        if "health-hangs" in TAGS:
            time.sleep(FOREVER)
        if "health-500" in TAGS:
            self.answer({"detail": "not today"}, 500)
        else:
            self.answer({"ok": True})

    def cancel(self, run_id: str) -> None:
        """Obeys, pretends, or has no such route."""
        if "notes-ladder" in TAGS:
            note("cancel")
        if "obeys-cancel" in TAGS:
            CANCELLED[run_id].set()
            self.send(204, b"", "text/plain")
        elif "ignores-cancel" in TAGS:
            self.send(204, b"", "text/plain")
        else:
            self.answer({"detail": "no such route"}, 404)

    # Answers

    def send(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        """A whole answer."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def answer(self, value: Any, status: int = 200) -> None:
        """A whole answer in JSON, or what Python takes for it."""
        self.send(status, json.dumps(value).encode(), "application/json")

    def begin(self, kind: str = "text/event-stream") -> None:
        """The head of an answer whose end is the end of the connection."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def write(self, data: bytes) -> None:
        """Some bytes, now."""
        self.wfile.write(data)
        self.wfile.flush()

    def event(self, value: Any, name: str = "") -> None:
        """One server-sent event."""
        head = f"event: {name}\n" if name else ""
        self.write(f"{head}data: {json.dumps(value)}\n\n".encode())

    def stream(self, run_id: str) -> None:
        """The stream that the run's behaviour says."""
        if run_id not in RUNS:
            self.answer({"detail": "no such run"}, 404)
            return
        STREAMS.get(str(RUNS[run_id]["inputs"].get("behaviour")), none_at_all)(self, run_id)


# What a run does


def ok(handler: Handler, run_id: str) -> None:
    """The outputs that the input `answer` says."""
    handler.answer(RUNS[run_id]["inputs"].get("answer", {}))


def facts(handler: Handler, run_id: str) -> None:
    """What the process sees: its body, headers, environment, arguments and open descriptors."""
    said = {
        **RUNS[run_id],
        "environ": dict(os.environ),
        "argv": sys.argv,
        "pid": os.getpid(),
        "fds": sorted(int(each.name) for each in Path("/proc/self/fd").iterdir()),
        "umask": os.umask(os.umask(0o077)),
        "counts": COUNTS,
    }
    handler.answer({"text": json.dumps(said)})


def raw(handler: Handler, run_id: str) -> None:
    """The bytes of the input `body`, as they are."""
    inputs = RUNS[run_id]["inputs"]
    body = str(inputs.get("body", "")).encode("latin-1")
    handler.send(int(inputs.get("status", 200)), body, str(inputs.get("kind", "application/json")))


def wire(handler: Handler, run_id: str) -> None:
    """The bytes of the input `wire` in place of an answer, head and all, and then the end of the connection."""
    handler.write(str(RUNS[run_id]["inputs"]["wire"]).encode("latin-1"))
    handler.close_connection = True


def redirect(handler: Handler, run_id: str) -> None:
    """Elsewhere: where the input `location` says."""
    location = str(RUNS[run_id]["inputs"].get("location", "http://127.0.0.1:9/secret"))
    handler.send(302, b"", "text/plain", Location=location)


def compressed(handler: Handler, run_id: str) -> None:
    """Twenty kilobytes that unfold to twenty megabytes."""
    del run_id
    handler.send(200, gzip.compress(b" " * 20_000_000), "application/json", Content_Encoding="gzip")


def huge(handler: Handler, run_id: str) -> None:
    """A body without an end, of the length that the input `declared` says, if any; the input `body` comes first."""
    inputs = RUNS[run_id]["inputs"]
    if "declared" in inputs:
        handler.write(f"HTTP/1.1 200 OK\r\nContent-Length: {int(inputs['declared'])}\r\n\r\n".encode())
    else:
        handler.begin("application/json")
    handler.write(str(inputs.get("body", "")).encode("latin-1"))
    while True:
        handler.write(b" " * 65_536)


def hang(handler: Handler, run_id: str) -> None:
    """No byte, ever; or until it is cancelled, where it obeys."""
    if CANCELLED[run_id].wait(FOREVER):
        handler.answer({"detail": "cancelled"}, 409)


def block(handler: Handler, run_id: str) -> None:
    """Works, and answers nobody meanwhile."""
    del handler, run_id
    with BLOCK:
        time.sleep(FOREVER)


def wait_for_file(handler: Handler, run_id: str) -> None:
    """Ends well as soon as the file that the input `file` names is there."""
    inputs = RUNS[run_id]["inputs"]
    say(f"waiting {run_id}\n")
    while not Path(inputs["file"]).exists() and not CANCELLED[run_id].is_set():
        time.sleep(0.01)
    handler.answer(inputs.get("answer", {}))


def drip(handler: Handler, run_id: str) -> None:
    """A head, half an answer, and then nothing."""
    del run_id
    handler.begin("application/json")
    handler.write(b'{"text": "ha')
    time.sleep(FOREVER)


def dies(handler: Handler, run_id: str) -> None:
    """Ends with an exit code, and last words."""
    del handler, run_id
    say("about to give up\n")
    os._exit(7)


def killed(handler: Handler, run_id: str) -> None:
    """Ends by a signal, in the middle of its answer."""
    handler.begin("application/json")
    handler.write(b'{"text": "ha')
    os.kill(os.getpid(), getattr(signal, str(RUNS[run_id]["inputs"].get("signal", "SIGSEGV"))))


def flood(handler: Handler, run_id: str) -> None:
    """Megabytes without a line's end, and binary, to stderr or the descriptor of the input `to`; then it ends well."""
    inputs = RUNS[run_id]["inputs"]
    for _ in range(int(inputs.get("megabytes", 20)) * 16):
        os.write(int(inputs.get("to", 2)), b"\xff\x00x" * 21_845)
    handler.answer({"text": "done"})


def prints(handler: Handler, run_id: str) -> None:
    """Writes the pieces of the input `pieces` to stderr one by one, then ends well."""
    for piece in RUNS[run_id]["inputs"]["pieces"]:
        os.write(2, piece.encode())
        time.sleep(0.02)
    handler.answer({"text": "done"})


def tells(handler: Handler, run_id: str) -> None:
    """Answers with the variable of the environment that the input `variable` names."""
    handler.answer({"text": "it is " + os.environ[RUNS[run_id]["inputs"]["variable"]]})


def allocates(handler: Handler, run_id: str) -> None:
    """Holds the memory that the input `megabytes` says, and waits."""
    held = bytearray(os.urandom(2**20) * int(RUNS[run_id]["inputs"]["megabytes"]))
    time.sleep(FOREVER)
    handler.answer({"text": str(len(held))})


def leaves_files(handler: Handler, run_id: str) -> None:
    """Writes files into its folder: fine ones, and such as no one should take."""
    folder = Path(RUNS[run_id]["sent"]["_pixie"]["artefacts_dir"])
    (folder / "plot.txt").write_text("a plot")
    (folder / "below").mkdir()
    (folder / "below" / "deep.txt").write_text("deep")
    (folder / "link").symlink_to("/etc/hostname")
    os.mkfifo(folder / "pipe")
    Path("elsewhere.txt").write_text("mine")
    os.link("elsewhere.txt", folder / "second-name.txt")
    inputs = RUNS[run_id]["inputs"]
    for number in range(int(inputs.get("more", 0))):
        (folder / f"more-{number}").write_bytes(b"x" * int(inputs.get("bytes", 1)))
    if inputs.get("then") == "hang":
        time.sleep(FOREVER)
    if inputs.get("then") == "die":
        os._exit(1)
    handler.answer(inputs.get("answer", {"text": "done"}))


def escapes(handler: Handler, run_id: str) -> None:
    """Leaves a grandchild in a session of its own, which ignores SIGTERM, keeps stdout open and goes by another name;
    then answers, or hangs where the input `then` says so.
    """
    code = (
        "import os, signal, time\n"
        "if os.fork(): os._exit(0)\n"
        "os.setsid()\n"
        "if os.fork(): os._exit(0)\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "open('/proc/self/comm', 'w').write('somebody')\n"
        "open('grandchild.pid', 'w').write(str(os.getpid()))\n"
        f"time.sleep({FOREVER})\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    while not Path("grandchild.pid").exists() or not Path("grandchild.pid").read_text():
        time.sleep(0.005)
    if RUNS[run_id]["inputs"].get("then") == "hang":
        time.sleep(FOREVER)
    handler.answer({"text": Path("grandchild.pid").read_text()})


def stops_itself(handler: Handler, run_id: str) -> None:
    """SIGSTOP: no signal but SIGCONT and SIGKILL reaches it any more."""
    del handler, run_id
    os.kill(os.getpid(), signal.SIGSTOP)


def closes_its_door(handler: Handler, run_id: str) -> None:
    """Answers, and takes no connection from then on, though its process goes on."""
    del run_id
    handler.server.shutdown()
    handler.server.server_close()
    handler.answer({"text": "goodbye"})


def meddles(handler: Handler, run_id: str) -> None:
    """Writes over the file that the input `path` names, whatever its mode, and removes its own tool.json."""
    path = Path(RUNS[run_id]["inputs"]["path"])
    path.chmod(0o644)
    path.write_bytes(b"forged")
    Path("tool.json").unlink()
    handler.answer({"text": "done"})


# What a stream says


def events(handler: Handler, run_id: str) -> None:
    """The events of the input `events`: values of any dialect, or [name, value]."""
    handler.begin()
    for each in RUNS[run_id]["inputs"]["events"]:
        if isinstance(each, list):
            handler.event(each[1], each[0])
        else:
            handler.event(each)
    if RUNS[run_id]["inputs"].get("then") == "stay":
        CANCELLED[run_id].wait(FOREVER)
    if RUNS[run_id]["inputs"].get("then") == "die":
        say("no more\n")
        os._exit(9)


def endless(handler: Handler, run_id: str) -> None:
    """One event after another, until the reader has had enough."""
    handler.begin()
    number = 0
    while not CANCELLED[run_id].is_set():
        handler.event({"output_key": "reply", "value": f"{number} ", "done": False})
        number += 1
        time.sleep(0.002)


def bursts(handler: Handler, run_id: str) -> None:
    """As many tokens as the input `count` says, as fast as it goes."""
    handler.begin()
    count = int(RUNS[run_id]["inputs"].get("count", 1000))
    for number in range(count):
        handler.event({"output_key": "reply", "value": f"{number},", "done": number == count - 1})


def one_long(handler: Handler, run_id: str) -> None:
    """An event that never ends."""
    del run_id
    handler.begin()
    handler.write(b"data: ")
    while True:
        handler.write(b"x" * 65_536)


def stream_wire(handler: Handler, run_id: str) -> None:
    """The bytes of the input `wire`, as the body of the stream."""
    handler.begin()
    handler.write(str(RUNS[run_id]["inputs"]["wire"]).encode("latin-1"))


def from_file(handler: Handler, run_id: str) -> None:
    """One token each time that the file of the input `file` grows by a byte; the end when it holds a dot."""
    handler.begin()
    path, sent = Path(RUNS[run_id]["inputs"]["file"]), 0
    while True:
        text = path.read_text() if path.exists() else ""
        for letter in text[sent:]:
            if letter == ".":
                handler.event({"output_key": "reply", "value": "", "done": True})
                return
            handler.event({"output_key": "reply", "value": letter, "done": False})
        sent = len(text)
        time.sleep(0.005)


def none_at_all(handler: Handler, run_id: str) -> None:
    """No stream, though one was declared."""
    del run_id
    handler.answer({"detail": "there is no stream"}, 404)


BEHAVIOURS = {
    "ok": ok,
    "facts": facts,
    "raw": raw,
    "wire": wire,
    "redirect": redirect,
    "compressed": compressed,
    "huge": huge,
    "hang": hang,
    "block": block,
    "wait-for-file": wait_for_file,
    "drip": drip,
    "dies": dies,
    "killed": killed,
    "flood": flood,
    "prints": prints,
    "tells": tells,
    "allocates": allocates,
    "leaves-files": leaves_files,
    "escapes": escapes,
    "stops-itself": stops_itself,
    "closes-its-door": closes_its_door,
    "meddles": meddles,
}
STREAMS = {
    "stream": events,
    "stream-endless": endless,
    "stream-bursts": bursts,
    "stream-one-long": one_long,
    "stream-wire": stream_wire,
    "stream-from-file": from_file,
    "stream-none": none_at_all,
}


def fail_to_start() -> None:
    """Go no further, where the tags say so."""
    if "dies-at-start" in TAGS:
        say("ModuleNotFoundError: No module named 'numpy'\n")
        sys.exit(3)
    if "exits-at-start" in TAGS and not Path("mended").exists():
        with Path("starts").open("a", encoding="utf-8") as starts:
            starts.write("x")
        sys.exit(0)
    if "crashes-at-start" in TAGS:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "never-listens" in TAGS:
        time.sleep(FOREVER)
    if "port-taken-once" in TAGS and not Path("tried").exists():
        Path("tried").touch()
        say("OSError: [Errno 98] Address already in use\n")
        sys.exit(1)


def detach() -> None:
    """Have a process that isn't among the children of the first one serve in its place; only that one returns."""
    if os.fork():
        time.sleep(FOREVER)
    os.setsid()
    if os.fork():
        os._exit(0)


def main() -> None:
    """Start as the tags say, and serve."""
    port = int(sys.argv[sys.argv.index("--port") + 1])
    fail_to_start()
    if "ignores-sigterm" in TAGS:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if "notes-ladder" in TAGS:
        signal.signal(signal.SIGTERM, lambda *_: note("SIGTERM"))
    if "slow-start" in TAGS:
        time.sleep(0.5)
    if "detaches" in TAGS:
        detach()
    ThreadingHTTPServer.daemon_threads = True
    ThreadingHTTPServer.request_queue_size = 128
    if "wrong-port" in TAGS:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            port = other.getsockname()[1]
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever(poll_interval=0.05)
    time.sleep(FOREVER)  # its door is closed


if __name__ == "__main__":
    main()
