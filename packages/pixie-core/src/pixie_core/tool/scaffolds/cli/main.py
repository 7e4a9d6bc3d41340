"""A form for a program of the command line: inputs become its arguments, and what it prints becomes an output.

The program gets a list of arguments and never a line for a shell, so that no input can be taken for a command.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from pixie_tool_sdk import InputError, Tool, outputs

PROGRAM = [sys.executable, "-m", "calendar"]
"""Put your program here, such as ["/usr/bin/ffprobe"]."""

tool = Tool()


def whole(key: str, value: float) -> str:
    """A whole number as an argument; a form may send it as 2.0."""
    if int(value) != value:
        raise InputError(key, f"expected a whole number, found {value}")
    return str(int(value))


@tool.run
def run_program(year: float, month: float | None = None, spacing: float = 6) -> dict[str, Any]:
    """Run it, and pass on what it prints, or why it failed."""
    arguments = ["--spacing", whole("spacing", spacing), whole("year", year)]
    if month is not None:
        arguments.append(whole("month", month))
    done = subprocess.run([*PROGRAM, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the program ended with {done.returncode}: {done.stderr.strip()[-1000:]}")
    return {"printed": outputs.code(done.stdout), "lines": outputs.number(len(done.stdout.splitlines()))}


if __name__ == "__main__":
    tool.serve()
