"""The browser of the tests."""

import os
import shutil
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

_QUIET = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")


@contextmanager
def browser(*known, more=()):
    """The first of these that is there, or what PIXIE_TEST_CHROMIUM names, headless; `more` is said to it as well."""
    path = os.environ.get("PIXIE_TEST_CHROMIUM") or next(filter(None, map(shutil.which, known)), None)
    assert path, "the tests of the pages need Chromium: apt install chromium"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=[*_QUIET, *more])
        yield opened
        opened.close()
