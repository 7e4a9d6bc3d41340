"""From what a form, a request or a command line sends to typed inputs."""

import pytest

from pixie_core.errors import InputsInvalid
from pixie_core.run.inputs import inputs_from_form, sample_inputs, typed_inputs
from pixie_core.tool.manifest import manifest_from


def tool(*inputs, **about):
    """A manifest with these inputs: key and type, and what else is said."""
    declared = [{"key": key, "type": kind, "label": key.title(), **said} for key, kind, said in inputs]
    return manifest_from(
        {"id": "t", "name": "T", "inputs": declared, "outputs": [{"key": "o", "type": "text", "label": "O"}], **about}
    )[0]


def problems(call, *args):
    with pytest.raises(InputsInvalid) as caught:
        call(*args)
    return list(map(str, caught.value.problems))


ALL = tool(
    ("name", "text", {}),
    ("rho", "number", {"min": 0, "default": 28}),
    ("n", "number", {"required": False}),
    ("scale", "select", {"options": ["linear", "log"]}),
    ("exact", "checkbox", {"default": True}),
    ("tags", "tags", {"default": ["a"]}),
)


def test_what_was_not_sent_takes_its_default():
    """Blank text is a value, an optional number without default is left out."""
    assert typed_inputs(ALL, {"scale": "log"}) == {"name": "", "rho": 28, "scale": "log", "exact": True, "tags": ["a"]}


def test_every_problem_is_named_at_its_key():
    """An unknown key, a wrong type, a missing choice: all at once, none coerced."""
    assert problems(typed_inputs, ALL, {"rhoo": 1, "rho": "28", "name": None, "n": True}) == [
        "$.rhoo: t has no input 'rhoo': did you mean rho?",
        "$.name: Name must be text, not null",
        '$.rho: Rho must be a number, not text ("28")',
        "$.n: N must be a number, not a boolean (true)",
        "$.scale: Scale is missing",
    ]


@pytest.mark.parametrize("given", [None, [], "x"])
def test_inputs_are_an_object(given):
    """Anything else is refused at the root."""
    assert problems(typed_inputs, ALL, given) == ["$: the inputs must be an object of values by key"]


def test_null_stands_for_an_optional_value_that_is_left_out():
    """It is never sent to the tool."""
    assert "n" not in typed_inputs(ALL, {"scale": "log", "n": None})


def test_values_reach_the_tool_in_their_canonical_shape():
    """Sent values and defaults alike: places as lists, an option as it was declared, one file as a list."""
    tool_ = tool(
        ("at", "map_point", {}),
        ("home", "map_point", {"default": {"lat": 1, "lon": 2}}),
        ("order", "select", {"options": [1, 2]}),
        ("files", "file", {"multiple": True}),
        ("line", "colour", {}),
    )
    given = {"at": {"lat": 3, "lng": 4}, "order": 2.0, "files": "data:,x", "line": "#FA0"}
    assert typed_inputs(tool_, given) == {
        "at": [3, 4],
        "home": [1, 2],
        "order": 2,
        "files": ["data:,x"],
        "line": "#ffaa00",
    }
    assert type(typed_inputs(tool_, given)["order"]) is int


def test_a_default_is_the_tools_own_affair():
    """One that its declaration refuses was warned of when tool.json was read, and is sent."""
    assert typed_inputs(tool(("x", "number", {"max": 1, "default": 5})), {}) == {"x": 5}
    assert problems(typed_inputs, tool(("x", "number", {"max": 1, "default": 5})), {"x": 5}) == [
        "$.x: X is 5; it must be at most 1"
    ]


def test_a_null_that_is_the_default_may_be_given_too():
    """A run of a tool whose file is null by default can be made again with its own inputs."""
    declared = tool(("photo", "image", {"default": None}))
    assert typed_inputs(declared, typed_inputs(declared, {})) == {"photo": None}


def test_a_field_is_read_as_its_type():
    """Text stays text, a number becomes one, a hidden false stands before its checkbox."""
    fields = {"name": ["42"], "rho": ["2.5"], "n": ["7"], "scale": ["log"], "exact": ["false", "true"], "tags": ["a,b"]}
    assert inputs_from_form(ALL, fields) == {
        "name": "42",
        "rho": 2.5,
        "n": 7,
        "scale": "log",
        "exact": True,
        "tags": ["a", "b"],
    }


