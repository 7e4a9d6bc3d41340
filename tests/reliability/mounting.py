"""Mounts that nobody else sees and that go with their process: in a namespace of their own."""

import os
import subprocess

import pytest

ALONE = ["unshare", *([] if os.getuid() == 0 else ["--map-root-user"]), "--mount"]
"""What a command is put behind."""


def inside(pid):
    """What a command is put behind that joins the process there."""
    return [
        "nsenter",
        "--target",
        str(pid),
        "--mount",
        *([] if os.getuid() == 0 else ["--user", "--preserve-credentials"]),
    ]


def must_be_possible(folder):
    """Skip the test where not even that is allowed, as in some containers."""
    tried = subprocess.run([*ALONE, "mount", "-t", "tmpfs", "pixie-test", str(folder)], capture_output=True, text=True)
    if tried.returncode != 0:
        pytest.skip(f"nothing can be mounted here: {tried.stderr.strip()}")
