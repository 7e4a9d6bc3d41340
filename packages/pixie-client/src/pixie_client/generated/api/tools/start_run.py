from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_out import ErrorOut
from ...models.run_out import RunOut
from ...models.start_run_body import StartRunBody
from ...models.start_run_body_with_files import StartRunBodyWithFiles
from ...types import UNSET, Response, Unset


def _get_kwargs(
    tool_id: str,
    *,
    body: StartRunBody | StartRunBodyWithFiles | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/tools/{tool_id}/runs".format(
            tool_id=quote(str(tool_id), safe=""),
        ),
    }

    if isinstance(body, StartRunBody):
        if not isinstance(body, Unset):
            _kwargs["json"] = body.to_dict()

        headers["Content-Type"] = "application/json"
    if isinstance(body, StartRunBodyWithFiles):
        if not isinstance(body, Unset):
            _kwargs["files"] = body.to_multipart()


    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorOut | RunOut | None:
    if response.status_code == 200:
        response_200 = RunOut.from_dict(response.json())

        return response_200

    if response.status_code == 202:
        response_202 = RunOut.from_dict(response.json())

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
) -> Response[ErrorOut | RunOut]:
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
    body: StartRunBody | StartRunBodyWithFiles | Unset = UNSET,
) -> Response[ErrorOut | RunOut]:
    """Start a run; with `wait`, answer when it has ended

     The body is JSON, in which files are data URLs; or a multipart form of the same parts, `inputs` as
    JSON, with each
    file as a part that has the name of its input. The same `run_id` with the same inputs answers the
    run that exists.

    Args:
        tool_id (str):
        body (StartRunBody | Unset): What a run is started with.
        body (StartRunBodyWithFiles | Unset): What a run is started with. Files are parts named by
            their inputs.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorOut | RunOut]
    """

    kwargs = _get_kwargs(
        tool_id=tool_id,
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    tool_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: StartRunBody | StartRunBodyWithFiles | Unset = UNSET,
) -> ErrorOut | RunOut | None:
    """Start a run; with `wait`, answer when it has ended

     The body is JSON, in which files are data URLs; or a multipart form of the same parts, `inputs` as
    JSON, with each
    file as a part that has the name of its input. The same `run_id` with the same inputs answers the
    run that exists.

    Args:
        tool_id (str):
        body (StartRunBody | Unset): What a run is started with.
        body (StartRunBodyWithFiles | Unset): What a run is started with. Files are parts named by
            their inputs.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorOut | RunOut
    """

    return sync_detailed(
        tool_id=tool_id,
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    tool_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: StartRunBody | StartRunBodyWithFiles | Unset = UNSET,
) -> Response[ErrorOut | RunOut]:
    """Start a run; with `wait`, answer when it has ended

     The body is JSON, in which files are data URLs; or a multipart form of the same parts, `inputs` as
    JSON, with each
    file as a part that has the name of its input. The same `run_id` with the same inputs answers the
    run that exists.

    Args:
        tool_id (str):
        body (StartRunBody | Unset): What a run is started with.
        body (StartRunBodyWithFiles | Unset): What a run is started with. Files are parts named by
            their inputs.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorOut | RunOut]
    """

    kwargs = _get_kwargs(
        tool_id=tool_id,
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    tool_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: StartRunBody | StartRunBodyWithFiles | Unset = UNSET,
) -> ErrorOut | RunOut | None:
    """Start a run; with `wait`, answer when it has ended

     The body is JSON, in which files are data URLs; or a multipart form of the same parts, `inputs` as
    JSON, with each
    file as a part that has the name of its input. The same `run_id` with the same inputs answers the
    run that exists.

    Args:
        tool_id (str):
        body (StartRunBody | Unset): What a run is started with.
        body (StartRunBodyWithFiles | Unset): What a run is started with. Files are parts named by
            their inputs.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorOut | RunOut
    """

    return (
        await asyncio_detailed(
            tool_id=tool_id,
            client=client,
            body=body,
        )
    ).parsed
