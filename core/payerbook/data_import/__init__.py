"""Reads the official quarterly files that a user downloads and keeps them as dated tables in the user's data folder."""
