#!/bin/sh
# datasketches 5.2.0: a Decimal is counted by its whole part. 1.2, 1.5, 1.7 and 2.1 are two distinct values for
# hll_sketch, cpc_sketch and update_theta_sketch alike, without an error; as floats or as text they are four. Integers
# from 2**63 on become doubles in HLL and theta, where four neighbours are one value; CPC keeps them apart.
# A NUMERIC column that a driver returns as Decimal, or an unsigned 64-bit key, is thus reported with far too few
# distinct values.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check "datasketches==5.2.0"
"$folder/venv/bin/python" - "${1:-2}" <<'PY'
import sys
from collections.abc import Sequence
from decimal import Decimal
from importlib.metadata import version
from typing import Any

from datasketches import cpc_sketch, hll_sketch, tgt_hll_type, update_theta_sketch


def counted(values: Sequence[Any]) -> tuple[int, ...]:
    sketches = (hll_sketch(12, tgt_hll_type.HLL_8), cpc_sketch(11), update_theta_sketch())
    for sketch in sketches:
        for value in values:
            sketch.update(value)
    return tuple(round(sketch.get_estimate()) for sketch in sketches)


prices = ("1.2", "1.5", "1.7", "2.1")
decimals, floats, texts = (counted([kind(price) for price in prices]) for kind in (Decimal, float, str))
large = counted(range(2**63, 2**63 + 4))
print(f"datasketches {version('datasketches')}: hll, cpc, theta count of four decimals {decimals}, of the same floats "
      f"{floats}, of the same texts {texts}, of four integers from 2**63 on {large}")
sys.exit((decimals, floats, texts, large) != ((int(sys.argv[1]),) * 3, (4,) * 3, (4,) * 3, (1, 4, 1)))
PY
