"""The `pixie` command: a thin layer of words over the library and the server's API.

    command     the Command and Group that all commands are made with: common options, examples, errors into words
    terminal    what is safe to write to a terminal; tables, JSON
    server      finding the running server, and talking to it

and one module for each family of commands. They import what is slow when they run, so that `pixie --help` is quick.
"""

from __future__ import annotations

from pixie_server.cli.root import pixie as main

__all__ = ["main"]
