"""Make the client: `uv run python packages/pixie-client/generate.py`; with --check, fail when it isn't
current.

The OpenAPI document is written to openapi.json beside this file, and the code to
src/pixie_client/generated, which nobody edits. Pages and fragments are in the document, and left out of the
client: they answer HTML.
"""

from __future__ import annotations

import filecmp
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pixie_server.app import openapi_json

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE / "openapi.json"
GENERATED = HERE / "src" / "pixie_client" / "generated"


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
    for cache in target.rglob(".ruff_cache"):
        shutil.rmtree(cache)


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
        return 0
    odd = [] if DOCUMENT.read_text(encoding="utf-8") == document else ["openapi.json"]
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "generated"
        generate(document, fresh)
        odd += differences(filecmp.dircmp(fresh, GENERATED))
    if odd:
        sys.stderr.write(f"The client isn't current ({', '.join(odd[:5])}): run packages/pixie-client/generate.py\n")
    return bool(odd)


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
