"""Whatever a tool or a user writes is words on the page and nothing else."""

import json

import pytest

from pixie_core.catalogue import INPUT_TYPES, OutputDeclaration
from pixie_core.errors import Problem
from pixie_core.run.events import Artefact, Progress, Queued
from pixie_server import render
from tests.server.render.reading import elements, only, structure
from tests.server.render.samples import NOW, finished, frame, manifest, run, tool

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}{%x%}${1}</textarea></title></script>\u2028\x1b[31m\u202e\ud800 hx-get=/x"
TAME = "word"


def declared_inputs(word):
    """Every input type with `word` wherever text may stand."""
    made = []
    for name, kind in INPUT_TYPES.items():
        entry = {**kind.example, "key": f"key-{name}", "label": word, "description": word, "group": word}
        if "placeholder" in entry:
            entry["placeholder"] = word
        if name in {"text", "textarea", "code", "markdown", "hidden"}:
            entry["default"] = word
        if "options" in entry:
            entry["options"] = [{"value": word, "label": word}, {"value": "b", "label": word}]
            entry["default"] = [word] if name == "multiselect" else word
        if name == "tags":
            entry |= {"suggestions": [word], "default": [word]}
        if name == "number":
            entry["unit"] = word
        made.append(entry)
    made.append({"key": word, "type": "text", "label": word, "show_if": {"key": "key-text", "equals": word}})
    return made


def output_values(word):
    """Values with `word` in each place of its own, by type."""
    return {
        "text": word,
        "stream_text": word,
        "markdown": word,
        "code": {"value": word, "language": word},
        "boolean": {"value": True, "true_label": word},
        "number": {"value": 1.5},
        "kv": {"pairs": [{"key": word, "value": word, "unit": word}]},
        "table": {"columns": [{"key": "a", "label": word}], "rows": [{"a": word}, {"a": {"b": word}}]},
        "log": {"lines": [{"message": word, "level": word, "t": word}]},
        "tree": {"root": {"label": word, "children": []}},
        "diff": {"before": word, "after": word + "2"},
        "file": {"filename": word, "data": "/api/artefacts/1/content", "mime_type": word},
        "chart_line": {"x": [1, 2], "x_label": word, "series": [{"name": word, "y": [1, 2]}]},
        "chart_scatter": {"series": [{"name": word, "points": [{"x": 1, "y": 2, "label": word}]}]},
        "chart_pie": {"slices": [{"label": word, "value": 1}, {"label": word + "2", "value": 2}]},
    }


def declared(word):
    outputs = [
        {"key": kind, "type": kind, "label": word, "description": word, "caption": word, "unit": word}
        for kind in output_values(word)
    ]
    return manifest(
        declared_inputs(word), outputs, name=word, description=word, category=f"{word}/{word}", version=word
    )


def pages(word):
    """Every page and fragment, with `word` in every field that isn't Pixie's own."""
    made = declared(word)
    one = tool(made)
    around = frame(one, tool(manifest(id="other", name=word)))
    values = output_values(word)
    types = {kind: kind for kind in values}
    facts = {"label": word, "starred": True, "inputs": {word: word}, "fingerprint": {word: word}}
    artefact = Artefact(id=1, filename=word, mime=word, size_bytes=5, sha256=word)
    good = run(artefact, values=values, types=types, end=finished(), **facts)
    bad = run(end=finished("error", error=word, error_code="tool_refused", stderr=word), **facts)
    live = run(Progress(value=0.5, message=word), values=values, types=types, **facts)
    unknown = run(values={word: {word: word}}, types={word: word}, end=finished(), **facts)
    problems = [Problem(f"$.{word}", word), Problem("$.key-text", word), Problem("$", word)]
    report = {"overall": "warn", "checks": [{"name": word, "status": "warn", "message": word}]}
    history = [good, bad]
    return {
        "home": render.page_home(around, recent=history, running=[live], starred=history),
        "tool": render.page_tool(around, one, history=history, run=good, log=word, validation=report),
        "refused": render.page_tool(around, one, values={"key-number": word}, problems=problems),
        "broken": render.page_tool(around, type(one)("sample", one.folder, None, tuple(problems))),
        "run": render.page_run(around, one, bad, history=history, log=word),
        "gone": render.page_run(around, None, unknown),
        "live": render.panel(made, live, now=NOW, log=word),
        "queued": render.panel(made, run(Queued(position=1), **facts), now=NOW),
        "history": render.history("sample", history, now=NOW),
        "problems": render.form_problems(made, problems),
        "empty": render.page_empty(frame(), one.folder / word),
        "error": render.page_error(around, 404, word, word, code=word, action=(word, "/"), command=word),
        "error part": render.error_fragment(word, word, code=word),
    }


TAME_PAGES = pages(TAME)
HOSTILE_PAGES = pages(HOSTILE)


@pytest.mark.case("X8.hostile")
@pytest.mark.parametrize("name", TAME_PAGES)
def test_hostile_words_change_nothing_of_what_a_page_is_made_of(name):
    """The elements and their attributes are those that the same page has with a tame word in each place."""
    assert structure(HOSTILE_PAGES[name]) == structure(TAME_PAGES[name])


@pytest.mark.case("X8.hostile")
@pytest.mark.parametrize("name", TAME_PAGES)
def test_a_page_has_no_script_of_its_own_making(name):
    """Scripts are files of Pixie's or data; nothing is an event handler."""
    for element in elements(HOSTILE_PAGES[name]):
        assert not [each for each in element.attributes if each.startswith(("on", "hx-on", "data-hx"))]
        if element.tag == "script":
            assert element["type"] == "application/json" or element["src"].startswith("/static/")


@pytest.mark.parametrize("name", TAME_PAGES)
def test_a_page_can_be_sent_and_shows_control_characters_as_pictures(name):
    """It is UTF-8 throughout; an escape sequence of a terminal is there to be read."""
    html = str(HOSTILE_PAGES[name])
    html.encode()
    assert "\x1b" not in html
    assert "word" in str(TAME_PAGES[name])


def test_the_hostile_words_are_there_to_be_read():
    """Escaping loses nothing: the name of the tool stands in its heading."""
    heading = only(HOSTILE_PAGES["tool"], "h1")
    assert "<script>alert(1)</script>" in heading.text
    assert "{{7*7}}" in heading.text


@pytest.mark.case("X8.hostile")
def test_an_island_of_data_can_be_neither_left_nor_broken():
    """A chart's data holds no character that HTML or a script would read as its own, and says the same."""
    value = {"x": [1], "series": [{"name": HOSTILE, "y": [2]}]}
    html = render.output(OutputDeclaration(key="c", type="chart_line", label="C"), value)
    island = only(html, "script", type="application/json").text
    assert not set("<>&\u2028\u2029") & set(island)
    name = json.loads(island)["data"][0]["name"]
    assert name.replace("&lt;", "<").replace("&amp;", "&") == HOSTILE.replace("\ud800", "\ufffd").replace(
        "\x1b", "\ufffd"
    )


@pytest.mark.case("X6.plotly")
def test_a_chart_says_markup_as_words():
    """Plotly would make a link of it; it gets entities."""
    value = {"x": [1], "series": [{"name": '<a href="https://evil.example">x</a>', "y": [2]}]}
    html = render.output(OutputDeclaration(key="c", type="chart_line", label="C"), value)
    figure = json.loads(only(html, "script", type="application/json").text)
    assert figure["data"][0]["name"] == '&lt;a href="https://evil.example">x&lt;/a>'


def test_an_address_in_a_value_is_followed_only_to_pixies_own_artefacts():
    """A reference to a stored value that isn't one of ours leads nowhere."""
    html = render.output(OutputDeclaration(key="c", type="table", label="C"), {"$artefact": "javascript:alert(1)"})
    assert [link["href"] for link in elements(html, "a")] == ["#"]
