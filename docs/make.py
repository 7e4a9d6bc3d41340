"""Write the pages of docs/ that are derived: `uv run python docs/make.py`. A test holds them to their source."""

from __future__ import annotations

from pathlib import Path

import attrs

from pixie_core.config import Settings, variable

HERE = Path(__file__).resolve().parent


def settings_page() -> str:
    """The page of settings, from the declaration of `Settings`."""
    lines = [
        "# Settings",
        "",
        "Each is an environment variable, or a line in `.env` in the data folder; the environment wins.",
        "A wrong value stops the start with a message that names the variable, the value and what is allowed.",
        "(Made by `docs/make.py`.)",
        "",
        "| variable | default | unit | |",
        "|---|---|---|---|",
    ]
    for each in attrs.fields(Settings):
        default = "the current folder" if each.name == "home" else f"`{_shown(each.default)}`"
        lines.append(f"| `{variable(each)}` | {default} | {each.metadata['unit']} | {each.metadata['help']} |")
    return "\n".join(lines) + "\n"


def _shown(default: object) -> str:
    if default is None:
        return "none"
    return str(default).lower() if isinstance(default, bool) else str(default)


PAGES = {"settings.md": settings_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8")
