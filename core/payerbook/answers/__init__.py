"""Answers that other tools ask for: coverage, limits, authorization and deadlines, from what each rule says to a question."""
