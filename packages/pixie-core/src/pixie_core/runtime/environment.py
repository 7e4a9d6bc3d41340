"""What a tool's process gets to see: an allow-list of Pixie's own environment, and the tool's secrets.

A tool loads its own .env without override, so that whatever leaked from here would win over it; and what a
user has in the shell (cloud keys, tokens) is none of a tool's business.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from attrs import field, frozen
from dotenv import dotenv_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pixie_core.tool import Tool

__all__ = ["ToolEnvironment", "tool_environment"]

_PASSED_ON = re.compile(
    r"HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|XDG_\w+"
    r"|(HTTP|HTTPS|ALL|NO|FTP)_PROXY|(http|https|all|no|ftp)_proxy"
    r"|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE"
    r"|CUDA_\w+|NVIDIA_\w+|ROCR_\w+|HIP_\w+|HSA_\w+|OMP_NUM_THREADS|MKL_NUM_THREADS|OPENBLAS_NUM_THREADS"
    r"|HF_HOME|HF_HUB_\w*CACHE|HF_HUB_OFFLINE|TORCH_HOME|TRANSFORMERS_CACHE",
    re.ASCII,
)
FORBIDDEN = re.compile(
    r"LD_\w+|DYLD_\w+|PYTHON(PATH|HOME|STARTUP|INSPECT)|PATH|IFS|BASH_ENV|ENV|NODE_OPTIONS|PIXIE_\w+|VIRTUAL_ENV",
    re.ASCII,
)
"""Names that a tool's .env can't set: each would change which program runs, or what Pixie says to it."""


@frozen
class ToolEnvironment:
    """The variables of a tool's process, and what is to be said about them.

    `secrets` are the values to be hidden wherever the process's words are shown; `names` are the variables of
    .env that were set; `refused` are lines for the log.
    """

    variables: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    names: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def tool_environment(tool: Tool, outer: Mapping[str, str] | None = None) -> ToolEnvironment:
    """The environment for the tool's process, made from `outer` (default: os.environ) and the tool's .env.

    Values of .env are taken as they stand: nothing in them is replaced by other variables.
    """
    outer = os.environ if outer is None else outer
    variables = {key: value for key, value in outer.items() if _PASSED_ON.fullmatch(key)}
    refused: list[str] = []
    own: dict[str, str] = {}
    for key, value in _dotenv(tool, refused).items():
        if FORBIDDEN.fullmatch(key):
            refused.append(f"{tool.folder.name}/.env: {key} can't be set here, and was left out")
        elif value is not None and "\0" not in value:
            own[key] = value
    environment = tool.folder / ".venv"
    variables.update(own)
    variables["PATH"] = os.pathsep.join([str(environment / "bin"), outer.get("PATH", os.defpath)])
    variables["VIRTUAL_ENV"] = str(environment)
    variables["PYTHONUNBUFFERED"] = "1"
    return ToolEnvironment(variables, tuple(filter(None, own.values())), tuple(sorted(own)), tuple(refused))


def _dotenv(tool: Tool, refused: list[str]) -> Mapping[str, str | None]:
    path = tool.folder / ".env"
    if not path.is_file():
        return {}
    try:
        return dotenv_values(path, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        refused.append(f"{tool.folder.name}/.env can't be read, and no variable of it is set: {error}")
        return {}
