import subprocess
import sys

import pytest

from napari_rpdl.errors import InputError
from napari_rpdl.learning import requirements


@pytest.mark.parametrize(
    ("missing", "named"), [(["monai"], "MONAI"), (["torch", "safetensors"], "PyTorch, safetensors")]
)
def test_what_is_missing_is_named_with_the_remedy(missing, named, monkeypatch):
    requirements.check_requirements()
    monkeypatch.setattr(requirements, "find_spec", lambda module: None if module in missing else object())
    with pytest.raises(InputError, match=rf"need {named}: pip install 'napari-rpdl\[learning\]'"):
        requirements.check_requirements()


def test_looking_loads_nothing():
    script = (
        "import sys; from napari_rpdl.learning.requirements import check_requirements; check_requirements()\n"
        "assert not {'torch', 'monai', 'safetensors'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize("triton", [None, object()], ids=["without Triton", "with Triton"])
@pytest.mark.parametrize("mapped", ["libc.so.6", "libc.so.6 libLLVM-15.so.1"])
def test_training_beside_software_opengl_is_refused_where_triton_would_end_the_program(triton, mapped, monkeypatch):
    monkeypatch.delitem(sys.modules, "triton", raising=False)
    monkeypatch.setattr(requirements, "find_spec", lambda module: triton)
    monkeypatch.setattr(requirements.Path, "read_text", lambda path, **how: mapped)
    if triton and "LLVM" in mapped:
        with pytest.raises(InputError, match="process of its own"):
            requirements.check_process()
    else:
        requirements.check_process()
