"""What can go wrong in a tool.

Exception
├── Cancelled            the run was cancelled; raised at the run's next step, and not to be caught
├── ToolError            tool.json and the program don't fit together; the tool doesn't start
└── ValueError
├── InputError       an input is wrong; the caller gets 422 with the words
└── OutputError      an output isn't what its type wants; the caller gets 500 with the words
"""

from __future__ import annotations

__all__ = ["Cancelled", "InputError", "OutputError", "ToolError"]


class Cancelled(Exception):
    """The run was cancelled.

    Raised by `Run.emit`, `Run.progress` and `Run.sleep` once a cancel has come in. Let it pass: clean up in `finally`.
    """

    def __init__(self, message: str = "The run was cancelled.") -> None:
        super().__init__(message)


class ToolError(Exception):
    """tool.json and the program don't fit together. The message lists every problem and what to do."""


class InputError(ValueError):
    """An input is wrong in a way that only the tool can know. Raise it as `InputError("source", "has no words in it")`.

    `key` is the input's key, or None when several are to blame together. The caller gets status 422 and the words.
    """

    def __init__(self, key: str | None, problem: str) -> None:
        super().__init__(f"{key}: {problem}" if key else problem)
        self.key = key
        self.problem = problem


class OutputError(ValueError):
    """A value isn't what its output type wants. The message names the place, what was found and what was expected."""
