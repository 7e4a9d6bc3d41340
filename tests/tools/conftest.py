from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.sdk.processes import ToolProcess

TOOLS = Path(__file__).parents[2] / "tools"


class BundledTool(ToolProcess):
    """A tool of tools/, run by the Python of its own environment."""

    def __init__(self, folder: Path, log_folder: Path) -> None:
        super().__init__(
            folder, python=folder / ".venv" / "bin" / "python", log=log_folder / "stderr.log", sources=None
        )

    def outputs(self, inputs: dict, run_id: str | None = None) -> dict:
        """What a run gives in the end, with the increments of its text put together."""
        answer = self.run(inputs, run_id)
        assert answer.status == 200, answer.detail
        outputs = answer.json
        if self.streams:
            for name, data in self.open_stream(answer.headers["X-Pixie-Run-Id"]).all():
                assert name != "error", data
                if name == "message" and isinstance(outputs[data["output_key"]], str):
                    outputs[data["output_key"]] += data["value"]
                elif name == "message":
                    outputs[data["output_key"]] = data["value"]
        return outputs

    @property
    def streams(self) -> bool:
        return any(output.get("streaming") for output in self.ask("GET", "/schema").json["outputs"])


@pytest.fixture(scope="session")
def bundled(tmp_path_factory):
    """Start a bundled tool, once, after `uv sync` from its own lock file."""
    running: dict[str, BundledTool] = {}

    def start(name: str) -> BundledTool:
        if name not in running:
            synced = subprocess.run(["uv", "sync", "--locked"], cwd=TOOLS / name, capture_output=True, text=True)
            assert synced.returncode == 0, synced.stderr
            running[name] = BundledTool(TOOLS / name, tmp_path_factory.mktemp(name)).listening()
        return running[name]

    yield start
    for tool in running.values():
        tool.close()
