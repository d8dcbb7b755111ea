"""The program's exit statuses. Imports nothing, so that they are known before anything else is loaded."""

FINISHED, FAILED, MISUSED, STOPPED = 0, 1, 2, 130
"""130 is the shell's for Ctrl-C."""
