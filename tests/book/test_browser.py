"""The tests in a browser notice what they look for: a check of their instruments."""

from collections.abc import Callable
from pathlib import Path

import pytest
from browsing import Visit

PAGE = """<!doctype html><title>page</title><link rel="icon" href="data:,"><script>
const work = "fetch('https://worker.example').catch(() => {}); setTimeout(() => { throw new Error('of the worker') })";
new Worker(URL.createObjectURL(new Blob([work])));
fetch("https://page.example").catch(() => {});
setTimeout(() => { throw new Error("of the page"); });
console.error("of the console");
</script>"""


@pytest.mark.parametrize("by_http", [False, True])
def test_requests_and_errors_of_a_page_and_its_workers_are_heard(
    visit: Callable[..., Visit], serve: Callable[[Path], str], tmp_path: Path, by_http: bool
):
    (tmp_path / "page.html").write_text(PAGE)
    seen = visit((serve(tmp_path) if by_http else tmp_path.as_uri()) + "/page.html")
    expected = {"of the page", "of the worker", "of the console"}
    for _ in range(100):
        heard = {text for text in expected if any(text in error for error in seen.errors)}
        if heard == expected and len(seen.foreign) == 2:
            break
        seen.page.wait_for_timeout(50)
    assert heard == expected
    assert sorted(seen.foreign) == ["https://page.example/", "https://worker.example/"]


def test_node_runs_and_reads_npm_packages(node: Callable[..., str], npm_package: Callable[[str], Path]):
    script = "console.log(require(process.argv[1]).version)"
    assert node("--eval", script, npm_package("axe-core")).startswith("4.")
