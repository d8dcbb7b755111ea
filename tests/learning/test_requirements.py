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
