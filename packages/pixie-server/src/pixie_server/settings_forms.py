"""What the forms of the two pages of settings have in common: how one is answered.

A browser is sent back to its page, at the place that was changed; settings.js takes that place out of the page. What
was refused comes as the page again, each message at its field and what was typed still there; to programs as problem
details.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen
from quart import Response, redirect, request

from pixie_core.errors import PixieError
from pixie_core.switches import yes_or_no
from pixie_server.forms import form_fields
from pixie_server.outcomes import outcome
from pixie_server.problems import wants_json
from pixie_server.render import Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

__all__ = ["Sent", "answered"]


@frozen
class Sent:
    """The fields of a form that was sent. Beside a checkbox stands a hidden false: of several texts the last counts."""

    fields: Mapping[str, list[str]] = field(repr=False)

    @classmethod
    async def read(cls) -> Sent:
        """Those of the request at hand. Raises Malformed."""
        return cls(await form_fields(request))

    def __getitem__(self, name: str) -> str:
        """A field's text; empty when it wasn't sent."""
        return (self.fields.get(name) or [""])[-1]

    def __contains__(self, name: str) -> bool:
        """Whether a field, or the button of that name, was sent."""
        return name in self.fields

    def on(self, name: str) -> bool:
        """A checkbox."""
        return yes_or_no(self[name]) is True

    def typed(self, *names: str) -> dict[str, str]:
        """Those of the fields that were sent, to be shown again."""
        return {name: self[name] for name in names if name in self}


async def answered(
    done: Awaitable[Any],
    back: str | Callable[[Any], str],
    page: Callable[[Refused], Awaitable[str]],
    form: str,
    *,
    labels: Mapping[str, str],
    typed: Mapping[str, str],
) -> Any:
    """Await what a form asks for, and answer it: 303 to `back`, or the page again with the status of the error.

    - `back` is an address, or makes one of what was done.
    - `page` makes it, from what was refused.
    - `form` is the id of the form, `labels` what its fields are called by their names, `typed` what to show in them.
    """
    try:
        result = await done
    except PixieError as error:
        if wants_json():
            raise
        html = await page(Refused.of(error, form, labels, typed))
        return Response(html, outcome(error).status, content_type="text/html; charset=utf-8")
    return redirect(back(result) if callable(back) else back, 303)
