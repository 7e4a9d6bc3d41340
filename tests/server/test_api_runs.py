"""The JSON routes about runs."""

import io
import json
import threading
import uuid
import zipfile

import pytest

from pixie_core.run.events import Log


@pytest.fixture(scope="module")
def told(live):
    """A streamed run that has ended."""
    return live.run("teller", words=20)


def test_a_run_is_found_by_a_prefix_of_its_id(live, told):
    """The first 8 characters will do; fewer than 6 are refused, none is guessed."""
    assert live.get(f"/api/runs/{told['id'][:8]}").json()["id"] == told["id"]
    assert live.get("/api/runs/abcd").status_code == 422
    assert live.get("/api/runs/00000000-0000-4000-8000-000000000000").status_code == 404


def test_a_streamed_run_is_recorded_with_its_whole_text(live, told):
    """Merged, whether or not anybody watched."""
    assert told["outputs"]["story"] == "".join(f"word{n} " for n in range(20))
    assert told["outputs"]["count"]["value"] == 20
    assert told["output_types"] == {"story": "stream_text", "count": "number"}


def test_the_fingerprint_says_what_made_the_run(live, told):
    """Versions and hashes, never a secret's value."""
    assert {"sources_sha256", "inputs_sha256", "platform", "secrets", "pixie"} <= set(told["fingerprint"])
    assert told["fingerprint"]["secrets"] == []


@pytest.mark.parametrize("after", [0, 1, 3])
def test_events_continue_byte_for_byte(live, told, after):
    """What comes after event N is the same bytes, in JSON and in the stream."""
    path = f"/api/runs/{told['id']}/events"
    whole = live.get(path, headers={"Accept": "text/event-stream"}).text
    rest = live.get(path, params={"after": after}, headers={"Accept": "text/event-stream"}).text
    assert whole.endswith(rest.removeprefix("retry: 1000\n\n"))
    events = [event for event in whole.split("\n\n") if event.startswith("id:")]
    assert [event.split("\n")[0] for event in events] == [f"id: {n}" for n in range(1, told["seq"] + 1)]
    as_json = live.get(path, params={"after": after}, headers={"Accept": "application/json"}).text
    datas = [event.split("\n")[2].removeprefix("data: ") for event in events[after:]]
    assert as_json == "[" + ",\n".join(datas) + "]"


@pytest.mark.parametrize(("count", "longest"), [(0, 0), (1201, 10), (12, 1 << 20)])
def test_a_log_of_any_length_is_one_list(live, count, longest):
    """It is sent page by page, which a reader of the JSON can't see; of a run that goes on it ends all the same."""
    run_id = str(uuid.uuid4())
    store = live.pixie.store
    store.create_run(run_id=run_id, tool_id="adder", inputs={}, origin="api")
    lines = [f"{number} ".ljust(longest, "x") for number in range(count)]
    store.append(run_id, [Log(text=line) for line in lines])
    events = live.get(f"/api/runs/{run_id}/events", headers={"Accept": "application/json"}).json()
    assert [event["text"] for event in events] == lines
    assert [event["seq"] for event in events] == list(range(1, count + 1))
    after = {"after": max(0, count - 1)}
    rest = live.get(f"/api/runs/{run_id}/events", params=after, headers={"Accept": "application/json"}).json()
    assert rest == events[-1:]


def test_a_browser_that_comes_back_gets_the_rest(live, told):
    """Last-Event-ID is where it goes on."""
    path = f"/api/runs/{told['id']}/events"
    headers = {"Accept": "text/event-stream", "Last-Event-ID": str(told["seq"] - 1)}
    text = live.get(path, headers=headers).text
    assert text.count("id: ") == 1
    assert "event: finished" in text


def test_a_live_run_is_followed_to_its_end_and_goes_on_without_its_reader(live):
    """The client goes away half way: the run doesn't notice, and its full text is there afterwards."""
    run = live.run("teller", wait=0, words=40, pause=0.02)
    with live.client.stream("GET", f"/api/runs/{run['id']}/events") as response:
        for line in response.iter_lines():
            if line.startswith("event: output"):
                break
    ended = live.pixie.wait(run["id"])
    assert ended.status == "ok"
    assert ended.values()["story"] == "".join(f"word{n} " for n in range(40))
    last = live.get(f"/api/runs/{run['id']}/events", params={"after": ended.seq - 1}).text
    assert '"kind":"finished"' in last


