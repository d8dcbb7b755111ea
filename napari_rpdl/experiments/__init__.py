"""Whole questions, from data to a report."""
