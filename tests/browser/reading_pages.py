"""What a test reads out of a page's HTML, and how it sends the form as a browser without JavaScript would."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from httpx2 import Response
from starlette.testclient import TestClient

from tests.browser.serving import Site


@dataclass
class Page(HTMLParser):
    """Hidden fields, buttons as (name, value), the title, each tag with its attributes, the words."""

    hidden: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    title: str = ""
    words: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.append((tag, values))
        self.inside.append(tag)
        if tag == "input" and values.get("type") == "hidden":
            self.hidden.append((values["name"], values["value"]))
        if tag == "button" and "name" in values:
            self.buttons.append((values["name"], values["value"]))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self.inside and self.inside[-1] == "title":
            self.title += data
        else:
            self.words += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [values for name, values in self.tags if name == tag]

    def of_class(self, name: str) -> list[dict[str, str]]:
        return [values for _, values in self.tags if name in values.get("class", "").split()]


def read(response: Response) -> Page:
    page = Page()
    page.feed(response.text)
    return page


@dataclass
class Family:
    """Somebody at a browser without JavaScript."""

    site: Site
    language: str = "zh-CN"

    def __post_init__(self) -> None:
        self.client = TestClient(self.site.app, raise_server_exceptions=True)
        self.client.headers["accept-language"] = self.language
        self.page = read(self.client.get("/"))

    @property
    def session(self) -> str:
        return str(self.client.cookies["talk"])

    def stand_at(self, card: str) -> Page:
        self.site.conversation.go_to(self.session, card)
        self.page = read(self.client.get("/"))
        return self.page

    def fields(self, *more: tuple[str, str]) -> list[tuple[str, str]]:
        return [*self.page.hidden, *more]

    def post(self, *more: tuple[str, str]) -> Response:
        """Send the form, without following the redirect."""
        return self.client.post("/answer", content=encode(self.fields(*more)), headers=FORM, follow_redirects=False)

    def press(self, value: str, *more: tuple[str, str]) -> Page:
        """Press the button with this value and read the page that follows."""
        name = next(name for name, one in self.page.buttons if one == value)
        return self.send((name, value), *more)

    def send(self, *more: tuple[str, str]) -> Page:
        response = self.post(*more)
        assert response.status_code == 303, response.status_code
        self.page = read(self.client.get(response.headers["location"]))
        return self.page


FORM = {"content-type": "application/x-www-form-urlencoded"}


def encode(fields: list[tuple[str, str]]) -> bytes:
    from urllib.parse import urlencode

    return urlencode(fields, errors="surrogatepass").encode("ascii")
