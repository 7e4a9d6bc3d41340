from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_out import ErrorOut
from ...models.list_runs_origin import ListRunsOrigin
from ...models.list_runs_status import ListRunsStatus
from ...models.run_page import RunPage
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    tool: str | Unset = UNSET,
    status: ListRunsStatus | Unset = UNSET,
    starred: bool | Unset = UNSET,
    labelled: bool | Unset = UNSET,
    label: str | Unset = UNSET,
    origin: ListRunsOrigin | Unset = UNSET,
    parent: str | Unset = UNSET,
    from_: str | Unset = UNSET,
    to: str | Unset = UNSET,
    q: str | Unset = UNSET,
    deleted: bool | Unset = False,
    page_size: int | Unset = 50,
    page: int | Unset = 1,
    after: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["tool"] = tool

    json_status: str | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = status

    params["status"] = json_status

    params["starred"] = starred

    params["labelled"] = labelled

    params["label"] = label

    json_origin: str | Unset = UNSET
    if not isinstance(origin, Unset):
        json_origin = origin

    params["origin"] = json_origin

    params["parent"] = parent

    params["from"] = from_

    params["to"] = to

    params["q"] = q

    params["deleted"] = deleted

    params["page_size"] = page_size

    params["page"] = page

    params["after"] = after

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/runs",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorOut | RunPage | None:
    if response.status_code == 200:
        response_200 = RunPage.from_dict(response.json())

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
) -> Response[ErrorOut | RunPage]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    tool: str | Unset = UNSET,
    status: ListRunsStatus | Unset = UNSET,
    starred: bool | Unset = UNSET,
    labelled: bool | Unset = UNSET,
    label: str | Unset = UNSET,
    origin: ListRunsOrigin | Unset = UNSET,
    parent: str | Unset = UNSET,
    from_: str | Unset = UNSET,
    to: str | Unset = UNSET,
    q: str | Unset = UNSET,
    deleted: bool | Unset = False,
    page_size: int | Unset = 50,
    page: int | Unset = 1,
    after: str | Unset = UNSET,
) -> Response[ErrorOut | RunPage]:
    """Runs of all tools, newest first

    Args:
        tool (str | Unset):
        status (ListRunsStatus | Unset):
        starred (bool | Unset):
        labelled (bool | Unset):
        label (str | Unset):
        origin (ListRunsOrigin | Unset):
        parent (str | Unset):
        from_ (str | Unset):
        to (str | Unset):
        q (str | Unset):
        deleted (bool | Unset):  Default: False.
        page_size (int | Unset):  Default: 50.
        page (int | Unset):  Default: 1.
        after (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorOut | RunPage]
    """

    kwargs = _get_kwargs(
        tool=tool,
        status=status,
        starred=starred,
        labelled=labelled,
        label=label,
        origin=origin,
        parent=parent,
        from_=from_,
        to=to,
        q=q,
        deleted=deleted,
        page_size=page_size,
        page=page,
        after=after,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    tool: str | Unset = UNSET,
    status: ListRunsStatus | Unset = UNSET,
    starred: bool | Unset = UNSET,
    labelled: bool | Unset = UNSET,
    label: str | Unset = UNSET,
    origin: ListRunsOrigin | Unset = UNSET,
    parent: str | Unset = UNSET,
    from_: str | Unset = UNSET,
    to: str | Unset = UNSET,
    q: str | Unset = UNSET,
    deleted: bool | Unset = False,
    page_size: int | Unset = 50,
    page: int | Unset = 1,
    after: str | Unset = UNSET,
) -> ErrorOut | RunPage | None:
    """Runs of all tools, newest first

    Args:
        tool (str | Unset):
        status (ListRunsStatus | Unset):
        starred (bool | Unset):
        labelled (bool | Unset):
        label (str | Unset):
        origin (ListRunsOrigin | Unset):
        parent (str | Unset):
        from_ (str | Unset):
        to (str | Unset):
        q (str | Unset):
        deleted (bool | Unset):  Default: False.
        page_size (int | Unset):  Default: 50.
        page (int | Unset):  Default: 1.
        after (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorOut | RunPage
    """

    return sync_detailed(
        client=client,
        tool=tool,
        status=status,
        starred=starred,
        labelled=labelled,
        label=label,
        origin=origin,
        parent=parent,
        from_=from_,
        to=to,
        q=q,
        deleted=deleted,
        page_size=page_size,
        page=page,
        after=after,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    tool: str | Unset = UNSET,
    status: ListRunsStatus | Unset = UNSET,
    starred: bool | Unset = UNSET,
    labelled: bool | Unset = UNSET,
    label: str | Unset = UNSET,
    origin: ListRunsOrigin | Unset = UNSET,
    parent: str | Unset = UNSET,
    from_: str | Unset = UNSET,
    to: str | Unset = UNSET,
    q: str | Unset = UNSET,
    deleted: bool | Unset = False,
    page_size: int | Unset = 50,
    page: int | Unset = 1,
    after: str | Unset = UNSET,
) -> Response[ErrorOut | RunPage]:
    """Runs of all tools, newest first

    Args:
        tool (str | Unset):
        status (ListRunsStatus | Unset):
        starred (bool | Unset):
        labelled (bool | Unset):
        label (str | Unset):
        origin (ListRunsOrigin | Unset):
        parent (str | Unset):
        from_ (str | Unset):
        to (str | Unset):
        q (str | Unset):
        deleted (bool | Unset):  Default: False.
        page_size (int | Unset):  Default: 50.
        page (int | Unset):  Default: 1.
        after (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorOut | RunPage]
    """

    kwargs = _get_kwargs(
        tool=tool,
        status=status,
        starred=starred,
        labelled=labelled,
        label=label,
        origin=origin,
        parent=parent,
        from_=from_,
        to=to,
        q=q,
        deleted=deleted,
        page_size=page_size,
        page=page,
        after=after,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    tool: str | Unset = UNSET,
    status: ListRunsStatus | Unset = UNSET,
    starred: bool | Unset = UNSET,
    labelled: bool | Unset = UNSET,
    label: str | Unset = UNSET,
    origin: ListRunsOrigin | Unset = UNSET,
    parent: str | Unset = UNSET,
    from_: str | Unset = UNSET,
    to: str | Unset = UNSET,
    q: str | Unset = UNSET,
    deleted: bool | Unset = False,
    page_size: int | Unset = 50,
    page: int | Unset = 1,
    after: str | Unset = UNSET,
) -> ErrorOut | RunPage | None:
    """Runs of all tools, newest first

    Args:
        tool (str | Unset):
        status (ListRunsStatus | Unset):
        starred (bool | Unset):
        labelled (bool | Unset):
        label (str | Unset):
        origin (ListRunsOrigin | Unset):
        parent (str | Unset):
        from_ (str | Unset):
        to (str | Unset):
        q (str | Unset):
        deleted (bool | Unset):  Default: False.
        page_size (int | Unset):  Default: 50.
        page (int | Unset):  Default: 1.
        after (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorOut | RunPage
    """

    return (
        await asyncio_detailed(
            client=client,
            tool=tool,
            status=status,
            starred=starred,
            labelled=labelled,
            label=label,
            origin=origin,
            parent=parent,
            from_=from_,
            to=to,
            q=q,
            deleted=deleted,
            page_size=page_size,
            page=page,
            after=after,
        )
    ).parsed