def test_many_readers_of_one_run_see_the_same(live):
    """Twenty at once, each with every event in its order."""
    run = live.run("teller", wait=0, words=30, pause=0.02)
    seen: list[str] = []

    def read() -> None:
        seen.append(live.get(f"/api/runs/{run['id']}/events", headers={"Accept": "text/event-stream"}).text)

    threads = [threading.Thread(target=read) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(seen) == 20
    assert len(set(seen)) == 1


def test_a_run_is_cancelled(live):
    """It ends as `cancelled`, with what it had; a second time there is nothing to cancel."""
    run = live.run("teller", wait=0, words=1000, pause=0.05)
    for record in live.pixie.follow(run["id"]):
        if record.event.kind == "output":
            break
    assert live.post(f"/api/runs/{run['id']}/cancel").status_code == 200
    ended = live.pixie.wait(run["id"], 15)
    assert ended.status == "cancelled"
    assert ended.values()["story"].startswith("word0 ")
    again = live.post(f"/api/runs/{run['id']}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "run_not_running")


def test_a_star_is_set_taken_and_toggled(live, told):
    """Without a body it is turned over."""
    path = f"/api/runs/{told['id']}/star"
    assert live.post(path, json={"starred": True}).json() == {"starred": True}
    assert live.post(path, json={"starred": True}).json() == {"starred": True}
    assert live.post(path).json() == {"starred": False}
    assert live.get(f"/api/runs/{told['id']}").json()["starred"] is False


def test_a_label_is_given_found_and_taken_away(live, told):
    """Null takes it away."""
    path = f"/api/runs/{told['id']}/label"
    assert live.post(path, json={"label": "final report"}).json() == {"label": "final report"}
    found = live.get("/api/runs", params={"label": "final report"}).json()["items"]
    assert [run["id"] for run in found] == [told["id"]]
    assert live.post(path, json={"label": None}).json() == {"label": None}
    assert live.post(path).status_code == 400


def test_a_rerun_has_the_old_inputs_with_changes_and_its_parent(live, told):
    """The new run says which one it repeats."""
    answer = live.post(f"/api/runs/{told['id']}/rerun", json={"inputs": {"words": 3}})
    assert answer.status_code == 202
    ended = live.pixie.wait(answer.json()["id"])
    assert (ended.parent_run_id, ended.inputs) == (told["id"], {"words": 3, "pause": 0.0})
    repeats = live.get("/api/runs", params={"parent": told["id"]}).json()["items"]
    assert [run["id"] for run in repeats] == [ended.id]


def test_runs_are_paged_by_cursor(live):
    """Every run once, newest first, however small the page."""
    for _ in range(3):
        live.run("adder")
    wanted = [run["id"] for run in live.get("/api/tools/adder/runs", params={"page_size": 250}).json()["items"]]
    got, after = [], None
    while True:
        page = live.get("/api/tools/adder/runs", params={"page_size": 2} | ({"after": after} if after else {})).json()
        got += [run["id"] for run in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert got == wanted
    assert len(set(got)) == len(got) >= 3


@pytest.mark.parametrize(
    "query",
    [
        {"page_size": 1000},
        {"page_size": "x"},
        {"page": 0},
        {"page": 201},
        {"stauts": "ok"},
        {"status": "good"},
        {"from": "yesterday"},
        {"to": "2026-02-30"},
        {"q": "x" * 1001},
    ],
)
def test_a_wrong_parameter_is_named(live, query):
    """422, at its name."""
    answer = live.get("/api/runs", params=query)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == f"$.{next(iter(query))}"


def test_runs_are_found_by_what_they_were_given_and_when(live):
    """A text in label or inputs, a span of time, any label; all joined by and."""
    run = live.run("adder", a=7, note="Zanzibar ferry")

    def found(**query):
        return [each["id"] for each in live.get("/api/runs", params=query).json()["items"]]

    assert found(q="zanzibar") == [run["id"]] == found(q="ZANZIBAR", tool="adder", status="ok")
    assert found(q="zanzibar", tool="teller") == [] == found(q="zanzibar", labelled=True)
    day = run["created_at"][:10]
    assert found(q="zanzibar", **{"from": day, "to": day}) == [run["id"]]
    assert found(q="zanzibar", **{"from": run["created_at"]}) == [run["id"]]
    assert found(q="zanzibar", to=run["created_at"]) == [] == found(q="zanzibar", to="2020-12-31")
    live.post(f"/api/runs/{run['id']}/label", json={"label": "to the island"})
    assert found(q="island", labelled=True) == [run["id"]]
    live.post(f"/api/runs/{run['id']}/label", json={"label": None})
    assert live.get("/api/runs", params={"q": "za"}).json()["newest_only"] == 10_000


def test_a_parent_is_found_by_the_beginning_of_its_id(live):
    """As any run is; one that isn't there is 404."""
    run = live.run("adder")
    again = live.post(f"/api/runs/{run['id']}/rerun").json()
    live.pixie.wait(again["id"])
    items = live.get("/api/runs", params={"parent": run["id"][:8]}).json()["items"]
    assert [each["id"] for each in items] == [again["id"]]
    assert live.get("/api/runs", params={"parent": "00000000"}).json()["code"] == "run_not_found"


def test_the_log_of_a_run_is_what_was_written_to_stderr(live):
    """By any prefix of its id; a run that wrote nothing has an empty one."""
    run = live.run("adder", fail=True, note="see stderr")
    answer = live.get(f"/api/runs/{run['id'][:8]}/log").json()
    assert answer["run_id"] == run["id"]
    assert answer["text"] == live.pixie.log(run["id"])
    assert live.get(f"/api/runs/{live.run('adder')['id']}/log").json()["text"] == ""
    assert live.get("/api/runs/00000000/log").json()["code"] == "run_not_found"


def test_a_deleted_run_is_nowhere_until_it_is_restored(live):
    """Not in lists, not by its id; but among those that can be restored, and back with all that it had."""
    run = live.run("adder", a=3)
    path = f"/api/runs/{run['id']}"
    assert live.client.delete(f"/api/runs/{run['id'][:8]}").json() == {"id": run["id"], "restorable_days": 7}
    for each in (path, f"{path}/log", f"{path}/events", f"{path}/outputs/sum", f"{path}/export"):
        assert live.get(each).json()["code"] == "run_not_found"
    assert live.client.delete(path).status_code == 404
    listed = [each["id"] for each in live.get("/api/runs", params={"tool": "adder"}).json()["items"]]
    assert run["id"] not in listed
    deleted = live.get("/api/runs", params={"tool": "adder", "deleted": True}).json()["items"]
    assert run["id"] in [each["id"] for each in deleted]
    assert live.post(f"{path}/restore").json() == run
    assert live.post(f"{path}/restore").json() == run


def test_a_run_that_is_protected_or_goes_on_is_not_deleted(live):
    """409, which says why."""
    run = live.run("adder")
    live.post(f"/api/runs/{run['id']}/star", json={"starred": True})
    answer = live.client.delete(f"/api/runs/{run['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "run_protected")
    assert "starred" in answer.json()["detail"]
    going = live.run("teller", wait=0, words=1000, pause=0.05)
    answer = live.client.delete(f"/api/runs/{going['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "run_still_running")
    live.post(f"/api/runs/{going['id']}/cancel")
    live.pixie.wait(going["id"], 15)


def test_one_output_is_answered_by_itself(live, told):
    """Its canonical value; an unknown one lists those that there are."""
    assert live.get(f"/api/runs/{told['id']}/outputs/count").json()["value"] == 20
    missing = live.get(f"/api/runs/{told['id']}/outputs/conut")
    assert (missing.status_code, missing.json()["code"]) == (404, "output_not_found")
    assert "story" in missing.json()["detail"]


def test_an_export_is_a_whole_zip(live, told):
    """inputs, outputs, report and run.json at its root, and testzip finds nothing."""
    answer = live.get(f"/api/runs/{told['id']}/export")
    assert answer.headers["content-type"] == "application/zip"
    assert "attachment" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert {"inputs.json", "outputs.json", "report.md", "run.json"} <= set(archive.namelist())
        assert json.loads(archive.read("outputs.json"))["story"] == told["outputs"]["story"]


def test_an_unknown_address_under_api_is_a_problem(live):
    """404 as problem details, and 405 says what is allowed."""
    assert live.get("/api/nothing").json()["code"] == "not_found"
    wrong = live.client.put("/api/tools")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD")


def test_everything_that_is_wrong_with_a_query_is_said_at_once(live):
    """Parameters that aren't there, that are said twice, and values that don't fit."""
    answer = live.get("/api/runs?stats=ok&tool=a&tool=b&page=201&starred=maybe&origin=banana")
    assert answer.status_code == 422
    said = {each["path"]: each["message"] for each in answer.json()["errors"]}
    assert sorted(said) == ["$.origin", "$.page", "$.starred", "$.stats", "$.tool"]
    assert "did you mean status?" in said["$.stats"]
    assert "said 2 times" in said["$.tool"]
    assert "`after`" in said["$.page"]


def test_everything_that_is_wrong_with_a_body_is_said_at_once(live):
    """Keys that aren't there beside values that don't fit."""
    answer = live.client.patch("/api/tools/adder", json={"pinned": "yes", "pined": True})
    assert answer.status_code == 422
    assert sorted(each["path"] for each in answer.json()["errors"]) == ["$.pined", "$.pinned"]


def test_an_address_that_is_wrong_says_where_to_look(live):
    """An unknown one names the document, and a wrong method the right ones."""
    assert "/api/openapi.json" in live.get("/api/nothing/here").json()["detail"]
    assert "GET" in live.post("/api/tools").json()["detail"]
