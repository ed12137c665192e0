"""A page in a real browser without a screen, and what is measured there.

The page stands in frames of several widths, as it is, with no script allowed in it; the page around them measures. All
that the browser would ask a network for goes to a proxy of the test's, which answers nothing and remembers it.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest

WIDTHS = (375, 1100)
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_SECONDS = 90
_OWN = ("update.googleapis.com", "accounts.google.com", "clients2.google.com", "redirector.gvt1.com")
"""Where the browser itself calls home, whatever it is told; no page has anything there."""
_QUIET = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps"),
    *("--disable-domain-reliability", "--disable-client-side-phishing-detection", "--no-default-browser-check"),
    *("--disable-features=NetworkTimeServiceQuerying,OptimizationHints,MediaRouter,Translate", "--no-pings"),
    *("--disable-extensions", "--disable-component-extensions-with-background-pages", "--allow-browser-signin=false"),
)
_MEASURE = """
const luminance = ([r, g, b]) => [r, g, b].map(c => c / 255)
  .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const numbers = text => (text.match(/[\\d.]+/g) || []).map(Number);
const isClear = text => text === 'transparent' || (numbers(text).length === 4 && numbers(text)[3] === 0);
function behind(node, view) {
  for (let each = node; each; each = each.parentElement) {
    const color = view.getComputedStyle(each).backgroundColor;
    if (!isClear(color)) return color;
  }
  return 'rgb(255, 255, 255)';
}
function contrast(node, view) {
  const style = view.getComputedStyle(node);
  const front = node.namespaceURI.endsWith('svg') ? style.fill : style.color;
  const [a, b] = [luminance(numbers(front)), luminance(numbers(behind(node, view)))].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}
function measure(frame) {
  const page = frame.contentDocument, view = frame.contentWindow;
  page.querySelectorAll('details').forEach(each => each.open = true);
  const shown = [...page.querySelectorAll('body *')].filter(each => each.getClientRects().length);
  const written = shown.filter(each => [...each.childNodes].some(n => n.nodeType === 3 && n.data.trim()));
  const read = written.filter(each => !['title', 'desc', 'style'].includes(each.tagName));
  const contrasts = read.map(each => [contrast(each, view), each.textContent.trim().slice(0, 60)]);
  const charts = [...page.querySelectorAll('svg.chart')].map(chart => {
    const box = chart.getBoundingClientRect(), scale = box.width / chart.viewBox.baseVal.width;
    const figure = chart.closest('figure').getBoundingClientRect();
    const texts = [...chart.querySelectorAll('text')];
    const outside = texts.map(each => [each.getBoundingClientRect(), each.textContent])
      .filter(([r]) => r.left < figure.left - 1 || r.right > figure.right + 1 || r.bottom > figure.bottom + 1);
    const marks = [...chart.querySelectorAll('path, use')].filter(each => !each.closest('defs, clipPath'));
    return {
      title: chart.querySelector('title').textContent,
      name: chart.closest('figure').id,
      width: box.width, height: box.height,
      marks: marks.filter(each => { const b = each.getBoundingClientRect(); return b.width + b.height > 1; }).length,
      texts: texts.filter(each => each.getBoundingClientRect().width > 1).length,
      smallest: Math.min(...texts.map(each => parseFloat(view.getComputedStyle(each).fontSize) * scale)),
      outside: outside.map(([, text]) => text),
    };
  });
  return {
    width: frame.clientWidth,
    dark: view.matchMedia('(prefers-color-scheme: dark)').matches,
    background: view.getComputedStyle(page.body).backgroundColor,
    ink: view.getComputedStyle(page.body).color,
    overflow: page.documentElement.scrollWidth - page.documentElement.clientWidth,
    contrasts: contrasts.sort((x, y) => x[0] - y[0]).slice(0, 5),
    written: read.length,
    resources: view.performance.getEntriesByType('resource').map(each => each.name),
    columns: new Set([...page.querySelectorAll('figure')].map(e => Math.round(e.getBoundingClientRect().left))).size,
    charts,
  };
}
addEventListener('load', () => {
  const found = [...document.querySelectorAll('iframe')].map(measure);
  document.getElementById('measured').textContent = JSON.stringify(found);
});
"""


def find_browser() -> str:
    """The browser's program; where there is none the test is skipped, and with CI=true it fails."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        reason = "there is no chromium: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def measured(browser: str, page: str, folder: Path, scheme: Literal["light", "dark"]) -> tuple[list[Any], list[str]]:
    """What is measured of `page` at each of WIDTHS, and the requests that left the browser."""
    source = html.escape(page, quote=True)
    frames = "".join(
        f'<iframe sandbox="allow-same-origin" style="border:0;width:{width}px;height:900px" srcdoc="{source}"></iframe>'
        for width in WIDTHS
    )
    harness = folder / f"harness-{scheme}.html"
    text = f"<!doctype html><body>{frames}<pre id=measured></pre><script>{_MEASURE}</script>"
    harness.write_text(text, encoding="utf-8")
    dom, requests = opened(browser, harness, ["--force-dark-mode"] if scheme == "dark" else [])
    found = re.search(r'<pre id="measured">(.*?)</pre>', dom, re.DOTALL)
    assert found is not None, dom[-2000:]
    return json.loads(html.unescape(found[1])), requests


def opened(browser: str, file: Path, options: Sequence[str] = ()) -> tuple[str, list[str]]:
    """The document as it is once `file` has been loaded, and the requests that left the browser."""
    with _listening() as (port, requests):
        command = (
            browser,
            *_QUIET,
            *options,
            f"--proxy-server=127.0.0.1:{port}",
            "--proxy-bypass-list=<-loopback>",
            f"--user-data-dir={file.parent / 'profile'}",
            "--window-size=1600,1000",
            "--dump-dom",
            file.as_uri(),
        )
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=True)
    return done.stdout, requests


@contextmanager
def _listening() -> Iterator[tuple[int, list[str]]]:
    """A proxy that closes every connection, and the first line of each that is not the browser's own."""
    requests: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(5)
                    line = connection.recv(4096).split(b"\r\n")[0].decode("latin-1")
                    if not any(f"{mark}{host}" in line for host in _OWN for mark in (" ", "//")):
                        requests.append(line)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1], requests
        finally:
            server.shutdown(socket.SHUT_RDWR)
    thread.join(10)
