"""How much of one request Pixie takes.

Each limit is declared once, on `Limits`: its default, unit and help. The guard holds them while a body arrives, so that
a body without a length is cut at the same place as one that announces itself.
"""

from __future__ import annotations

from typing import Any

import attrs
from attrs import frozen

__all__ = ["Limits"]


def _limit(default: float, *, unit: str, help: str) -> Any:
    return attrs.field(default=default, validator=attrs.validators.gt(0), metadata={"unit": unit, "help": help})


@frozen(kw_only=True)
class Limits:
    """The largest request that Pixie takes; more is answered with 413, 414 (the address) or 431 (the headers).

    Raises ValueError where a limit isn't greater than 0.
    """

    url_bytes: int = _limit(8 * 2**10, unit="bytes", help="path and query of an address, as sent")
    header_bytes: int = _limit(16 * 2**10, unit="bytes", help="all headers of a request together")
    body_bytes: int = _limit(16 * 2**20, unit="bytes", help="a JSON body, or any other but the two below")
    form_bytes: int = _limit(2**20, unit="bytes", help="a form without files (urlencoded)")
    form_fields: int = _limit(500, unit="fields", help="fields of a form without files")
    upload_bytes: int = _limit(512 * 2**20, unit="bytes", help="a form with files (multipart)")
    upload_parts: int = _limit(500, unit="parts", help="fields and files of a form with files")
    linger_seconds: float = _limit(
        2.0, unit="s", help="how long the rest of a refused body is read, so that the answer reaches its sender"
    )
