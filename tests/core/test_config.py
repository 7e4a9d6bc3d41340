"""Settings come from PIXIE_* variables and .env, and a wrong one says what is allowed."""

import pytest

from pixie_core.config import Settings, declared, kind, label, variable
from pixie_core.errors import SettingsError


def test_defaults_are_those_of_the_declaration(tmp_path):
    """Nothing set: loopback, port 7860, and paths in the data folder."""
    settings = Settings.load(tmp_path, {})
    assert (settings.host, settings.port) == ("127.0.0.1", 7860)
    assert settings.db_path == tmp_path / "pixie.db"
    assert settings.tools_dir == tmp_path / "tools"


def test_the_environment_wins_over_the_file(tmp_path):
    """A variable that is set counts more than the line in .env, and a line more than the default."""
    (tmp_path / ".env").write_text("PIXIE_PORT=7001\nPIXIE_THEME=dark\n")
    settings = Settings.load(tmp_path, {"PIXIE_PORT": "7002"})
    assert (settings.port, settings.theme) == (7002, "dark")


def test_the_data_folder_is_pixie_home(tmp_path):
    """PIXIE_HOME names the folder where nothing else is said, and relative paths are meant from there."""
    settings = Settings.load(environ={"PIXIE_HOME": str(tmp_path), "PIXIE_DB_PATH": "sub/x.db"})
    assert settings.db_path == tmp_path / "sub" / "x.db"


def test_the_number_of_warm_processes_keeps_its_own_variable(tmp_path):
    """It is PIXIE_WARM_MAX that sets warm_keep_max."""
    assert Settings.load(tmp_path, {"PIXIE_WARM_MAX": "2"}).warm_keep_max == 2


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost"])
def test_a_loopback_host_is_taken(tmp_path, host):
    """All of 127.0.0.0/8, ::1 and localhost are this machine."""
    assert Settings.load(tmp_path, {"PIXIE_HOST": host}).host == host


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.com", "", "127.0.0.1.example.com"])
def test_any_other_host_stops_the_start(tmp_path, host):
    """Pixie has no accounts: it never listens where others reach it, and names the setting."""
    with pytest.raises(SettingsError, match="PIXIE_HOST"):
        Settings.load(tmp_path, {"PIXIE_HOST": host})


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PIXIE_PORT", "eighty", "whole number"),
        ("PIXIE_PORT", "70000", "65535"),
        ("PIXIE_THEME", "blue", "auto, light, dark"),
        ("PIXIE_DEVELOPER_MODE", "perhaps", "true or false"),
        ("PIXIE_WARM_MAX", "0", "at least 1"),
        ("PIXIE_SWEEPER_INTERVAL_SECONDS", "1", "at least 60 s"),
        ("PIXIE_SHUTDOWN_GRACE_SECONDS", "60", "at least 0 s and at most 8 s"),
        ("PIXIE_MAX_BODY_BYTES", "16MB", "a whole number of at least 1024 bytes"),
        ("PIXIE_LOG_LEVEL", "loud", "debug, info, warning, error"),
    ],
)
def test_a_wrong_value_names_the_variable_the_value_and_what_is_allowed(tmp_path, name, value, says):
    """The message is enough to mend it."""
    with pytest.raises(SettingsError) as caught:
        Settings.load(tmp_path, {name: value})
    assert name in str(caught.value)
    assert value in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize("each", declared(), ids=variable)
def test_every_setting_has_help(each):
    """A setting without help is half a setting."""
    assert each.metadata["help"]


def test_what_somebody_said_is_pinned(tmp_path):
    """By a variable or .env, though it says the default; by Python, where it doesn't; and nothing else."""
    (tmp_path / ".env").write_text("PIXIE_DENSITY=comfortable\n")
    loaded = Settings.load(tmp_path, {"PIXIE_THEME": "auto", "PIXIE_WARM_MAX": "3"})
    assert loaded.pinned == {"home", "theme", "density", "warm_keep_max"}
    assert loaded.saying(accent="indigo").pinned == loaded.pinned | {"accent"}
    assert Settings(home=tmp_path, port=1, accent="indigo").pinned == {"home", "port"}


def test_who_said_a_setting_is_known(tmp_path):
    """A variable, .env or Python; the environment goes before .env."""
    (tmp_path / ".env").write_text("PIXIE_DENSITY=airy\nPIXIE_THEME=dark\n")
    loaded = Settings.load(tmp_path, {"PIXIE_THEME": "light"}).saying(accent="ember")
    assert loaded.said_by == {"home": "program", "theme": "environment", "density": "file", "accent": "program"}
    assert Settings.load(None, {"PIXIE_HOME": str(tmp_path)}).said_by["home"] == "environment"


@pytest.mark.parametrize("each", declared(), ids=variable)
def test_every_setting_can_be_shown_on_a_page(each):
    """Under a heading, by a name without its unit, as one of the kinds that there are."""
    assert each.metadata["section"]
    assert label(each)[0].isupper()
    assert not label(each).endswith((" bytes", " seconds", " days"))
    assert kind(each) in {"choice", "switch", "number", "duration", "text"}
