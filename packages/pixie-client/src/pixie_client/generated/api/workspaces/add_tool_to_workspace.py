from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_out import ErrorOut
from ...models.workspace_out import WorkspaceOut
from ...types import Response


def _get_kwargs(
    workspace_id: int,
    tool_id: str,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/workspaces/{workspace_id}/tools/{tool_id}".format(
            workspace_id=quote(str(workspace_id), safe=""),
            tool_id=quote(str(tool_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorOut | WorkspaceOut | None:
    if response.status_code == 200:
        response_200 = WorkspaceOut.from_dict(response.json())

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

    if response.status_code == 431:
        response_431 = ErrorOut.from_dict(response.json())

        return response_431

    if response.status_code == 503:
        response_503 = ErrorOut.from_dict(response.json())

        return response_503

    if response.status_code == 507:
        response_507 = ErrorOut.from_dict(response.json())

        return response_507

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ErrorOut | WorkspaceOut]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    workspace_id: int,
    tool_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[ErrorOut | WorkspaceOut]:
    """Put a tool into a workspace; nothing is changed when it is in it

    Args:
        workspace_id (int):
        tool_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorOut | WorkspaceOut]
    """

    kwargs = _get_kwargs(
        workspace_id=workspace_id,
        tool_id=tool_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    workspace_id: int,
    tool_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> ErrorOut | WorkspaceOut | None:
    """Put a tool into a workspace; nothing is changed when it is in it

    Args:
        workspace_id (int):
        tool_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorOut | WorkspaceOut
    """

    return sync_detailed(
        workspace_id=workspace_id,
        tool_id=tool_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    workspace_id: int,
    tool_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> Response[ErrorOut | WorkspaceOut]:
    """Put a tool into a workspace; nothing is changed when it is in it

    Args:
        workspace_id (int):
        tool_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorOut | WorkspaceOut]
    """

    kwargs = _get_kwargs(
        workspace_id=workspace_id,
        tool_id=tool_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    workspace_id: int,
    tool_id: str,
    *,
    client: AuthenticatedClient | Client,
) -> ErrorOut | WorkspaceOut | None:
    """Put a tool into a workspace; nothing is changed when it is in it

    Args:
        workspace_id (int):
        tool_id (str):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorOut | WorkspaceOut
    """

    return (
        await asyncio_detailed(
            workspace_id=workspace_id,
            tool_id=tool_id,
            client=client,
        )
    ).parsed
