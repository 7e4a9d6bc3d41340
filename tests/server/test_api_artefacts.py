"""The JSON routes about kept files."""

import io
import uuid

import pytest
from PIL import Image

from tests.reliability.kept import keep


@pytest.fixture
def kept(live):
    """The id of a run that has ended, and the numbers of its files by name; each test has its own."""
    return keep(
        live.pixie, {"plot.png": b"\x89PNG\r\n\x1a\n" + b"0" * 100, "prices.csv": b"a,b\n1,2\n", "notes.md": b"# Notes"}
    )


def listed(live, **query):
    """The numbers of the files that such a list has."""
    answer = live.get("/api/artefacts", params=query)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["items"]]


def test_a_file_is_shown_with_where_it_came_from(live, kept):
    """Its run, its tool, its bytes' address and what is set for it."""
    run_id, numbers = kept
    shown = live.get(f"/api/artefacts/{numbers['prices.csv']}").json()
    assert (shown["filename"], shown["mime"], shown["size_bytes"]) == ("prices.csv", "text/csv", 8)
    assert (shown["run_id"], shown["tool_id"]) == (run_id, "adder")
    assert (shown["starred"], shown["label"], shown["tags"], shown["deleted_at"]) == (False, None, [], None)
    assert live.get(shown["url"]).content == b"a,b\n1,2\n"


def test_the_list_is_an_envelope_with_the_newest_first(live, kept):
    """As that of runs is."""
    run_id, numbers = kept
    page = live.get("/api/artefacts", params={"run": run_id[:8]}).json()
    assert [each["filename"] for each in page["items"]] == ["notes.md", "prices.csv", "plot.png"]
    assert page["items"][0] == live.get(f"/api/artefacts/{numbers['notes.md']}").json()
    assert {key: page[key] for key in ("page", "page_size", "next", "newest_only")} == {
        "page": 1,
        "page_size": 50,
        "next": None,
        "newest_only": None,
    }


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"tool": "adder"}, {"plot.png", "prices.csv", "notes.md"}),
        ({"tool": "teller"}, set()),
        ({"mime": "image/png"}, {"plot.png"}),
        ({"mime": "image/"}, {"plot.png"}),
        ({"mime": "IMAGE/*"}, {"plot.png"}),
        ({"mime": "text"}, {"prices.csv", "notes.md"}),
        ({"mime": ""}, {"plot.png", "prices.csv", "notes.md"}),
        ({"starred": "true"}, {"notes.md"}),
        ({"starred": "false"}, {"plot.png", "prices.csv"}),
        ({"labelled": "true"}, {"prices.csv"}),
        ({"label": "for the paper"}, {"prices.csv"}),
        ({"label": "for the"}, set()),
        ({"tag": "q1"}, {"plot.png", "prices.csv"}),
        ({"tag": "q1", "mime": "image/"}, {"plot.png"}),
        ({"q": "PRICES"}, {"prices.csv"}),
        ({"q": "the paper"}, {"prices.csv"}),
        ({"q": "q1"}, {"plot.png", "prices.csv"}),
        ({"from": "2020-01-01", "to": "2999-12-31"}, {"plot.png", "prices.csv", "notes.md"}),
        ({"to": "2020-01-01"}, set()),
        ({"from": "2999-01-01T00:00:00+00:00"}, set()),
    ],
)
def test_filters_are_joined_by_and(live, kept, query, names):
    """Each by itself and with the run of this test."""
    run_id, numbers = kept
    live.post(f"/api/artefacts/{numbers['notes.md']}/star", json={"starred": True})
    live.post(f"/api/artefacts/{numbers['prices.csv']}/label", json={"label": "for the paper"})
    for name in ("plot.png", "prices.csv"):
        live.post(f"/api/artefacts/{numbers[name]}/tags", json={"tags": ["q1", "figures"]})
    assert set(listed(live, run=run_id, **query)) == {numbers[name] for name in names}


