"""The text generator: its stream, its seed, its cancel."""

from __future__ import annotations

import re

import pytest


@pytest.fixture
def generator(bundled):
    return bundled("text-generator")


def events(generator, inputs, run_id):
    assert generator.run(inputs, run_id).status == 200
    return generator.open_stream(run_id).all()


def pieces(events):
    return [
        data["value"] for name, data in events if name == "message" and data["output_key"] == "text" and data["value"]
    ]


def test_the_text_comes_token_by_token(generator):
    """Each event carries one token, and progress climbs to 1."""
    told = events(generator, {"tokens": 50, "pause": 0}, "tokens")
    assert len(pieces(told)) == 50
    assert all(re.fullmatch(r" ?(\w+(['’-]\w+)*|[^\w\s])", piece) for piece in pieces(told))
    progress = [data["value"] for name, data in told if name == "message" and data["output_key"] == "progress"]
    assert progress == sorted(progress)
    assert progress[-1] == 1
    assert told[-1] == ("end", {})


def test_a_seed_writes_the_same_text_again(generator):
    """The same inputs give the same text, and another seed another."""
    first, again, other = (generator.outputs({"tokens": 80, "pause": 0, "seed": seed})["text"] for seed in (7, 7, 8))
    assert first == again
    assert first != other


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_every_step_is_one_of_the_source(generator, order):
    """Any run of order + 1 tokens within a sentence of the text is one of the source."""
    source = "The cat sat on the mat. The dog sat on the cat. The mat sat still, and the dog saw the cat on the mat."
    text = generator.outputs({"source": source, "order": order, "tokens": 60, "pause": 0})["text"]
    tokens, known = (re.findall(r"\w+|[^\w\s]", each) for each in (text, source))
    runs = {tuple(known[at : at + order + 1]) for at in range(len(known))}
    ended = {tuple(known[len(known) - order :])}
    for at in range(len(tokens) - order):
        run = tuple(tokens[at : at + order + 1])
        restarted = any(tuple(tokens[cut - order : cut]) in ended for cut in range(max(order, at + 1), at + order + 1))
        assert run in runs or restarted, run


def test_a_cancel_stops_at_the_next_token(generator):
    """What was written stays, nothing follows, and the end says that it was a cancel."""
    assert generator.run({"tokens": 5000, "pause": 150}, "long").status == 200
    stream = iter(generator.open_stream("long"))
    begun = [next(stream) for _ in range(3)]
    assert generator.ask("POST", "/cancel?run_id=long").json == {"cancelled": True}
    rest = list(stream)
    assert rest[-1] == ("error", {"detail": "The run was cancelled.", "code": "cancelled"})
    assert 1 <= len(pieces(begun + rest)) < 10


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"source": ""}, "source: too short"),
        ({"source": "Two words", "order": 2}, "source: too short"),
        ({"tokens": 1.5}, "tokens: expected"),
    ],
)
def test_what_cannot_be_learnt_from_is_told(generator, inputs, said):
    """A source without a sentence, or half a token, ends the run with the input's name."""
    answer = generator.run({"pause": 0, **inputs})
    name, data = generator.open_stream(answer.headers["X-Pixie-Run-Id"]).all()[-1]
    assert (name, data["code"]) == ("error", "input")
    assert data["detail"].startswith(said)
