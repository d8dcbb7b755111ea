"""napari-rpdl: learn from several surgeons who drill the same bone differently.

The way of the data, each arrow one sub-package::

    files --data--> Case --consensus--> RPMap --learning--> Checkpoint --learning--> Prediction
                                                                                        |
                                          figures, experiments <-- evaluation <---------+

``cli`` and ``gui`` are two thin readers of this core. Importing the package loads
nothing: torch, Qt and napari come in only when a command or a window needs them.
"""
