"""The command line: one sub-command for each verb of the core; parsing and printing only."""
