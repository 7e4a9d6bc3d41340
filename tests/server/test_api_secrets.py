"""Secrets by HTTP: they are written, and never read back."""

import stat

import pytest

from tests.server.live_pixie import add_tool, live_pixie

VALUE = "s3cr3t#'\"$(x)`\\ value"
TELLTALE = '''\
import os

from pixie_tool_sdk import Tool, outputs

tool = Tool()


@tool.run
def tell(key):
    """Say whether a variable is there, and how long it is."""
    return {"length": outputs.number(len(os.environ.get(key, "")))}


tool.serve()
'''


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A served Pixie with a tool that lists two secrets."""
    home = tmp_path_factory.mktemp("secrets")
    manifest = {
        "id": "teller-of-lengths",
        "name": "Teller of lengths",
        "inputs": [{"key": "key", "type": "text", "label": "Key", "default": "API_KEY"}],
        "outputs": [{"key": "length", "type": "number", "label": "Length"}],
        "secrets": [{"key": "API_KEY", "description": "of the service", "required": True}, {"key": "OTHER_KEY"}],
    }
    add_tool(home / "tools", manifest, TELLTALE)
    with live_pixie(home) as live:
        yield live


@pytest.fixture
def live(served):
    """It, with no secret set."""
    (served.pixie.settings.tools_dir / "teller-of-lengths" / ".env").unlink(missing_ok=True)
    return served


ALL = "/api/tools/teller-of-lengths/secrets"
ONE = f"{ALL}/API_KEY"


def put(live, value, path=ONE):
    """The answer of PUT."""
    return live.client.put(path, json={"value": value})


def test_what_is_listed_and_what_is_set_is_told(live):
    """In the order of tool.json, then others; each with whether and when, never with its value."""
    unset = {"set": False, "updated_at": None, "withheld": False, "masked": True, "declared": True}
    assert live.get(ALL).json() == [
        {"key": "API_KEY", "required": True, "description": "of the service", **unset},
        {"key": "OTHER_KEY", "required": False, "description": None, **unset},
    ]
    assert put(live, VALUE).json()["set"] is True
    warned = put(live, VALUE, f"{ALL}/API_KEE").json()["warnings"]
    assert any("did you mean API_KEY" in each for each in warned)
    told = live.get(ALL)
    assert [(each["key"], each["set"], each["declared"]) for each in told.json()] == [
        ("API_KEY", True, True),
        ("OTHER_KEY", False, True),
        ("API_KEE", True, False),
    ]
    assert told.json()[0]["updated_at"].endswith("Z")
    assert told.headers["cache-control"] == "no-store"


def test_no_answer_holds_a_value(live):
    """Not that of PUT, of any GET about the tool, nor of DELETE."""
    answers = [put(live, VALUE), live.get(ALL), live.get("/api/tools/teller-of-lengths"), live.get("/api/tools")]
    answers += [live.get("/tool/teller-of-lengths"), live.client.delete(ONE)]
    for answer in answers:
        assert answer.status_code == 200
        assert "s3cr3t" not in answer.text
    assert live.get(ONE).status_code == 405


@pytest.mark.parametrize(
    "body",
    [
        b'{"value": 8273645172}',
        b'"plain-8273645172"',
        b'{"8273645172": "x"}',
        b'{"value": ["8273645172"]}',
        b'{"value": "8273645172", "also": "8273645172"}',
        b'{"value": "8273645172',
        b'{"value": "8273645172\\u0000"}',
        b'{"value": "8273645172\\ud800"}',
    ],
)
def test_what_does_not_fit_is_refused_without_being_repeated(live, body):
    """400 or 422, and nothing is set."""
    answer = live.client.put(ONE, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}
    assert "8273645172" not in answer.text
    assert live.get(ALL).json()[0]["set"] is False


@pytest.mark.case("S5.names")
@pytest.mark.parametrize("key", ["LD_PRELOAD", "PATH", "PIXIE_TOOL_TOKEN", "A=B", "1ST", "A B", "É"])
def test_a_name_that_would_change_more_is_refused(live, key):
    """422 at the key, and no file is made."""
    answer = put(live, VALUE, f"{ALL}/{key}")
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "$.key")
    assert not (live.pixie.settings.tools_dir / "teller-of-lengths" / ".env").exists()


@pytest.mark.case("S5.values")
@pytest.mark.parametrize("value", [VALUE, "two\nlines\n", "# no comment", "export X=1", "x" * 65_536, "ключ 🔑", "  "])
def test_a_process_gets_the_value_whole_from_its_next_run_on(live, value):
    """Also where one was warm already; the file is for its owner alone."""
    before = live.run("teller-of-lengths")["outputs"]["length"]["value"]
    assert put(live, value).json()["set"] is True
    assert live.run("teller-of-lengths")["outputs"]["length"]["value"] == len(value) != before
    file = live.pixie.settings.tools_dir / "teller-of-lengths" / ".env"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    live.client.delete(ONE)
    assert live.run("teller-of-lengths")["outputs"]["length"]["value"] == 0


def test_a_blank_keeps_what_is_set(live):
    """As a form does that is saved with an empty field."""
    first = put(live, VALUE).json()
    assert put(live, "").json() == first
    assert live.run("teller-of-lengths")["outputs"]["length"]["value"] == len(VALUE)


def test_a_secret_is_removed_once(live):
    """A second time there is nothing to remove, which is no error."""
    put(live, VALUE)
    for _ in range(2):
        answer = live.client.delete(ONE)
        assert (answer.status_code, answer.json()["set"], answer.json()["declared"]) == (200, False, True)
    assert live.client.delete(f"{ALL}/NEVER_SET").json()["set"] is False


@pytest.mark.case("S3.short")
def test_a_short_one_is_taken_with_a_warning(live):
    """It isn't masked in what the tool says."""
    assert any("shorter than 6" in each for each in put(live, "abc").json()["warnings"])


def test_a_tool_that_is_not_there_has_none(live):
    """404 on each route."""
    for answer in (
        live.get("/api/tools/nobody/secrets"),
        put(live, VALUE, "/api/tools/nobody/secrets/API_KEY"),
        live.client.delete("/api/tools/nobody/secrets/API_KEY"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "tool_not_found")


def test_a_file_that_cannot_be_used_is_said_and_is_no_fault(live):
    """A folder in its place, which nobody can read as a file, whoever runs the test."""
    file = live.pixie.settings.tools_dir / "teller-of-lengths" / ".env"
    file.mkdir()
    try:
        for answer in (live.get(ALL), put(live, VALUE), live.client.delete(ONE)):
            assert (answer.status_code, answer.json()["code"]) == (503, "data_folder_unusable")
            assert ".env" in answer.json()["detail"]
    finally:
        file.rmdir()
