"""What a tool's process gets to see: an allow-list of Pixie's own environment, and the tool's secrets.

A tool loads its own .env without override, so that whatever leaked from here would win over it; and what a
user has in the shell (cloud keys, tokens) is none of a tool's business.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from attrs import field, frozen

from pixie_core.tool.secrets import secrets_for

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


@frozen
class ToolEnvironment:
    """The variables of a tool's process, and what is to be said about them.

    `secrets` are the values to be hidden wherever the process's words are shown; `names` are the secrets that are
    set; `warnings` are lines for the log.
    """

    variables: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    names: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def tool_environment(tool: Tool, outer: Mapping[str, str] | None = None) -> ToolEnvironment:
    """The environment for the tool's process, made from `outer` (default: os.environ) and the tool's secrets."""
    outer = os.environ if outer is None else outer
    own = secrets_for(tool)
    environment = tool.folder / ".venv"
    variables = {
        **{key: value for key, value in outer.items() if _PASSED_ON.fullmatch(key)},
        **own.values,
        "PATH": os.pathsep.join([str(environment / "bin"), outer.get("PATH", os.defpath)]),
        "VIRTUAL_ENV": str(environment),
        "PYTHONUNBUFFERED": "1",
    }
    return ToolEnvironment(variables, tuple(filter(None, own.values.values())), tuple(sorted(own.values)), own.warnings)
