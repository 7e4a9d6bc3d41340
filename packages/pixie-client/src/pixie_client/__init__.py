"""A typed client of a running Pixie.

    from pixie_client import Pixie

    with Pixie() as pixie:                             # PIXIE_URL, else http://127.0.0.1:7860
        run = pixie.run("compound-interest", {"principal": 1000})
        print(run.status, run.outputs["final_balance"])
        pixie.export(run.id, "run.zip")
        for event in pixie.events(run.id):
            print(event["seq"], event["kind"])

`AsyncPixie` is the same with `await`. What the OpenAPI document says is generated, under `pixie_client.generated`, and
called by `pixie.call(operation, ...)`; by hand is what a generator can't make.
"""

from pixie_client.async_pixie import DEFAULT_URL, AsyncDownload, AsyncPixie
from pixie_client.errors import (
    AnswerNotUnderstood,
    Busy,
    Conflict,
    DownloadDamaged,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    PixieError,
    PixieProblem,
    PixieUnreachable,
    TooLarge,
    ToolFailed,
    Unavailable,
    Unsupported,
)
from pixie_client.files import Saved
from pixie_client.pixie import Download, Pixie

__all__ = [
    "DEFAULT_URL",
    "AnswerNotUnderstood",
    "AsyncDownload",
    "AsyncPixie",
    "Busy",
    "Conflict",
    "Download",
    "DownloadDamaged",
    "Forbidden",
    "Invalid",
    "Malformed",
    "NotFound",
    "Pixie",
    "PixieError",
    "PixieProblem",
    "PixieUnreachable",
    "Saved",
    "TooLarge",
    "ToolFailed",
    "Unavailable",
    "Unsupported",
]
