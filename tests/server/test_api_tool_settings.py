"""What the user sets for a tool holds at once, wherever the tool is looked at and when it is run."""

import pytest

from tests.server.live_pixie import add_tool, add_tools, live_pixie

LIMITS = {"warm_keep_seconds": None, "max_memory_mb": None, "max_runtime_seconds": None}
NOISY = '''\
import sys

from pixie_tool_sdk import Tool

tool = Tool()


@tool.run
def speak(text):
    """Write to stderr."""
    print("one", "two", "three", sep="\\n", file=sys.stderr, flush=True)
    return {"done": 1}


tool.serve()
'''


@pytest.fixture
def live(tmp_path):
    """A served Pixie of its own for each test, since they change it."""
    add_tools(tmp_path)
    add_tool(
        tmp_path / "tools",
        {
            "id": "noisy",
            "name": "Noisy",
            "archived": True,
            "tags": ["loud"],
            "inputs": [{"key": "text", "type": "text", "label": "Text", "default": ""}],
            "outputs": [{"key": "done", "type": "number", "label": "Done"}],
        },
        NOISY,
    )
    with live_pixie(tmp_path) as served:
        yield served


def change(live, tool_id, **changes):
    """The answer of PATCH."""
    return live.client.patch(f"/api/tools/{tool_id}", json=changes)


def test_a_tool_shows_what_is_set_for_it(live):
    """At first nothing, and the limits of its tool.json."""
    shown = live.get("/api/tools/adder").json()
    assert (shown["favourited"], shown["pinned"], shown["pinned_warm"], shown["sort_order"]) == (
        False,
        False,
        False,
        None,
    )
    assert shown["limits"] == {"warm_keep_seconds": 300, "max_memory_mb": 512, "max_runtime_seconds": 60}
    assert shown["overrides"] == LIMITS
    assert shown["run_counts"] == {}
    live.run("adder")
    assert live.get("/api/tools/adder").json()["run_counts"] == {"ok": 1}


def test_what_is_sent_is_set_and_the_rest_stays(live):
    """The answer is the tool as it is then."""
    assert change(live, "adder", favourited=True, sort_order=2).json()["favourited"] is True
    shown = change(live, "adder", pinned=True, pinned_warm=True).json()
    assert [shown[key] for key in ("favourited", "pinned", "pinned_warm", "sort_order")] == [True, True, True, 2]
    assert change(live, "adder", sort_order=None).json()["sort_order"] is None
    assert live.get("/api/tools/adder").json()["favourited"] is True


def test_archiving_wins_over_tool_json_until_the_word_is_taken_back(live):
    """In the list, in the status and on the pages."""
    assert change(live, "adder", archived=True).json()["status"] == "archived"
    listed = {each["id"]: each["archived"] for each in live.get("/api/tools").json()}
    assert (listed["adder"], listed["noisy"], listed["teller"]) == (True, True, False)
    sidebar = live.get("/").text
    assert "/tool/teller" in sidebar
    assert "/tool/adder" not in sidebar
    assert change(live, "noisy", archived=False).json()["archived"] is False
    assert change(live, "noisy", archived=None).json()["archived"] is True


@pytest.mark.parametrize(
    "body",
    [
        {"favourited": None},
        {"favourited": 1},
        {"archived": "yes"},
        {"sort_order": 2.5},
        {"sort_order": 2**40},
        {"name": "x"},
    ],
)
def test_what_does_not_fit_is_refused_with_its_path(live, body):
    """And nothing is changed."""
    answer = change(live, "adder", **body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == f"$.{next(iter(body))}"
    assert live.pixie.store.tool_states() == {}


@pytest.mark.parametrize("path", ["/api/tools/nobody", "/api/tools/nobody/overrides", "/api/tools/nobody/logs"])
def test_a_tool_that_is_not_there_is_404(live, path):
    """On each route."""
    method = {"overrides": "PUT", "logs": "GET"}.get(path.rpartition("/")[2], "PATCH")
    answer = live.client.request(method, path, json=None if method == "GET" else {})
    assert (answer.status_code, answer.json()["code"]) == (404, "tool_not_found")


def test_a_limit_that_was_set_ends_a_run_that_takes_longer(live):
    """Though tool.json allows a minute; it holds from the next run on, also in a process that was warm."""
    live.run("teller", words=1)
    shown = live.client.put("/api/tools/teller/overrides", json={"max_runtime_seconds": 1}).json()
    assert shown["overrides"] == {**LIMITS, "max_runtime_seconds": 1}
    assert shown["limits"]["max_runtime_seconds"] == 1
    assert "max_runtime_seconds" not in shown["declaration"]
    run = live.run("teller", wait=60, words=100, pause=0.5)
    assert (run["status"], run["error"]["code"]) == ("error", "run_timed_out")
    assert "may take 1 s" in run["error"]["message"]
    assert live.client.put("/api/tools/teller/overrides", json={}).json()["overrides"] == LIMITS
    assert live.run("teller", wait=60, words=4, pause=0.5)["status"] == "ok"


@pytest.mark.parametrize(
    "body",
    [{"max_memory_mb": 0}, {"warm_keep_seconds": -1}, {"max_runtime_seconds": "60"}, {"max_runtime_seconds": 10**12}],
)
def test_limits_are_held_to_the_bounds_of_the_manifest(live, body):
    """With the path of what is wrong."""
    answer = live.client.put("/api/tools/adder/overrides", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == f"$.{next(iter(body))}"


def test_nothing_but_limits_can_be_overridden(live):
    """Least of all what is run."""
    answer = live.client.put("/api/tools/adder/overrides", json={"entrypoint": "other.py"})
    assert answer.status_code == 422
    assert "entrypoint" in answer.json()["errors"][0]["message"]


def test_the_log_is_the_end_of_what_the_process_wrote(live):
    """Nothing before there was one."""
    assert live.get("/api/tools/noisy/logs").json() == {"tool_id": "noisy", "text": ""}
    live.run("noisy")
    assert live.get("/api/tools/noisy/logs").json()["text"].endswith("one\ntwo\nthree\n")
    assert live.get("/api/tools/noisy/logs?lines=2").json()["text"] == "two\nthree\n"
    assert live.get("/api/tools/noisy/logs?lines=0").status_code == 422
    live.post("/api/tools/noisy/stop")
    assert "three" in live.get("/api/tools/noisy/logs").json()["text"]
