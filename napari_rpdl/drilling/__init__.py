"""Drilling by hand: the burr, the region it leaves, undo, autosave, replay, and what a correction cost."""
