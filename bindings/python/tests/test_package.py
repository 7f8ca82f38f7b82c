"""What a wheel holds, and that what is installed comes from one."""

import importlib.metadata
import os
import sys
from pathlib import Path

import lowwater

FILES = [
    "lowwater/__init__.py",
    "lowwater/_driver.py",
    "lowwater/_errors.py",
    "lowwater/_http.py",
    "lowwater/_lowwater.abi3.so",
    "lowwater/_lowwater.pyi",
    "lowwater/annotations.py",
    "lowwater/introspection.py",
    "lowwater/issuer.py",
    "lowwater/poll.py",
    "lowwater/py.typed",
    "lowwater-V.dist-info/METADATA",
    "lowwater-V.dist-info/RECORD",
    "lowwater-V.dist-info/WHEEL",
    "lowwater-V.dist-info/licenses/LICENSE-APACHE",
    "lowwater-V.dist-info/licenses/LICENSE-AWS-LC",
    "lowwater-V.dist-info/licenses/LICENSE-MIT",
    "lowwater-V.dist-info/sboms/lowwater-python.cyclonedx.json",
]
# Written by pip when it installs.
INSTALLED = ("INSTALLER", "REQUESTED", "direct_url.json", ".pyc")


def test_the_wheel_holds_these_files_and_nothing_else() -> None:
    files = importlib.metadata.files("lowwater")
    assert files is not None
    held = [str(file).replace(lowwater.__version__, "V") for file in files]
    held = [file.replace("_lowwater.pyd", "_lowwater.abi3.so") for file in held]
    assert sorted(file for file in held if not file.endswith(INSTALLED)) == sorted(FILES)
    extension = next(file for file in files if file.suffix in (".so", ".pyd"))
    assert extension.size is not None
    # 2.9 MB of it AWS-LC, 0.4 MB what issuers send; with symbols it were more than twice as much.
    assert extension.size < 5_200_000, "with symbols?"


def test_the_metadata_is_complete() -> None:
    told = importlib.metadata.metadata("lowwater")
    assert told["License-Expression"] == "MIT OR Apache-2.0"
    assert told["Requires-Python"] == ">=3.11"
    assert told.get_all("Requires-Dist") is None
    assert "Typing :: Typed" in (told.get_all("Classifier") or [])
    assert any("github.com" in url for url in told.get_all("Project-URL") or [])
    assert "jwt" in told["Keywords"]
    assert told["Version"] == lowwater.__version__


def test_the_module_is_the_installed_one() -> None:
    assert Path(lowwater.__file__).is_relative_to(sys.prefix), "not the source tree"
    assert "PYTHONPATH" not in os.environ
