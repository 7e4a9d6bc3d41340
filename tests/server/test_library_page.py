"""`/library` and `/library/{id}`: what a browser gets without scripts, and the pieces that scripts ask for."""

import io
import re
import zipfile
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.reliability.kept import keep
from tests.server.live_pixie import add_tools, live_pixie
from tests.server.render.reading import elements, only

NAVIGATES = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "document"}
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A served Pixie whose library no other test fills."""
    home = tmp_path_factory.mktemp("library")
    add_tools(home)
    with live_pixie(home) as served:
        yield served


@pytest.fixture(scope="module")
def numbers(live):
    """Files of two tools, by name: the newest last."""
    first = keep(live.pixie, {"plot.png": PNG, "prices.csv": b"day,price\n1,2\n", "notes.md": b"# Heading\n"})[1]
    second = keep(
        live.pixie, {"page.html": b"<p>hello", "story.txt": b"once\n", "data.bin": b"\0\1"}, tool_id="teller"
    )[1]
    live.pixie.library.change([first["plot.png"]], starred=True, label="For the paper", add_tags=["figure"])
    return first | second


def send(live, path="/library/selection", **fields):
    """The form round the gallery, as a browser without scripts posts it."""
    return live.post(path, data=fields, headers={**NAVIGATES, "Origin": live.url})


def shown(html):
    """The names of the cards, in order."""
    return [name.strip() for name in re.findall(r'class="card-name">([^<]*)<', html)]


def test_an_empty_library_says_what_comes_here(tmp_path):
    """Before any run has left a file."""
    with live_pixie(tmp_path) as served:
        assert "No run has left a file yet" in served.get("/library").text


def test_the_library_is_linked_from_every_page_and_marks_itself(live):
    """In the sidebar."""
    assert 'href="/library"' in live.get("/").text
    assert only(live.get("/library").text, "a", href="/library", aria_current="page")


def test_files_are_cards_with_their_facts_and_marks(live, numbers):
    """Newest first; a star, a label, tags, and the tool's name."""
    html = live.get("/library").text
    assert shown(html) == ["data.bin", "story.txt", "page.html", "notes.md", "prices.csv", "plot.png"]
    card = html[html.index(f'data-id="{numbers["plot.png"]}"') :]
    assert "Adder" in card
    assert "For the paper" in card
    assert 'href="/library?tag=figure"' in card


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("tool=teller", ["data.bin", "story.txt", "page.html"]),
        ("mime=image/", ["plot.png"]),
        ("mime=text/csv", ["prices.csv"]),
        ("starred=true", ["plot.png"]),
        ("label=For+the+paper", ["plot.png"]),
        ("tag=figure", ["plot.png"]),
        ("q=PRICE", ["prices.csv"]),
        ("from=2000-01-01&to=2001-01-01", []),
        ("tool=teller&mime=text/", ["story.txt", "page.html"]),
    ],
)
def test_the_filters_are_in_the_address_and_in_the_form(live, numbers, asked, names):
    """What is asked is shown, and stands in the controls."""
    html = live.get(f"/library?{asked}").text
    assert shown(html) == names
    assert len(numbers) == 6
    form = html[html.index('id="filters"') : html.index('id="results"')]
    for name, (value,) in parse_qs(asked).items():
        chosen = re.search(rf'<option value="{re.escape(value)}" selected', form)
        assert chosen or re.search(rf'name="{name}" value="{re.escape(value)}"', form), name


def test_empty_filters_are_taken_out_of_the_address(live, numbers):
    """A form without scripts sends every field; the address says only what is asked."""
    answer = live.get("/library?q=&tool=adder&mime=&label=&tag=&from=&to=")
    assert (answer.status_code, answer.headers["location"]) == (303, "/library?tool=adder")
    assert live.get("/library?q=&tool=").headers["location"] == "/library"
    assert len(numbers) == 6


@pytest.mark.parametrize("asked", ["starred=perhaps", "from=yesterday", "after=x", "colour=red", "run=123"])
def test_what_cannot_be_asked_is_said_as_a_page(live, asked):
    """422 and a sentence."""
    answer = live.get(f"/library?{asked}", headers=NAVIGATES)
    assert answer.status_code == 422
    assert "<h1" in answer.text


def test_the_next_page_is_a_link_that_keeps_the_filters(live):
    """Each file once, to the end."""
    keep(live.pixie, {f"many-{number:03}.txt": b"x" for number in range(120)})
    address, seen = "/library?q=many-", []
    while address:
        html = live.get(address).text
        seen += shown(html)
        links = [each["href"] for each in elements(html, "a") if "rel" in each and each["rel"] == "next"]
        address = links[0] if links else None
        if address:
            assert parse_qs(urlsplit(address).query)["q"] == ["many-"]
    assert sorted(seen) == [f"many-{number:03}.txt" for number in range(120)]
    assert len(seen) == len(set(seen))
    ids = [each.id for each in live.pixie.library.list(q="many-", limit=200).items]
    live.pixie.library.change(ids, deleted=True)


