"""Settings that are stored are held to their declaration, when they are written and when they are read."""

from datetime import timedelta

import pytest

from pixie_core.config import declared
from pixie_core.errors import RequestInvalid, SettingsError, ValueInvalid
from pixie_core.store.stored_settings import STORABLE


def test_a_stored_setting_takes_the_place_of_the_default_alone(store, settings):
    """What the environment says goes before it."""
    for name, value in [("theme", "dark"), ("library_page_size", 20), ("retention_older_than", "90d")]:
        store.settings.set(name, value)
    over = store.settings.over(settings)
    assert (over.theme, over.library_page_size, over.retention_older_than) == ("dark", 20, timedelta(days=90))
    assert store.settings.over(settings.saying(theme="light")).theme == "light"
    store.settings.unset("theme")
    assert store.settings.over(settings).theme == "auto"
    store.settings.set("retention_older_than", None)
    assert store.settings.over(settings).retention_older_than is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "blue"),
        ("theme", None),
        ("library_page_size", 0),
        ("library_page_size", True),
        ("library_page_size", 1.5),
        ("retention_older_than", "0d"),
        ("retention_older_than", 30),
        ("soft_delete_retention_days", -1),
    ],
)
def test_a_wrong_value_is_refused_and_nothing_stored(store, name, value):
    """The error names what is allowed."""
    with pytest.raises(SettingsError, match=r"must be|no duration"):
        store.settings.set(name, value)
    assert store.settings.values() == {}


@pytest.mark.parametrize("name", ["host", "port", "db_path", "home", "nonsense"])
def test_what_is_decided_elsewhere_cant_be_stored(store, name):
    """A page must not move the database."""
    with pytest.raises(RequestInvalid, match=name):
        store.settings.set(name, "x")
    assert name not in STORABLE


@pytest.mark.parametrize("text", ["not json", '"0d"', '"-1d"', "NaN", '"∞"', "12", None, ""])
def test_a_setting_that_was_spoilt_by_hand_is_told(store, text):
    """And not taken for something else."""
    store.write(lambda conn: conn.execute("INSERT INTO settings VALUES ('retention_older_than', ?)", (text,)))
    with pytest.raises(SettingsError):
        store.settings.values()


def test_every_setting_that_can_be_stored_comes_back_as_it_was(store, settings):
    """Each default, through JSON and back."""
    for name in STORABLE:
        store.settings.set(name, getattr(settings, name))
    assert store.settings.over(settings) == settings
    assert set(store.settings.values()) == set(STORABLE)
    assert {each.name for each in declared()} - set(STORABLE) == {
        "home", "host", "port", "tools_dir", "db_path", "artefacts_root", "developer_mode",
    }  # fmt: skip


def test_what_is_pinned_stays_though_it_is_the_default(store, settings):
    """As PIXIE_THEME=auto is."""
    store.settings.set("theme", "dark")
    assert store.settings.over(settings.saying(theme="auto")).theme == "auto"
    once = store.settings.over(settings)
    store.settings.set("theme", "light")
    assert store.settings.over(once).theme == "light"


def test_several_are_stored_at_once_or_none(store):
    """With every problem at its name; None goes back to the default."""
    with pytest.raises(RequestInvalid) as caught:
        store.settings.change({"theme": "dark", "accent": "pink", "library_page_size": 0, "port": 1, "home": None})
    assert [each.path for each in caught.value.problems] == ["$.accent", "$.library_page_size", "$.port", "$.home"]
    assert store.settings.values() == {}
    store.settings.change({"theme": "dark", "retention_older_than": "90d"})
    store.settings.change({"theme": None, "accent": "forest"})
    assert store.settings.values() == {"accent": "forest", "retention_older_than": timedelta(days=90)}


def test_what_was_spoilt_is_left_out_where_all_else_must_go_on(store, settings):
    """Its neighbour counts, and what is wrong is told."""
    store.settings.set("accent", "forest")
    store.write(lambda conn: conn.execute("INSERT INTO settings VALUES ('theme', '\"pink\"')"))
    over = store.settings.over_where_valid(settings)
    assert (over.accent, over.theme) == ("forest", "auto")
    assert "pink" in store.settings.look()[1]["theme"]


def test_export_destinations_are_kept_by_name(store):
    """As the documented setting of that name."""
    store.settings.set_export_destination("notes", {"folder": "/tmp/notes", "format": "md"})
    store.settings.set_export_destination("reports", {"folder": "/tmp/reports"})
    store.settings.set_export_destination("notes", None)
    assert store.settings.export_destinations() == {"reports": {"folder": "/tmp/reports"}}
    assert store.settings.get("export_destinations") == store.settings.export_destinations()
    store.write(lambda conn: conn.execute("UPDATE settings SET value = 'spoilt'"))
    assert store.settings.export_destinations() == {}
    with pytest.raises(ValueInvalid):
        store.settings.put("x", float("nan"))
