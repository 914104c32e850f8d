"""The repositories of the stories: a small shop that trains in a second, and the churn example as it is."""

from __future__ import annotations

from pathlib import Path

from tests.integration.shop import CONTRACT, PLAIN_CONFIG, PLAIN_WEAK, shop

EXAMPLES = Path(__file__).parents[2] / "examples"
IGNORED = {".modelbout", "__pycache__"}


def workflows(example: str = "churn") -> dict[str, str]:
    """Return the workflows of an example by their path."""
    folder = EXAMPLES / example
    found = sorted((folder / ".github" / "workflows").iterdir())
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in found}


def small(example: str = "churn") -> dict[str, str]:
    """Return a small repository with a weak model, a program, and the workflows of an example."""
    return {
        "modelbout.yaml": PLAIN_CONFIG,
        "contract.yaml": CONTRACT,
        "pipeline.py": PLAIN_WEAK,
        "data/shop.csv": shop(),
        "requirements.txt": "numpy\npandas\nscikit-learn\nskops\n",
        ".gitignore": ".modelbout/\n__pycache__/\n",
        **workflows(example),
    }


def whole(example: str) -> dict[str, bytes]:
    """Return every file of an example."""
    folder = EXAMPLES / example
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not IGNORED & set(path.relative_to(folder).parts)
    }
