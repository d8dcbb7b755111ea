"""Whole investigations: from a dataset to a report."""
