"""The JSON routes about workspaces."""

import pytest

from tests.server.live_pixie import add_tools, live_pixie


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A served Pixie of their own, since they look at all workspaces."""
    home = tmp_path_factory.mktemp("workspaces")
    add_tools(home)
    with live_pixie(home) as live:
        yield live


@pytest.fixture
def live(served):
    """It, without a workspace."""
    for each in served.pixie.workspaces.all():
        served.pixie.workspaces.delete(each.id)
    return served


def made(live, name="Thesis", **about):
    """A workspace that was just made."""
    answer = live.post("/api/workspaces", json={"name": name, **about})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_workspace_is_made_and_listed(live):
    """The list is a bare one, in the order of making."""
    assert live.get("/api/workspaces").json() == []
    first, second = made(live, " Thesis "), made(live, "Home", colour="#2e7d32")
    assert (first["name"], first["colour"], first["tools"], first["collapsed"]) == ("Thesis", None, [], False)
    assert second["colour"] == "#2e7d32"
    assert live.get("/api/workspaces").json() == [first, second]


def test_a_name_is_taken_once(live):
    """In capitals or not, by making and by renaming; its own it may keep."""
    first, second = made(live), made(live, "Home")
    for answer in (
        live.post("/api/workspaces", json={"name": "THESIS"}),
        live.client.patch(f"/api/workspaces/{second['id']}", json={"name": "thesis"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "workspace_exists")
    assert live.client.patch(f"/api/workspaces/{first['id']}", json={"name": "THESIS"}).json()["name"] == "THESIS"


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": " "}, {"name": "x" * 101}, {"name": 1}, {"name": "a", "color": "red"}]
)
def test_what_is_no_workspace_is_refused(live, body):
    """422 with the path, and none is made."""
    answer = live.post("/api/workspaces", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]
    assert live.get("/api/workspaces").json() == []


def test_what_is_sent_changes_and_the_rest_stays(live):
    """Null takes the colour away."""
    path = f"/api/workspaces/{made(live, colour='red')['id']}"
    changed = live.client.patch(path, json={"collapsed": True, "sort_order": 9}).json()
    assert (changed["collapsed"], changed["sort_order"], changed["colour"]) == (True, 9, "red")
    assert live.client.patch(path, json={"name": "Home"}).json() == {**changed, "name": "Home"}
    assert live.client.patch(path, json={"colour": None}).json()["colour"] is None
    assert live.client.patch(path, json={}).json()["name"] == "Home"
    for body in ({"name": None}, {"collapsed": 1}, {"sort_order": 2.5}, {"tools": []}):
        assert live.client.patch(path, json=body).status_code == 422


def test_workspaces_are_listed_by_their_rank(live):
    """The smallest first."""
    first, second = made(live), made(live, "Home")
    live.client.patch(f"/api/workspaces/{first['id']}", json={"sort_order": 100})
    assert [each["id"] for each in live.get("/api/workspaces").json()] == [second["id"], first["id"]]


def test_tools_are_put_in_and_taken_out(live):
    """Twice is as once; a tool can be in several."""
    path = f"/api/workspaces/{made(live)['id']}/tools"
    other = f"/api/workspaces/{made(live, 'Home')['id']}/tools"
    assert live.post(f"{path}/teller").json()["tools"] == ["teller"]
    assert live.post(f"{path}/adder").json()["tools"] == ["teller", "adder"]
    assert live.post(f"{path}/teller").json()["tools"] == ["teller", "adder"]
    assert live.post(f"{other}/adder").json()["tools"] == ["adder"]
    assert live.client.delete(f"{path}/adder").json()["tools"] == ["teller"]
    assert live.client.delete(f"{path}/adder").json()["tools"] == ["teller"]
    assert live.post(f"{path}/nobody").json()["code"] == "tool_not_found"


def test_a_tool_that_is_gone_can_be_taken_out(live):
    """It is in the workspace until somebody does."""
    workspace = made(live)
    live.pixie.workspaces.add_tool(workspace["id"], "long-gone")
    answer = live.client.delete(f"/api/workspaces/{workspace['id']}/tools/long-gone")
    assert answer.json()["tools"] == []


def test_a_workspace_goes_and_its_tools_stay(live):
    """Those that are left are answered; a second time it isn't there."""
    first, second = made(live), made(live, "Home")
    live.post(f"/api/workspaces/{first['id']}/tools/adder")
    assert live.client.delete(f"/api/workspaces/{first['id']}").json() == [second]
    assert live.client.delete(f"/api/workspaces/{first['id']}").json()["code"] == "workspace_not_found"
    assert live.get("/api/tools/adder").status_code == 200


@pytest.mark.parametrize("number", [999_999, 2**70])
def test_a_workspace_that_is_not_there_is_404_on_each_route(live, number):
    """However large its number is."""
    path = f"/api/workspaces/{number}"
    for answer in (
        live.client.patch(path, json={"name": "x"}),
        live.client.delete(path),
        live.post(f"{path}/tools/adder"),
        live.client.delete(f"{path}/tools/adder"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "workspace_not_found")