def test_a_cleared_field_does_not_get_its_default_back():
    """Empty where nothing is required is left out; where something is, it is missing; blank lists are lists."""
    optional = tool(("x", "number", {"required": False, "default": 3}), ("tags", "tags", {"default": ["a"]}))
    assert inputs_from_form(optional, {"x": [""], "tags": [""]}) == {"tags": []}
    assert inputs_from_form(optional, {}) == {"x": 3, "tags": ["a"]}
    assert problems(inputs_from_form, tool(("x", "number", {"default": 3})), {"x": [""]}) == ["$.x: X is missing"]


def test_fields_that_cannot_be_read_are_named_with_the_others():
    """A text that is no number, a field that there isn't, a value out of bounds: all at once."""
    assert problems(inputs_from_form, ALL, {"rho": ["-1"], "n": ["many"], "scale": ["log"], "colour": ["x"]}) == [
        "$.colour: t has no input 'colour': known are name, rho, n, scale, exact, tags",
        "$.n: N must be a number, not 'many'",
        "$.rho: Rho is -1; it must be at least 0",
    ]


def test_typed_values_come_beside_texts():
    """A file that was uploaded counts, unless its field has a text too."""
    files = tool(("a", "file", {}), ("b", "file", {}))
    fields = {"a": [""], "b": ["data:,text"]}
    assert inputs_from_form(files, fields, {"a": "data:,1", "b": "data:,2"}) == {"a": "data:,1", "b": "data:,text"}


SHOWN = tool(
    ("log", "toggle", {"default": False}),
    ("base", "number", {"show_if": {"key": "log", "equals": True}}),
    ("one", "number", {"required": False, "default": 1, "show_if": {"key": "log", "equals": False}}),
)


def test_what_is_not_shown_is_neither_asked_for_nor_sent():
    """`show_if` compares as JSON does: 1 isn't true."""
    assert typed_inputs(SHOWN, {}) == {"log": False, "one": 1}
    assert typed_inputs(SHOWN, {"base": 10}) == {"log": False, "one": 1}
    assert typed_inputs(SHOWN, {"log": True, "base": 10}) == {"log": True, "base": 10}
    assert problems(typed_inputs, SHOWN, {"log": True}) == ["$.base: Base is missing"]


CHAT = tool(
    ("model", "select", {"options": ["small", "large"], "default": "small"}), ("document", "file", {}), layout="chat"
)
TURN = {"role": "user", "content": "Hello"}


def test_a_conversation_sends_its_turns_beside_the_inputs():
    """What the form didn't ask for isn't missing: chat tools are called without."""
    assert typed_inputs(CHAT, {"messages": [TURN], "history": []}) == {
        "model": "small",
        "messages": [TURN],
        "history": [],
    }
    assert inputs_from_form(CHAT, {"messages": ['[{"role": "user", "content": "Hello"}]']}) == {
        "model": "small",
        "messages": [TURN],
    }


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ("hello", '$.messages: messages must be a list of {role, content}, not text ("hello")'),
        ([], "$.messages: messages is empty; the new turn stands last in it"),
        ([3], "$.messages[0]: must be {role, content}, not a number (3)"),
        ([{"role": "user"}], "$.messages[0].content: must be text, not null"),
    ],
)
def test_turns_have_a_role_and_content(messages, said):
    """Each problem at its turn."""
    assert problems(typed_inputs, CHAT, {"messages": messages}) == [said]


def test_turns_are_no_inputs_of_a_form():
    """Only a conversation has them."""
    assert problems(typed_inputs, SHOWN, {"history": []})[0].startswith("$.history: t has no input 'history'")


def test_an_input_called_messages_is_the_tools_own():
    """A chat tool may declare it: then the declaration counts."""
    own = tool(("messages", "text", {}), layout="chat")
    assert typed_inputs(own, {"messages": "hello"}) == {"messages": "hello"}


def test_a_probe_leaves_out_what_is_optional_without_a_default():
    """Defaults, else each type's own sample; a conversation is probed with a turn."""
    assert sample_inputs(ALL) == {"name": "", "rho": 28, "scale": "linear", "exact": True, "tags": ["a"]}
    assert sample_inputs(CHAT) == {"messages": [{"role": "user", "content": "Validation probe"}], "history": []}