def test_scripts_get_the_list_alone(live, numbers):
    """The same address with HX-Request."""
    html = live.get("/library?tool=teller", headers={"HX-Request": "true"}).text
    assert "<html" not in html
    assert shown(html) == ["data.bin", "story.txt", "page.html"]
    assert only(html, id="results")["data-count"] == "3"
    assert len(numbers) == 6


def test_ticked_files_are_changed_by_the_form_and_back_to_the_same_list(live, numbers):
    """Star, label, tag and their undoing; 303 so that reloading does nothing again."""
    ids = [numbers["story.txt"], numbers["data.bin"]]
    path = "/library/selection?tool=teller"
    for fields, then in (
        ({"action": "star"}, lambda kept: kept.starred),
        ({"action": "unstar"}, lambda kept: not kept.starred),
        ({"action": "label", "label": " Two "}, lambda kept: kept.label == "Two"),
        ({"action": "tag", "tag": "pair"}, lambda kept: kept.tags == ("pair",)),
        ({"action": "untag", "tag": "pair"}, lambda kept: kept.tags == ()),
        ({"action": "label", "label": ""}, lambda kept: kept.label is None),
    ):
        answer = send(live, path, ids=ids, **fields)
        assert (answer.status_code, answer.headers["location"]) == (303, "/library?tool=teller")
        assert all(then(live.pixie.library.get(each)) for each in ids), fields


def test_deleted_files_are_restored_from_their_own_list(live, numbers):
    """Which says for how long they can be."""
    ids = [numbers["story.txt"]]
    send(live, ids=ids, action="delete")
    assert "story.txt" not in shown(live.get("/library").text)
    html = live.get("/library?deleted=true&q=story").text
    assert "story.txt" in shown(html)
    assert "7 days" in html
    answer = send(live, "/library/selection?deleted=true", ids=ids, action="restore")
    assert answer.headers["location"] == "/library?deleted=true"
    assert "story.txt" in shown(live.get("/library").text)


def test_what_stays_as_it_was_is_said_with_the_reason(live, numbers):
    """A starred file isn't deleted; the other is."""
    answer = send(live, ids=[numbers["plot.png"], numbers["data.bin"]], action="delete")
    assert answer.status_code == 409
    assert "is starred" in answer.text
    assert "1 changed" in answer.text
    assert "data.bin" not in shown(live.get("/library").text)
    live.pixie.library.change([numbers["data.bin"]], deleted=False)


def test_ticked_files_are_one_zip(live, numbers):
    """As a download that is streamed."""
    answer = send(live, ids=[numbers["notes.md"], numbers["prices.csv"]], action="download")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as read:
        names = {each.rpartition("/")[2] for each in read.namelist()}
    assert {"notes.md", "prices.csv", "index.csv"} <= names


@pytest.mark.parametrize(
    "fields",
    [{"action": "star"}, {"ids": "1x", "action": "star"}, {"ids": "1", "action": "burn"}, {"ids": "1"}],
    ids=["nobody", "no-number", "unknown", "nothing"],
)
def test_a_form_that_asks_nothing_sensible_is_refused(live, numbers, fields):
    """422, and nothing is changed."""
    assert send(live, **fields).status_code == 422
    assert len(numbers) == 6


def test_a_form_from_another_page_is_refused(live, numbers):
    """By the guard, as everywhere."""
    headers = {"Origin": "http://evil.test"}
    answer = live.post("/library/selection", data={"ids": numbers["data.bin"], "action": "delete"}, headers=headers)
    assert answer.status_code == 403
    assert live.pixie.library.get(numbers["data.bin"])


def test_a_page_of_the_library_is_as_long_as_the_settings_say(live, numbers):
    """And the next one follows by its link."""
    live.client.put("/api/settings", json={"library_page_size": 2})
    try:
        html = live.get("/library").text
        assert len(shown(html)) == 2
        assert only(html, "a", rel="next")
    finally:
        live.client.put("/api/settings", json={"library_page_size": None})
    assert len(shown(live.get("/library").text)) == len(numbers)


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("plot.png", 'class="picture"'),
        ("prices.csv", '<th scope="col">price</th>'),
        ("notes.md", "<h4>Heading</h4>"),
        ("page.html", 'sandbox="allow-scripts"'),
        ("story.txt", "once"),
        ("data.bin", "download"),
    ],
)
def test_a_file_has_a_page_that_shows_it(live, numbers, name, holds):
    """By its kind; with its run, its menu and what can be done with it."""
    html = live.get(f"/library/{numbers[name]}").text
    assert holds in html
    assert f'<h1 id="artefact-heading" tabindex="-1">{name}</h1>' in html
    run = live.pixie.library.get(numbers[name]).run_id
    assert any(each["href"].endswith(f"/runs/{run}") for each in elements(html, "a") if "href" in each)
    piece = live.get(f"/library/{numbers[name]}", headers={"HX-Request": "true"}).text
    assert "<html" not in piece
    assert holds in piece


