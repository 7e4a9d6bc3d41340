"""What is done to a data folder while somebody pulls the plug, and what must be so afterwards.

Each `Work` has three parts: `prepare` fills a folder, `act` does the one thing in a process that may be killed, saying
what it was told to be done, and `wrong` tells what is amiss after the next start.
"""

from __future__ import annotations

from tests.reliability.kill_work import Work, copied, make
from tests.reliability.kill_works_care import Backup, Export, Import, Mend, Restore, Secrets, StoredSetting
from tests.reliability.kill_works_runs import Migrate, Publish, Purge, Run, Sweep, Tidy

__all__ = ["WORKS", "Work", "copied", "make"]

WORKS: dict[str, Work] = {
    work.name: work
    for work in (
        Run(),
        Publish(),
        Sweep(),
        Purge(),
        Migrate(),
        Backup(),
        Restore(),
        Mend(),
        Tidy(),
        Secrets(),
        Export(),
        StoredSetting(),
        Import(),
    )
}
