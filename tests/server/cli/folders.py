"""A data folder with tools for the tests of commands, and the command run on it: in this process, or in one of its own."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager

from click.testing import CliRunner

from pixie_server.cli.root import pixie
from tests.server.live_pixie import add_tool, add_tools

__all__ = ["DEADLINE", "add_gremlin", "add_tools", "command", "process"]

DEADLINE = 30.0

GREMLIN = '''\
import sys

from pixie_tool_sdk import Tool

tool = Tool()


@tool.run
def misbehave(run, api_key, file=""):
    """Say what a terminal would obey."""
    print("\\x1b]0;owned\\x07 on stderr", file=sys.stderr, flush=True)
    run.emit("words", "\\x1b[2Jgone")
    return {"size": len(file)}


tool.serve()
'''

GREMLIN_MANIFEST = {
    "id": "gremlin",
    "name": "Gremlin \x1b[31m",
    "inputs": [
        {"key": "file", "type": "file", "label": "File", "required": False},
        {"key": "api_key", "type": "text", "label": "Key", "default": ""},
    ],
    "outputs": [
        {"key": "words", "type": "stream_text", "label": "Words", "streaming": True},
        {"key": "size", "type": "number", "label": "Size"},
    ],
}


def add_gremlin(home):
    """A tool whose words would steer a terminal."""
    add_tool(home / "tools", GREMLIN_MANIFEST, GREMLIN)


def _environment(**more):
    return {**{name: text for name, text in os.environ.items() if not name.startswith("PIXIE_")}, **more}


def command(home, *arguments, stdin=None, **environment):
    """The command's result on this data folder, with these variables and no other PIXIE_* one."""
    unset = {name: None for name in os.environ if name.startswith("PIXIE_")}
    return CliRunner().invoke(pixie, ["--home", str(home), *arguments], env={**unset, **environment}, input=stdin)


@contextmanager
def process(*arguments, **environment):
    """The command as a process of its own; whatever happens it is gone afterwards."""
    started = subprocess.Popen(
        [sys.executable, "-m", "pixie_server.cli", *map(str, arguments)],
        env=_environment(**environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield started
    finally:
        if started.poll() is None:
            started.send_signal(signal.SIGKILL)
        started.communicate()
