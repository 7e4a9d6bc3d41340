"""From the body of POST /run to a run's id, inputs and folder.

The body is JSON as the contract has it, `{"run_id": U, "inputs": {...}, ..., "_pixie": {"run_id": U, "artefacts_dir":
D}}`, or only the inputs themselves; or a multipart form with the parts `inputs` (JSON), `run_id`, `_pixie` (JSON),
and one for each file, named by its key. The headers X-Pixie-Run-Id and X-Pixie-Artefacts-Dir say the same as
`_pixie`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pixie_tool_sdk.declaration import RESERVED, Declaration
from pixie_tool_sdk.encoding import decode, shown
from pixie_tool_sdk.errors import InputError
from pixie_tool_sdk.http1 import BadRequest, Request

if TYPE_CHECKING:
    import tempfile

    from pixie_tool_sdk.multipart import Form

__all__ = ["Submission", "read_submission"]

_LARGEST_BODY: Final = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Submission:
    """What a caller sent. `run_id` and `artefacts_dir` are None when they weren't said."""

    run_id: str | None
    inputs: dict[str, Any]
    artefacts_dir: Path | None
    uploads_dir: tempfile.TemporaryDirectory[str] | None


def read_submission(request: Request, declaration: Declaration) -> Submission:
    """Read the body of POST /run. Raises `BadRequest` for what can't be read and `InputError` for what isn't an
    input.
    """
    kind = request.content_type()
    uploads: tempfile.TemporaryDirectory[str] | None = None
    if kind == "multipart/form-data":
        import tempfile

        from pixie_tool_sdk.multipart import read_form

        uploads = tempfile.TemporaryDirectory(prefix="pixie-upload-", ignore_cleanup_errors=True)
        try:
            form = read_form(request.headers["content-type"], request.body, Path(uploads.name))
            body = {key: _json(raw, f"the part {key}") for key, raw in form.fields.items() if key != "run_id"}
            if "run_id" in form.fields:
                body["run_id"] = form.fields["run_id"].decode(errors="replace")
            inputs = {**_inputs(body, declaration), **_files(form, declaration)}
        except BaseException:
            uploads.cleanup()
            raise
    elif kind == "application/json":
        body = _object(_json(request.body.read_all(_LARGEST_BODY), "the body"), "the body")
        inputs = _inputs(body, declaration)
    else:
        raise BadRequest(
            415, f"POST /run takes application/json or multipart/form-data, not {kind or 'an unnamed type'}"
        )
    told = _object(body.get("_pixie") or {}, "_pixie")
    return Submission(
        run_id=_run_id(body.get("run_id") or told.get("run_id") or request.headers.get("x-pixie-run-id")),
        inputs=inputs,
        artefacts_dir=_folder(told.get("artefacts_dir") or request.headers.get("x-pixie-artefacts-dir")),
        uploads_dir=uploads,
    )


def _inputs(body: dict[str, Any], declaration: Declaration) -> dict[str, Any]:
    flat = {key: value for key, value in body.items() if key not in RESERVED}
    if "inputs" not in body:
        return flat
    inputs = dict(_object(body["inputs"], "inputs"))
    if declaration.layout == "chat":
        # The conversation may stand beside the inputs.
        inputs = {**{key: flat[key] for key in ("messages", "history") if key in flat}, **inputs}
    return inputs


def _files(form: Form, declaration: Declaration) -> dict[str, Any]:
    files: dict[str, Any] = {}
    for key, uploads in form.files.items():
        declared = declaration.inputs.get(key)
        if declared is None or not declared.is_file:
            raise InputError(key, "tool.json declares no file input with this key")
        if len(uploads) > 1 and not declared.multiple:
            raise InputError(key, f"expected one file, found {len(uploads)}")
        files[key] = uploads if declared.multiple else uploads[0]
    return files


def _json(raw: bytes, where: str) -> Any:
    try:
        return decode(raw)
    except ValueError as error:
        raise BadRequest(400, f"{where} isn't JSON: {error}") from None


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(None, f"{where} is {shown(value)}: expected an object")
    return value


def _run_id(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= 200 or not value.isprintable():
        raise InputError(None, f"run_id is {shown(value)}: expected a short text such as a UUID")
    return value


def _folder(value: Any) -> Path | None:
    if value is None:
        return None
    if not isinstance(value, str) or not Path(value).is_absolute() or not Path(value).is_dir():
        raise InputError(
            None, f"the artefacts folder is {shown(value)}: expected the absolute path of a folder that exists"
        )
    return Path(value)
