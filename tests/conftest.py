"""What tests of several rooms share: a browser, and how they get on beside each other."""

import logging
import signal
from zlib import crc32

import pytest
from playwright.sync_api import expect

from tests.chromium import browser

# A shell starts what it runs in the background deaf to Ctrl+C, and whatever that starts inherits it: also the servers that
# the tests end by Ctrl+C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


class _Loggers(dict):
    """Goes through those of one moment: pytest looks at all of them before each test, while threads may make more."""

    def values(self):
        return list(super().values())


logging.root.manager.loggerDict = _Loggers(logging.root.manager.loggerDict)

# What comes within 100 ms on a quiet machine may take seconds on a busy one; a test only says that it comes.
expect.set_options(timeout=60_000)


def pytest_collection_modifyitems(config, items):
    """Side by side, files come in a mixed order, always the same: browsers and processes by the dozen, which stand beside
    each other in their folders, would otherwise crowd the machine at one time and leave it idle at another.
    """
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: crc32(item.nodeid.partition("::")[0].encode()))


@pytest.fixture(scope="module")
def chromium():
    """Chromium, headless: its shell where there is one, which draws the same at half the work. Not for the whole session:
    Playwright keeps an event loop running meanwhile.
    """
    with browser("chromium-headless-shell", "chromium", "google-chrome") as opened:
        yield opened
