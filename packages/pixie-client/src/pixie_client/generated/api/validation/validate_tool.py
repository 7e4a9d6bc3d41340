from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_out import ErrorOut
from ...models.validate_tool_response_200 import ValidateToolResponse200
from ...types import UNSET, Response, Unset


def _get_kwargs(
    tool_id: str,
    *,
    save: bool | Unset = True,
    reference_only: bool | Unset = False,
    fixture: str | Unset = UNSET,
    tag: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["save"] = save

    params["reference_only"] = reference_only

    params["fixture"] = fixture

    params["tag"] = tag

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/tools/{tool_id}/validate".format(
            tool_id=quote(str(tool_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorOut | ValidateToolResponse200 | None:
    if response.status_code == 200:
        response_200 = ValidateToolResponse200.from_dict(response.json())

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
) -> Response[ErrorOut | ValidateToolResponse200]:
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
    save: bool | Unset = True,
    reference_only: bool | Unset = False,
    fixture: str | Unset = UNSET,
    tag: str | Unset = UNSET,
) -> Response[ErrorOut | ValidateToolResponse200]:
    """Check the tool in twelve steps and answer the full report, which is kept as its newest

     The tool's process is started and called; this takes seconds, and at most a few minutes.

    Args:
        tool_id (str):
        save (bool | Unset):  Default: True.
        reference_only (bool | Unset):  Default: False.
        fixture (str | Unset):
        tag (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorOut | ValidateToolResponse200]
    """

    kwargs = _get_kwargs(
        tool_id=tool_id,
        save=save,
        reference_only=reference_only,
        fixture=fixture,
        tag=tag,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    tool_id: str,
    *,
    client: AuthenticatedClient | Client,
    save: bool | Unset = True,
    reference_only: bool | Unset = False,
    fixture: str | Unset = UNSET,
    tag: str | Unset = UNSET,
) -> ErrorOut | ValidateToolResponse200 | None:
    """Check the tool in twelve steps and answer the full report, which is kept as its newest

     The tool's process is started and called; this takes seconds, and at most a few minutes.

    Args:
        tool_id (str):
        save (bool | Unset):  Default: True.
        reference_only (bool | Unset):  Default: False.
        fixture (str | Unset):
        tag (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorOut | ValidateToolResponse200
    """

    return sync_detailed(
        tool_id=tool_id,
        client=client,
        save=save,
        reference_only=reference_only,
        fixture=fixture,
        tag=tag,
    ).parsed


async def asyncio_detailed(
    tool_id: str,
    *,
    client: AuthenticatedClient | Client,
    save: bool | Unset = True,
    reference_only: bool | Unset = False,
    fixture: str | Unset = UNSET,
    tag: str | Unset = UNSET,
) -> Response[ErrorOut | ValidateToolResponse200]:
    """Check the tool in twelve steps and answer the full report, which is kept as its newest

     The tool's process is started and called; this takes seconds, and at most a few minutes.

    Args:
        tool_id (str):
        save (bool | Unset):  Default: True.
        reference_only (bool | Unset):  Default: False.
        fixture (str | Unset):
        tag (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorOut | ValidateToolResponse200]
    """

    kwargs = _get_kwargs(
        tool_id=tool_id,
        save=save,
        reference_only=reference_only,
        fixture=fixture,
        tag=tag,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    tool_id: str,
    *,
    client: AuthenticatedClient | Client,
    save: bool | Unset = True,
    reference_only: bool | Unset = False,
    fixture: str | Unset = UNSET,
    tag: str | Unset = UNSET,
) -> ErrorOut | ValidateToolResponse200 | None:
    """Check the tool in twelve steps and answer the full report, which is kept as its newest

     The tool's process is started and called; this takes seconds, and at most a few minutes.

    Args:
        tool_id (str):
        save (bool | Unset):  Default: True.
        reference_only (bool | Unset):  Default: False.
        fixture (str | Unset):
        tag (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorOut | ValidateToolResponse200
    """

    return (
        await asyncio_detailed(
            tool_id=tool_id,
            client=client,
            save=save,
            reference_only=reference_only,
            fixture=fixture,
            tag=tag,
        )
    ).parsed
