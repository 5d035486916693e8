"""Walk through every page of the built site once, and note what is wrong with it."""

from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import Any, Final

from playwright.sync_api import Browser, Page, ViewportSize

SITE: Final = Path(__file__).parents[2] / "site"
PAGES: Final = sorted(str(page.relative_to(SITE)) for page in SITE.rglob("*.html"))
DESK: Final[ViewportSize] = {"width": 1280, "height": 900}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
AXE: Final = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
# The theme fades its colours in; what axe sees must be their end.
AT_ONCE: Final = """const now = document.createElement("style");
now.textContent = "* {transition: none !important}";
document.head.append(now);
"""
# Whether words stand out depends on their colours and size alone, and axe takes its time for it: one of each is enough.
CONTRAST: Final = """async known => {
  const grounds = new Map(), looks = new Map();
  const ground = one => {
    if (!one) return "";
    if (!grounds.has(one)) {
      const {opacity, backgroundColor} = getComputedStyle(one), above = ground(one.parentElement);
      const own = (opacity === "1" ? "" : opacity) + (backgroundColor === "rgba(0, 0, 0, 0)" ? "" : backgroundColor);
      grounds.set(one, above + own);
    }
    return grounds.get(one);
  };
  for (const one of document.querySelectorAll("body *")) {
    if (![...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()) || !one.checkVisibility()) continue;
    const {color, fontSize, fontWeight, textDecorationLine} = getComputedStyle(one);
    looks.set([one.localName, color, fontSize, fontWeight, textDecorationLine, ground(one)].join(" "), one);
  }
  const fresh = [...looks.keys()].filter(look => !known.includes(look));
  const include = fresh.map(look => looks.get(look));
  const runOnly = ["color-contrast", "link-in-text-block"], resultTypes = ["violations"];
  return [fresh, include.length ? (await axe.run({include}, {runOnly, resultTypes})).violations : []];
}"""
# Header, navigation and footer are much the same on every page: they are looked at on two.
ALL_ELSE: Final = """async whole => {
  const rules = {"color-contrast": {enabled: false}, "link-in-text-block": {enabled: false}};
  const options = {rules, resultTypes: ["violations"], ...(whole ? {} : {runOnly: ["wcag2a", "wcag2aa"]})};
  return (await axe.run(whole ? document : "main .md-content", options)).violations;
}"""
WHOLE: Final = ("index.html", "guides/retries.html")
GRAVE: Final = ("serious", "critical")
# The theme looks at the system's choice once, some time after a page has loaded; its switch does what this does.
DARK: Final = """const body = document.body, name = "data-md-color-scheme";
const dark = () => body.getAttribute(name) === "slate" || body.setAttribute(name, "slate");
new MutationObserver(dark).observe(body, {attributes: true});
dark();"""
WIDER: Final = "document.documentElement.scrollWidth > innerWidth"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None: ...


@dataclass
class Findings:
    """What is wrong, each with its page.

    Attributes:
        errors: What the console said, or a script raised.
        foreign: What was asked of another server.
        wide: Pages that scroll sideways on a phone.
        light, dark: What axe calls serious or critical.
    """

    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    wide: list[str] = field(default_factory=list)
    light: list[str] = field(default_factory=list)
    dark: list[str] = field(default_factory=list)


class Server:
    """Serves the site on this machine until it is closed."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(SITE)))
        self._thread = Thread(target=self._server.serve_forever)
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def walk(browser: Browser, address: str) -> Findings:
    """Load each page once: light on a desk, the same on a phone, then dark."""
    found = Findings()
    page = browser.new_page(viewport=DESK, color_scheme="light")
    page.on("pageerror", lambda error: found.errors.append(f"{page.url}: {error}"))
    page.on("console", lambda said: found.errors.append(f"{page.url}: {said.text}") if said.type == "error" else None)
    page.on("request", lambda sent: None if _is_own(sent.url, address) else found.foreign.append(sent.url))
    looks: tuple[list[str], list[str]] = ([], [])
    for each in PAGES:
        _look(page, f"{address}/{each}", each, found, looks)
    page.close()
    return found


def _look(page: Page, url: str, name: str, found: Findings, looks: tuple[list[str], list[str]]) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(url)
    page.evaluate(AT_ONCE + AXE)
    found.light += _contrast(page, name, looks[0])
    found.light += _grave(name, page.evaluate(ALL_ELSE, name in WHOLE))
    page.set_viewport_size(PHONE)
    if page.evaluate(WIDER):
        found.wide.append(name)
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="dark")
    page.evaluate(DARK)
    found.dark += _contrast(page, name, looks[1])


def _contrast(page: Page, name: str, looks: list[str]) -> list[str]:
    fresh, rules = page.evaluate(CONTRAST, looks)
    looks += fresh
    return _grave(name, rules)


def _grave(name: str, rules: list[dict[str, Any]]) -> list[str]:
    nodes = [(rule["id"], node) for rule in rules for node in rule["nodes"]]
    return [
        f"{name}: {rule} at {node['target']}: {node['failureSummary']}"
        for rule, node in nodes
        if node["impact"] in GRAVE
    ]


def _is_own(url: str, address: str) -> bool:
    return url.startswith((address, "data:"))
