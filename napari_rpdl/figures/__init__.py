"""Pictures of bones, maps and trainings, drawn without a display."""
