from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error_out import ErrorOut
from ...types import UNSET, File, Response, Unset


def _get_kwargs(
    artefact_id: int,
    *,
    format_: str | Unset = UNSET,
    headings: str | Unset = UNSET,
    size: int | Unset = UNSET,
    theme: str | Unset = UNSET,
    scale: float | Unset = UNSET,
    dpi: int | Unset = UNSET,
    width: int | Unset = UNSET,
    height: int | Unset = UNSET,
    title: bool | Unset = UNSET,
    renderer: str | Unset = UNSET,
    quality: int | Unset = UNSET,
    bitrate: int | Unset = UNSET,
    rate: int | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["format"] = format_

    params["headings"] = headings

    params["size"] = size

    params["theme"] = theme

    params["scale"] = scale

    params["dpi"] = dpi

    params["width"] = width

    params["height"] = height

    params["title"] = title

    params["renderer"] = renderer

    params["quality"] = quality

    params["bitrate"] = bitrate

    params["rate"] = rate

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/artefacts/{artefact_id}/export".format(
            artefact_id=quote(str(artefact_id), safe=""),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ErrorOut | File | None:
    if response.status_code == 200:
        response_200 = File(payload=BytesIO(response.content))

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
) -> Response[ErrorOut | File]:
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
    format_: str | Unset = UNSET,
    headings: str | Unset = UNSET,
    size: int | Unset = UNSET,
    theme: str | Unset = UNSET,
    scale: float | Unset = UNSET,
    dpi: int | Unset = UNSET,
    width: int | Unset = UNSET,
    height: int | Unset = UNSET,
    title: bool | Unset = UNSET,
    renderer: str | Unset = UNSET,
    quality: int | Unset = UNSET,
    bitrate: int | Unset = UNSET,
    rate: int | Unset = UNSET,
) -> Response[ErrorOut | File]:
    """One kept file as a file of a format

    Args:
        artefact_id (int):
        format_ (str | Unset):
        headings (str | Unset):
        size (int | Unset):
        theme (str | Unset):
        scale (float | Unset):
        dpi (int | Unset):
        width (int | Unset):
        height (int | Unset):
        title (bool | Unset):
        renderer (str | Unset):
        quality (int | Unset):
        bitrate (int | Unset):
        rate (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorOut | File]
    """

    kwargs = _get_kwargs(
        artefact_id=artefact_id,
        format_=format_,
        headings=headings,
        size=size,
        theme=theme,
        scale=scale,
        dpi=dpi,
        width=width,
        height=height,
        title=title,
        renderer=renderer,
        quality=quality,
        bitrate=bitrate,
        rate=rate,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    artefact_id: int,
    *,
    client: AuthenticatedClient | Client,
    format_: str | Unset = UNSET,
    headings: str | Unset = UNSET,
    size: int | Unset = UNSET,
    theme: str | Unset = UNSET,
    scale: float | Unset = UNSET,
    dpi: int | Unset = UNSET,
    width: int | Unset = UNSET,
    height: int | Unset = UNSET,
    title: bool | Unset = UNSET,
    renderer: str | Unset = UNSET,
    quality: int | Unset = UNSET,
    bitrate: int | Unset = UNSET,
    rate: int | Unset = UNSET,
) -> ErrorOut | File | None:
    """One kept file as a file of a format

    Args:
        artefact_id (int):
        format_ (str | Unset):
        headings (str | Unset):
        size (int | Unset):
        theme (str | Unset):
        scale (float | Unset):
        dpi (int | Unset):
        width (int | Unset):
        height (int | Unset):
        title (bool | Unset):
        renderer (str | Unset):
        quality (int | Unset):
        bitrate (int | Unset):
        rate (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorOut | File
    """

    return sync_detailed(
        artefact_id=artefact_id,
        client=client,
        format_=format_,
        headings=headings,
        size=size,
        theme=theme,
        scale=scale,
        dpi=dpi,
        width=width,
        height=height,
        title=title,
        renderer=renderer,
        quality=quality,
        bitrate=bitrate,
        rate=rate,
    ).parsed


async def asyncio_detailed(
    artefact_id: int,
    *,
    client: AuthenticatedClient | Client,
    format_: str | Unset = UNSET,
    headings: str | Unset = UNSET,
    size: int | Unset = UNSET,
    theme: str | Unset = UNSET,
    scale: float | Unset = UNSET,
    dpi: int | Unset = UNSET,
    width: int | Unset = UNSET,
    height: int | Unset = UNSET,
    title: bool | Unset = UNSET,
    renderer: str | Unset = UNSET,
    quality: int | Unset = UNSET,
    bitrate: int | Unset = UNSET,
    rate: int | Unset = UNSET,
) -> Response[ErrorOut | File]:
    """One kept file as a file of a format

    Args:
        artefact_id (int):
        format_ (str | Unset):
        headings (str | Unset):
        size (int | Unset):
        theme (str | Unset):
        scale (float | Unset):
        dpi (int | Unset):
        width (int | Unset):
        height (int | Unset):
        title (bool | Unset):
        renderer (str | Unset):
        quality (int | Unset):
        bitrate (int | Unset):
        rate (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ErrorOut | File]
    """

    kwargs = _get_kwargs(
        artefact_id=artefact_id,
        format_=format_,
        headings=headings,
        size=size,
        theme=theme,
        scale=scale,
        dpi=dpi,
        width=width,
        height=height,
        title=title,
        renderer=renderer,
        quality=quality,
        bitrate=bitrate,
        rate=rate,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    artefact_id: int,
    *,
    client: AuthenticatedClient | Client,
    format_: str | Unset = UNSET,
    headings: str | Unset = UNSET,
    size: int | Unset = UNSET,
    theme: str | Unset = UNSET,
    scale: float | Unset = UNSET,
    dpi: int | Unset = UNSET,
    width: int | Unset = UNSET,
    height: int | Unset = UNSET,
    title: bool | Unset = UNSET,
    renderer: str | Unset = UNSET,
    quality: int | Unset = UNSET,
    bitrate: int | Unset = UNSET,
    rate: int | Unset = UNSET,
) -> ErrorOut | File | None:
    """One kept file as a file of a format

    Args:
        artefact_id (int):
        format_ (str | Unset):
        headings (str | Unset):
        size (int | Unset):
        theme (str | Unset):
        scale (float | Unset):
        dpi (int | Unset):
        width (int | Unset):
        height (int | Unset):
        title (bool | Unset):
        renderer (str | Unset):
        quality (int | Unset):
        bitrate (int | Unset):
        rate (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ErrorOut | File
    """

    return (
        await asyncio_detailed(
            artefact_id=artefact_id,
            client=client,
            format_=format_,
            headings=headings,
            size=size,
            theme=theme,
            scale=scale,
            dpi=dpi,
            width=width,
            height=height,
            title=title,
            renderer=renderer,
            quality=quality,
            bitrate=bitrate,
            rate=rate,
        )
    ).parsed
