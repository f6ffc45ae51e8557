"""A file in memory that holds only the compressed form of what is written to it."""

from __future__ import annotations

import io
import zlib
from typing import Any


class Deflated(io.RawIOBase):
    """Takes bytes and keeps them as one zlib stream (RFC 1950)."""

    def __init__(self) -> None:
        self.size = 0
        """Bytes that were written."""
        self._packer = zlib.compressobj()
        self._packed = bytearray()

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: Any) -> int:
        """Take bytes in."""
        length = memoryview(data).nbytes
        self.size += length
        self._packed += self._packer.compress(data)
        return length

    def finished(self) -> bytes:
        """The compressed bytes; nothing can be written any more."""
        return bytes(self._packed + self._packer.flush())
