"""The JSON routes about room: what is taken, and what a sweep would free."""

import json

import pytest

from tests.reliability.kept import keep
from tests.server.cli.folders import command
from tests.server.live_pixie import add_tools, live_pixie


@pytest.fixture
def live(tmp_path):
    """A served Pixie for each test, which sweeps in it."""
    add_tools(tmp_path)
    with live_pixie(tmp_path) as served:
        yield served


def sweep(live, **body):
    """The answer of a sweep."""
    answer = live.post("/api/sweep", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_disk_is_told_by_tool_with_the_largest_first(live):
    """Each kind by itself, also of a tool that is gone while its files are there."""
    keep(live.pixie, {"big.bin": b"x" * 300_000}, tool_id="long-gone")
    (live.pixie.settings.tools_dir / "adder" / "data").mkdir()
    (live.pixie.settings.tools_dir / "adder" / "data" / "table.csv").write_bytes(b"x" * 100_000)
    told = live.get("/api/disk").json()
    by_id = {each["tool_id"]: each for each in told["tools"]}
    assert by_id["long-gone"]["artefacts"] >= 300_000
    assert by_id["adder"]["data"] >= 100_000
    assert [each["total"] for each in told["tools"]] == sorted((each["total"] for each in told["tools"]), reverse=True)
    for each in told["tools"]:
        assert each["total"] == sum(each[kind] for kind in ("venv", "data", "models", "artefacts", "other"))
        assert each["archive_because"] is None
    assert {"adder", "teller", "broken"} <= set(by_id)


def test_looking_at_the_disk_writes_nothing_down(live):
    """GET changes nothing; a measurement by hand does."""
    query = "SELECT count(*) FROM tool_state WHERE last_disk_audit IS NOT NULL"
    for method in ("GET", "HEAD"):
        assert live.client.request(method, "/api/disk").status_code == 200
    assert live.pixie.store.read(lambda conn: conn.execute(query).fetchone()[0]) == 0
    live.pixie.keeping.audit()
    assert live.pixie.store.read(lambda conn: conn.execute(query).fetchone()[0]) > 0


def test_a_sweep_is_a_plan_unless_it_is_to_be_applied(live):
    """By default of what is 30 days old; nothing is deleted."""
    runs = [live.run("adder")["id"], live.run("teller", words=1)["id"]]
    assert sweep(live) == {
        "older_than": "30d",
        "tool": None,
        "applied": False,
        "runs": [],
        "spared": [],
        "totals": {"runs": 0, "artefacts": 0, "bytes": 0},
        "deleted": None,
    }
    assert live.post("/api/sweep").json() == sweep(live)
    plan = sweep(live, older_than="0")
    assert {each["id"] for each in plan["runs"]} == set(runs)
    assert (plan["applied"], plan["deleted"], plan["totals"]["runs"]) == (False, None, 2)
    assert all(each["reason"] for each in plan["runs"])
    for run_id in runs:
        assert live.get(f"/api/runs/{run_id}").status_code == 200


def test_an_applied_sweep_deletes_for_good_what_it_planned(live):
    """Of the tool that is named, with its files; what is starred or labelled stays, and it is said why."""
    gone, numbers = keep(live.pixie, {"plot.bin": b"x" * 200_000})
    starred, labelled, other = live.run("adder")["id"], live.run("adder")["id"], live.run("teller", words=1)["id"]
    live.post(f"/api/runs/{starred}/star")
    live.post(f"/api/runs/{labelled}/label", json={"label": "kept"})
    done = sweep(live, older_than="0", tool="adder", apply=True)
    assert [each["id"] for each in done["runs"]] == [gone] == done["deleted"]["runs"]
    assert {each["id"] for each in done["spared"]} == {starred, labelled}
    assert done["totals"] == {"runs": 1, "artefacts": 1, "bytes": 200_000}
    assert done["deleted"]["bytes"] >= 200_000
    assert (done["deleted"]["skipped"], done["deleted"]["failed"]) == ([], [])
    assert live.get(f"/api/runs/{gone}").json()["code"] == "run_not_found"
    assert live.post(f"/api/runs/{gone}/restore").json()["code"] == "run_not_found"
    assert live.get(f"/api/artefacts/{numbers['plot.bin']}/content").status_code == 404
    for run_id in (starred, labelled, other):
        assert live.get(f"/api/runs/{run_id}").status_code == 200
    assert sweep(live, older_than="0", tool="adder", apply=True)["deleted"]["runs"] == []


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"older_than": "a while"}, "$.older_than"),
        ({"older_than": "-1d"}, "$.older_than"),
        ({"older_than": 30}, "$.older_than"),
        ({"older_than": "0", "apply": "yes"}, "$.apply"),
        ({"older_then": "30d", "apply": True}, "$.older_then"),
    ],
)
def test_what_is_no_sweep_deletes_nothing(live, body, path):
    """422, at what is wrong."""
    run = live.run("adder")["id"]
    answer = live.post("/api/sweep", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, path)
    assert live.get(f"/api/runs/{run}").status_code == 200


def test_a_tool_that_is_not_there_is_not_swept(live):
    """404, before anything is."""
    answer = live.post("/api/sweep", json={"tool": "nobody", "older_than": "0", "apply": True})
    assert (answer.status_code, answer.json()["code"]) == (404, "tool_not_found")


def test_the_command_and_the_route_tell_the_same(live):
    """In the same words, of the plan and of what was done."""
    gone, _ = keep(live.pixie, {"a.txt": b"a"})
    live.post(f"/api/runs/{live.run('adder')['id']}/star")

    def by_command(*more):
        result = command(live.pixie.settings.home, "sweep", "--older-than", "0", "--json", *more)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    planned = sweep(live, older_than="0")
    assert by_command() == planned
    done = by_command("--apply")
    assert done.pop("deleted")["runs"] == [gone]
    assert done == {name: told for name, told in planned.items() if name != "deleted"} | {"applied": True}
    assert by_command("--apply") == sweep(live, older_than="0", apply=True)
