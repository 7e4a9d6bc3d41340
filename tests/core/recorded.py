"""Runs that are in the store without a tool having run, and zips taken apart."""

import io
import uuid
import zipfile

from pixie_core.run.events import Finished, Output, Started
from pixie_core.store import Publication


def add_run(pixie, *files, tool="lorenz", label=None, inputs=None, run_id=None, **outputs):
    """The id of a run that ended well and left these (filename, content) files."""
    store, run_id = pixie.store, run_id or str(uuid.uuid4())
    inputs = inputs or {"rho": 28}
    store.create_run(
        run_id=run_id,
        tool_id=tool,
        inputs=inputs,
        origin="script",
        label=label,
        events=[Started(inputs=inputs, fingerprint={"pixie": "1"})],
    )
    staged = [store.stage(run_id, tool, name, content) for name, content in files]
    said = [Output(output_key=key, type="text", value=value, whole=True, done=True) for key, value in outputs.items()]
    store.append(run_id, [*map(Publication, staged), *said, Finished(status="ok", duration_ms=5)])
    return run_id


def unzip(pieces):
    """The entries of a zip by name, once every check sum held."""
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}
