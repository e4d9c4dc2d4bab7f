"""The whole page: scenes with their texts, places in the files, what is wrong with each, and the criteria they serve."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.channels.browser_session import html_language
from bot.locale_checks.finding import Finding
from bot.locale_checks.shelf import Shelf
from bot.locale_preview import looks
from bot.locale_preview.drafts import DraftWords
from bot.locale_preview.scenes_file import load_scenes
from bot.locale_preview.shots import Camera, Shot, uncovered
from bot.locale_preview.staging import Stage
from bot.locale_texts import state_of
from bot.wording import ENGLISH
from brasle_prescreen import load_protocol
from brasle_prescreen.question import load_questions

HERE = Path(__file__).parent
# A text that stands on so many cards is listed once at each of them, folded away.
STANDING = 8


@dataclass(frozen=True, slots=True)
class Place:
    """Where one text stands in one language's file, and what is to do about it."""

    language: str
    file: str
    line: int
    href: str
    state: str
    findings: tuple[Finding, ...]

    @property
    def label(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Line:
    """One text in every language."""

    key: str
    note: str
    places: tuple[Place, ...]

    @property
    def open(self) -> bool:
        return any(place.state or place.findings for place in self.places)


@dataclass(frozen=True, slots=True)
class Entry:
    """A shot with everything that stands beside it."""

    shot: Shot
    lines: tuple[Line, ...]
    standing: tuple[Line, ...]

    @property
    def open(self) -> list[str]:
        """The languages in which one of its texts needs work."""
        places = [place for line in self.lines for place in line.places]
        return list(dict.fromkeys(place.language for place in places if place.state or place.findings))

    def marks(self, language: str) -> int:
        return sum(
            1 for line in self.lines for one in line.places if one.language == language and (one.state or one.findings)
        )


@dataclass(frozen=True, slots=True)
class Preview:
    """The page, and what is worth saying about it in the terminal."""

    html: str
    cards: int
    figures: int
    forgotten: tuple[str, ...]
    reasons: Mapping[str, str] = field(default_factory=dict)
    said: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Links:
    """How the page leads to a line: a relative address by default, or the address of an editor."""

    pattern: str

    def to(self, path: Path, line: int) -> str:
        return self.pattern.format(path=path.as_posix(), name=path.name, line=line)


def relative(folder: Path, page: Path) -> Links:
    """Links that work wherever page and files stand together."""
    way = Path(os.path.relpath(folder.resolve(), page.resolve().parent)).as_posix()
    return Links(f"{way}/{{name}}#L{{line}}")


def build(
    shelf: Shelf, findings: Iterable[Finding], links: Links, *, live: str = "", only: Collection[str] = ()
) -> Preview:
    """The page of the texts as they stand. `live`: the state of the files; the page reloads itself when the server has another.

    `only` some chapters, by their ids: what stands on no card is then not looked for.
    """
    scenes = load_scenes()
    words = DraftWords(shelf)
    stage = Stage(scenes, load_protocol(), load_questions(), tuple(words.languages()), frozenset(shelf.master.entries))
    camera = Camera(stage, words)
    parts = [
        (part, list(camera.part(part.id, shelf.master.entries))) for part in scenes.parts if not only or part.id in only
    ]
    shots = [shot for _, taken in parts for shot in taken]
    often = Counter(key for shot in shots for key in shot.said)
    said = frozenset(often)
    reasons, forgotten = uncovered(scenes, shelf.master.entries, said) if not only else ({}, [])
    about = _Files(shelf, findings, links)
    totals = about.totals()
    common = {key for key, times in often.items() if times >= STANDING}
    chapters = [
        (
            part,
            [
                Entry(
                    shot,
                    tuple(about.line(key) for key in shot.said if key not in common),
                    tuple(about.line(key) for key in shot.said if key in common),
                )
                for shot in taken
            ],
        )
        for part, taken in parts
    ]
    figures = sum(len(variant.figures) for shot in shots for variant in shot.variants)
    page = (
        _environment()
        .get_template("preview.html")
        .render(
            chapters=chapters,
            languages=words.languages(),
            html_language=html_language,
            css=Markup(looks.stylesheet() + (HERE / "templates" / "preview.css").read_text(encoding="utf-8")),  # noqa: S704
            script=Markup((HERE / "templates" / "preview.js").read_text(encoding="utf-8")),  # noqa: S704
            reasons=[(about.line(key), reason) for key, reason in reasons.items()],
            forgotten=[about.line(key) for key in forgotten],
            common=[about.line(key) for key in sorted(common)],
            place=about.place,
            totals=totals,
            # Nobody has looked through any of their texts yet: they are on the page, and hidden at first.
            drafts=[language for language, states in totals.items() if not states[""]],
            shots=len(shots),
            figures=figures,
            live=live,
        )
    )
    return Preview(page, len(shots), figures, tuple(forgotten), reasons, said)


class _Files:
    """Where each text stands, in every language."""

    def __init__(self, shelf: Shelf, findings: Iterable[Finding], links: Links) -> None:
        self._shelf = shelf
        self._links = links
        self._by_place: dict[tuple[str, str], list[Finding]] = defaultdict(list)
        for finding in findings:
            self._by_place[Path(finding.file).name, finding.key].append(finding)
        self._files = {ENGLISH: shelf.master, **shelf.translations}
        # The same text stands on many cards.
        self._lines: dict[str, Line] = {}

    def line(self, key: str) -> Line:
        if key not in self._lines:
            self._lines[key] = self._line(key)
        return self._lines[key]

    def _line(self, key: str) -> Line:
        entry = self._shelf.master.entries[key]
        return Line(key, " ".join(entry.notes), tuple(self.place(key, language) for language in self._files))

    def place(self, key: str, language: str) -> Place:
        file = self._files[language]
        entry = file.entries.get(key)
        line = entry.line if entry else 0
        found = tuple(self._by_place.get((file.path.name, key), ()))
        state = state_of(self._shelf, language, key) if key in self._shelf.master.entries else ""
        return Place(language, file.path.name, line, self._links.to(file.path, line), state, found)

    def totals(self) -> dict[str, Counter[str]]:
        keys = self._shelf.master.entries
        return {language: Counter(state_of(self._shelf, language, key) for key in keys) for language in self._files}


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
