"""What is loaded ready-made is what the reader makes of the same recordings' lines."""

import numpy as np

from benchmarks.matching.city import blocks, lines
from benchmarks.matching.loading import prepared
from portal.recordings.lines import read_line


def test_prepared_recordings_are_those_of_the_lines() -> None:
    (block,) = blocks(seed=5, wanted=400)
    for ready, line in zip(prepared(block), lines(block), strict=True):
        read = read_line(line)
        assert ready._replace(fixes=read.fixes) == read
        np.testing.assert_array_equal(ready.fixes.rows, read.fixes.rows)
