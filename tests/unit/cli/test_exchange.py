from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modelbout.cli.main import run
from modelbout.contract.exchange.form import format_names
from modelbout.contract.load import load_contract
from modelbout.errors import EXIT_CONFIG, EXIT_FINE, EXIT_GATE

if TYPE_CHECKING:
    from pathlib import Path

CONTRACT = """version: 1
table: {rows: {min: 3}}
columns:
  id: {type: integer, unique: true, min: 1}
  code: {type: string, nulls: 1, pattern: "[A-Z]+", min: 0}
"""


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    path = tmp_path / "contract.yaml"
    path.write_text(CONTRACT.replace(", min: 0}", "}"), encoding="utf-8")
    return path


@pytest.mark.parametrize("form", format_names())
def test_a_contract_goes_out_and_comes_back(form: str, contract: Path, tmp_path: Path) -> None:
    out, back = tmp_path / "theirs", tmp_path / "back.yaml"
    assert run(["contract", "export", str(contract), "--to", form, "-o", str(out)]) == EXIT_FINE
    assert run(["contract", "import", str(out), "--from", form, "-o", str(back)]) == EXIT_FINE
    made = load_contract(back, shown="back.yaml")
    assert [(column.name, column.type) for column in made.columns] == [("id", "integer"), ("code", "string")]
    column = made.column("id")
    assert column is not None
    rule = column.rule("min")
    assert rule is not None
    assert rule.value == 1


def test_the_text_goes_to_standard_output_and_the_losses_beside_it(
    contract: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["contract", "export", str(contract), "--to", "pandera"]) == EXIT_FINE
    told = capsys.readouterr()
    assert "str_matches: '[A-Z]+\\Z'" in told.out
    assert "name: data\n" in told.out
    assert f"{contract}:2:15: table.rows: `rows`: pandera has no such rule" in told.err
    assert "lost: " not in told.out


@pytest.mark.parametrize(("columns", "code"), [("  a: {dtype: int64, nullable: true, index: 1}\n", EXIT_GATE)])
def test_strict_refuses_any_loss(columns: str, code: int, tmp_path: Path) -> None:
    path = tmp_path / "schema.yaml"
    path.write_text(f"columns:\n{columns}", encoding="utf-8")
    assert run(["contract", "import", str(path), "--from", "pandera", "--strict"]) == code
    assert run(["contract", "import", str(path), "--from", "pandera"]) == EXIT_FINE


def test_strict_lets_pass_what_loses_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "schema.yaml"
    path.write_text("columns:\n  a: {dtype: int64}\n", encoding="utf-8")
    assert run(["contract", "import", str(path), "--from", "pandera", "--strict"]) == EXIT_FINE
    assert "everything is carried over" in capsys.readouterr().err


def test_a_file_is_overwritten_by_force_alone(contract: Path, tmp_path: Path) -> None:
    out = tmp_path / "theirs"
    out.write_text("mine", encoding="utf-8")
    export = ["contract", "export", str(contract), "--to", "odcs", "-o", str(out)]
    assert run(export) == EXIT_CONFIG
    assert out.read_text(encoding="utf-8") == "mine"
    assert run([*export, "--force", "--table", "customers"]) == EXIT_FINE
    assert "name: customers" in out.read_text(encoding="utf-8")


def test_hostile_names_steer_no_terminal_and_no_runner(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "schema.yaml"
    path.write_text('columns:\n  a: {dtype: int64, "::error::x\\e[31m\\n::stop": 1}\n', encoding="utf-8")
    assert run(["contract", "import", str(path), "--from", "pandera"]) == EXIT_FINE
    told = capsys.readouterr()
    assert "\x1b" not in told.err + told.out
    assert not any(line.lstrip().startswith("::") for line in (told.err + told.out).splitlines())


def test_a_file_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["contract", "import", str(tmp_path / "no"), "--from", "tfdv"]) == EXIT_CONFIG
    assert "there is no such file" in capsys.readouterr().err
