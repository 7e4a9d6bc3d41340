"""An export failed."""

from __future__ import annotations

from attrs import define, field

from pixie_core.errors.base import Said

__all__ = ["ExportError", "ExportTooLarge", "FileAltered", "MissingExtra", "UnsupportedFormat"]


class ExportError(Said):
    """An export couldn't be made."""

    code = "export_failed"


@define(eq=False, str=False)
class UnsupportedFormat(ExportError):
    """The value can't become this format; `formats` lists those that it can."""

    code = "unsupported_format"
    formats: tuple[str, ...] = ()


@define(eq=False, str=False)
class MissingExtra(ExportError):
    """The format needs a library that is installed apart: with `extra`."""

    code = "missing_extra"
    message: str = field(init=False, repr=False)
    format: str
    extra: str

    def __attrs_post_init__(self) -> None:
        self.message = (
            f"The format {self.format} needs the extra {self.extra!r}, which isn't installed. "
            f"Install it with: uv pip install 'pixie-core[{self.extra}]'"
        )


class ExportTooLarge(ExportError):
    """The value is more than the format can hold; the message names formats that hold it."""

    code = "export_too_large"


@define(eq=False, str=False)
class FileAltered(ExportError):
    """A kept file isn't what it was when it was kept; the message says which and how that is known."""

    code = "file_altered"
