from __future__ import annotations

import pytest

from tests.sdk.processes import ToolProcess, write_tool


@pytest.fixture
def processes():
    """Every tool process that a test starts; none outlives it."""
    started: list[ToolProcess] = []
    yield started
    for process in started:
        process.close()


@pytest.fixture
def start(tmp_path, processes):
    """Write a tool and start it; it listens when this returns, unless `listening=False`."""

    def start_tool(declared, program, *, listening=True, **options) -> ToolProcess:
        folder = write_tool(tmp_path / f"tool{len(processes)}", declared, program)
        process = ToolProcess(folder, **options)
        processes.append(process)
        return process.listening() if listening else process

    return start_tool
