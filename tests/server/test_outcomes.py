"""The one table from errors to status, title and exit code."""

import pytest

from pixie_core import errors
from pixie_server.outcomes import NO_SERVER, OUTCOMES, outcome


def is_public_error(name, value):
    """True for the classes of errors among the module's names."""
    return isinstance(value, type) and issubclass(value, errors.PixieError) and not name.startswith("_")


PUBLIC = [value for name, value in vars(errors).items() if is_public_error(name, value)]


def test_the_walk_finds_every_error_that_the_module_exports():
    """Nothing that the module exports is left out of the tests below."""
    exported = {name for name in errors.__all__ if is_public_error(name, getattr(errors, name))}
    assert exported == {each.__name__ for each in PUBLIC}


@pytest.mark.parametrize("kind", PUBLIC, ids=lambda kind: kind.__name__)
def test_every_error_has_a_row_of_its_own(kind):
    """A new error is given its status, title and exit code when it is added."""
    assert kind in OUTCOMES


@pytest.mark.parametrize("kind", [kind for kind in PUBLIC if kind is not errors.PixieError], ids=lambda k: k.__name__)
def test_no_error_raised_on_purpose_is_a_500(kind):
    """500 stands for a fault of Pixie; what is raised on purpose says who is to act."""
    assert outcome(kind).status in {400, 403, 404, 405, 408, 409, 410, 413, 415, 422, 429, 501, 502, 503, 504, 507}


@pytest.mark.parametrize("kind", PUBLIC, ids=lambda kind: kind.__name__)
def test_a_title_is_a_short_sentence_and_the_exit_code_a_failure(kind):
    """No error ends a command with 0, and none looks like a server that isn't running."""
    row = outcome(kind)
    assert row.title[0].isupper()
    assert not row.title.endswith(".")
    assert row.exit_code in {1, 2}
    assert row.exit_code != NO_SERVER


def test_an_error_without_a_row_is_answered_like_the_nearest_one_above_it():
    """Outcomes are looked up along the class's ancestors, the nearest first."""

    class DiskGone(errors.DataFolderInUse):
        pass

    assert outcome(DiskGone("gone")) == outcome(errors.DataFolderInUse)


@pytest.mark.parametrize(
    ("kind", "status", "exit_code"),
    [
        (errors.ToolNotFound, 404, 1),
        (errors.InputsInvalid, 422, 2),
        (errors.AmbiguousRunId, 409, 1),
        (errors.Busy, 429, 1),
        (errors.UnsupportedFormat, 415, 2),
        (errors.ExportError, 501, 1),
        (errors.RunTimedOut, 504, 1),
        (errors.ToolDied, 502, 1),
        (errors.DataFolderInUse, 503, 1),
        (errors.SettingsError, 503, 2),
    ],
)
def test_the_status_contract(kind, status, exit_code):
    """The statuses that the HTTP surface promises, and the exit codes that the command promises."""
    assert (outcome(kind).status, outcome(kind).exit_code) == (status, exit_code)
