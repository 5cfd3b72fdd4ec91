"""A form with one file in it (multipart/form-data), read part by part while it comes, refused once it is too much.

A part that is large lies on the disk while it comes, in a file without a name; nothing of the names that were sent
becomes a path.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from tradewright.interfaces.api.asks import Uploaded
from tradewright.interfaces.api.bodies import MOST_UPLOADED, too_large
from tradewright.interfaces.api.problems import Problem, invalid, malformed

MEDIA: Final = "multipart/form-data"
FILE: Final = "file"
MOST_FIELDS: Final = 30
LONGEST_FIELD: Final = 16_384
ENVELOPE: Final = 64 << 10
"""Bytes of a form beside its file."""
LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Form:
    """What came in a form."""

    fields: Mapping[str, object]
    file: Uploaded = field(repr=False)


async def form_of(headers: Headers, stream: AsyncIterator[bytes]) -> Form:
    """The fields and the one file of a form."""
    kind = headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != MEDIA:
        raise Problem(
            415,
            "wrong_media_type",
            "the body is of another kind",
            expected=f"Content-Type: {MEDIA}",
            found=(kind or "none")[:100],
        )
    declared = headers.get("content-length", "")
    if declared.isdigit() and int(declared) > MOST_UPLOADED + ENVELOPE:
        raise too_large(MOST_UPLOADED)
    parser = MultiPartParser(
        headers, _counted(stream), max_files=1, max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD
    )
    try:
        found = await parser.parse()
    except (MultiPartException, LookupError, ValueError) as problem:
        raise malformed("body", "this is no form") from problem
    try:
        return await _read(found)
    finally:
        await found.close()


async def _read(found: FormData) -> Form:
    fields: dict[str, str] = {}
    file: Uploaded | None = None
    for name, value in found.multi_items():
        if name in fields or (name == FILE and file is not None):
            raise invalid({"place": f"body.{name[:64]}", "problem": "it is given twice"})
        if isinstance(value, UploadFile):
            if name != FILE:
                raise invalid({"place": f"body.{name[:64]}", "problem": f"the file is called {FILE}"})
            content = await value.read()
            if len(content) > MOST_UPLOADED:
                raise too_large(MOST_UPLOADED)
            file = Uploaded((value.filename or "upload")[:LONGEST_NAME], content)
        else:
            fields[name] = value
    if file is None:
        raise invalid({"place": f"body.{FILE}", "problem": "this is needed: a file"})
    return Form(fields, file)


async def _counted(stream: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    length = 0
    async for part in stream:
        length += len(part)
        if length > MOST_UPLOADED + ENVELOPE:
            raise too_large(MOST_UPLOADED)
        yield part
