"""When an export can't be made to its end, it says why, and nothing of it is left under the name that was asked for."""

import io
import subprocess
import sys
import tempfile
import textwrap

import pytest

from pixie_core.catalogue import OutputDeclaration
from pixie_core.errors import ArtefactNotFound, ExportError
from pixie_core.exporters import Exportable
from tests.core.exporters.making import FROM, a_table, made, no_artefact

KEPT = "/api/artefacts/7/content"
FILES = [
    ("image", None, KEPT),
    ("image", "jpg", KEPT),
    ("image_grid", "zip", {"images": [{"value": KEPT}]}),
    ("image_compare", "png", {"before": KEPT, "after": KEPT}),
    ("audio", "mp3", KEPT),
    ("video", "gif", KEPT),
    ("file", None, {"filename": "a.bin", "data": KEPT, "mime_type": "application/octet-stream"}),
]


@pytest.mark.parametrize(("type_name", "format_name", "value"), FILES)
def test_a_file_that_was_deleted_meanwhile_is_said_and_leaves_no_other(type_name, format_name, value, tmp_path):
    """Whatever it was to become."""
    declared = OutputDeclaration(key="out", type=type_name, label="Out")
    with pytest.raises(ArtefactNotFound, match="7"):
        Exportable(declared, value, FROM, no_artefact).save(format_name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_breaks_off_while_it_is_read_is_said(tmp_path):
    """By what the system says of it."""

    class Broken(io.RawIOBase):
        def read(self, _size=-1):
            raise OSError(5, "Input/output error")

    declared = OutputDeclaration(key="out", type="image", label="Out")
    exportable = Exportable(declared, KEPT, FROM, lambda _: Broken())
    with pytest.raises(ExportError, match="Input/output error"):
        exportable.export("png")
    with pytest.raises(ExportError, match="Input/output error"):
        exportable.save("png", tmp_path)
    assert list(tmp_path.iterdir()) == []


FULL = """
import resource, signal, sys
from pathlib import Path
from pixie_core.catalogue import OutputDeclaration
from pixie_core.errors import ExportError
from pixie_core.exporters import Exportable
from tests.core.exporters.making import FROM, a_table, no_artefact

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
value = a_table({"a": "number", "b": "string"}, *((n, f"row {n}") for n in range(800_000)))
exportable = Exportable(OutputDeclaration(key="out", type="table", label="Out"), value, FROM, no_artefact)
folder = Path(sys.argv[1])
target = folder / "mine.csv"
target.write_text("mine")
for way in (
    lambda: exportable.save("csv", target, force=True),
    lambda: exportable.save("parquet", folder / "new.parquet"),
    lambda: exportable.export("csv"),
):
    try:
        way()
    except ExportError as error:
        print(str(error))
print(sorted(each.name for each in folder.iterdir()), target.read_text())
"""


def test_a_disk_that_fills_is_said_and_leaves_no_part_of_a_file(tmp_path):
    """Saved or sent; what was there stays whole. A limit on the size of files stands for the end of the disk."""
    script = textwrap.dedent(FULL)
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, second, third, left = done.stdout.splitlines()
    assert first.endswith("mine.csv can't be written: File too large.")
    assert "File too large" in second
    assert f"Out can't be made as csv: File too large. Look whether {tempfile.gettempdir()} takes so large" in third
    assert left == "['mine.csv'] mine"


@pytest.mark.parametrize("format_name", ["csv", "parquet", "xlsx", "json", "md"])
def test_whoever_has_enough_of_it_ends_it_and_nothing_is_left(format_name, tmp_path):
    """What progress raises goes through; neither the file nor a part of it stays."""

    class EnoughError(Exception):
        pass

    def on_progress(_done, _total):
        raise EnoughError

    value = a_table({"a": "number", "b": "string"}, *((n, f"row {n}") for n in range(30_000)))
    declared = OutputDeclaration(key="out", type="table", label="Out")
    with pytest.raises(EnoughError):
        Exportable(declared, value, FROM, no_artefact).save(format_name, tmp_path, on_progress=on_progress)
    assert list(tmp_path.iterdir()) == []


def test_a_value_that_is_not_whole_is_to_be_had_as_it_is():
    """As JSON, and as nothing else."""
    assert made("table", {"columns": 7}) == b'{"columns":7}\n'
