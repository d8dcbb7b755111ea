import pytest
import torch

from napari_rpdl.errors import InputError
from napari_rpdl.learning.devices import choose_device, cpu_threads, explaining_memory


def test_auto_finds_a_device():
    assert choose_device("auto").type in {"cpu", "cuda", "mps"}
    assert choose_device("cpu").type == "cpu"


def test_a_gpu_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match=r"no device 'cuda'.*cpu"):
        choose_device("cuda")


def test_threads_are_put_back():
    before = torch.get_num_threads()
    with cpu_threads(3):
        assert torch.get_num_threads() == 3
    assert torch.get_num_threads() == before


def test_no_number_leaves_one_core_free(monkeypatch):
    monkeypatch.setattr("napari_rpdl.learning.devices._cores", lambda: 4)
    with cpu_threads(0):
        assert torch.get_num_threads() == 3


def test_what_the_cpu_allocator_really_raises_is_explained():
    with pytest.raises(InputError, match=r"not enough memory\. Choose less\."), explaining_memory("Choose less."):
        torch.empty(2**60, dtype=torch.uint8)


def test_a_full_gpu_is_explained():
    with pytest.raises(InputError, match="not enough memory"), explaining_memory("Choose less."):
        raise torch.OutOfMemoryError


def test_other_errors_pass():
    with pytest.raises(RuntimeError, match="shapes"), explaining_memory("Choose less."):
        torch.zeros(2, 3) @ torch.zeros(2, 3)
