from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_out import ErrorOut
from ...models.export_job_body import ExportJobBody
from ...models.export_job_out import ExportJobOut
from ...types import Response


def _get_kwargs(
    *,
    body: ExportJobBody,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/export-jobs",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorOut | ExportJobOut | None:
    if response.status_code == 202:
        response_202 = ExportJobOut.from_dict(response.json())

        return response_202

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

    if response.status_code == 409:
        response_409 = ErrorOut.from_dict(response.json())

        return response_409

    if response.status_code == 410:
        response_410 = ErrorOut.from_dict(response.json())

        return response_410

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

    if response.status_code == 429:
        response_429 = ErrorOut.from_dict(response.json())

        return response_429

    if response.status_code == 431:
        response_431 = ErrorOut.from_dict(response.json())

        return response_431

    if response.status_code == 501:
        response_501 = ErrorOut.from_dict(response.json())

        return response_501

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
) -> Response[ErrorOut | ExportJobOut]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: ExportJobBody,
) -> Response[ErrorOut | ExportJobOut]:
    """Begin to make an output, or a kept file, a file of a format, in the background; at most four at a
    time

     For what takes a while, such as a large table as XLSX: its progress can be looked at or followed, it
    can be
    cancelled, and it is fetched when it is done. It is kept for ten minutes, and not beyond a restart.

    Args:
        body (ExportJobBody): What is to become what: an output of a run, or a kept file.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorOut | ExportJobOut]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: ExportJobBody,
) -> ErrorOut | ExportJobOut | None:
    """Begin to make an output, or a kept file, a file of a format, in the background; at most four at a
    time

     For what takes a while, such as a large table as XLSX: its progress can be looked at or followed, it
    can be
    cancelled, and it is fetched when it is done. It is kept for ten minutes, and not beyond a restart.

    Args:
        body (ExportJobBody): What is to become what: an output of a run, or a kept file.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorOut | ExportJobOut
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: ExportJobBody,
) -> Response[ErrorOut | ExportJobOut]:
    """Begin to make an output, or a kept file, a file of a format, in the background; at most four at a
    time

     For what takes a while, such as a large table as XLSX: its progress can be looked at or followed, it
    can be
    cancelled, and it is fetched when it is done. It is kept for ten minutes, and not beyond a restart.

    Args:
        body (ExportJobBody): What is to become what: an output of a run, or a kept file.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorOut | ExportJobOut]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: ExportJobBody,
) -> ErrorOut | ExportJobOut | None:
    """Begin to make an output, or a kept file, a file of a format, in the background; at most four at a
    time

     For what takes a while, such as a large table as XLSX: its progress can be looked at or followed, it
    can be
    cancelled, and it is fetched when it is done. It is kept for ten minutes, and not beyond a restart.

    Args:
        body (ExportJobBody): What is to become what: an output of a run, or a kept file.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorOut | ExportJobOut
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
