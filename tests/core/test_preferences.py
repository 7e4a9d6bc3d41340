"""The settings that are kept in the data folder, as the library tells them."""

from pixie_core import Pixie, Settings


def test_where_each_setting_comes_from_is_told(tmp_path):
    """From the user, .env, a variable, Python or the default, also for those that can't be kept."""
    (tmp_path / ".env").write_text("PIXIE_DENSITY=airy\n")
    settings = Settings.load(tmp_path, {"PIXIE_ACCENT": "ember", "PIXIE_PORT": "7999"}).saying(access_log=True)
    with Pixie(settings) as opened:
        opened.preferences.change({"theme": "dark"})
        told = {each.name: each.source for each in (*opened.preferences.all(), *opened.preferences.before_start())}
    assert {name: told[name] for name in ("theme", "density", "accent", "access_log", "library_page_size")} == {
        "theme": "user",
        "density": "file",
        "accent": "environment",
        "access_log": "program",
        "library_page_size": "default",
    }
    assert (told["port"], told["host"]) == ("environment", "default")
