"""The report as a page: what stands in it, and what it is allowed."""

import base64
import hashlib
import json
import re

import pytest

from pixie_core.catalogue import OUTPUT_TYPES
from pixie_core.exporters import front_end, report, report_entries
from pixie_core.exporters import report_page_media as media
from pixie_core.exporters import report_page_outputs as outputs
from pixie_core.exporters.html_file import inline_script
from pixie_core.exporters.report_page_tables import island_text
from tests.core.exporters.runs import Files, a_manifest, a_run

HOSTILE = "\"'><script>alert(1)</script><!-- {{7*7}} \u2028 \u202e \x1b[31m <img src=http://evil.test/x onerror=a>"


def page(run, declared=None, files=None):
    """The page alone."""
    return b"".join(report(run, declared, run.values(), (files or Files()).open, "html")).decode()


def of(**values):
    """The page of a run with these (type, value) by key."""
    return page(a_run(outputs=values))


def scripts(html):
    """What runs in the page."""
    return re.findall(r"<script>(.*?)</script>", html, re.DOTALL)


def islands(html):
    """The data in the page by id."""
    found = re.findall(r'<script type="application/json" id="([\w-]+)">(.*?)</script>', html, re.DOTALL)
    return {name: json.loads(text) for name, text in found}


def example(kind):
    """A value of a type."""
    return kind, OUTPUT_TYPES[kind].example


def test_the_policy_allows_what_stands_in_the_page_and_no_request():
    """Every script by its hash; no more than style is inline."""
    html = of(a=example("chart_line"), m=example("map_points"), f=example("latex"), t=example("table"))
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)[1]
    allowed = set(re.findall(r"'sha256-([^']+)'", policy))
    digests = {base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in scripts(html)}
    assert digests == allowed
    assert "default-src 'none'" in policy
    assert "connect-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert not re.search(r"script-src[^;]*unsafe", policy)


@pytest.mark.parametrize(
    ("kinds", "libraries"),
    [
        (("text",), set()),
        (("chart_line", "chart_bar"), {"Plotly"}),
        (("map_points", "map_route"), {"L"}),
        (("latex", "latex"), {"katex"}),
        (("chart_pie", "map_points", "latex", "table"), {"Plotly", "L", "katex"}),
    ],
)
def test_a_library_stands_in_the_page_once_and_only_where_it_is_needed(kinds, libraries):
    """However many outputs need it."""
    html = of(**{f"o{n}": example(kind) for n, kind in enumerate(kinds)})
    files = {"Plotly": front_end.PLOTLY, "L": front_end.LEAFLET, "katex": front_end.KATEX}
    for name, file in files.items():
        library = inline_script(front_end.front_end_file(file, "html").read_text(encoding="utf-8"))
        assert scripts(html).count(library) == (name in libraries), name


def test_ten_charts_cost_little_more_than_one():
    """The library is most of it."""
    one, ten = (len(of(**{f"c{n}": example("chart_line") for n in range(count)})) for count in (1, 10))
    assert ten - one < 100_000


@pytest.mark.parametrize("kind", OUTPUT_TYPES)
def test_every_type_has_a_form_of_its_own(kind):
    """Not as raw JSON, and under its label."""
    declared = a_manifest({"key": "out", "type": kind, "label": "The label"})
    html = page(a_run(outputs={"out": example(kind)}), declared)
    assert '<h2 id="label-1" dir="auto">The label</h2>' in html
    assert "isn&#x27;t a whole" not in html


@pytest.mark.parametrize("kind", OUTPUT_TYPES)
@pytest.mark.parametrize("value", [None, 5, {"odd": [1]}, []])
def test_a_value_that_isnt_of_its_type_is_shown_as_it_is(kind, value):
    """With what is wrong; a broken run is no reason to have no report."""
    html = of(out=(kind, value))
    assert "</html>" in html


