"""The pages of settings without scripts: what they show, what their forms do, and who may send them."""

import html
import re
import time

import attrs
import pytest

from pixie_core.config import SECTIONS, declared
from pixie_core.store.stored_settings import STORABLE
from pixie_core.tool import Limits
from pixie_server.app import ROUTES
from tests.server.live_pixie import ADDER, MANIFESTS, add_tool, add_tools, live_pixie

KEYED = {
    **MANIFESTS["adder"],
    "id": "keyed",
    "name": "Keyed",
    "tags": ["weather"],
    "max_runtime_seconds": 45,
    "secrets": [{"key": "API_KEY", "required": True, "description": "of the service"}, {"key": "OTHER_KEY"}],
}
SECRET = "hunter2<&>\"'-and-more"
TOOL = "/tool/keyed/settings"
FORMS = [route.template for route in ROUTES if route.method == "POST" and "/settings" in route.path]


def home_of(folder):
    """A data folder with a tool that lists secrets and limits."""
    home = folder / "pixie"
    add_tools(home)
    add_tool(home / "tools", KEYED, ADDER)
    return home


@pytest.fixture
def live(tmp_path):
    """A served Pixie for each test, whose settings it changes."""
    with live_pixie(home_of(tmp_path)) as served:
        yield served


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    """One for the tests that change nothing."""
    with live_pixie(home_of(tmp_path_factory.mktemp("untouched"))) as served:
        yield served


def text_of(answer):
    """What a page says, without its marks."""
    return html.unescape(" ".join(re.sub(r"<[^>]*>", " ", answer.text).split()))


def part(answer, element_id):
    """A page from where an element begins to where its form or section ends."""
    found = re.search(rf'<(form|section|p)\b[^>]* id="{re.escape(element_id)}".*?</\1>', answer.text, re.DOTALL)
    assert found, f"the page has no {element_id}"
    return html.unescape(found[0])


def value(answer, element_id):
    """The value of a field."""
    return html.unescape(re.search(rf'id="{re.escape(element_id)}"[^>]* value="([^"]*)"', answer.text)[1])


# /settings


def test_every_setting_that_can_be_kept_has_a_form(untouched):
    """With what it means, its heading and its variable: one more in the declaration is one more here."""
    page = untouched.get("/settings")
    assert page.status_code == 200
    for each in declared():
        if each.name in STORABLE:
            assert each.metadata["help"] in part(page, f"setting-{each.name}").replace("\n", " ").lower() or (
                each.metadata["help"][1:] in part(page, f"setting-{each.name}")
            )
    assert len(re.findall(r'id="setting-\w+" method="post"', page.text)) == len(STORABLE)
    for heading in SECTIONS:
        assert f">{heading}</h2>" in page.text


def test_every_heading_is_one_that_the_page_knows():
    """A setting under another would be lost."""
    assert {each.metadata["section"] for each in declared()} == set(SECTIONS)


def test_the_first_bytes_of_every_page_carry_the_look(live):
    """So that none of it is switched before the reader's eyes; the browser's own canvas too."""
    assert live.post("/settings", data={"name": "theme", "value": "dark"}).status_code == 303
    live.post("/settings", data={"name": "accent", "value": "ember"})
    for path in ("/", "/settings", TOOL, "/tool/adder", "/tool/nothing", "/nowhere"):
        head = live.get(path).text[:700]
        assert 'data-theme="dark" data-accent="ember" data-density="comfortable"' in head
        assert '<meta name="color-scheme" content="dark">' in head


