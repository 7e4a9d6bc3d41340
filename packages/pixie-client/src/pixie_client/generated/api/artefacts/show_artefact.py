from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.artefact_item import ArtefactItem
from ...models.error_out import ErrorOut
from ...types import Response


def _get_kwargs(
    artefact_id: int,
) -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/artefacts/{artefact_id}".format(
            artefact_id=quote(str(artefact_id), safe=""),
        ),
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ArtefactItem | ErrorOut | None:
    if response.status_code == 200:
        response_200 = ArtefactItem.from_dict(response.json())

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

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ArtefactItem | ErrorOut]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    artefact_id: int,
    *,
    client: AuthenticatedClient | Client,
) -> Response[ArtefactItem | ErrorOut]:
    """What is known of a kept file

    Args:
        artefact_id (int):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ArtefactItem | ErrorOut]
    """

    kwargs = _get_kwargs(
        artefact_id=artefact_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    artefact_id: int,
    *,
    client: AuthenticatedClient | Client,
) -> ArtefactItem | ErrorOut | None:
    """What is known of a kept file

    Args:
        artefact_id (int):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ArtefactItem | ErrorOut
    """

    return sync_detailed(
        artefact_id=artefact_id,
        client=client,
    ).parsed


async def asyncio_detailed(
    artefact_id: int,
    *,
    client: AuthenticatedClient | Client,
) -> Response[ArtefactItem | ErrorOut]:
    """What is known of a kept file

    Args:
        artefact_id (int):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ArtefactItem | ErrorOut]
    """

    kwargs = _get_kwargs(
        artefact_id=artefact_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    artefact_id: int,
    *,
    client: AuthenticatedClient | Client,
) -> ArtefactItem | ErrorOut | None:
    """What is known of a kept file

    Args:
        artefact_id (int):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ArtefactItem | ErrorOut
    """

    return (
        await asyncio_detailed(
            artefact_id=artefact_id,
            client=client,
        )
    ).parsed
