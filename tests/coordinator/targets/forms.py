"""The forms of a page, as a browser would read them: fields with what stands in them, and what is said about each."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"input", "br", "meta", "link", "img", "hr"})


@dataclass
class Field:
    """`value` is what would be sent if the form was pressed now; None for a choice that is not taken."""

    name: str
    kind: str
    value: str | None
    attributes: dict[str, str]

    @property
    def is_wrong(self) -> bool:
        return self.attributes.get("aria-invalid") == "true"


@dataclass
class Form:
    """`fields` holds every control but the token."""

    action: str
    method: str
    fields: list[Field] = field(default_factory=list)

    def sent(self, name: str) -> list[str]:
        """What stands in the fields of this name."""
        return [one.value for one in self.fields if one.name == name and one.value is not None]


class Forms(HTMLParser):
    """`texts` holds what stands in each element with an id."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.texts: dict[str, str] = {}
        self._open: list[tuple[str, str]] = []
        self._form: Form | None = None
        self._filling: Field | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append((tag, values.get("id", "")))
        if values.get("id"):
            self.texts[values["id"]] = ""
        if tag == "form":
            self._form = Form(values.get("action", ""), values.get("method", "get"))
            self.forms.append(self._form)
        elif self._form is not None:
            self._control(tag, values)

    def _control(self, tag: str, values: dict[str, str]) -> None:
        form, name = self._form, values.get("name", "")
        assert form is not None
        if tag == "input" and name != "token":
            kind = values.get("type", "text")
            taken = kind not in ("radio", "checkbox") or "checked" in values
            form.fields.append(Field(name, kind, values.get("value", "") if taken else None, values))
        elif tag in ("textarea", "select"):
            self._filling = Field(name, tag, "" if tag == "textarea" else None, values)
            form.fields.append(self._filling)
        elif tag == "option" and self._filling is not None:
            if "selected" in values or self._filling.value is None:
                self._filling.value = values.get("value", "")
        elif tag == "button" and name:
            form.fields.append(Field(name, "button", None, values))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag == "form":
            self._form = None
        elif tag in ("textarea", "select"):
            if tag == "textarea" and self._filling is not None and self._filling.value is not None:
                self._filling.value = self._filling.value.removeprefix("\n")
            self._filling = None

    def handle_data(self, data: str) -> None:
        for _, id_ in self._open:
            if id_:
                self.texts[id_] += data
        if self._filling is not None and self._filling.kind == "textarea":
            self._filling.value = (self._filling.value or "") + data
