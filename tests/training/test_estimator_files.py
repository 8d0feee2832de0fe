"""Estimators to bytes and back, and every way to smuggle something in that we know of."""

from __future__ import annotations

import io
import json
import os
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_selection import SelectKBest
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import BernoulliNB, GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, PowerTransformer, StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier

from hyperion_hook.training.model_files.skops_audit import MAX_BYTES, RefusedError
from hyperion_hook.training.model_files.skops_files import packed, unpacked
from tests.support.saving import regression, table

pytestmark = pytest.mark.train

FOREST = RandomForestClassifier(3, max_depth=3, random_state=1, n_jobs=1)
BOOSTED = XGBClassifier(n_estimators=3, max_depth=3, n_jobs=1)
FAMILIES: dict[str, Any] = {
    "forest": FOREST,
    "balanced forest": RandomForestClassifier(3, class_weight={0: 1, 1: 3}, max_features=0.5, random_state=1),
    "tree": DecisionTreeClassifier(max_depth=3, random_state=1),
    "boosted": BOOSTED,
    "isolation": IsolationForest(n_estimators=5, max_features=0.6, random_state=1),
    "regression": regression(),
    "stack": StackingClassifier([("a", FOREST), ("b", BOOSTED)], final_estimator=FOREST, cv=2),
    "vote": VotingClassifier([("a", FOREST), ("b", BOOSTED)], voting="soft"),
    "calibrated": CalibratedClassifierCV(FOREST, method="isotonic", cv=2),
    "histogram": HistGradientBoostingClassifier(max_iter=3, early_stopping=True, random_state=1),
} | {
    name: make_pipeline(SimpleImputer(), StandardScaler(), model)
    for name, model in {
        "gradient boosting": GradientBoostingClassifier(n_estimators=3, random_state=np.random.RandomState(1)),
        "exponential": GradientBoostingClassifier(n_estimators=3, loss="exponential", init="zero"),
        "AdaBoost": AdaBoostClassifier(n_estimators=3),
        "SVC": SVC(),
        "SVC with probabilities": SVC(probability=True),
        "linear SVC": LinearSVC(),
        "neighbours": KNeighborsClassifier(),
        "neighbours in balls": KNeighborsClassifier(3, algorithm="ball_tree", weights="distance", p=1),
        "neighbours one by one": KNeighborsClassifier(algorithm="brute"),
        "naive Bayes": GaussianNB(),
        "Bernoulli": BernoulliNB(),
        "SGD": SGDClassifier(random_state=1),
        "SGD of probabilities": SGDClassifier(loss="log_loss", early_stopping=True, random_state=1),
        "MLP": MLPClassifier((4,), max_iter=900, random_state=1),
        "bag": BaggingClassifier(GaussianNB(), 3),
        "discriminant": LinearDiscriminantAnalysis(),
        "calibrated neighbours": CalibratedClassifierCV(KNeighborsClassifier(), cv=2),
        "some columns": make_pipeline(
            ColumnTransformer([("a", PowerTransformer(), [0, 1])], remainder="passthrough"), GaussianNB()
        ),
    }.items()
}


@pytest.fixture(scope="module")
def fitted() -> dict[str, Any]:
    X, y = table()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of parameters that scikit-learn means to give up
        return {name: model.fit(X, y) for name, model in FAMILIES.items()}


@pytest.mark.parametrize("family", FAMILIES)
def test_an_estimator_comes_back_as_it_was_and_gives_the_same_bytes_again(family: str, fitted: dict[str, Any]) -> None:
    model, (X, _) = fitted[family], table()
    data = packed(model)
    back = unpacked(data)
    method = "predict_proba" if hasattr(model, "predict_proba") else "decision_function"
    assert np.array_equal(getattr(back, method)(X), getattr(model, method)(X))
    assert np.array_equal(back.predict(X), model.predict(X))
    assert packed(back) == packed(model) == data


def test_what_is_not_trusted_is_not_kept(fitted: dict[str, Any]) -> None:
    X, y = table()
    with_function = make_pipeline(FunctionTransformer(np.log1p), FOREST)
    for model, named in (
        (with_function, "numpy.log1p"),
        (print, "builtins.print"),
        (GaussianProcessClassifier().fit(X.fillna(0)[:9], y[:9]), "GaussianProcessClassifier"),
        (SelectKBest(k=2).fit(X.fillna(0), y), "SelectKBest"),
        (GridSearchCV(SVC(), {"C": [1.0]}), "GridSearchCV"),
    ):
        with pytest.raises(RefusedError, match=f"{named} .*is not on the list of trusted types"):
            packed(model)
    with pytest.raises(RefusedError, match="a pipeline with a memory on disk"):
        packed(regression().set_params(memory="somewhere"))


