"""Checks claims against bound rules: `Program` holds the rules of one payer, `run` gives the report of one claim."""
