"""Worked cases of the field: billing situations with their stated outcome, run through the packs on file."""
