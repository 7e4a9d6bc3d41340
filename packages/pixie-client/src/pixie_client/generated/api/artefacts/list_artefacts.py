from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.artefact_page import ArtefactPage
from ...models.error_out import ErrorOut
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    tool: str | Unset = UNSET,
    run: str | Unset = UNSET,
    mime: str | Unset = UNSET,
    starred: bool | Unset = UNSET,
    labelled: bool | Unset = UNSET,
    label: str | Unset = UNSET,
    tag: str | Unset = UNSET,
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

    params["run"] = run

    params["mime"] = mime

    params["starred"] = starred

    params["labelled"] = labelled

    params["label"] = label

    params["tag"] = tag

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
        "url": "/api/artefacts",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ArtefactPage | ErrorOut | None:
    if response.status_code == 200:
        response_200 = ArtefactPage.from_dict(response.json())

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
) -> Response[ArtefactPage | ErrorOut]:
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
    run: str | Unset = UNSET,
    mime: str | Unset = UNSET,
    starred: bool | Unset = UNSET,
    labelled: bool | Unset = UNSET,
    label: str | Unset = UNSET,
    tag: str | Unset = UNSET,
    from_: str | Unset = UNSET,
    to: str | Unset = UNSET,
    q: str | Unset = UNSET,
    deleted: bool | Unset = False,
    page_size: int | Unset = 50,
    page: int | Unset = 1,
    after: str | Unset = UNSET,
) -> Response[ArtefactPage | ErrorOut]:
    """Files that runs of all tools left, newest first

     Large values that are kept as files aren't among them, nor are the files of deleted runs.

    Args:
        tool (str | Unset):
        run (str | Unset):
        mime (str | Unset):
        starred (bool | Unset):
        labelled (bool | Unset):
        label (str | Unset):
        tag (str | Unset):
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
        Response[ArtefactPage | ErrorOut]
    """

    kwargs = _get_kwargs(
        tool=tool,
        run=run,
        mime=mime,
        starred=starred,
        labelled=labelled,
        label=label,
        tag=tag,
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
    run: str | Unset = UNSET,
    mime: str | Unset = UNSET,
    starred: bool | Unset = UNSET,
    labelled: bool | Unset = UNSET,
    label: str | Unset = UNSET,
    tag: str | Unset = UNSET,
    from_: str | Unset = UNSET,
    to: str | Unset = UNSET,
    q: str | Unset = UNSET,
    deleted: bool | Unset = False,
    page_size: int | Unset = 50,
    page: int | Unset = 1,
    after: str | Unset = UNSET,
) -> ArtefactPage | ErrorOut | None:
    """Files that runs of all tools left, newest first

     Large values that are kept as files aren't among them, nor are the files of deleted runs.

    Args:
        tool (str | Unset):
        run (str | Unset):
        mime (str | Unset):
        starred (bool | Unset):
        labelled (bool | Unset):
        label (str | Unset):
        tag (str | Unset):
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
        ArtefactPage | ErrorOut
    """

    return sync_detailed(
        client=client,
        tool=tool,
        run=run,
        mime=mime,
        starred=starred,
        labelled=labelled,
        label=label,
        tag=tag,
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
    run: str | Unset = UNSET,
    mime: str | Unset = UNSET,
    starred: bool | Unset = UNSET,
    labelled: bool | Unset = UNSET,
    label: str | Unset = UNSET,
    tag: str | Unset = UNSET,
    from_: str | Unset = UNSET,
    to: str | Unset = UNSET,
    q: str | Unset = UNSET,
    deleted: bool | Unset = False,
    page_size: int | Unset = 50,
    page: int | Unset = 1,
    after: str | Unset = UNSET,
) -> Response[ArtefactPage | ErrorOut]:
    """Files that runs of all tools left, newest first

     Large values that are kept as files aren't among them, nor are the files of deleted runs.

    Args:
        tool (str | Unset):
        run (str | Unset):
        mime (str | Unset):
        starred (bool | Unset):
        labelled (bool | Unset):
        label (str | Unset):
        tag (str | Unset):
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
        Response[ArtefactPage | ErrorOut]
    """

    kwargs = _get_kwargs(
        tool=tool,
        run=run,
        mime=mime,
        starred=starred,
        labelled=labelled,
        label=label,
        tag=tag,
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
    run: str | Unset = UNSET,
    mime: str | Unset = UNSET,
    starred: bool | Unset = UNSET,
    labelled: bool | Unset = UNSET,
    label: str | Unset = UNSET,
    tag: str | Unset = UNSET,
    from_: str | Unset = UNSET,
    to: str | Unset = UNSET,
    q: str | Unset = UNSET,
    deleted: bool | Unset = False,
    page_size: int | Unset = 50,
    page: int | Unset = 1,
    after: str | Unset = UNSET,
) -> ArtefactPage | ErrorOut | None:
    """Files that runs of all tools left, newest first

     Large values that are kept as files aren't among them, nor are the files of deleted runs.

    Args:
        tool (str | Unset):
        run (str | Unset):
        mime (str | Unset):
        starred (bool | Unset):
        labelled (bool | Unset):
        label (str | Unset):
        tag (str | Unset):
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
        ArtefactPage | ErrorOut
    """

    return (
        await asyncio_detailed(
            client=client,
            tool=tool,
            run=run,
            mime=mime,
            starred=starred,
            labelled=labelled,
            label=label,
            tag=tag,
            from_=from_,
            to=to,
            q=q,
            deleted=deleted,
            page_size=page_size,
            page=page,
            after=after,
        )
    ).parsed
