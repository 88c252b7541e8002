"""X12 005010 (004010 best effort) 837P and 837I: `read` for claims in, `write` for 837P out."""

from payerbook.formats.x12.reader import read
from payerbook.formats.x12.writer import write

__all__ = ["read", "write"]
