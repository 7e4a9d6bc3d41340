"""Make the client: `uv run python packages/pixie-client/generate.py`; with --check, fail when it isn't
current.

The OpenAPI document is written to openapi.json beside this file, and the code to
src/pixie_client/generated, which nobody edits. Pages and fragments are in the document, and left out of the
client: they answer HTML. src/pixie_client/pixie.py is made from async_pixie.py: the same without `await`.
"""

from __future__ import annotations

import filecmp
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pixie_server.app import openapi_json

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE / "openapi.json"
GENERATED = HERE / "src" / "pixie_client" / "generated"
ASYNCHRONOUS = GENERATED.parent / "async_pixie.py"
BLOCKING = GENERATED.parent / "pixie.py"

_WITHOUT_AWAIT = (
    (r"asyncio\.to_thread\(([\w.]+), ", r"\1("),
    (r"\bawait ", ""),
    (r"\basync (def|with|for)\b", r"\1"),
    (r"\b__a(enter|exit|iter)__\b", r"__\1__"),
    (r"\ba(closing|close|read|iter_bytes|iter_raw)\b", r"\1"),
    (r"\basynccontextmanager\b", "contextmanager"),
    (r"\bAsync(Pixie|Download|Client|Iterator|Generator)\b", r"\1"),
    (r"\bAsyncBaseTransport\b", "BaseTransport"),
    (r"\basyncio\b", "time"),
)
_MADE = '"""Made from async_pixie.py by generate.py, and not to be edited.\n\n'


def generate(document: str, target: Path) -> None:
    """Write the client of an OpenAPI document to a folder. Raises CalledProcessError when the generator
    fails.
    """
    described = json.loads(document)
    described["paths"] = {path: item for path, item in described["paths"].items() if path.startswith("/api/")}
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "openapi.json"
        source.write_text(json.dumps(described), encoding="utf-8")
        command = ["openapi-python-client", "generate", "--path", source, "--output-path", target, "--overwrite"]
        options = ["--meta", "none", "--config", HERE / "generator.yml"]
        done = subprocess.run([*command, *options], check=False, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)
    client = target / "client.py"
    # The generator writes `object` where httpx wants the three arguments of an exit: mypy refuses that.
    client.write_text(client.read_text(encoding="utf-8").replace("*args: object", "*args: Any"), encoding="utf-8")
    for model in (target / "models").glob("*.py"):
        text = model.read_text(encoding="utf-8")
        if _REFUSES_UNKNOWN.search(text):
            model.write_text(_passing_unknown(text), encoding="utf-8")
    for operation in (target / "api").rglob("*.py"):
        text = operation.read_text(encoding="utf-8")
        if _BOUNDARY in text:
            # httpx chooses one at random; this one may stand in a file.
            operation.write_text(text.replace(_BOUNDARY, ""), encoding="utf-8")
    for cache in target.rglob(".ruff_cache"):
        shutil.rmtree(cache)


_BOUNDARY = '        headers["Content-Type"] = "multipart/form-data; boundary=+++"\n'
_REFUSES_UNKNOWN = re.compile(
    r"def (check_\w+)\(value: str\) -> (\w+):\n"
    r"    if value in \w+:\n        return value\n    raise TypeError\(\n.*?\n    \)\n",
    re.DOTALL,
)


def _passing_unknown(text: str) -> str:
    """A check of a word that lets every word pass: a newer Pixie may say one that this client doesn't know."""
    text = _REFUSES_UNKNOWN.sub(r"def \1(value: str) -> \2:\n    return cast(\2, value)\n", text)
    return text.replace("from typing import Literal\n", "from typing import Literal, cast\n")


def blocking(source: str) -> str:
    """The module without `await`."""
    opening, rest = source.split('"""\n', 1)
    made = rest
    for pattern, replacement in _WITHOUT_AWAIT:
        made = re.sub(pattern, replacement, made)
    summary = opening.removeprefix('"""').split("\n", 1)[0]
    done = subprocess.run(
        ["ruff", "format", "--stdin-filename", BLOCKING, "-"],
        input=f'{_MADE}{summary}\n"""\n{_in_order(made)}',
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def _in_order(module: str) -> str:
    """Imports in their order: `time` isn't where `asyncio` was."""
    done = subprocess.run(
        ["ruff", "check", "--select", "I,RUF022", "--fix", "--quiet", "--stdin-filename", BLOCKING, "-"],
        input=module,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def differences(made: filecmp.dircmp[str], at: str = "") -> list[str]:
    """The files of two folders that aren't the same."""
    odd = [f"{at}{name}" for name in (*made.left_only, *made.right_only, *made.diff_files) if name != "__pycache__"]
    for name, below in made.subdirs.items():
        if name != "__pycache__":
            odd += differences(below, f"{at}{name}/")
    return odd


def main(*, check: bool) -> int:
    """Make it, or say whether it is current."""
    document = openapi_json()
    if not check:
        DOCUMENT.write_text(document, encoding="utf-8")
        generate(document, GENERATED)
        BLOCKING.write_text(blocking(ASYNCHRONOUS.read_text(encoding="utf-8")), encoding="utf-8")
        return 0
    odd = [] if DOCUMENT.read_text(encoding="utf-8") == document else ["openapi.json"]
    if BLOCKING.read_text(encoding="utf-8") != blocking(ASYNCHRONOUS.read_text(encoding="utf-8")):
        odd.append("pixie.py")
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "generated"
        generate(document, fresh)
        odd += differences(filecmp.dircmp(fresh, GENERATED))
    if odd:
        sys.stderr.write(f"The client isn't current ({', '.join(odd[:5])}): run packages/pixie-client/generate.py\n")
    return bool(odd)


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
