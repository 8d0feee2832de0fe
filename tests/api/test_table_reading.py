"""CSV files as they come: headers, rows of other lengths, words for nothing, damaged files."""

from __future__ import annotations

from pathlib import Path

import pytest

pd = pytest.importorskip("pandas")

from hyperion_hook.errors import ConfigError  # noqa: E402
from hyperion_hook.training.tables.table_reading import read_table  # noqa: E402

pytestmark = pytest.mark.train


def written(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("la,ld\n1,2,3\n4,5,6\n", "rows have more fields than the header has names"),
        ("la,ld,la\n1,2,3\n", "has two columns named 'la'"),
        ("la,ld\n1,2\n4,5,6\n", "cannot be read"),
        ("", "cannot be read"),
    ],
)
def test_a_header_that_does_not_name_every_column_once_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        read_table(written(tmp_path, text))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["la,ld\n1,2,\n4,5,\n", "la,ld\n1,2\n4,5\n", "\nla,ld\n1,2\n4,5\n"])
def test_a_comma_at_the_end_of_rows_moves_no_column(tmp_path: Path, text: str) -> None:
    assert read_table(written(tmp_path, text)).to_dict("list") == {"la": [1, 4], "ld": [2, 5]}


@pytest.mark.parametrize("mark", [";", "\t"])
@pytest.mark.parametrize("decimal", [",", "."])
def test_what_a_french_spreadsheet_saves_is_read_like_any_other(tmp_path: Path, mark: str, decimal: str) -> None:
    frame = pd.DataFrame({"la": [1.5, None, 2.25], "risque_reel": [0, 1, 0], "équipe": ["a,b", "c", "d"]})
    frame.to_csv(tmp_path / "table.csv", sep=mark, decimal=decimal, index=False)
    pd.testing.assert_frame_equal(read_table(tmp_path / "table.csv"), frame)
    (tmp_path / "table.csv").write_text("équipe\nun\n", encoding="latin-1")
    with pytest.raises(ConfigError, match="give a CSV file in UTF-8"):
        read_table(tmp_path / "table.csv")


def test_words_for_nothing_are_words_among_words_and_gaps_among_numbers(tmp_path: Path) -> None:
    found = read_table(written(tmp_path, "y,la,flag,gap\nHIGH,1,True,NA\nNone,null,None,\nnull,3,False,NaN\n"))
    assert found["y"].tolist() == ["HIGH", "None", "null"]
    assert found["la"].fillna(-1.0).tolist() == [1.0, -1.0, 3.0]
    assert found["flag"].dropna().tolist() == [True, False]
    assert found["gap"].isna().all()


@pytest.mark.parametrize("form", ["array", "rows", "mappings", "columns", "arrow", "polars"])
def test_a_table_of_any_usual_form_is_read(form: str) -> None:
    columns = {"la": [1, 2, 3], "nf": [0.5, None, 2.0]}
    frame = pd.DataFrame(columns)
    data = {
        "array": frame.to_numpy,
        "rows": lambda: frame.to_numpy().tolist(),
        "mappings": lambda: frame.to_dict("records"),
        "columns": lambda: columns,
        "arrow": lambda: pytest.importorskip("pyarrow").table(columns),
        "polars": lambda: pytest.importorskip("polars").DataFrame(columns),
    }[form]()
    names = ["0", "1"] if form in {"array", "rows"} else ["la", "nf"]
    pd.testing.assert_frame_equal(read_table(data), frame.set_axis(names, axis=1), check_dtype=False)
    for wrong in (3, None, {"la": [1, 2], "nf": [1]}, [[1], [1, 2]]):
        with pytest.raises(ConfigError, match=r"^data_file: a \w+ is no table"):
            read_table(wrong)
