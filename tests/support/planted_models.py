"""Files that call themselves models, tables or rows, and run something when they are read by the wrong reader."""

from __future__ import annotations

import io
import json
import pickle
import shutil
import zipfile
from pathlib import Path
from typing import Any

from hyperion_hook.scoring.bundle import bundled_models
from tests.support.canaries import Unpickled, World, plant_pickles

_OBJECTS = b"\x93NUMPY\x01\x00"
LOOSE = (
    "model.pkl",
    "model.joblib",
    "model.skops",
    "model.json",
    "manifest.json",
    "xgboost.trees",
    "corpus.npz",
    "table.csv",
    "table.csv.gz",
    "table.parquet",
    "table.pkl",
    "table.feather",
    "fitted.json",
    "MLmodel",
)


def objects_of_numpy(canary: Path) -> bytes:
    """Return an archive of numpy whose array holds objects, which are unpickled by whoever allows it."""
    head = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    head += b" " * (-(len(head) + 11) % 64) + b"\n"
    array = _OBJECTS + len(head).to_bytes(2, "little") + head + pickle.dumps([Unpickled(canary)])
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in ("labels.npy", "X.npy", "y.npy", "rows.npy"):
            archive.writestr(name, array)
    return data.getvalue()


def foreign_types(canary: Path) -> bytes:
    """Return a file of skops that names a function to be called."""
    schema = {
        "__class__": "list",
        "__module__": "builtins",
        "__loader__": "ListNode",
        "content": [
            {"__class__": "system", "__module__": "posix", "__loader__": "FunctionNode", "content": f": > {canary}"}
        ],
        "protocol": 2,
        "_skops_version": "0.13",
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("schema.json", json.dumps(schema))
        archive.writestr("0.pkl", pickle.dumps(Unpickled(canary)))
    return data.getvalue()


def plant_models(world: World, folder: Path) -> list[Path]:
    """Fill a folder with folders, each with something that is no model."""
    plant_pickles(world, folder / "loose", LOOSE)
    good = folder / "bundle"
    shutil.copytree(bundled_models(), good)
    plant_pickles(world, good, tuple(path.name for path in bundled_models().glob("*.trees")))
    (folder / "numpy").mkdir()
    (folder / "numpy" / "corpus.npz").write_bytes(objects_of_numpy(world.canary("objects in an archive of numpy")))
    flavours: dict[str, dict[str, Any]] = {
        "loader": {"python_function": {"loader_module": "planted_loader", "data": "data", "code": "code"}},
        "cloudpickle": {"sklearn": {"pickled_model": "model.pkl", "serialization_format": "cloudpickle"}},
        "skops": {
            "sklearn": {
                "pickled_model": "model.skops",
                "serialization_format": "skops",
                "skops_trusted_types": ["posix.system"],
            }
        },
        "pyfunc": {"python_function": {"loader_module": "mlflow.pyfunc.model", "python_model": "model.pkl"}},
        "xgboost": {"xgboost": {"data": "model.pkl", "model_class": "xgboost.sklearn.XGBClassifier"}},
    }
    for name, flavour in flavours.items():
        place = folder / f"mlflow {name}"
        plant_pickles(world, place, ("model.pkl", "data/model.pkl"))
        (place / "MLmodel").write_text(json.dumps({"flavors": flavour}))
        (place / "code").mkdir()
        (place / "code" / "planted_loader.py").write_text(world.module(f"loader of {name}"))
        (place / "model.skops").write_bytes(foreign_types(world.canary(f"types of skops in {name}")))
    (folder / "tags").mkdir()
    canary = world.canary("tags of YAML")
    (folder / "tags" / "MLmodel").write_text(f'flavors: !!python/object/apply:os.mkdir ["{canary}"]\n')
    (folder / "tags" / "manifest.json").write_text(f'{{"__reduce__": ["os.mkdir", "{canary}"]}}')
    return sorted(folder.iterdir())
