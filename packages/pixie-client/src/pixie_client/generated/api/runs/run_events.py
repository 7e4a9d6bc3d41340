from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_out import ErrorOut
from ...types import UNSET, Response, Unset


def _get_kwargs(
    run_id: str,
    *,
    after: int | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(last_event_id, Unset):
        headers["Last-Event-ID"] = last_event_id

    params: dict[str, Any] = {}

    params["after"] = after

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/runs/{run_id}/events".format(
            run_id=quote(str(run_id), safe=""),
        ),
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | ErrorOut | None:
    if response.status_code == 200:
        response_200 = cast(Any, None)
        return response_200

    if response.status_code == 400:
        response_400 = ErrorOut.from_dict(response.json())

        return response_400

    if response.status_code == 403:
        response_403 = ErrorOut.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = ErrorOut.from_dict(response.json())

        return response_404

    if response.status_code == 409:
        response_409 = ErrorOut.from_dict(response.json())

        return response_409

    if response.status_code == 414:
        response_414 = ErrorOut.from_dict(response.json())

        return response_414

    if response.status_code == 422:
        response_422 = ErrorOut.from_dict(response.json())

        return response_422

    if response.status_code == 429:
        response_429 = ErrorOut.from_dict(response.json())

        return response_429

    if response.status_code == 431:
        response_431 = ErrorOut.from_dict(response.json())

        return response_431

    if response.status_code == 503:
        response_503 = ErrorOut.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Any | ErrorOut]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    run_id: str,
    *,
    client: AuthenticatedClient | Client,
    after: int | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> Response[Any | ErrorOut]:
    """The run's event log after number `after`: server-sent events that follow a live run, or JSON by
    Accept

     Each event is an object with `seq`, `at` and `kind`, beside what its kind has: `queued` (its place
    in the line),
    `started` (inputs, fingerprint), `progress`, `output` (a value, or more of one that streams),
    `artefact` (a file),
    `log` (what the tool wrote to stderr) and, as the last, `finished` (how it came out). Of server-sent
    events `id` is
    its number and `event` its kind.

    Args:
        run_id (str):
        after (int | Unset):
        last_event_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorOut]
    """

    kwargs = _get_kwargs(
        run_id=run_id,
        after=after,
        last_event_id=last_event_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    run_id: str,
    *,
    client: AuthenticatedClient | Client,
    after: int | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> Any | ErrorOut | None:
    """The run's event log after number `after`: server-sent events that follow a live run, or JSON by
    Accept

     Each event is an object with `seq`, `at` and `kind`, beside what its kind has: `queued` (its place
    in the line),
    `started` (inputs, fingerprint), `progress`, `output` (a value, or more of one that streams),
    `artefact` (a file),
    `log` (what the tool wrote to stderr) and, as the last, `finished` (how it came out). Of server-sent
    events `id` is
    its number and `event` its kind.

    Args:
        run_id (str):
        after (int | Unset):
        last_event_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ErrorOut
    """

    return sync_detailed(
        run_id=run_id,
        client=client,
        after=after,
        last_event_id=last_event_id,
    ).parsed


async def asyncio_detailed(
    run_id: str,
    *,
    client: AuthenticatedClient | Client,
    after: int | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> Response[Any | ErrorOut]:
    """The run's event log after number `after`: server-sent events that follow a live run, or JSON by
    Accept

     Each event is an object with `seq`, `at` and `kind`, beside what its kind has: `queued` (its place
    in the line),
    `started` (inputs, fingerprint), `progress`, `output` (a value, or more of one that streams),
    `artefact` (a file),
    `log` (what the tool wrote to stderr) and, as the last, `finished` (how it came out). Of server-sent
    events `id` is
    its number and `event` its kind.

    Args:
        run_id (str):
        after (int | Unset):
        last_event_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ErrorOut]
    """

    kwargs = _get_kwargs(
        run_id=run_id,
        after=after,
        last_event_id=last_event_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    run_id: str,
    *,
    client: AuthenticatedClient | Client,
    after: int | Unset = UNSET,
    last_event_id: str | Unset = UNSET,
) -> Any | ErrorOut | None:
    """The run's event log after number `after`: server-sent events that follow a live run, or JSON by
    Accept

     Each event is an object with `seq`, `at` and `kind`, beside what its kind has: `queued` (its place
    in the line),
    `started` (inputs, fingerprint), `progress`, `output` (a value, or more of one that streams),
    `artefact` (a file),
    `log` (what the tool wrote to stderr) and, as the last, `finished` (how it came out). Of server-sent
    events `id` is
    its number and `event` its kind.

    Args:
        run_id (str):
        after (int | Unset):
        last_event_id (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ErrorOut
    """

    return (
        await asyncio_detailed(
            run_id=run_id,
            client=client,
            after=after,
            last_event_id=last_event_id,
        )
    ).parsed
