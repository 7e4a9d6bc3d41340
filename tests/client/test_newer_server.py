"""A newer Pixie says more than this client knows: other fields, other words, other types of outputs. Nothing breaks."""

import asyncio
import inspect
import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import attrs
import httpx
import pytest

from pixie_client import (
    AnswerNotUnderstood,
    AsyncPixie,
    Busy,
    Conflict,
    Invalid,
    NotFound,
    Pixie,
    PixieProblem,
    PixieUnreachable,
    ToolFailed,
    Unavailable,
)
from pixie_client import errors as client_errors
from tests.reliability.kept import keep
from tests.server.live_pixie import add_tools, live_pixie

ROOT = Path(__file__).parents[2]
DOCUMENT = json.loads((ROOT / "packages" / "pixie-client" / "openapi.json").read_text())
SCHEMAS = DOCUMENT["components"]["schemas"]


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A served Pixie in developer mode, with runs, a star and a workspace."""
    home = tmp_path_factory.mktemp("pixie")
    add_tools(home)
    with live_pixie(home, developer_mode=True) as served:
        served.run("adder", a=1)
        served.run("teller", words=3)
        served.run("adder", fail=True)
        served.post("/api/workspaces", json={"name": "Mine"})
        yield served


@pytest.fixture(scope="module")
def known(live, tmp_path_factory):
    """Something of each kind to ask for, by the names that addresses give it, and by what stands before where needed."""
    source = tmp_path_factory.mktemp("kept") / "table.csv"
    source.write_text("a,b\n1,2\n")
    _, numbers = keep(live.pixie, {"table.csv": source})
    validating = live.post("/api/validate-jobs", json={"tool_ids": ["broken"]}).json()
    run = live.run("adder", a=1)
    output = {"run_id": run["id"], "output_key": "sum", "format": "json"}
    exporting = live.post("/api/export-jobs", json=output).json()
    folder = tmp_path_factory.mktemp("reports")
    named = live.client.put("/api/export-targets/reports", json={"folder": str(folder)}).json()["name"]
    return {
        "run_id": run["id"],
        "tool_id": "adder",
        "key": "sum",
        "artefact_id": numbers["table.csv"],
        "validate-jobs/job_id": validating["id"],
        "export-jobs/job_id": exporting["id"],
        "name": named,
    }


class Newer(httpx.BaseTransport):
    """A Pixie of years to come: each answer of today's, with unknown fields in every object, unknown words where a list
    of words is declared, and an output of an unknown type.
    """

    def __init__(self):
        self._real = httpx.HTTPTransport()
        self.changed = 0

    def handle_request(self, request):
        answer = self._real.handle_request(request)
        content = answer.read()
        if answer.headers["content-type"].startswith("application/json") and answer.status_code < 400:
            document = self._newer(json.loads(content))
            content = json.dumps(document).encode()
        headers = {"content-type": answer.headers["content-type"]}
        return httpx.Response(answer.status_code, headers=headers, content=content, request=request)

    def _newer(self, value):
        if isinstance(value, list):
            return [self._newer(each) for each in value]
        if not isinstance(value, dict):
            return value
        made = {key: self._newer(each) for key, each in value.items()}
        if len(made) > 1 and all(isinstance(each, dict) and each.keys() == SETTING for each in value.values()):
            return made  # a map by name: it would hold another such
        made["of_tomorrow"] = {"what": ["nobody", "knows"], "yet": None}
        for key in made.keys() & WORDS:
            if isinstance(made[key], str):
                made[key] = "unheard_of"
                self.changed += 1
        if isinstance(made.get("output_types"), dict):
            made["output_types"]["holo"] = "hologram"
            made["outputs"]["holo"] = {"type": "hologram", "voxels": [[1, 2], [3, 4]], "schema_version": 9}
        return made


SETTING = SCHEMAS["SettingOut"]["properties"].keys()
WORDS = {
    name
    for schema in SCHEMAS.values()
    for name, each in schema.get("properties", {}).items()
    for option in (each, *each.get("anyOf", ()))
    if "enum" in option
}


def operations():
    """Every generated operation that only asks, with arguments for it."""
    for path, methods in DOCUMENT["paths"].items():
        described = methods.get("get")
        if not path.startswith("/api/") or described is None or "200" not in described["responses"]:
            continue
        content = described["responses"]["200"].get("content", {})
        if "application/json" not in content or "text/event-stream" in content:
            continue
        name = described["operationId"]
        yield pytest.param(described["tags"][0], name, re.findall(r"(\w[\w-]*)/{(\w+)}", path), id=name)


@pytest.mark.parametrize(("tag", "name", "parameters"), list(operations()))
def test_every_answer_of_a_newer_pixie_is_read(live, known, tag, name, parameters):
    """By each operation that answers JSON; what isn't known is kept beside what is."""
    operation = import_module(f"pixie_client.generated.api.{tag}.{name}")
    with Pixie(live.url, transport=Newer()) as pixie:
        answer = pixie.call(operation, *(known.get(f"{after}/{each}") or known[each] for after, each in parameters))
    for each in answer if isinstance(answer, list) else [answer]:
        if attrs.has(type(each)):
            assert {"of_tomorrow", "theme"} & each.additional_properties.keys()
        else:
            assert each is not None


