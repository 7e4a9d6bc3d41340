"""The `pixie` command: a thin layer of words over the library and the server's API.

    command     the Command and Group that all commands are made with: common options, examples, errors into words
    terminal    what is safe to write to a terminal; tables, JSON
    server      finding the running server
    transcript  a run as a terminal tells it

and one module for each family of commands. They import what is slow when they run, so that `pixie --help` is quick.
"""

from __future__ import annotations

import signal

from pixie_server.cli.root import pixie

__all__ = ["main"]


def main() -> None:
    """Run the command line of this process, and end it with the exit code."""
    for each in (signal.SIGTERM, signal.SIGHUP):
        # As Ctrl+C, so that runs are cancelled and partial files removed. What nohup set to be ignored stays so.
        if signal.getsignal(each) is signal.SIG_DFL:
            signal.signal(each, signal.default_int_handler)
    pixie(prog_name="pixie")