def test_words_from_tools_are_words():
    """In labels, values, inputs, errors and data; a script's end in data doesn't end its element."""
    table = {"columns": [{"key": HOSTILE, "label": HOSTILE}], "rows": [{HOSTILE: HOSTILE}, {HOSTILE: "b"}]}
    declared = a_manifest({"key": "t", "type": "table", "label": HOSTILE, "description": HOSTILE, "caption": HOSTILE})
    run = a_run(
        inputs={"rho": HOSTILE},
        outputs={"t": ("table", table), "m": ("markdown", HOSTILE), "x": ("text", HOSTILE)},
        about={"label": HOSTILE},
        status="error",
        error=HOSTILE,
        stderr=HOSTILE,
    )
    html = page(run, declared)
    assert "alert(1)" not in "".join(scripts(html))
    assert "<img" not in html
    assert "\u2028" not in html.partition('type="application/json"')[2].partition("</script>")[0]
    assert islands(html)["rows-1"]["rows"] == [[HOSTILE], ["b"]]


def test_secrets_among_the_inputs_are_dots():
    """As everywhere that people look."""
    html = page(a_run(inputs={"password": "hunter2", "n": 1}))
    assert "hunter2" not in html
    assert "••••••" in html


def test_rows_are_in_the_page_to_a_bound_that_is_said(monkeypatch):
    """So that the page of ten million rows opens."""
    monkeypatch.setattr("pixie_core.exporters.report_page_tables._MOST_ROWS", 50)
    rows = {"columns": [{"key": "n", "type": "number"}], "rows": [{"n": n} for n in range(120)]}
    html = of(t=("table", rows))
    assert len(islands(html)["rows-1"]["rows"]) == 50
    assert "The first 50 of 120 rows are in this page." in html


def test_without_scripts_the_page_says_what_is_not_to_be_seen():
    """The beginning of a table, and the data in place of a chart."""
    rows = {"columns": [{"key": "n"}], "rows": [{"n": n} for n in range(120)]}
    html = of(t=("table", rows), c=example("chart_line"))
    said = re.findall(r"<noscript>(.*?)</noscript>", html)
    assert ["The first 100 of 120 rows" in said[0], "The chart draws with JavaScript" in said[1]] == [True, True]


def test_numbers_that_arent_finite_are_null_in_data():
    """JSON has no other word for them."""
    assert island_text({"n": [float("inf"), float("nan"), 1.5]}) == '{"n":[null,null,1.5]}'


def test_a_chart_of_very_many_points_is_a_picture(monkeypatch):
    """A reader's browser would take minutes to draw it."""
    monkeypatch.setattr(outputs, "_MOST_NUMBERS", 5)
    html = of(c=example("chart_line"))
    assert 'src="data:image/png;base64,' in html
    assert max(map(len, scripts(html))) < 100_000


def test_a_file_too_large_for_the_page_lies_beside_it_or_is_named(monkeypatch):
    """Alone the page says what it left out."""
    monkeypatch.setattr(media, "_MOST_OF_ONE", {"image": 10})
    value = example("image")
    assert "is too large to stand in this page" in of(i=value)
    run = a_run(outputs={"i": value})
    held = {each.name: b"".join(each.source()) for each in report_entries(run, None, run.values(), Files().open)}
    linked = re.search(r'<img src="(assets/[^"]+)"', held["report.html"].decode())[1]
    assert linked in held


def test_a_hostile_svg_is_a_picture_and_nothing_more():
    """As data of an img, where nothing in it runs or is fetched."""
    svg = base64.b64encode(b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>').decode()
    html = of(i=("image", f"data:image/svg+xml;base64,{svg}"))
    assert f'<img src="data:image/svg+xml;base64,{svg}"' in html
    assert "<svg" not in html.partition("<main>")[2].partition("</main>")[0]


def test_outputs_side_by_side_stand_in_a_row():
    """One alone that wants to has nobody to stand beside."""
    numbers = [{"key": key, "type": "number", "label": key, "layout": "inline"} for key in "ab"]
    run = a_run(outputs=dict.fromkeys("ab", ("number", 1)))
    assert page(run, a_manifest(*numbers)).count('class="value row"') == 1
    assert page(a_run(outputs={"a": ("number", 1)}), a_manifest(numbers[0])).count('class="value row"') == 0


def test_without_the_front_end_there_is_a_page_all_the_same(monkeypatch):
    """Its charts are pictures."""
    monkeypatch.setattr(front_end, "entry_points", lambda **_: ())
    html = of(c=example("chart_line"), f=example("latex"))
    assert 'src="data:image/png;base64,' in html
    assert "\\frac" in html
