"""Case B9 of the battery on every list: searches that are syntax elsewhere, orders that don't exist, and pages without end.

The lists, and the texts and numbers that they take, are those of the OpenAPI document: a new one is attacked as well.
"""

import json
import time

import pytest

from pixie_server.app import openapi_json
from tests.reliability.kept import keep
from tests.reliability.raw import request

SECONDS = 5.0
HOSTILE = {
    "%": "%", "_": "_", "'": "'", '"': '"', "*": "*", "(": "(", "NEAR(": "NEAR(", "NEAR": "a NEAR b", "a OR": "a OR",
    "column": "label:a", "minus": "-a", "caret": "^a", "statement": "'; DROP TABLE runs; --", "subquery": "(select 1)",
    "regex bomb": "(a+)+$" + "a" * 40, "backslash": "\\", "half a quote": 'a"b', "letters": "é" * 700, "long": "x" * 7000,
    "one letter": "a", "blanks": "   ", "newline": "a\nb", "bidi": "\u202ea",
}  # fmt: skip
"""What is text, whatever it means to SQL, to FTS5 or to a regular expression."""

PATHS = {"tool_id": "adder", "run_id": "00000000", "key": "sum", "name": "reports", "job_id": "x"}
ENDLESS = {"/api/events"}
JSON = {"Accept": "application/json"}


def lists():
    """Each GET with a query: its path with something there filled in, and its parameters by name."""
    for template, methods in json.loads(openapi_json())["paths"].items():
        known = {each["name"]: each for each in methods.get("get", {}).get("parameters", ()) if each["in"] == "query"}
        if known and template not in ENDLESS and "validate" not in template and "autocomplete" not in template:
            yield template, known


LISTS = dict(lists())
PAGED = [path for path, known in LISTS.items() if "page_size" in known]


def filled(template, run_id, number):
    """The address of the list, with a run and a file that are there."""
    return template.format(**{**PATHS, "run_id": run_id, "artefact_id": number, "endpoint": "x"})


@pytest.fixture(scope="module")
def there(live):
    """The id of a run, and the number of its file, which is called by each hostile text that a name can be."""
    run_id, numbers = keep(live.pixie, {"a.txt": b"a", "100%_of 'it\".csv": b"b", "NEAR(.txt": b"c"})
    live.pixie.label(run_id, "100%_of 'it' \"all\" (a+)+$ NEAR(")
    yield run_id, numbers["a.txt"]
    live.pixie.label(run_id, None)


def test_all_lists_are_attacked():
    """Those of runs and of files among them; a document without queries would leave nothing to try."""
    assert {"/api/runs", "/api/artefacts", "/api/tools/{tool_id}/runs"} <= set(PAGED)
    assert "q" in LISTS["/api/runs"]
    assert {"q", "tag", "label", "mime", "run", "from", "to"} <= set(LISTS["/api/artefacts"])


@pytest.mark.case("B9.filters")
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_every_text_in_every_filter_is_data(untouched, there, text):
    """An answer of its kind or 422 soon, whatever the text; nothing that it could mean is done."""
    for template, known in LISTS.items():
        for name in known:
            begun = time.monotonic()
            answer = untouched.get(filled(template, *there), params={name: text})
            assert answer.status_code in {200, 404, 414, 415, 422}, (template, name, answer.text)
            assert time.monotonic() - begun < SECONDS, (template, name)


@pytest.mark.case("B9.filters")
@pytest.mark.parametrize("text", ["100%_of", "'it'", '"all"', "(a+)+$", "NEAR("])
def test_a_search_finds_odd_text_as_it_stands(untouched, there, text):
    """It finds what holds it, and % and _ stand for themselves."""
    assert there[0] in [each["id"] for each in untouched.get("/api/runs", params={"q": text}).json()["items"]]
    for other in ("1%f", "1__%_of", "N_AR(", "100*"):
        assert untouched.get("/api/runs", params={"q": other}).json()["items"] == []
        assert untouched.get("/api/artefacts", params={"q": other}).json()["items"] == []


@pytest.mark.case("B9.filters")
def test_a_search_of_ten_thousand_bytes_is_refused_or_finds_nothing(untouched):
    """In an address it is too long, in a body it is a text like any other."""
    long = "x" * 10_000
    assert untouched.get("/api/runs", params={"q": long}).status_code == 414
    assert untouched.get("/api/artefacts", params={"q": long}).status_code == 414
    begun = time.monotonic()
    answer = untouched.post("/api/exports/bulk", json={"filter": {"q": long}})
    assert answer.status_code in {200, 422}
    assert time.monotonic() - begun < SECONDS


ORDERS = ["(select 1)", "label;drop table runs", "created_at", "1", "random()"]


@pytest.mark.case("B9.orders")
@pytest.mark.parametrize("name", ["sort", "order", "order_by", "limit", "offset"])
def test_no_list_takes_an_order_of_the_clients(untouched, there, name):
    """There is one, the newest first; what isn't known is refused and not passed on."""
    for template in PAGED:
        for order in ORDERS:
            answer = untouched.get(filled(template, *there), params={name: order}, headers=JSON)
            assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, f"$.{name}")


NO_NUMBERS = ["-1", "0", "1000000000", "9" * 30, "1e3", "1.5", "", "0x10", "ten", "%EF%BC%91", "+1", "1%00"]


@pytest.mark.case("B9.orders")
@pytest.mark.parametrize("number", NO_NUMBERS)
def test_every_page_of_every_list_has_its_bounds(untouched, there, number):
    """No size and no page beyond them, and none that is no number of ASCII digits."""
    for template in PAGED:
        for name in ("page_size", "page"):
            status, _, body = request(
                untouched, f"{filled(template, *there)}?{name}={number}", "accept: application/json"
            )
            assert (status, json.loads(body)["errors"][0]["path"]) == (422, f"$.{name}"), template


@pytest.mark.case("B9.orders")
def test_every_number_of_every_query_has_its_bounds(untouched, there):
    """-1 and 10^9 are answered or refused, and never cost more than a moment."""
    for template, known in LISTS.items():
        for name, each in known.items():
            if each["schema"].get("type") == "integer":
                for number in (-1, 10**9, 10**17):
                    begun = time.monotonic()
                    answer = untouched.get(filled(template, *there), params={name: number})
                    assert answer.status_code in {200, 404, 413, 422}, (template, name, answer.text)
                    assert time.monotonic() - begun < SECONDS


@pytest.mark.case("B9.orders")
@pytest.mark.parametrize("cursor", ["x", "e30", "bnVsbA", "W10", "eyJhIjoxfQ", "MTA=", "-1", "1;2", "\u00e9", "=" * 50])
def test_a_cursor_is_one_that_was_given(untouched, there, cursor):
    """Anything else is refused at `after`."""
    for template in PAGED:
        answer = untouched.get(filled(template, *there), params={"after": cursor}, headers=JSON)
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "$.after")
