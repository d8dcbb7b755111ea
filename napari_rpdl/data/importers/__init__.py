"""Foreign files to datasets, one file for each kind; every importer is an iterator of events."""
