"""A progress bar on standard error for long files: by bytes, only on a terminal, only when there is something to wait for."""

from __future__ import annotations

import io
import sys
from types import TracebackType
from typing import Any, BinaryIO, cast

LONG = 1_000_000
"""Bytes from which a bar is shown."""


class Progress:
    """Wraps a binary stream; what is read through it moves the bar."""

    def __init__(self, stream: BinaryIO, label: str) -> None:
        self._stream = stream
        self._label = label
        self._bar: Any = None

    def __enter__(self) -> BinaryIO:
        size = _size(self._stream)
        if size is None or size < LONG or not sys.stderr.isatty():
            return self._stream
        from tqdm import tqdm

        self._bar = tqdm(total=size, desc=self._label, unit="B", unit_scale=True, leave=False, file=sys.stderr)
        return cast(BinaryIO, io.BufferedReader(_Counted(self._stream, self._bar), 1 << 20))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.close()


class _Counted(io.RawIOBase):
    def __init__(self, stream: BinaryIO, bar: Any) -> None:
        self._stream = stream
        self._bar = bar

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._bar.update(len(data))
        return len(data)


def _size(stream: BinaryIO) -> int | None:
    """The length of a regular file; None for pipes."""
    if not stream.seekable():
        return None
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    return size
