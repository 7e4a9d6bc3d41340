"""Pages and fragments: what a browser gets, with JavaScript and without, and what curl gets from the same addresses."""

import re

import pytest

NAVIGATES = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "document"}


def test_the_start_page_shows_the_tools_and_the_recent_runs(live):
    """Every tool has a link; so has a run."""
    run = live.run("adder")
    page = live.get("/").text
    assert 'href="/tool/adder"' in page
    assert f"/tool/adder/runs/{run['id']}" in page


def test_a_tools_page_has_its_form(live):
    """A field for each input, and a button."""
    page = live.get("/tool/adder").text
    for name in ("a", "b", "fail", "note"):
        assert f'name="{name}"' in page
    assert 'action="/tool/adder/run"' in page


def test_a_run_has_an_address_of_its_own(live):
    """Its inputs in the form, its outputs in the panel."""
    run = live.run("adder", a=123, b=1)
    page = live.get(f"/tool/adder/runs/{run['id']}").text
    assert 'value="123"' in page
    assert "124 km" in page


def test_a_run_of_another_tool_is_not_there(live):
    """The address says which tool; another's run isn't shown under it."""
    run = live.run("adder")
    assert live.get(f"/tool/teller/runs/{run['id']}").status_code == 404


def test_curl_posts_a_form_and_gets_the_panel_when_the_run_has_ended(live):
    """HTML, with the answer in it."""
    answer = live.post("/tool/adder/run", data={"a": "20", "b": "3"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "23 km" in answer.text


def test_the_same_address_answers_json_by_accept(live):
    """The run, whole."""
    answer = live.post("/tool/adder/run", data={"a": "20", "b": "3"}, headers={"Accept": "application/json"})
    assert answer.json()["outputs"]["sum"]["value"] == 23
    assert answer.json()["origin"] == "form"


def test_a_plain_form_is_sent_on_to_the_runs_page(live):
    """303, so that reloading starts nothing again."""
    answer = live.post("/tool/adder/run", data={"a": "1"}, headers={**NAVIGATES, "Origin": live.url})
    assert answer.status_code == 303
    assert re.fullmatch(r"/tool/adder/runs/[0-9a-f-]{36}", answer.headers["location"])
    assert live.get(answer.headers["location"]).status_code == 200


def test_htmx_gets_the_live_panel_at_once(live):
    """Before the run has ended, with what live.js follows it by."""
    answer = live.post("/tool/teller/run", data={"words": "50", "pause": "0.02"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    run_id = re.search(r'data-run="([0-9a-f-]{36})"', answer.text)[1]
    assert live.get(f"/api/runs/{run_id}").json()["status"] == "running"
    live.pixie.wait(run_id)
    panel = live.get(f"/tool/teller/runs/{run_id}/panel").text
    assert "word49" in panel


def test_a_multipart_form_runs_as_well(live):
    """The other kind of form."""
    answer = live.post("/tool/adder/run", files={"a": (None, "7"), "b": (None, "8")})
    assert "15 km" in answer.text


def test_wrong_inputs_are_shown_at_their_fields_with_what_was_typed(live):
    """To a browser without JavaScript: the page again, 422."""
    answer = live.post("/tool/adder/run", data={"a": "99999", "b": "x"}, headers={**NAVIGATES, "Origin": live.url})
    assert answer.status_code == 422
    assert "must be at most 1000" in answer.text
    assert "must be a number" in answer.text
    assert 'value="99999"' in answer.text


def test_wrong_inputs_by_curl_and_json_name_each_input(live):
    """The same, as problem details."""
    answer = live.post("/tool/adder/run", data={"a": "x"}, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"path": "$.a", "message": "First must be a number, not 'x'"}]


def test_a_form_that_is_not_utf8_is_malformed_and_not_empty(live):
    """A raw bad byte, and a percent-encoded one."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for body in (b"note=\xff", b"note=%ff"):
        assert live.post("/tool/adder/run", content=body, headers=headers).status_code == 400


def test_a_failed_run_shows_the_tools_message(live):
    """The sentence, and its traceback at hand."""
    page = live.post("/tool/adder/run", data={"fail": "on", "note": "<b>x</b>"}).text
    assert "told to fail: &lt;b&gt;x&lt;/b&gt;" in page
    assert "<b>x</b>" not in page


def test_the_history_is_a_fragment_and_a_list(live):
    """HTML for htmx, JSON by Accept."""
    live.run("adder")
    assert "<html" not in live.get("/tool/adder/runs").text
    assert live.get("/tool/adder/runs", headers={"Accept": "application/json"}).json()["items"]


def test_a_run_of_a_tool_is_cancelled_by_its_page(live):
    """Without a run id it is the newest running one."""
    run = live.run("teller", wait=0, words=1000, pause=0.05)
    assert live.post("/tool/teller/cancel").status_code == 200
    assert live.pixie.wait(run["id"], 15).status == "cancelled"
    assert live.post("/tool/teller/cancel").status_code == 404


def test_the_stream_of_a_tool_replays_the_log(live):
    """The same events as those of the run."""
    run = live.run("teller", words=4)
    by_tool = live.get("/tool/teller/stream", params={"run_id": run["id"]}).text
    assert by_tool == live.get(f"/api/runs/{run['id']}/events").text


@pytest.mark.parametrize("path", ["/tool/nothing", "/tool/adder/runs/00000000-0000-4000-8000-000000000000", "/nowhere"])
def test_a_missing_page_says_so_in_html(live, path):
    """404, a sentence, and one next thing to do."""
    answer = live.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1" in answer.text


def test_a_broken_tool_shows_what_is_wrong_and_no_form(live):
    """The problems of its tool.json."""
    page = live.get("/tool/broken").text
    assert "is missing" in page
    assert 'action="/tool/broken/run"' not in page


def test_static_files_are_kept_by_the_browser_for_good(live):
    """Their addresses carry the version of their content; without it they are asked for again."""
    page = live.get("/").text
    style = re.search(r'href="(/static/css/[^"]+)"', page)[1]
    assert "immutable" in live.get(style).headers["cache-control"]
    assert live.get(style.split("?")[0]).headers["cache-control"] == "no-cache"
    assert live.get("/static/../app.py").status_code in {400, 404}
    assert live.get("/static/%2e%2e/app.py").status_code in {400, 404}