# --- hostile files: each is made from a good one


def parts(data: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    return json.loads(entries.pop("schema.json")), entries


def put_together(schema: Any, entries: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
        archive.writestr("schema.json", schema if isinstance(schema, bytes | str) else json.dumps(schema))
    return buffer.getvalue()


def node(form: str, kind: str, **rest: Any) -> dict[str, Any]:
    module, _, name = kind.rpartition(".")
    return {"__loader__": form, "__module__": module, "__class__": name, **rest}


def text(value: Any) -> dict[str, Any]:
    return node("JsonNode", "builtins.str", content=json.dumps(value), is_json=True)


def sequence(form: str, kind: str, *values: Any) -> dict[str, Any]:
    return node(form, kind, content=list(values))


CALLED = sequence("TupleNode", "builtins.tuple", text("touch ran"))
EMPTY = node("DictNode", "builtins.dict", content={}, key_types=sequence("ListNode", "builtins.list"))
PAYLOADS = {
    "methodcaller": node("OperatorFuncNode", "operator.methodcaller", attrs=CALLED),
    "attrgetter": node("OperatorFuncNode", "operator.attrgetter", attrs=CALLED),
    "function": node("FunctionNode", "os.system"),
    "numpy function": node("FunctionNode", "numpy.load"),
    "trusted as function": node("FunctionNode", "builtins.str"),
    "partial": node(
        "PartialNode",
        "functools.partial",
        content={"func": node("FunctionNode", "os.system"), "args": CALLED, "kwds": EMPTY, "namespace": EMPTY},
    ),
    "method": node("MethodNode", "builtins.str", content={"func": "format", "obj": text("x")}),
    "constructor": node("ConstructorFromReduceNode", "subprocess.Popen", content=CALLED),
    "trusted constructor": node("ConstructorFromReduceNode", "numpy.ndarray", content=CALLED),
    "object": node("ObjectNode", "hostile_canary.Ran", content=EMPTY),
    "type": node("TypeNode", "hostile_canary.Ran"),
    "dict": node("DictNode", "hostile_canary.Ran", content={}, key_types=sequence("ListNode", "builtins.list")),
    "key type": node(
        "DictNode",
        "builtins.dict",
        content={"touch ran": text(1)},
        key_types=sequence("ListNode", "builtins.list", node("TypeNode", "os.system")),
    ),
    "default dict": node(
        "DefaultDictNode", "collections.defaultdict", content={"main": EMPTY, "default_factory": EMPTY}
    ),
    "list": sequence("ListNode", "hostile_canary.Ran", text(1)),
    "tuple": sequence("TupleNode", "hostile_canary.Ran", text(1)),
    "set": sequence("SetNode", "builtins.set"),
    "loss": node("LossNode", "hostile_canary.Ran", content=EMPTY, __reduce__={"args": CALLED}),
    "tree": node("TreeNode", "sklearn.tree._tree.Tree", content=EMPTY, __reduce__={"args": CALLED}),
    "tree elsewhere": node("TreeNode", "hostile_canary.Ran", content=EMPTY, __reduce__={"args": CALLED}),
    "generator": node(
        "RandomGeneratorNode", "numpy.random.Generator", content={"bit_generator": EMPTY, "seed_seq": EMPTY}
    ),
    "sparse": node("SparseMatrixNode", "scipy.sparse.csr_matrix", type="scipy", file="1.npz"),
    "unknown form": node("EvalNode", "builtins.str", content="1"),
    "scikit-learn's own": node(
        "ObjectNode", "sklearn.preprocessing._function_transformer.FunctionTransformer", content=EMPTY
    ),
    "no part": "os.system",
    "a cached part": node("CachedNode", "builtins.str"),
}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_type_or_form_that_is_not_trusted_is_put_together_or_imported(
    payload: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hostile_canary.py").write_text("open('ran', 'w').close()\nRan = dict\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    schema, entries = parts(packed(regression()))
    attributes = schema["content"]["content"]
    attributes["verbose"] = PAYLOADS[payload]
    for hostile in (
        schema,
        {"protocol": 2, "_skops_version": "0"} | (PAYLOADS[payload] if isinstance(PAYLOADS[payload], dict) else {}),
    ):
        with pytest.raises(RefusedError):
            unpacked(put_together(hostile, entries))
    assert "hostile_canary" not in sys.modules
    assert not (tmp_path / "ran").exists()


class Explodes:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch ran",)


def npy(array: Any, **options: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


def npz() -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, a=np.array([Explodes()], dtype=object))
    return buffer.getvalue()


ARRAYS: dict[str, Callable[[], bytes]] = {
    "pickled": lambda: npy(np.array([Explodes()], dtype=object), allow_pickle=True),
    "pickled field": lambda: npy(np.array([(1, None)], dtype=[("a", "i4"), ("b", "O")]), allow_pickle=True),
    "bare pickle": lambda: b"cos\nsystem\n(S'touch ran'\ntR.",
    "archive": npz,
    "cut short": lambda: npy(np.zeros(9))[:-1],
    "too long": lambda: npy(np.zeros(9)) + b"x",
    "larger than it is": lambda: npy(np.zeros(9)).replace(b"(9,)", b"(9999999999,)"),
    "code for a header": lambda: npy(np.zeros(9)).replace(b"False", b"open()"),
    "empty": lambda: b"",
}


@pytest.mark.parametrize("array", ARRAYS)
def test_an_array_is_numbers_and_nothing_else(array: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    schema, entries = parts(packed(regression()))
    for name in entries:
        with pytest.raises(RefusedError):
            unpacked(put_together(schema, entries | {name: ARRAYS[array]()}))
    assert not list(tmp_path.iterdir())


def test_the_archive_itself_is_looked_at_first(tmp_path: Path) -> None:
    schema, entries = parts(good := packed(regression()))
    assert unpacked(put_together(schema, entries)).predict(table()[0]).shape == (300,)
    outside = str(tmp_path / "out.npy")
    for hostile in (
        {"../../etc/x.npy": b""},
        {outside: b""},
        {"9.pkl": b""},
        {"99.npy": npy(np.zeros(1))},
        {"a/b.npy": b""},
    ):
        with pytest.raises(RefusedError, match=r"a part is called|belong to nothing"):
            unpacked(put_together(schema, entries | hostile))
    for data in (b"", b"PK", good[:-30], b"\x80\x04cos\nsystem\n.", b"\0" * 100):
        with pytest.raises(RefusedError, match=r"no skops file|wrong kind"):
            unpacked(data)
    twice = io.BytesIO(good)
    with zipfile.ZipFile(twice, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("1.npy", npy(np.zeros(3)))
    with pytest.raises(RefusedError, match="a part twice"):
        unpacked(twice.getvalue())


def test_a_bomb_is_not_unpacked() -> None:
    schema, entries = parts(packed(regression()))
    bomb = bytes(MAX_BYTES)
    data = put_together(schema, entries | {"99.npy": bomb})
    assert len(data) < MAX_BYTES / 500
    with pytest.raises(RefusedError, match="unpacks to more"):
        unpacked(data)
    nested = '{"content":' * 100_000 + "1" + "}" * 100_000
    with pytest.raises(RefusedError):
        unpacked(put_together(nested, {}))
    shape = '{"__loader__":"ListNode","__module__":"builtins","__class__":"list","protocol":2,"content":['
    with pytest.raises(RefusedError):
        unpacked(put_together(shape * 900 + "]}" * 900, {}))


@pytest.mark.parametrize("protocol", [0, 1, 3, True, "2", None, 2.5])
def test_another_protocol_is_refused(protocol: Any) -> None:
    schema, entries = parts(packed(regression()))
    with pytest.raises(RefusedError, match="another version"):
        unpacked(put_together(schema | {"protocol": protocol}, entries))


@pytest.mark.parametrize("attribute", ["__class__", "__dict__", "__reduce__"])
def test_an_attribute_that_python_itself_reads_is_refused(attribute: str) -> None:
    schema, entries = parts(packed(regression()))
    schema["content"]["content"][attribute] = text(1)
    with pytest.raises(RefusedError, match="an attribute is called"):
        unpacked(put_together(schema, entries))
    with pytest.raises(RefusedError, match="has a part"):
        unpacked(put_together(parts(packed(regression()))[0] | {"attrs": text(1)}, entries))


def test_one_part_cannot_pose_as_another(fitted: dict[str, Any]) -> None:
    """Skops takes a part it has seen by its number, whatever stands there."""
    schema, entries = parts(packed(fitted["forest"]))
    trees = schema["content"]["content"]["estimators_"]["content"]
    schema["content"]["content"]["estimator"]["__id__"] = 7
    for tree in trees:
        tree["__id__"] = 7
    X, _ = table()
    back = unpacked(put_together(schema, entries))
    assert np.array_equal(back.predict_proba(X), fitted["forest"].predict_proba(X))


# --- trees that lead astray: the libraries walk them without looking


def with_nodes(data: bytes, change: Callable[[Any], None]) -> bytes:
    schema, entries = parts(data)
    changed = {}
    for name, entry in entries.items():
        array = np.load(io.BytesIO(entry)) if name.endswith(".npy") else np.zeros(0)
        if array.dtype.names:
            change(array)
        changed[name] = npy(array) if array.dtype.names else entry
    return put_together(schema, changed)


NODES: dict[str, Callable[[Any], None]] = {
    "a child behind the last node": lambda nodes: nodes["left_child"].__setitem__(0, 1_000_000),
    "a child before the first": lambda nodes: nodes["right_child"].__setitem__(0, -7),
    "a walk that does not end": lambda nodes: nodes["left_child"].__setitem__(0, 0),
    "half a leaf": lambda nodes: nodes["left_child"].__setitem__(0, -1),
    "a column behind the last": lambda nodes: nodes["feature"].__setitem__(0, 4),
    "a column before the first": lambda nodes: nodes["feature"].__setitem__(0, -1),
}


@pytest.mark.parametrize("family", ["forest", "tree", "isolation", "stack"])
@pytest.mark.parametrize("change", NODES)
def test_a_tree_that_leads_astray_is_refused(family: str, change: str, fitted: dict[str, Any]) -> None:
    with pytest.raises(RefusedError, match="a tree"):
        unpacked(with_nodes(packed(fitted[family]), NODES[change]))


HISTOGRAM: dict[str, Callable[[Any], None]] = {
    "a child behind the last node": lambda nodes: nodes["left"].__setitem__(0, 1_000_000),
    "a walk that does not end": lambda nodes: nodes["right"].__setitem__(0, 0),
    "a column behind the last": lambda nodes: nodes["feature_idx"].__setitem__(0, 4),
    "a column before the first": lambda nodes: nodes["feature_idx"].__setitem__(0, -1),
    "a split by category": lambda nodes: nodes["is_categorical"].__setitem__(0, 1),
}


@pytest.mark.parametrize("change", HISTOGRAM)
def test_a_tree_of_histograms_that_leads_astray_is_refused(change: str, fitted: dict[str, Any]) -> None:
    with pytest.raises(RefusedError, match="a tree"):
        unpacked(with_nodes(packed(fitted["histogram"]), HISTOGRAM[change]))


def attributes_of(state: Any, kind: str) -> dict[str, Any]:
    """Return the attributes of the first estimator of a kind."""
    if isinstance(state, dict) and state.get("__class__") == kind:
        found: dict[str, Any] = state["content"]["content"]
        return found
    for entry in state if isinstance(state, list) else state.values() if isinstance(state, dict) else ():
        if found := attributes_of(entry, kind):
            return found
    return {}


@pytest.mark.parametrize(
    ("family", "kind", "name"),
    [
        *(
            ("SVC with probabilities", "SVC", name)
            for name in (
                "support_vectors_",
                "_n_support",
                "_dual_coef_",
                "_intercept_",
                "_probA",
                "_probB",
                "support_",
                "classes_",
            )
        ),
        ("neighbours", "KNeighborsClassifier", "_y"),
        ("neighbours", "KNeighborsClassifier", "_fit_X"),
        ("neighbours", "KNeighborsClassifier", "classes_"),
    ],
)
def test_arrays_of_other_lengths_are_refused(family: str, kind: str, name: str, fitted: dict[str, Any]) -> None:
    """Compiled code takes one length for all of them, and reads as far."""
    # more classes than labels do no harm
    for length in (1,) if (kind, name) == ("KNeighborsClassifier", "classes_") else (3, 4_000):
        schema, entries = parts(packed(fitted[family]))
        state = attributes_of(schema, kind)[name]
        array = np.load(io.BytesIO(entries[state["file"]]))
        entries["999.npy"] = npy(np.resize(array, (length, *array.shape[1:])))
        attributes_of(schema, kind)[name] = {**state, "file": "999.npy"}
        with pytest.raises(RefusedError, match=r"of another|of other|of no class|that are no"):
            unpacked(put_together(schema, entries))


@pytest.mark.parametrize(
    ("family", "kind", "name", "value"),
    [
        ("SVC", "SVC", "kernel", "precomputed"),
        ("SVC", "SVC", "_sparse", True),
        ("SVC", "SVC", "n_features_in_", 9),
        ("neighbours", "KNeighborsClassifier", "_tree", "x"),
        ("neighbours", "KNeighborsClassifier", "n_samples_fit_", 9),
        ("gradient boosting", "GradientBoostingClassifier", "n_trees_per_iteration_", 3),
        ("gradient boosting", "GradientBoostingClassifier", "n_features_in_", 1),
        ("histogram", "HistGradientBoostingClassifier", "is_categorical_", [True]),
        ("histogram", "HistGradientBoostingClassifier", "n_features_in_", 0),
    ],
)
def test_what_an_estimator_says_of_its_arrays_must_hold(
    family: str, kind: str, name: str, value: Any, fitted: dict[str, Any]
) -> None:
    schema, entries = parts(packed(fitted[family]))
    attributes_of(schema, kind)[name] = text(value)
    with pytest.raises(RefusedError):
        unpacked(put_together(schema, entries))


def test_stages_of_boosting_have_as_many_trees_as_there_are_columns(fitted: dict[str, Any]) -> None:
    for change in (
        lambda state: state["estimators_"]["shape"]["content"].__setitem__(1, text(2)),
        lambda state: state["estimators_"]["content"][0]["content"].append(state["estimators_"]["content"][1]),
        lambda state: state["_loss"]["content"]["content"].__setitem__("is_multiclass", text(True)),
        lambda state: state.__setitem__("init_", state["estimators_"]["content"][0]["content"][0]),
    ):
        schema, entries = parts(packed(fitted["gradient boosting"]))
        change(attributes_of(schema, "GradientBoostingClassifier"))
        with pytest.raises(RefusedError):
            unpacked(put_together(schema, entries))


def trees_of(state: Any) -> list[dict[str, Any]]:
    if isinstance(state, list):
        return [tree for entry in state for tree in trees_of(entry)]
    if not isinstance(state, dict):
        return []
    own = [state] if state.get("__loader__") == "TreeNode" else []
    return own + [tree for entry in state.values() for tree in trees_of(entry)]


def test_a_tree_of_another_width_or_shape_is_refused(fitted: dict[str, Any]) -> None:
    for place, value in ((0, 5), (0, 0), (0, "4"), (2, 2), (0, True)):
        schema, entries = parts(packed(fitted["forest"]))
        trees_of(schema)[0]["__reduce__"]["args"]["content"][place] = text(value)
        with pytest.raises(RefusedError, match="a tree"):
            unpacked(put_together(schema, entries))
    schema, entries = parts(packed(fitted["forest"]))
    trees_of(schema)[0]["content"]["content"]["node_count"] = text(99)
    with pytest.raises(RefusedError, match="other nodes than it says"):
        unpacked(put_together(schema, entries))
    # scikit-learn does not look at the width of its rows where a model has forgotten it
    schema, entries = parts(packed(fitted["tree"]))
    del schema["content"]["content"]["n_features_in_"]
    with pytest.raises(RefusedError, match="a tree looks at more columns"):
        unpacked(put_together(schema, entries))
    schema, entries = parts(packed(fitted["isolation"]))
    for subset in schema["content"]["content"]["estimators_features_"]["content"]:
        entries[subset["file"]] = npy(np.zeros(1, dtype=np.int64))
    with pytest.raises(RefusedError, match="columns that it is not shown"):
        unpacked(put_together(schema, entries))


def boosted_text(data: bytes) -> tuple[dict[str, Any], str, Any]:
    schema, entries = parts(data)
    [file] = entries
    return schema, file, json.loads(entries[file])


TREES: dict[str, Callable[[Any], Any]] = {
    "a child behind the last node": lambda tree: tree["left_children"].__setitem__(0, 1_000_000),
    "a walk that does not end": lambda tree: tree["left_children"].__setitem__(0, 0),
    "a walk that meets another": lambda tree: tree["left_children"].__setitem__(0, tree["right_children"][0]),
    "half a leaf": lambda tree: tree["left_children"].__setitem__(0, -1),
    "a column behind the last": lambda tree: tree["split_indices"].__setitem__(0, 4),
    "a column that is no number": lambda tree: tree["split_indices"].__setitem__(0, True),
    "a parent that is none": lambda tree: tree["parents"].__setitem__(1, 1_000_000),
    "fewer nodes than it says": lambda tree: tree["base_weights"].pop(),
    "more nodes than there are": lambda tree: tree["tree_param"].__setitem__("num_nodes", "99999"),
    "a negative number of nodes": lambda tree: tree["tree_param"].__setitem__("num_nodes", "-1"),
    "leaves that are vectors": lambda tree: tree["tree_param"].__setitem__("size_leaf_vector", "8"),
    "categories": lambda tree: tree["categories"].append(3),
    "a split by category": lambda tree: tree["split_type"].__setitem__(0, 1),
    "no number": lambda tree: tree["split_conditions"].__setitem__(0, float("nan")),
    "no list": lambda tree: tree.__setitem__("parents", {"a": 1}),
}
LEARNERS: dict[str, Callable[[Any], Any]] = {
    "other columns": lambda learner: learner["learner_model_param"].__setitem__("num_feature", "3"),
    "columns without end": lambda learner: learner["learner_model_param"].__setitem__("num_feature", "9" * 30),
    "classes": lambda learner: learner["learner_model_param"].__setitem__("num_class", "99999"),
    "targets": lambda learner: learner["learner_model_param"].__setitem__("num_target", "7"),
    "another start": lambda learner: learner["learner_model_param"].__setitem__("base_score", "[1, 2, 3]"),
    "another booster": lambda learner: learner["gradient_booster"].__setitem__("name", "dart"),
    "another objective": lambda learner: learner["objective"].__setitem__("name", "rank:ndcg"),
    "a tree of no class": lambda learner: learner["gradient_booster"]["model"]["tree_info"].__setitem__(0, 5),
    "rounds": lambda learner: learner["gradient_booster"]["model"]["iteration_indptr"].__setitem__(1, 900),
    "fewer trees": lambda learner: learner["gradient_booster"]["model"]["trees"].pop(),
    "encoded categories": lambda learner: learner["gradient_booster"]["model"]["cats"]["enc"].append(1),
    "no names": lambda learner: learner.__setitem__("feature_names", [1, 2, 3, 4]),
    "nothing": lambda learner: learner.clear(),
}


@pytest.mark.parametrize("change", TREES | LEARNERS)
def test_boosted_trees_that_lead_astray_are_refused(change: str, fitted: dict[str, Any]) -> None:
    schema, file, model = boosted_text(packed(fitted["boosted"]))
    if change in TREES:
        TREES[change](model["learner"]["gradient_booster"]["model"]["trees"][1])
    else:
        LEARNERS[change](model["learner"])
    with pytest.raises(RefusedError, match="of the wrong kind"):
        unpacked(put_together(schema, {file: json.dumps(model).encode()}))


def test_boosted_trees_are_never_in_the_form_that_xgboost_reads_out_of_bounds(fitted: dict[str, Any]) -> None:
    schema, file, _ = boosted_text(packed(fitted["boosted"]))
    snapshot = bytes(fitted["boosted"].get_booster().__getstate__()["handle"])
    for data in (snapshot, b"", b"\x80\x04cos\nsystem\n.", b"{}", b"[]", b"{L", os.urandom(500)):
        with pytest.raises(RefusedError):
            unpacked(put_together(schema, {file: data}))
    schema["content"]["content"]["_Booster"]["content"]["content"]["handle"] = text(140_000_000)
    with pytest.raises(RefusedError, match="no bytes"):
        unpacked(put_together(schema, {}))


def test_of_two_entries_of_one_name_xgboost_gets_the_one_that_was_looked_at(fitted: dict[str, Any]) -> None:
    data = packed(fitted["boosted"])
    schema, file, model = boosted_text(data)
    good = json.dumps(model)
    twice = good.replace('"left_children": [', '"left_children": [900000, 900000], "left_children": [')
    assert twice != good
    X, _ = table()
    back = unpacked(put_together(schema, {file: twice.encode()}))
    assert np.array_equal(back.predict_proba(X), fitted["boosted"].predict_proba(X))


def test_every_flipped_byte_is_refused_or_harmless() -> None:
    data, (X, _) = packed(regression()), table()
    rng = np.random.default_rng(1)
    for place in rng.choice(len(data), 60, replace=False):
        changed = bytearray(data)
        changed[place] ^= 1 << int(rng.integers(8))
        try:
            unpacked(bytes(changed)).predict_proba(X)
        except RefusedError:
            continue
        except (ValueError, AttributeError, TypeError, IndexError):
            continue  # it loads, says nothing sensible, and Python says so
