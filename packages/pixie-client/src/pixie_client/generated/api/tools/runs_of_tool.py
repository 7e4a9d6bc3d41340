from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_out import ErrorOut
from ...models.run_page import RunPage
from ...types import UNSET, Response, Unset


def _get_kwargs(
    tool_id: str,
    *,
    page_size: int | Unset = 50,
    after: str | Unset = UNSET,
    page: int | Unset = 1,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["page_size"] = page_size

    params["after"] = after

    params["page"] = page

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/tools/{tool_id}/runs".format(
            tool_id=quote(str(tool_id), safe=""),
        ),
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
    tool_id: str,
    *,
    client: AuthenticatedClient | Client,
    page_size: int | Unset = 50,
    after: str | Unset = UNSET,
    page: int | Unset = 1,
) -> Response[ErrorOut | RunPage]:
    """The tool's runs, newest first

    Args:
        tool_id (str):
        page_size (int | Unset):  Default: 50.
        after (str | Unset):
        page (int | Unset):  Default: 1.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorOut | RunPage]
    """

    kwargs = _get_kwargs(
        tool_id=tool_id,
        page_size=page_size,
        after=after,
        page=page,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    tool_id: str,
    *,
    client: AuthenticatedClient | Client,
    page_size: int | Unset = 50,
    after: str | Unset = UNSET,
    page: int | Unset = 1,
) -> ErrorOut | RunPage | None:
    """The tool's runs, newest first

    Args:
        tool_id (str):
        page_size (int | Unset):  Default: 50.
        after (str | Unset):
        page (int | Unset):  Default: 1.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorOut | RunPage
    """

    return sync_detailed(
        tool_id=tool_id,
        client=client,
        page_size=page_size,
        after=after,
        page=page,
    ).parsed


async def asyncio_detailed(
    tool_id: str,
    *,
    client: AuthenticatedClient | Client,
    page_size: int | Unset = 50,
    after: str | Unset = UNSET,
    page: int | Unset = 1,
) -> Response[ErrorOut | RunPage]:
    """The tool's runs, newest first

    Args:
        tool_id (str):
        page_size (int | Unset):  Default: 50.
        after (str | Unset):
        page (int | Unset):  Default: 1.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorOut | RunPage]
    """

    kwargs = _get_kwargs(
        tool_id=tool_id,
        page_size=page_size,
        after=after,
        page=page,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    tool_id: str,
    *,
    client: AuthenticatedClient | Client,
    page_size: int | Unset = 50,
    after: str | Unset = UNSET,
    page: int | Unset = 1,
) -> ErrorOut | RunPage | None:
    """The tool's runs, newest first

    Args:
        tool_id (str):
        page_size (int | Unset):  Default: 50.
        after (str | Unset):
        page (int | Unset):  Default: 1.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorOut | RunPage
    """

    return (
        await asyncio_detailed(
            tool_id=tool_id,
            client=client,
            page_size=page_size,
            after=after,
            page=page,
        )
    ).parsed
