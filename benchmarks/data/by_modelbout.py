"""Check the table by the real `modelbout validate`: configuration, digests of the files, result and all."""

from __future__ import annotations

import sys
from pathlib import Path

from modelbout.cli.main import run

CONFIG = """\
version: 1
model: benchmark
task: regression
data: {source: table.KIND, contract: contract.yaml, target: price, split: {holdout: 0.2, by: id}}
train: {estimator: "pipeline:build"}
"""

config = Path(sys.argv[1]) / "modelbout.yaml"
config.write_text(CONFIG.replace("KIND", sys.argv[2]), encoding="utf-8")
sys.exit(run(["validate", "--config", str(config)]))
