"""The one error that people, not programmers, are meant to read."""


class InputError(ValueError):
    """Something that came in (a file, a setting, a choice) is not what was expected.

    The message says what was expected, what came and what to do, in words a surgeon
    understands. The command line and the viewer show it without a traceback.
    """
