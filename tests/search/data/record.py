#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the recorded study (see README.md) from a results database: record.py results.db > x.csv"""
import json
import sqlite3
import statistics
import sys

QUERY = """
SELECT c.choices, m.name, m.value FROM candidate c
JOIN evaluation e ON e.candidate_id = c.id AND e.block = 0 AND e.outcome = 'ok'
JOIN metric m ON m.evaluation_id = e.id
WHERE c.origin <> 'baseline' AND c.point NOT LIKE '%kernels=default%'
AND m.name IN ('latency_ratio', 'memory_mib', 'accuracy')"""

figures = {}
for choices, name, value in sqlite3.connect(sys.argv[1]).execute(QUERY):
    layers = sorted(json.loads(choices)["layers"].items())
    bits = "".join("01"[layer["scheme"] == "int8_channel"] for _, layer in layers if layer["scheme"])
    figures.setdefault(bits, {}).setdefault(name, []).append(value)

print("int8_layers,latency_ratio,memory_mib,accuracy")
for bits, values in sorted(figures.items()):
    ratio, memory, accuracy = (
        statistics.median(values[name]) for name in ("latency_ratio", "memory_mib", "accuracy"))
    print(f"{bits},{ratio:.4f},{memory:.5f},{accuracy:.5f}")
