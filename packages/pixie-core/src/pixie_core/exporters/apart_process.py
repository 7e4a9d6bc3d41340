"""The process in which `apart` has something done: `python -m pixie_core.exporters.apart_process MODULE`."""

from __future__ import annotations

import marshal
import resource
import sys
from importlib import import_module

from pixie_core.exporters.apart import MEMORY, REFUSED, SECONDS, CannotDo

if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    work = import_module(sys.argv[1]).work
    try:
        made = work(marshal.load(sys.stdin.buffer))  # noqa: S302 (what comes is from our own process)
    except CannotDo as error:
        sys.stderr.write(str(error))
        sys.exit(REFUSED)
    except RecursionError:
        sys.stderr.write("it is nested too deeply")
        sys.exit(REFUSED)
    except MemoryError:
        sys.stderr.write(f"it takes more memory than {MEMORY // 2**30} GiB")
        sys.exit(REFUSED)
    sys.stdout.buffer.write(made)
