"""Writes a stream as CSV: channels of a sensor with two decimals, and labelled excursions.

    python stream.py CHANNELS RECORDS
"""
import sys

import numpy

channels, records = int(sys.argv[1]), int(sys.argv[2])
rng = numpy.random.default_rng(1)
x = 7 + 0.5 * numpy.arange(channels) + 0.1 * rng.standard_normal((records, channels))
label = numpy.zeros(records, dtype=int)
for start in range(5000, records, 5000):
    label[start:start + 25] = 1
    x[start:start + 25] += 0.6
print(",".join([f"f{i}" for i in range(channels)] + ["label"]))
for row, anomaly in zip(x, label):
    print(",".join([f"{v:.2f}" for v in row] + [str(anomaly)]))
