"""Tools and zips for the tests of sharing: right ones, and every kind of wrong one."""

import json
import struct
import zipfile
import zlib

DECLARED = {
    "id": "weather",
    "name": "Weather",
    "inputs": [{"key": "x", "type": "number", "label": "X", "default": 1}],
    "outputs": [{"key": "y", "type": "number", "label": "Y"}],
}
PYPROJECT = '[project]\nname = "weather"\nversion = "1"\ndependencies = ["fastapi", "uvicorn"]\n'


def files(**changes):
    """The files of a small tool; `changes` are to its tool.json."""
    return {
        "tool.json": json.dumps(DECLARED | changes),
        "pyproject.toml": PYPROJECT,
        "main.py": "print('this runs')\n",
    }


def put(folder, content):
    """Write files below a folder."""
    for name, text in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def zipped(path, content, *, mode=None):
    """An ordinary zip of these names and contents, in their order; None is a folder."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items() if isinstance(content, dict) else content:
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = (0o100644 if mode is None or name != mode[0] else mode[1]) << 16
            if name.endswith("/"):
                entry.external_attr = 0o040755 << 16
            archive.writestr(entry, text)
    return path


def raw_entry(name, content=b"", *, method=8, flags=0, size=None, crc=None, local_name=None, extra=b"", packed=None):
    """One entry as bytes: its local header with content, and a function from its place to its directory record."""
    name = name.encode() if isinstance(name, str) else name
    if packed is None:
        squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = squeeze.compress(content) + squeeze.flush() if method == 8 else content
    size = len(content) if size is None else size
    crc = zlib.crc32(content) if crc is None else crc
    shown = name if local_name is None else local_name
    head = (20, flags, method, 0, 33, crc, len(packed), size)
    local = b"PK\3\4" + struct.pack("<5H3L2H", *head, len(shown), len(extra)) + shown + extra + packed

    def record(at, attributes=0o100644 << 16):
        return (
            b"PK\1\2" + struct.pack("<6H3L5H2L", 0x314, *head, len(name), len(extra), 0, 0, 0, attributes, at)
            + name + extra
        )  # fmt: skip

    return local, record


def raw_zip(entries, *, count=None, before=b"", comment=b"", offset=0):
    """A zip of such entries, one behind the other."""
    body, directory = before, b""
    for local, record in entries:
        directory += record(len(body) + offset)
        body += local
    return body + directory + end(len(entries) if count is None else count, len(directory), len(body) + offset, comment)


def end(count, size, at, comment=b""):
    """The end record."""
    return b"PK\5\6" + struct.pack("<4H2LH", 0, 0, count, count, size, at, len(comment)) + comment