def test_a_day_is_whole_in_a_span_of_time(live, kept):
    """Up to today and from today on: what was kept today is in it."""
    run_id, numbers = kept
    today = live.get(f"/api/artefacts/{numbers['plot.png']}").json()["created_at"][:10]
    assert len(listed(live, run=run_id, **{"from": today, "to": today})) == 3


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"from": "yesterday"}, "$.from"),
        ({"to": "2026-13-01"}, "$.to"),
        ({"page": "201"}, "$.page"),
        ({"page_size": "251"}, "$.page_size"),
        ({"starred": "perhaps"}, "$.starred"),
        ({"after": "nonsense"}, "$.after"),
        ({"tols": "adder"}, "$.tols"),
        ({"q": "x" * 1001}, "$.q"),
    ],
)
def test_what_cannot_be_asked_is_named(live, query, path):
    """422, at the parameter."""
    answer = live.get("/api/artefacts", params=query)
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, path)


def test_files_of_a_run_that_is_not_there_are_not_asked_for(live):
    """404, as wherever a run is named; too short a prefix is 422."""
    assert live.get("/api/artefacts", params={"run": str(uuid.uuid4())}).json()["code"] == "run_not_found"
    assert live.get("/api/artefacts", params={"run": "abc"}).status_code == 422


def test_pages_by_cursor_and_by_number_have_each_file_once(live, kept):
    """However small they are; the page after the last is empty."""
    run_id, numbers = kept
    whole = listed(live, run=run_id)
    got, after = [], None
    while True:
        page = live.get(
            "/api/artefacts", params={"run": run_id, "page_size": 1} | ({"after": after} if after else {})
        ).json()
        got += [each["id"] for each in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert got == whole
    assert [listed(live, run=run_id, page_size=1, page=number) for number in (1, 2, 3, 4)] == [
        *([each] for each in whole),
        [],
    ]
    assert set(whole) == set(numbers.values())


def test_a_short_search_says_that_it_looked_at_the_newest_alone(live, kept):
    """One or two letters; three look at all."""
    assert live.get("/api/artefacts", params={"q": "md"}).json()["newest_only"] == 10_000
    assert live.get("/api/artefacts", params={"q": "notes"}).json()["newest_only"] is None


def test_a_star_is_set_taken_and_toggled(live, kept):
    """Without a body it is turned over."""
    path = f"/api/artefacts/{kept[1]['plot.png']}"
    assert live.post(f"{path}/star").json() == {"starred": True}
    assert live.post(f"{path}/star", json={"starred": True}).json() == {"starred": True}
    assert live.get(path).json()["starred"] is True
    assert live.post(f"{path}/star").json() == {"starred": False}
    assert live.post(f"{path}/star", json={"starred": 1}).status_code == 422


def test_a_label_and_tags_are_given_and_taken_away(live, kept):
    """As they are kept: without blanks round them, each tag once."""
    path = f"/api/artefacts/{kept[1]['plot.png']}"
    assert live.post(f"{path}/label", json={"label": "  Fig. 3 "}).json() == {"label": "Fig. 3"}
    assert live.post(f"{path}/tags", json={"tags": [" a ", "b", "a", " "]}).json() == {"tags": ["a", "b"]}
    shown = live.get(path).json()
    assert (shown["label"], shown["tags"]) == ("Fig. 3", ["a", "b"])
    assert live.post(f"{path}/label", json={"label": None}).json() == {"label": None}
    assert live.post(f"{path}/tags", json={"tags": []}).json() == {"tags": []}


@pytest.mark.parametrize(
    ("route", "body"),
    [("label", {"label": "x" * 201}), ("label", {"label": "a\0b"}), ("label", {}), ("tags", {"tags": ["x" * 101]}),
     ("tags", {"tags": "a"}), ("tags", {"tags": [1]}), ("star", {"stared": True})],
)  # fmt: skip
def test_what_does_not_fit_changes_nothing(live, kept, route, body):
    """422 with the path of what is wrong."""
    path = f"/api/artefacts/{kept[1]['plot.png']}"
    before = live.get(path).json()
    answer = live.post(f"{path}/{route}", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]
    assert live.get(path).json() == before


def test_a_deleted_file_is_nowhere_until_it_is_restored(live, kept):
    """Not in the list, not by its number, not its bytes; but among those that can be restored."""
    run_id, numbers = kept
    number = numbers["plot.png"]
    assert live.post(f"/api/artefacts/{number}/delete").json() == {"id": number, "restorable_days": 7}
    assert number not in listed(live, run=run_id)
    for path in ("", "/content", "/formats"):
        gone = live.get(f"/api/artefacts/{number}{path}")
        assert (gone.status_code, gone.json()["code"]) == (404, "artefact_not_found")
    for route, body in (("star", {}), ("label", {"label": "x"}), ("tags", {"tags": []}), ("delete", None)):
        assert live.post(f"/api/artefacts/{number}/{route}", json=body).status_code == 404
    (found,) = live.get("/api/artefacts", params={"run": run_id, "deleted": True}).json()["items"]
    assert (found["id"], found["deleted_at"] is None) == (number, False)
    assert live.post(f"/api/artefacts/{number}/restore").json()["deleted_at"] is None
    assert live.post(f"/api/artefacts/{number}/restore").json()["id"] == number
    assert number in listed(live, run=run_id)
    assert live.get(f"/api/artefacts/{number}/content").status_code == 200


@pytest.mark.parametrize("how", ["star", "label", "star of the run"])
def test_what_is_protected_is_not_deleted(live, kept, how):
    """A file with a star or a label, and the files of a run that has one: 409, and it stays."""
    run_id, numbers = kept
    path = f"/api/artefacts/{numbers['plot.png']}"
    if how == "label":
        live.post(f"{path}/label", json={"label": "kept"})
    else:
        live.post(f"{path}/star" if how == "star" else f"/api/runs/{run_id}/star", json={"starred": True})
    answer = live.post(f"{path}/delete")
    assert (answer.status_code, answer.json()["code"]) == (409, "run_protected")
    assert live.get(path).status_code == 200


@pytest.mark.parametrize("number", [999_999_999, 2**70])
def test_a_file_that_is_not_there_is_404_on_each_route(live, number):
    """However large its number is."""
    for route in ("", "/content", "/formats"):
        assert live.get(f"/api/artefacts/{number}{route}").json()["code"] == "artefact_not_found"
    for route, body in (
        ("star", {}),
        ("label", {"label": "x"}),
        ("tags", {"tags": []}),
        ("delete", None),
        ("restore", None),
    ):
        answer = live.post(f"/api/artefacts/{number}/{route}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "artefact_not_found")


def test_head_answers_as_get_does_without_its_body(live, kept):
    """The list, one file, and its bytes."""
    path = f"/api/artefacts/{kept[1]['plot.png']}"
    for each in ("/api/artefacts", path, f"{path}/content"):
        got, head = live.get(each), live.client.head(each)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-type"] == got.headers["content-type"]
        assert head.headers["content-length"] == got.headers["content-length"]


@pytest.fixture
def pictured(live):
    """The numbers of a picture that has its thumbnail, and of a text."""
    made = io.BytesIO()
    Image.new("RGB", (800, 400), "teal").save(made, "PNG")
    _, numbers = keep(live.pixie, {"wide.png": made.getvalue(), "notes.md": b"# Notes"})
    live.pixie.thumbnails.start()
    assert live.pixie.thumbnails.wait(30)
    return numbers


def test_a_picture_has_a_thumbnail_in_webp(live, pictured):
    """Told by its row, no larger than the setting says, and sealed as the file itself is."""
    path = f"/api/artefacts/{pictured['wide.png']}"
    assert live.get(path).json()["thumb"] == f"{path}/thumb"
    answer = live.get(f"{path}/thumb")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    assert Image.open(io.BytesIO(answer.content)).size == (256, 128)
    assert "sandbox" in answer.headers["content-security-policy"]
    assert 'filename="wide.webp"' in answer.headers["content-disposition"]
    head = live.client.head(f"{path}/thumb")
    assert (head.content, head.headers["content-length"]) == (b"", str(len(answer.content)))


def test_a_thumbnail_is_sent_once_and_in_parts(live, pictured):
    """Conditional and range requests, as on the bytes."""
    path = f"/api/artefacts/{pictured['wide.png']}/thumb"
    whole = live.get(path)
    again = live.get(path, headers={"If-None-Match": whole.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    part = live.get(path, headers={"Range": "bytes=4-11"})
    assert (part.status_code, part.content) == (206, whole.content[4:12])
    assert live.get(path, headers={"Range": "bytes=9999999-"}).status_code == 416


def test_what_has_no_thumbnail_says_so(live, pictured):
    """404 by a code of its own, which isn't that of a file that isn't there."""
    path = f"/api/artefacts/{pictured['notes.md']}"
    assert live.get(path).json()["thumb"] is None
    assert (live.get(f"{path}/thumb").status_code, live.get(f"{path}/thumb").json()["code"]) == (
        404,
        "thumbnail_not_found",
    )
    assert live.get("/api/artefacts/999999999/thumb").json()["code"] == "artefact_not_found"


@pytest.mark.parametrize("path", ["/api/artefacts", "/api/runs", "/api/tools/adder/runs"])
def test_pages_by_number_end_where_the_cursor_goes_on(live, path):
    """Page 200 is the last; beyond it the answer names `after`."""
    assert live.get(path, params={"page": 200}).json()["items"] == []
    (problem,) = live.get(path, params={"page": 201}).json()["errors"]
    assert problem["path"] == "$.page"
    assert "`after`" in problem["message"]


def test_many_files_are_changed_at_once_and_each_is_told_of(live):
    """Deleted but for the starred one, and restored; a number that is nobody's is named."""
    _, numbers = keep(live.pixie, {"a.txt": b"1", "b.txt": b"2", "c.txt": b"3"})
    first, second, third = numbers.values()
    change = {"ids": [first, second], "starred": True, "label": "Fig", "add_tags": ["new"]}
    answer = live.client.patch("/api/artefacts", json=change).json()
    assert (answer["changed"], answer["refused"]) == ([first, second], [])
    item = live.get(f"/api/artefacts/{first}").json()
    assert (item["starred"], item["label"], item["tags"]) == (True, "Fig", ["new"])
    live.client.patch("/api/artefacts", json={"ids": [second], "starred": False, "label": "", "remove_tags": ["new"]})
    answer = live.client.patch("/api/artefacts", json={"ids": [*numbers.values(), 10**9], "deleted": True}).json()
    assert answer["changed"] == [second, third]
    assert {each["id"]: each["code"] for each in answer["refused"]} == {
        first: "run_protected",
        10**9: "artefact_not_found",
    }
    assert live.client.patch("/api/artefacts", json={"ids": [second, third], "deleted": False}).json()["changed"] == [
        second,
        third,
    ]
    for body in ({"ids": [first]}, {"ids": [], "starred": True}, {"ids": [first], "label": "x" * 201}):
        assert live.client.patch("/api/artefacts", json=body).status_code == 422


@pytest.mark.case("T12.told")
def test_a_file_that_was_modified_after_its_run_is_shown_as_such(live):
    """T12: in the list, alone, and among the files of its run."""
    run_id, numbers = keep(live.pixie, {"altered.txt": b"one", "whole.txt": b"two"})
    row = live.pixie.library.get(numbers["altered.txt"])
    path = live.pixie.settings.artefacts_root / row.rel_path
    path.chmod(0o644)
    path.write_bytes(b"another")
    listed = live.get("/api/artefacts", params={"run": run_id}).json()["items"]
    of_run = live.get(f"/api/runs/{run_id}").json()["artefacts"]
    alone = [live.get(f"/api/artefacts/{each}").json() for each in numbers.values()]
    for items in (listed, of_run, alone):
        assert {each["filename"]: each["on_disk"] for each in items} == {
            "altered.txt": "modified",
            "whole.txt": "unchanged",
        }
    path.write_bytes(b"one")


def test_a_page_of_a_tools_own_is_inline_in_pixies_frames_alone(live):
    """By what the browser says of where it is to be shown; its policy is the same, a download everywhere else."""
    _, numbers = keep(live.pixie, {"page.html": b"<p>hello", "plain.txt": b"hello"})
    path = f"/api/artefacts/{numbers['page.html']}/content"
    framed = live.get(path, headers={"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "same-origin"})
    alone = live.get(path, headers={"Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "none"})
    assert framed.headers["content-disposition"].startswith("inline")
    assert alone.headers["content-disposition"].startswith("attachment")
    assert framed.headers["content-security-policy"] == alone.headers["content-security-policy"]
    assert "sandbox allow-scripts;" in framed.headers["content-security-policy"]
    assert framed.headers["vary"] == alone.headers["vary"] == "Sec-Fetch-Dest"
    elsewhere = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}
    assert live.get(path, headers=elsewhere).status_code == 403
