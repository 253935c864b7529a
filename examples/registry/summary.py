"""Print the answers to the questions in `summary.sql` about the results in a folder."""

import sys
from pathlib import Path

import duckdb


def main(folder: Path) -> None:
    """Run each statement over the Parquet files below the folder, and print its table."""
    files = {name: str(folder / name / "*.parquet") for name in ("packages", "modules")}
    text = Path(__file__).with_name("summary.sql").read_text(encoding="utf-8")
    with duckdb.connect() as database:
        for statement in filter(None, map(str.strip, text.split(";\n"))):
            comment, _, query = statement.partition("\n")
            used = {name: path for name, path in files.items() if f"${name}" in query}
            result = database.execute(query, used)
            print(comment.removeprefix("-- "))
            print_table([column[0] for column in result.description], result.fetchall())


def print_table(names: list[str], rows: list[tuple[object, ...]]) -> None:
    """Print a table of Markdown."""
    for cells in (names, ["---"] * len(names), *rows):
        print("|", " | ".join("" if cell is None else str(cell) for cell in cells), "|")
    print()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
