"""Tools as they are found in the wild run, validate, render, stream and export like the rest."""

import json
import zipfile
from io import BytesIO

import pytest
from attrs import NOTHING

from pixie_core import Pixie
from pixie_core.run import Run, fold
from pixie_core.run.inputs import inputs_from_form, typed_inputs
from pixie_core.run.streams import StreamReader
from pixie_core.runtime.transport import Chunk, Closed, Head
from pixie_core.tool.discovery import read_tool
from pixie_core.validator.listening import Listener
from pixie_server import render
from tests.server.render.test_forms import sent
from tests.zoo.conftest import ANIMALS, OVERHEARD, RERUN

CALLS = [
    pytest.param(animal, number, id=f"{animal.name}-{number}")
    for animal in ANIMALS
    for number in range(len(animal.calls))
]

every_animal = pytest.mark.parametrize("animal", [pytest.param(each, id=each.name) for each in ANIMALS])
every_call = pytest.mark.parametrize(("animal", "number"), CALLS)
every_stream = pytest.mark.parametrize("animal", [pytest.param(each, id=each.name) for each in OVERHEARD])


def test_no_two_animals_have_one_name():
    """A name is found in the report of a failed test."""
    names = [animal.name for animal in ANIMALS]
    assert len(set(names)) == len(names)


@every_animal
def test_its_manifest_is_read(zoo, animal):
    """With the remarks that are expected, and none besides; what is declared in other words is canonical."""
    tool = read_tool(zoo.folders[animal.name])
    assert tool.manifest is not None, tool.problems
    said = [str(problem) for problem in tool.problems]
    assert len(said) == len(animal.notes), said
    for words, line in zip(animal.notes, said, strict=True):
        assert words in line
    for key, attributes in animal.read.items():
        declared = tool.manifest.input(key)
        assert {name: getattr(declared, name) for name in attributes} == attributes


@every_animal
def test_its_form_asks_for_every_input_and_sends_the_defaults(zoo, animal):
    """A page that nobody touched gives what a script gives that names no input."""
    manifest = read_tool(zoo.folders[animal.name]).manifest
    html = str(render.form(manifest))
    assert all(f'name="{each.key}"' in html for each in manifest.inputs)
    if all(each.default not in (NOTHING, None) or not each.required for each in manifest.inputs):
        assert exact(inputs_from_form(manifest, sent(html))) == exact(typed_inputs(manifest, {}))


@every_animal
def test_the_validator_comes_to_its_verdict_for_its_reason(zoo, animal):
    """Only the checks that are expected to say something do; their words name what is canonical."""
    report = zoo.seen(animal).report
    words = {check.name: "\n".join([check.message, *check.details]) for check in report.checks}
    complaints = {check.name: words[check.name] for check in report.checks if check.status in {"warn", "fail"}}
    assert report.overall == animal.overall, complaints
    for name, said in animal.says.items():
        assert said in words[name]
    assert complaints.keys() <= animal.says.keys(), complaints


@every_call
def test_a_run_ends_as_it_should(zoo, animal, number):
    """With exactly the canonical values, or with an error in the tool's own words and nothing of a file in it."""
    call, run = animal.calls[number], zoo.seen(animal).runs[number]
    if call.error is None:
        assert (run.status, run.error) == (call.status, None)
    else:
        assert run.status == call.status
        assert call.error in run.error
        assert "base64" not in run.error
        assert (call.stderr or "") in (run.stderr or "")
    assert exact(zoo.pixie.values(run)) == exact(call.values)
    files = {each.filename: content(zoo, each.id) for each in run.artefacts if each.output_key is None}
    assert files == call.artefacts


@every_call
def test_its_zip_holds_the_canonical_values(zoo, animal, number):
    """outputs.json is what the run's page shows, and the tool's files lie beside it."""
    call, run = animal.calls[number], zoo.seen(animal).runs[number]
    with zipfile.ZipFile(BytesIO(b"".join(zoo.pixie.zip(run.id)))) as archive:
        assert archive.testzip() is None
        assert exact(json.loads(archive.read("outputs.json"))) == exact(call.values)
        for name, held in call.artefacts.items():
            assert archive.read(f"artefacts/{name}") == held
        about = json.loads(archive.read("run.json"))
        assert (about["status"], about["outputs"].keys()) == (call.status, call.values.keys())


@every_call
def test_its_page_shows_every_value_as_its_type(zoo, animal, number):
    """None of them as JSON that nobody understood, none as missing."""
    run = zoo.seen(animal).runs[number]
    manifest = zoo.pixie.manifest_of(run)
    values = zoo.pixie.values(run)
    for key, value in values.items():
        html = render.output(manifest.output(key), value)
        assert html.strip()
        assert "It is shown as it came" not in html
    panel = render.panel(manifest, run, values, now=zoo.pixie.now(), log=zoo.pixie.log(run.id))
    assert all(declared.label in panel for declared in manifest.outputs if declared.key in values)


@pytest.mark.parametrize("animal", [pytest.param(each, id=each.name) for each in RERUN])
def test_a_run_again_gets_the_same_inputs_and_gives_the_same(zoo, animal):
    """Files are sent again from where they are kept, places and choices in the shape that they had."""
    seen = zoo.seen(animal)
    assert seen.again.status == "ok", seen.again.error
    assert seen.again.parent_run_id == seen.runs[0].id
    assert exact(seen.again.inputs) == exact(seen.runs[0].inputs)
    assert exact(zoo.pixie.values(seen.again)) == exact(animal.values)


@every_stream
def test_every_reader_of_a_stream_has_the_same_value(zoo, animal):
    """The run's row, its events folded anew, a second Pixie beside, and the bytes of the stream however they are cut."""
    seen = zoo.seen(animal)
    run = seen.runs[0]
    records = list(zoo.pixie.store.events(run.id))
    folded = fold(Run(id=run.id, tool_id=run.tool_id, created_at=run.created_at), records)
    assert exact(run.values()) == exact(animal.values)
    assert exact(folded.values()) == exact(animal.values)
    assert [record.text for record in zoo.pixie.follow(run.id)] == [record.text for record in records]
    with Pixie(zoo.settings) as beside:
        assert exact(beside.values(beside.get(run.id))) == exact(animal.values)
    manifest = zoo.pixie.manifest_of(run)
    for pieces in cuts(seen.overheard.stream):
        listener = Listener(StreamReader(manifest, seen.overheard.answer), str)
        for part in (Head(200, "text/event-stream"), *map(Chunk, pieces), Closed()):
            if not listener.over:
                listener.take(part)
        merged = listener.result().values
        assert merged.keys() >= {declared.key for declared in manifest.outputs if declared.streaming}
        assert exact(merged) == exact({key: animal.values[key] for key in merged})


def cuts(stream):
    """The bytes at once, one by one, and by line."""
    yield [stream]
    yield [stream[at : at + 1] for at in range(len(stream))]
    yield stream.splitlines(keepends=True)


def exact(value):
    """The value as JSON, in which 1 isn't 1.0, for a readable difference."""
    return json.dumps(value, sort_keys=True, indent=1)


def content(zoo, artefact_id):
    """A file's bytes."""
    with zoo.pixie.store.open_artefact(artefact_id) as file:
        return file.read()
