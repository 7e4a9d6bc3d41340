from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.artefact_star_body import ArtefactStarBody
from ...models.error_out import ErrorOut
from ...models.starred import Starred
from ...types import UNSET, Response, Unset


def _get_kwargs(
    artefact_id: int,
    *,
    body: ArtefactStarBody | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/artefacts/{artefact_id}/star".format(
            artefact_id=quote(str(artefact_id), safe=""),
        ),
    }

    if not isinstance(body, Unset):
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorOut | Starred | None:
    if response.status_code == 200:
        response_200 = Starred.from_dict(response.json())

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

    if response.status_code == 408:
        response_408 = ErrorOut.from_dict(response.json())

        return response_408

    if response.status_code == 413:
        response_413 = ErrorOut.from_dict(response.json())

        return response_413

    if response.status_code == 414:
        response_414 = ErrorOut.from_dict(response.json())

        return response_414

    if response.status_code == 415:
        response_415 = ErrorOut.from_dict(response.json())

        return response_415

    if response.status_code == 422:
        response_422 = ErrorOut.from_dict(response.json())

        return response_422

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
) -> Response[ErrorOut | Starred]:
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
    body: ArtefactStarBody | Unset = UNSET,
) -> Response[ErrorOut | Starred]:
    """Star a file or take the star away. It and its run are never swept while it has one

    Args:
        artefact_id (int):
        body (ArtefactStarBody | Unset): Whether the file has a star; without a word it is
            toggled.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorOut | Starred]
    """

    kwargs = _get_kwargs(
        artefact_id=artefact_id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    artefact_id: int,
    *,
    client: AuthenticatedClient | Client,
    body: ArtefactStarBody | Unset = UNSET,
) -> ErrorOut | Starred | None:
    """Star a file or take the star away. It and its run are never swept while it has one

    Args:
        artefact_id (int):
        body (ArtefactStarBody | Unset): Whether the file has a star; without a word it is
            toggled.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorOut | Starred
    """

    return sync_detailed(
        artefact_id=artefact_id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    artefact_id: int,
    *,
    client: AuthenticatedClient | Client,
    body: ArtefactStarBody | Unset = UNSET,
) -> Response[ErrorOut | Starred]:
    """Star a file or take the star away. It and its run are never swept while it has one

    Args:
        artefact_id (int):
        body (ArtefactStarBody | Unset): Whether the file has a star; without a word it is
            toggled.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorOut | Starred]
    """

    kwargs = _get_kwargs(
        artefact_id=artefact_id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    artefact_id: int,
    *,
    client: AuthenticatedClient | Client,
    body: ArtefactStarBody | Unset = UNSET,
) -> ErrorOut | Starred | None:
    """Star a file or take the star away. It and its run are never swept while it has one

    Args:
        artefact_id (int):
        body (ArtefactStarBody | Unset): Whether the file has a star; without a word it is
            toggled.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorOut | Starred
    """

    return (
        await asyncio_detailed(
            artefact_id=artefact_id,
            client=client,
            body=body,
        )
    ).parsed
