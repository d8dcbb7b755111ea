"""Coordinators: turn wishes into core calls, run them as jobs, put results into session and layers."""
