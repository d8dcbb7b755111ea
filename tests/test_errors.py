"""The error for people is a ValueError, so that pydantic and callers treat it as bad input."""

from napari_rpdl.errors import InputError


def test_an_input_error_is_a_value_error_with_its_message() -> None:
    assert isinstance(InputError("x"), ValueError)
    assert str(InputError("expected a, got b")) == "expected a, got b"
