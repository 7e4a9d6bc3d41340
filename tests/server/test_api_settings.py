"""The settings that the dashboard changes, by HTTP."""

import attrs
import pytest

from pixie_core import Pixie, Settings
from pixie_core.store.stored_settings import STORABLE
from tests.server.live_pixie import live_pixie


@pytest.fixture
def live(tmp_path):
    """A served Pixie for each test, whose settings it changes."""
    (tmp_path / "tools").mkdir()
    with live_pixie(tmp_path) as served:
        yield served


def put(live, **changes):
    """The answer of PUT."""
    return live.client.put("/api/settings", json=changes)


def test_every_setting_that_can_be_kept_is_told_with_its_declaration(live):
    """By its name, and nothing about where the data lies or who may ask."""
    told = live.get("/api/settings").json()
    assert list(told) == list(STORABLE)
    assert not {"host", "port", "home", "db_path", "developer_mode"} & set(told)
    assert told["theme"] == {
        "label": "Theme",
        "section": "Appearance",
        "kind": "choice",
        "optional": False,
        "source": "default",
        "variable": "PIXIE_THEME",
        "value": "auto",
        "default": "auto",
        "kept": None,
        "pinned": False,
        "at_once": True,
        "problem": None,
        "help": "the dashboard's theme",
        "unit": "",
        "choices": ["auto", "light", "dark"],
        "minimum": None,
        "maximum": None,
    }
    assert (told["soft_delete_retention_days"]["unit"], told["soft_delete_retention_days"]["minimum"]) == ("days", 0)
    assert told["warm_keep_max"]["variable"] == "PIXIE_WARM_MAX"


def test_what_is_sent_is_kept_and_the_rest_stays(live):
    """The answer is how all are then; null goes back to the default."""
    told = put(live, theme="dark", retention_older_than="90d").json()
    assert (told["theme"]["value"], told["theme"]["kept"]) == ("dark", "dark")
    assert told["retention_older_than"]["value"] == "90d"
    assert put(live, accent="forest").json()["theme"]["value"] == "dark"
    told = put(live, theme=None).json()
    assert (told["theme"]["value"], told["theme"]["kept"], told["accent"]["value"]) == ("auto", None, "forest")
    assert live.get("/api/settings").json() == told == put(live).json()


def test_the_look_changes_at_once_on_every_page(live):
    """Without another start."""
    put(live, theme="dark", accent="ember", density="airy")
    page = live.get("/").text if live.get("/").status_code == 200 else live.get("/empty").text
    assert 'data-theme="dark" data-accent="ember" data-density="airy"' in page


def test_how_long_a_deletion_can_be_undone_holds_at_once(live):
    """The next deletion says it, and the sweeper goes by it."""
    put(live, soft_delete_retention_days=30)
    assert live.pixie.store.settings.over(live.pixie.settings).soft_delete_retention_days == 30
    assert live.pixie.preferences.current().soft_delete_retention_days == 30


def test_what_is_kept_holds_when_the_folder_is_opened_again(live, tmp_path):
    """Whoever opens it; what the program says itself goes before."""
    put(live, max_active_runs=3, warm_keep_max=2)
    assert live.pixie.settings.max_active_runs == 8
    with Pixie(Settings.load(tmp_path, {"PIXIE_WARM_MAX": "4"})) as other:
        assert (other.settings.max_active_runs, other.settings.warm_keep_max) == (3, 4)
        put(live, max_active_runs=5, theme="light")
        assert (other.settings.max_active_runs, other.preferences.current().theme) == (3, "light")


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"theme": "pink"}, ["$.theme"]),
        ({"theme": "dark", "accent": "pink", "library_page_size": 0}, ["$.accent", "$.library_page_size"]),
        ({"retention_older_than": "soon"}, ["$.retention_older_than"]),
        ({"retention_older_than": "0d"}, ["$.retention_older_than"]),
        ({"retention_older_than": 30}, ["$.retention_older_than"]),
        ({"library_page_size": "50"}, ["$.library_page_size"]),
        ({"library_page_size": 1.5}, ["$.library_page_size"]),
        ({"library_page_size": True}, ["$.library_page_size"]),
        ({"host": "0.0.0.0"}, ["$.host"]),
        ({"port": 1, "theme": "dark"}, ["$.port"]),
        ({"developer_mode": True}, ["$.developer_mode"]),
        ({"export_destinations": {}}, ["$.export_destinations"]),
        ({"tehme": "dark"}, ["$.tehme"]),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_kept(live, changes, paths):
    """422 at each name, whatever else was right."""
    answer = put(live, **changes)
    assert answer.status_code == 422
    assert [each["path"] for each in answer.json()["errors"]] == paths
    assert live.pixie.store.settings.values() == {}


def test_what_the_environment_says_is_told_and_cannot_be_changed(tmp_path, monkeypatch):
    """409, with the variable; nothing that was sent beside it is kept."""
    (tmp_path / "tools").mkdir()
    (tmp_path / ".env").write_text("PIXIE_DENSITY=airy\n")
    loaded = Settings.load(tmp_path, {"PIXIE_THEME": "auto"})
    with live_pixie(
        tmp_path, **{each.name: getattr(loaded, each.name) for each in attrs.fields(Settings) if each.name != "home"}
    ) as live:
        told = live.get("/api/settings").json()
        assert [name for name, each in told.items() if each["pinned"]] == ["theme", "density"]
        assert told["density"]["value"] == "airy"
        answer = put(live, theme="dark", accent="forest")
        assert (answer.status_code, answer.json()["code"]) == (409, "setting_pinned")
        assert "PIXIE_THEME" in answer.json()["detail"]
        assert live.get("/api/settings").json() == told


def test_what_was_spoilt_by_hand_is_told_and_can_be_put_right(live):
    """Pages and all else go on with the default."""
    live.pixie.store.write(lambda conn: conn.execute("INSERT INTO settings VALUES ('theme', '\"pink\"')"))
    told = live.get("/api/settings").json()["theme"]
    assert (told["value"], told["kept"]) == ("auto", None)
    assert "pink" in told["problem"]
    assert live.get("/empty").status_code in {200, 303}
    assert put(live, theme="dark").json()["theme"]["problem"] is None