def test_a_newer_run_is_what_it_was_and_more(live):
    """An unknown status is that word, an output of an unknown type is there as it came."""
    transport = Newer()
    with Pixie(live.url, transport=transport) as pixie:
        run = pixie.run("adder", {"a": 1, "b": 41})
        assert run.status == "unheard_of"
        assert run.outputs["sum"]["value"] == 42
        assert run.outputs["holo"]["voxels"] == [[1, 2], [3, 4]]
        assert run.output_types["holo"] == "hologram"
        assert run.to_dict()["of_tomorrow"]["yet"] is None
        assert {each.status for each in pixie.tools()} == {"unheard_of"}
    assert transport.changed


@pytest.mark.parametrize(
    ("status", "kind", "exit_code"),
    [
        (404, NotFound, 1),
        (409, Conflict, 1),
        (422, Invalid, 2),
        (429, Busy, 1),
        (502, ToolFailed, 1),
        (503, Unavailable, 1),
        (418, PixieProblem, 1),
    ],
)
@pytest.mark.parametrize(
    "body", [b'{"code": "of_tomorrow", "detail": "So.", "errors": 3, "x": 1}', b"<html>", b"[]", b""]
)
def test_a_problem_is_raised_by_its_kind_whatever_its_body(status, kind, exit_code, body):
    """Also one with a code that isn't known, and one that isn't JSON."""
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=body))
    with Pixie("http://pixie", transport=transport) as pixie, pytest.raises(PixieProblem) as caught:
        pixie.get("3f2b8c1e")
    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.exit_code) == (status, exit_code)
    assert str(caught.value)
    assert caught.value.code == ("of_tomorrow" if body.startswith(b"{") else "http_error")


@pytest.mark.parametrize("body", [b"<h1>Router</h1>", b"[]", b"{}", b"null"])
def test_another_program_is_not_taken_for_pixie(body):
    """What it says isn't a run: one error of the client's own."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body))
    with Pixie("http://pixie", transport=transport) as pixie, pytest.raises(AnswerNotUnderstood, match="GET /api/runs"):
        pixie.get("3f2b8c1e")


def test_a_pixie_that_starts_is_not_healthy_yet():
    """503 is no error there."""
    transport = httpx.MockTransport(lambda _: httpx.Response(503, json={"code": "starting"}))
    with Pixie("http://pixie", transport=transport) as pixie:
        assert pixie.healthy() is False


def test_unreachable_is_exit_code_3():
    """As the command ends with."""
    assert PixieUnreachable.exit_code == 3
    assert all(each in inspect.getdoc(client_errors) for each in client_errors.__all__ if each[0].isupper())


def test_both_clients_have_the_same_methods():
    """With the same parameters: the one is made from the other."""
    for name, method in inspect.getmembers(AsyncPixie, inspect.isfunction):
        twin = {"aclose": "close", "__aenter__": "__enter__", "__aexit__": "__exit__"}.get(name, name)
        assert list(inspect.signature(getattr(Pixie, twin)).parameters) == list(inspect.signature(method).parameters)


def test_the_asynchronous_client_does_what_the_other_does(live, tmp_path):
    """Run, wait, list, save; two at a time."""

    async def work():
        async with AsyncPixie(live.url) as pixie:
            one, other = await asyncio.gather(
                pixie.run("adder", {"a": 2, "b": 3}), pixie.start("teller", {"words": 30, "pause": 0.02})
            )
            assert one.outputs["sum"]["value"] == 5
            early = await pixie.wait(other.id, timeout=0)
            ended = await pixie.wait(other.id)
            assert (early.status, ended.status) == ("running", "ok")
            saved = await pixie.export(one.id, tmp_path)
            assert saved.path.is_file()
            found = [run.id async for run in pixie.every_run(tool="adder", page_size=1)]
            assert one.id in found
            assert len(found) == len(set(found)) >= 2

    asyncio.run(work())


def test_the_client_is_sealed():
    """Importing it imports nothing of the library or the server."""
    code = "import pixie_client, sys; print([m for m in sys.modules if m.startswith(('pixie_core', 'pixie_server'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
