"""How much of one request Pixie takes: the settings that say so, in the words of whoever holds them.

The guard holds them while a body arrives, so that a body without a length is cut at the same place as one that
announces itself. Default, unit and help of each stand in `pixie_core.config`.
"""

from __future__ import annotations

from typing import Any, Self

import attrs
from attrs import frozen

from pixie_core.config import Settings

__all__ = ["Limits"]


def _limit(setting: str) -> Any:
    declared = attrs.fields_dict(Settings)[setting]
    metadata = {**declared.metadata, "setting": setting}
    return attrs.field(default=declared.default, validator=attrs.validators.gt(0), metadata=metadata)


@frozen(kw_only=True)
class Limits:
    """The largest request that Pixie takes; more is answered with 413, 414 (the address) or 431 (the headers).

    `Limits.of(settings)` has them as they are set; without a word they are the settings' defaults. Raises ValueError
    where a limit isn't greater than 0.
    """

    url_bytes: int = _limit("max_url_bytes")
    header_bytes: int = _limit("max_header_bytes")
    body_bytes: int = _limit("max_body_bytes")
    json_depth: int = _limit("max_json_depth")
    json_values: int = _limit("max_json_values")
    form_bytes: int = _limit("max_form_bytes")
    form_fields: int = _limit("max_form_fields")
    upload_bytes: int = _limit("max_upload_bytes")
    upload_parts: int = _limit("max_upload_parts")
    linger_seconds: float = attrs.field(
        default=2.0,
        validator=attrs.validators.gt(0),
        metadata={
            "unit": "s",
            "help": "how long the rest of a refused body is read, so that the answer reaches its sender",
        },
    )

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The limits as they are set."""
        named = {each.name: each.metadata.get("setting") for each in attrs.fields(cls)}
        return cls(**{name: getattr(settings, setting) for name, setting in named.items() if setting is not None})
