"""Text from a Markov chain: the next token is drawn from those that followed the last few tokens in the source.

Shannon (1948), section 3, builds the same approximations to English by hand. A token is a word or a punctuation mark.
The text begins as some sentence of the source begins, and starts another sentence where the source ends.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Any

from pixie_tool_sdk import InputError, Tool, outputs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pixie_tool_sdk import Run

TOKEN = re.compile(r"\w+(?:['’-]\w+)*|[^\w\s]")
ENDS = frozenset(".!?…")
CLOSING = frozenset(".,;:!?…)]}’”%")
OPENING = frozenset("([{“‘")
NOVEL_LENGTH = 4
"""Tokens in the runs that are looked for in the source to tell what is new."""

tool = Tool()


class Chain:
    """What follows each run of `order` tokens in the source, as often as it follows."""

    def __init__(self, tokens: list[str], order: int) -> None:
        self.order = order
        self.followers: dict[tuple[str, ...], list[str]] = {}
        for at in range(len(tokens) - order):
            self.followers.setdefault(tuple(tokens[at : at + order]), []).append(tokens[at + order])
        sentences = [0, *(at + 1 for at, token in enumerate(tokens) if token in ENDS)]
        runs = (tuple(tokens[at : at + order]) for at in sentences)
        self.starts = [run for run in runs if run in self.followers and not ENDS & set(run[:-1])]

    def walk(self, chance: random.Random) -> Iterator[str]:
        """Tokens without end."""
        context = drawn(self.starts, chance)
        yield from context
        while True:
            if context not in self.followers:
                context = drawn(self.starts, chance)
                yield from context
                continue
            token = drawn(self.followers[context], chance)
            context = (*context[1:], token)
            yield token


def drawn(choices: list[Any], chance: random.Random) -> Any:
    """One of the choices. `random.random` gives the same numbers for a seed on every version of Python; `choice` may
    not."""
    return choices[int(chance.random() * len(choices))]


def written(token: str, before: str | None) -> str:
    """The token as it stands in the text, with the space before it where one belongs."""
    return token if before is None or token in CLOSING or before in OPENING else f" {token}"


def novelty(text: list[str], source: list[str]) -> float | None:
    """The share of the text's runs of four tokens that the source doesn't have; None for a text too short to tell."""
    known = set(runs(source))
    found = list(runs(text))
    return sum(run not in known for run in found) / len(found) if found else None


def runs(tokens: list[str]) -> Iterator[tuple[str, ...]]:
    """Every run of four tokens."""
    return (tuple(tokens[at : at + NOVEL_LENGTH]) for at in range(len(tokens) - NOVEL_LENGTH + 1))


def whole(key: str, value: float) -> int:
    """A whole number, which a form may send as 2.0."""
    if int(value) != value:
        raise InputError(key, f"expected a whole number, found {value}")
    return int(value)


@tool.run
def generate(source: str, order: float, tokens: float, seed: float, pause: float, *, run: Run) -> dict[str, Any]:
    """Write `tokens` tokens, one by one, and say what came out."""
    wanted = whole("tokens", tokens)
    learnt = TOKEN.findall(source)
    chain = Chain(learnt, whole("order", order))
    if not chain.starts:
        raise InputError("source", f"too short: {len(learnt)} tokens don't give a sentence for order {chain.order}")
    run.log(f"learnt {len(chain.followers)} contexts from {len(learnt)} tokens")
    text: list[str] = []
    for token in chain.walk(random.Random(whole("seed", seed))):
        run.emit("text", written(token, text[-1] if text else None))
        text.append(token)
        run.progress(len(text) / wanted)
        if len(text) == wanted:
            break
        run.sleep(pause / 1000)
    words = [token.lower() for token in text if token[0].isalnum()]
    return {
        "novelty": outputs.number(novelty(text, learnt), format="percent", precision=1),
        "statistics": outputs.kv(
            {
                "Words": len(words),
                "Different words": len(set(words)),
                "Sentences": sum(token in ENDS for token in text),
                "Tokens in the source": len(learnt),
                "Contexts of the chain": len(chain.followers),
                "Choices per context, mean": round(
                    sum(map(len, map(set, chain.followers.values()))) / len(chain.followers), 3
                ),
            }
        ),
    }


if __name__ == "__main__":
    tool.serve()
