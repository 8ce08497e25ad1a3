"""The drawn pages say what the code says."""

import pytest

from scripts.draw_docs import DOCS, pages


@pytest.mark.parametrize("name", pages())
def test_a_drawn_page_is_what_the_code_draws(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == pages()[name], "run `make docs`"