def test_a_document_is_shown_in_a_frame(live):
    """PDF, by the browser's own reader, which takes no sandbox beside the file's own policy."""
    number = keep(live.pixie, {"paper.pdf": b"%PDF-1.7\n%%EOF\n"})[1]["paper.pdf"]
    frame = only(live.get(f"/library/{number}").text, "iframe")
    assert frame["src"] == f"/api/artefacts/{number}/content"
    assert "sandbox" not in frame
    assert "sandbox" in live.get(frame["src"]).headers["content-security-policy"]
    live.pixie.library.change([number], deleted=True)


def test_a_file_is_starred_from_its_page_and_stays_there(live, numbers):
    """Without scripts; deleted, it leads back to the library."""
    number = numbers["notes.md"]
    answer = send(live, ids=number, action="star", back="artefact")
    assert answer.headers["location"] == f"/library/{number}"
    assert 'value="unstar"' in live.get(f"/library/{number}").text
    send(live, ids=number, action="unstar", back="artefact")
    assert send(live, ids=number, action="delete", back="artefact").headers["location"] == "/library"
    assert live.get(f"/library/{number}").status_code == 404
    live.pixie.library.change([number], deleted=False)


@pytest.mark.case("T12.told")
def test_a_file_that_was_altered_or_is_gone_says_so(live):
    """T12: on its card, on its page, and on the page of its run."""
    run, found = keep(live.pixie, {"altered.txt": b"one", "gone.txt": b"two"})
    paths = {name: live.pixie.settings.artefacts_root / live.pixie.library.get(found[name]).rel_path for name in found}
    paths["altered.txt"].chmod(0o644)
    paths["altered.txt"].write_bytes(b"another")
    paths["gone.txt"].unlink()
    cards = live.get("/library?q=.txt").text
    assert "Modified after the run" in cards
    assert "Missing on the disk" in cards
    assert "was modified after the run" in live.get(f"/library/{found['altered.txt']}").text
    assert "There is nothing to show" in live.get(f"/library/{found['gone.txt']}").text
    page = live.get(f"/tool/adder/runs/{run}").text
    assert "altered.txt was modified after the run" in page
    assert "gone.txt isn&#39;t on the disk any more" in page
    live.pixie.library.change(found.values(), deleted=True)


def test_names_of_files_and_tags_are_texts(live):
    """Whatever a tool calls a file, nothing of it is markup or leads elsewhere."""
    name = "<img src=x onerror=alert(1)>.txt"
    number = keep(live.pixie, {name: b"x"})[1][name]
    live.pixie.library.change([number], label="<b>x</b>", add_tags=['"><script>alert(1)</script>'])
    for path in ("/library", f"/library/{number}"):
        html = live.get(path).text
        assert "<script>alert" not in html
        assert "<b>x</b>" not in html
        assert "onerror=alert(1)>" not in html.replace("&gt;", "")
    live.pixie.library.change([number], label=None)
    live.pixie.library.change([number], deleted=True)


def test_an_output_has_a_page_of_its_own(live):
    """At full size, with its menu; a key that the run doesn't have is 404."""
    run = live.run("adder", a=2, b=3)
    address = f"/tool/adder/runs/{run['id']}/outputs"
    html = live.get(f"{address}/sum").text
    assert "5 km" in html
    assert f"/api/runs/{run['id']}/outputs/sum/export?format=" in html
    assert "Open full size" not in html
    assert f"{address}/sum" in live.get(f"/tool/adder/runs/{run['id']}").text
    assert live.get(f"{address}/nothing").status_code == 404


def test_an_outputs_menu_names_what_can_be_copied_and_where_it_can_be_sent(live, tmp_path):
    """Text formats and PNG for the clipboard; a destination whose format this can't become gets the default."""
    for name, kind in (("books", "xlsx"), ("pictures", "png")):
        (tmp_path / name).mkdir()
        body = {"folder": str(tmp_path / name), "format": kind}
        assert live.client.put(f"/api/export-targets/{name}", json=body).status_code == 200
    run = live.run("adder")
    html = live.get(f"/tool/adder/runs/{run['id']}/outputs/steps").text
    copied = {
        each["data-copy"].rpartition("=")[2]: each["data-kind"]
        for each in elements(html, "button")
        if "data-copy" in each
    }
    assert copied["csv"] == "text"
    assert "xlsx" not in copied
    sends = [each for each in elements(html, "button") if "data-send" in each]
    assert [each["data-send"] for each in sends] == ["books", "pictures"]
    assert [each["data-else"] for each in sends if "data-else" in each] == ["csv"]