def test_a_setting_is_kept_and_the_browser_sent_back_to_it(live):
    """Where it came from is said; its default takes it back."""
    answer = live.post("/settings", data={"name": "library_page_size", "value": "20"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings#setting-library_page_size")
    assert live.pixie.preferences.current().library_page_size == 20
    row = part(live.get("/settings"), "setting-library_page_size")
    assert "Set here" in row
    assert "Default: 50" in row
    assert 'name="reset"' in row
    live.post("/settings", data={"name": "library_page_size", "value": "20", "reset": "true"})
    assert live.pixie.preferences.current().library_page_size == 50
    assert 'name="reset"' not in part(live.get("/settings"), "setting-library_page_size")


def test_a_switch_is_turned_on_and_off_by_a_plain_form(live):
    """Beside its checkbox stands a hidden false."""
    for sent, kept in ((["false", "true"], True), (["false"], False)):
        live.post("/settings", data={"name": "access_log", "value": sent})
        assert live.pixie.preferences.current().access_log is kept


def test_a_blank_takes_back_what_may_be_nothing(live):
    """An age for the sweeper, and none."""
    live.post("/settings", data={"name": "retention_older_than", "value": "90d"})
    assert value(live.get("/settings"), "setting-retention_older_than-value") == "90d"
    live.post("/settings", data={"name": "retention_older_than", "value": ""})
    assert live.pixie.preferences.current().retention_older_than is None


@pytest.mark.parametrize(
    ("name", "typed", "says"),
    [
        ("theme", "pink", "one of auto, light, dark"),
        ("max_body_bytes", "12", "at least 1024"),
        ("library_page_size", "<many>", "a whole number"),
        ("retention_older_than", "soon", "is no duration"),
        ("retention_older_than", "0", "like 90d"),
    ],
)
def test_what_is_refused_comes_back_at_its_field(untouched, name, typed, says):
    """422, the sentence, what was typed still there, and nothing kept."""
    answer = untouched.post("/settings", data={"name": name, "value": typed})
    assert answer.status_code == 422
    assert says in part(answer, f"setting-{name}-problem")
    assert "Nothing was changed." in answer.text
    if name != "theme":
        assert value(answer, f"setting-{name}-value") == typed
    assert untouched.get("/api/settings").json()[name]["kept"] is None


def test_what_is_refused_in_a_fold_opens_it(untouched):
    """A message that nobody sees is none."""
    answer = untouched.post("/settings", data={"name": "max_body_bytes", "value": "12"})
    assert re.search(
        r'<details class="settings-fold" open>(?:(?!</details>).)*setting-max_body_bytes', answer.text, re.DOTALL
    )


def test_a_program_gets_problem_details(untouched):
    """By Accept, with the path of the setting."""
    sent = {"name": "theme", "value": "pink"}
    answer = untouched.post("/settings", data=sent, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert [each["path"] for each in answer.json()["errors"]] == ["$.theme"]


@pytest.mark.parametrize("name", ["", "nonsense", "port", "tools_dir", "developer_mode"])
def test_what_cannot_be_kept_is_not(untouched, name):
    """Neither what isn't a setting nor where the data lies."""
    answer = untouched.post("/settings", data={"name": name, "value": "1"})
    assert answer.status_code == 422
    assert "Nothing was changed." in answer.text


def test_a_setting_that_is_said_elsewhere_says_where_and_cannot_be_changed(tmp_path):
    """Its fields are shut; sending it all the same is 409 with the reason."""
    (tmp_path / "tools").mkdir()
    with live_pixie(tmp_path, theme="dark") as live:
        row = part(live.get("/settings"), "setting-theme")
        assert row.count("disabled") == 3
        assert "Said when Pixie was started" in row
        answer = live.post("/settings", data={"name": "theme", "value": "light"})
        assert answer.status_code == 409
        assert "Nothing was changed" in part(answer, "setting-theme-problem")


def test_a_kept_value_that_is_not_valid_is_shown_with_its_cure(live):
    """The page stands, and the default holds."""
    live.pixie.store.settings.put("max_streams", "many")
    row = part(live.get("/settings"), "setting-max_streams")
    assert "isn’t used" in row
    assert 'name="reset"' in row


def test_settings_of_the_start_are_shown_with_where_they_come_from(untouched):
    """They can't be changed here, and nothing else tells where the data lies."""
    said = text_of(untouched.get("/settings"))
    assert str(untouched.pixie.settings.db_path) in said
    assert "PIXIE_PORT" in said


# Destinations


def test_a_destination_is_added_and_removed(live, tmp_path):
    """By name, with its format."""
    folder = tmp_path / "reports <b>"
    folder.mkdir()
    sent = {"name": "Reports", "folder": str(folder), "format": "xlsx"}
    answer = live.post("/settings/destinations", data=sent)
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings#destinations")
    shown = part(live.get("/settings"), "destinations")
    assert "Reports" in shown
    assert "xlsx" in shown
    assert str(folder) not in live.get("/settings").text
    assert live.get("/api/export-targets").json() == [{"name": "Reports", "folder": str(folder), "format": "xlsx"}]
    assert live.post("/settings/destinations/remove", data={"name": "Reports"}).status_code == 303
    assert live.get("/api/export-targets").json() == []
    assert folder.is_dir()


def test_a_destination_that_cannot_be_is_refused_at_its_field(live, tmp_path):
    """Each of its fields has its own message, as a sentence with a subject."""
    answer = live.post("/settings/destinations", data={"name": "Reports", "folder": "reports", "format": ""})
    assert answer.status_code == 422
    assert "The folder is 'reports'; expected an absolute path" in part(answer, "destination-folder-problem")
    assert value(answer, "destination-name") == "Reports"
    answer = live.post("/settings/destinations", data={"name": "!", "folder": str(tmp_path)})
    assert "The name is '!'; expected" in part(answer, "destination-name-problem")
    answer = live.post("/settings/destinations", data={"name": "x", "folder": str(tmp_path), "format": "docxx"})
    assert "docxx" in part(answer, "destination-format-problem")
    answer = live.post("/settings/destinations/remove", data={"name": "nowhere"})
    assert answer.status_code == 404
    assert "nowhere" in part(answer, "destination-problem")


def test_a_folder_behind_a_link_is_taken_once_that_is_confirmed(live, tmp_path):
    """First it is said where it leads."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    sent = {"name": "linked", "folder": str(tmp_path / "link"), "format": ""}
    assert str(tmp_path / "real") in text_of(live.post("/settings/destinations", data=sent))
    assert live.post("/settings/destinations", data={**sent, "through_links": "true"}).status_code == 303


# Sweeping


def test_a_plan_is_shown_before_anything_is_deleted(live):
    """What would go, what it frees and what stays; looking deletes nothing."""
    going, staying = live.run("adder")["id"], live.run("adder")["id"]
    live.pixie.star(staying)
    page = live.get("/settings", params={"older_than": "0"})
    shown = part(page, "sweep")
    assert going in shown
    assert staying not in shown
    assert "1 run with" in shown
    assert "1 as old stays" in shown
    assert len(live.pixie.runs().items) == 2
    assert "Nothing would go." in text_of(live.get("/settings", params={"older_than": "30d"}))


def test_a_sweep_wants_its_yes_and_says_what_it_did(live):
    """Without the tick nothing goes, and the plan is there again."""
    run = live.run("adder")["id"]
    answer = live.post("/settings/sweep", data={"older_than": "0"})
    assert answer.status_code == 422
    assert "Nothing was deleted" in part(answer, "sweep-confirm-problem")
    assert run in part(answer, "sweep")
    assert live.pixie.get(run).id == run
    answer = live.post("/settings/sweep", data={"older_than": "0", "confirm": "true"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings#sweep")
    assert live.pixie.runs().items == ()
    assert "1 run deleted" in text_of(live.get("/settings"))


def test_a_sweep_takes_what_is_beyond_the_number_that_tools_keep(live):
    """When it is asked to; otherwise it goes by age alone."""
    manifest = live.pixie.settings.tools_dir / "adder" / "tool.json"
    manifest.write_text(manifest.read_text().replace('{"id"', '{"retain_runs": 1, "id"', 1))
    for _ in range(3):
        live.run("adder")
    assert "Nothing would go." in text_of(live.get("/settings", params={"older_than": "9y"}))
    assert "2 runs with" in text_of(live.get("/settings", params={"older_than": "9y", "surplus": "true"}))
    live.post("/settings/sweep", data={"older_than": "9y", "surplus": "true", "confirm": "true"})
    assert len(live.pixie.runs().items) == 1


def test_an_age_that_is_none_is_refused_at_its_field(untouched):
    """By the page with a plan, and by the sweep."""
    for answer in (
        untouched.get("/settings", params={"older_than": "soon"}),
        untouched.post("/settings/sweep", data={"older_than": "soon", "confirm": "true"}),
    ):
        assert answer.status_code == 422
        assert "'soon' is no duration" in part(answer, "sweep-older_than-problem")
        assert value(answer, "sweep-older_than") == "soon"


# /tool/{id}/settings


def test_no_secret_is_in_any_answer(live):
    """Set, replaced, refused or cleared: its value is never sent back."""
    answers = [
        live.post(f"{TOOL}/secrets", data={"key": "API_KEY", "value": SECRET}),
        live.get(TOOL),
        live.post(f"{TOOL}/secrets", data={"key": "1 KEY", "value": SECRET, "new": "true"}),
        live.post(f"{TOOL}/secrets", data={"key": "PATH", "value": SECRET, "new": "true"}),
        live.post(f"{TOOL}/secrets", data={"key": "API_KEY", "value": SECRET + "\0"}),
        live.post(f"{TOOL}/limits", data={"name": "max_memory_mb", "value": "-1"}),
        live.get("/tool/keyed"),
        live.get("/settings"),
        live.get("/api/tools/keyed/secrets"),
    ]
    assert [each.status_code for each in answers] == [303, 200, 422, 422, 422, 422, 200, 200, 200]
    for answer in answers:
        everything = html.unescape(answer.text) + str(answer.headers)
        assert SECRET not in everything
        assert "hunter2" not in everything


def test_a_secret_is_set_replaced_and_cleared(live):
    """The page says that it is set, and when; what is left blank stays."""
    assert "Not set" in part(live.get(TOOL), "secret-API_KEY")
    answer = live.post(f"{TOOL}/secrets", data={"key": "API_KEY", "value": SECRET})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{TOOL}#secrets")
    env = live.pixie.settings.tools_dir / "keyed" / ".env"
    before = env.read_text()
    row = part(live.get(TOOL), "secret-API_KEY")
    assert "Replace" in row
    assert "just now" in row
    live.post(f"{TOOL}/secrets", data={"key": "API_KEY", "value": ""})
    assert env.read_text() == before
    live.post(f"{TOOL}/secrets", data={"key": "API_KEY", "value": "", "clear": "true"})
    assert "API_KEY=" not in env.read_text()
    assert "Clear" not in part(live.get(TOOL), "secret-API_KEY")


def test_a_secret_that_is_not_listed_or_too_short_is_marked(live):
    """It may be a slip, or show in what the tool says."""
    live.post(f"{TOOL}/secrets", data={"key": "API_KEE", "value": "abc", "new": "true"})
    row = part(live.get(TOOL), "secret-API_KEE")
    assert "tool.json doesn’t list it" in row
    assert "too short to be masked" in row


@pytest.mark.parametrize("name", [each.name for each in attrs.fields(Limits)])
def test_a_limit_is_overridden_and_reset(live, name):
    """Beside it stands what tool.json, or the default, says."""
    without = {"warm_keep_seconds": 300, "max_memory_mb": 512, "max_runtime_seconds": 45}[name]
    row = f"limit-{name}"
    assert value(live.get(TOOL), f"{row}-value") == str(without)
    answer = live.post(f"{TOOL}/limits", data={"name": name, "value": "77"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{TOOL}#{row}")
    page = live.get(TOOL)
    assert value(page, f"{row}-value") == "77"
    assert f"Default: {without}" in part(page, row) or name != "max_memory_mb"
    assert getattr(live.pixie.tools.get("keyed").manifest, name) == 77
    live.post(f"{TOOL}/limits", data={"name": name, "reset": "true"})
    assert live.pixie.tools.get("keyed").state.limits == Limits()


def test_a_tool_is_kept_warm_by_a_switch_among_its_limits(live):
    """On, off, and as its tool.json has it."""
    state = live.pixie.tools.get
    for sent, kept in ((["false", "true"], True), (["false"], False)):
        live.post(f"{TOOL}/limits", data={"name": "pinned_warm", "value": sent})
        assert state("keyed").state.pinned_warm is kept
    assert live.post(f"{TOOL}/limits", data={"name": "pinned_warm", "value": "often"}).status_code == 422
    live.post(f"{TOOL}/limits", data={"name": "pinned_warm", "reset": "true"})
    assert state("keyed").state.pinned_warm is None


def test_limits_are_changed_one_by_one(live):
    """The others stay."""
    live.post(f"{TOOL}/limits", data={"name": "max_memory_mb", "value": "900"})
    live.post(f"{TOOL}/limits", data={"name": "max_runtime_seconds", "value": "5"})
    assert live.pixie.tools.get("keyed").state.limits == Limits(max_memory_mb=900, max_runtime_seconds=5)


@pytest.mark.parametrize("typed", ["0", "-1", "1.5", "", "many", str(2**40)])
def test_a_limit_that_is_none_is_refused_at_its_field(untouched, typed):
    """What was typed stays, and nothing is set."""
    answer = untouched.post(f"{TOOL}/limits", data={"name": "max_memory_mb", "value": typed})
    assert answer.status_code == 422
    assert "The limit " in part(answer, "limit-max_memory_mb-problem")
    assert value(answer, "limit-max_memory_mb-value") == typed
    assert untouched.pixie.tools.get("keyed").state.limits == Limits()


def test_a_limit_that_there_is_not_is_refused(untouched):
    """It isn't kept under a name that nothing reads."""
    answer = untouched.post(f"{TOOL}/limits", data={"name": "max_joy", "value": "1"})
    assert answer.status_code == 422
    assert "max_joy" in answer.text


def test_a_validation_is_begun_followed_and_shown(live):
    """All twelve checks, as the newest report says."""
    assert "hasn’t been validated yet" in text_of(live.get(TOOL))
    answer = live.post(f"{TOOL}/validate")
    assert answer.status_code == 303
    assert re.fullmatch(rf"{TOOL}\?job=[0-9a-f-]{{36}}#validation", answer.headers["location"])
    followed = answer.headers["location"]
    deadline = time.monotonic() + 60
    while "data-following" in (page := live.get(followed)).text:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    shown = part(page, "validation")
    report = live.pixie.store.validations.latest("keyed")
    assert [html.unescape(each) for each in re.findall(r'data-check="(\w+)"', shown)] == [
        each["status"] for each in report["checks"]
    ]
    for check in report["checks"]:
        assert check["message"] in shown
    assert "Re-validate" in shown
    assert live.get(f"{TOOL}?job=00000000-0000-4000-8000-000000000000").status_code == 200


def test_one_validation_is_made_at_a_time(live):
    """While another job is under way, the page says so and what to do."""
    slow = {**MANIFESTS["adder"], "id": "slow"}
    add_tool(live.pixie.settings.tools_dir, slow, f"import time\n\ntime.sleep(5)\n{ADDER}")
    assert live.post("/tool/slow/settings/validate").status_code == 303
    answer = live.post(f"{TOOL}/validate")
    assert answer.status_code == 429
    assert "Wait for its end." in part(answer, "validation-problem")


def test_what_a_tool_takes_on_the_disk_is_measured_when_asked_for(untouched):
    """The page itself doesn't wait for it."""
    assert "Environment" not in part(untouched.get(TOOL), "disk")
    assert "Environment" in part(untouched.get(TOOL, params={"measure": "true"}), "disk")


def test_tags_are_added_and_taken_away(live):
    """Several at once; those of tool.json stay."""
    assert live.post(f"{TOOL}/tags", data={"add": "rain, wind-speed"}).status_code == 303
    assert live.pixie.tools.get("keyed").tags == ("weather", "rain", "wind-speed")
    live.post(f"{TOOL}/tags", data={"remove": "rain"})
    assert live.pixie.tools.get("keyed").tags == ("weather", "wind-speed")
    answer = live.post(f"{TOOL}/tags", data={"add": "No Tag!"})
    assert answer.status_code == 422
    assert "is no tag" in part(answer, "tag-tags-problem")
    assert live.post(f"{TOOL}/tags", data={"remove": "weather"}).status_code == 422


def test_a_tool_is_archived_and_brought_back(live):
    """It goes from the sidebar, and comes back as its user or its tool.json says."""
    assert live.post(f"{TOOL}/archive", data={"archived": "true"}).headers["location"] == f"{TOOL}#archive"
    assert live.pixie.tools.get("keyed").archived
    page = live.get(TOOL)
    assert "Bring back" in part(page, "archive")
    assert 'href="/tool/keyed"><span' not in page.text
    live.post(f"{TOOL}/archive", data={"archived": "false"})
    assert live.pixie.tools.get("keyed").state.archived is False
    live.post(f"{TOOL}/archive", data={"archived": ""})
    assert live.pixie.tools.get("keyed").state.archived is None
    assert live.post(f"{TOOL}/archive", data={"archived": "maybe"}).status_code == 422
    assert live.post(f"{TOOL}/archive", data={}).status_code == 422


def test_a_broken_tool_has_its_page_of_settings(live):
    """So that it can be checked again, and archived."""
    page = live.get("/tool/broken/settings")
    assert page.status_code == 200
    assert "tool.json is not valid" in page.text
    assert live.post("/tool/broken/settings/archive", data={"archived": "true"}).status_code == 303


# Who may ask


@pytest.mark.parametrize("path", FORMS)
def test_a_page_from_elsewhere_changes_nothing(untouched, path):
    """Another origin, another site, or a form of another page: 403, before any handler."""
    path = path.replace("{tool_id}", "keyed")
    for headers in (
        {"Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
        {"Origin": "null"},
    ):
        answer = untouched.post(path, data={"name": "theme", "value": "dark", "archived": "true"}, headers=headers)
        assert answer.status_code == 403
    assert untouched.pixie.preferences.current().theme == "auto"
    assert not untouched.pixie.tools.get("keyed").archived


def test_the_pages_may_be_linked_to(untouched):
    """From another site, as every page."""
    links = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    for path in ("/settings", TOOL):
        assert untouched.get(path, headers=links).status_code == 200


@pytest.mark.parametrize("path", [each for each in FORMS if "{tool_id}" in each] + ["/tool/{tool_id}/settings"])
def test_a_tool_that_is_not_there_has_no_settings(untouched, path):
    """404 by every form, and by the page."""
    path = path.replace("{tool_id}", "nothing")
    sent = {"key": "API_KEY", "value": "x", "name": "max_memory_mb", "archived": "true", "add": "rain"}
    answer = untouched.get(path) if path.endswith("/settings") else untouched.post(path, data=sent)
    assert answer.status_code == 404


@pytest.mark.parametrize("path", [each for each in FORMS if not each.endswith("/validate")])
def test_a_form_that_is_not_utf8_is_malformed(untouched, path):
    """And isn't taken for an empty one."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert untouched.post(path.replace("{tool_id}", "keyed"), content=b"name=%ff", headers=headers).status_code == 400
