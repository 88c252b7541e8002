"""Tables of claims as spreadsheets and practice systems write them: `read` for claims in, `edits` for repaired claims."""

from payerbook.formats.csv.reader import read

__all__ = ["read"]
