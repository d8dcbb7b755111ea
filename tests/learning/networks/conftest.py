"""Passes through networks on one thread, as other tests of learning."""

import pytest


@pytest.fixture
def count():
    """Return a function that counts the parameters that learn."""
    return lambda network: sum(p.numel() for p in network.parameters() if p.requires_grad)
