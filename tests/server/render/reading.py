"""Reads HTML as a browser would, as far as the tests ask: elements with their attributes, and their text."""

from html.parser import HTMLParser

VOID = {"meta", "link", "input", "img", "br", "hr", "path", "source"}


class Element:
    """An element: its tag, its attributes and everything written in it."""

    def __init__(self, tag, attributes):
        self.tag = tag
        self.attributes = attributes
        self.text = ""

    def __getitem__(self, name):
        return self.attributes.get(name)

    def __contains__(self, name):
        return name in self.attributes


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.elements, self.open = [], []

    def handle_starttag(self, tag, attrs):
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.elements.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag):
        while self.open and self.open.pop().tag != tag:
            pass

    def handle_data(self, data):
        for element in self.open:
            element.text += data


def elements(html, tag=None, **attributes):
    """The elements of a piece of HTML in order, of this tag and with these attributes where they are given.

    An underscore in an attribute's name stands for a hyphen.
    """
    reader = _Reader()
    reader.feed(str(html))
    reader.close()
    wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    return [
        each
        for each in reader.elements
        if (tag is None or each.tag == tag) and all(each[name] == value for name, value in wanted.items())
    ]


def only(html, tag=None, **attributes):
    """The one element that there is of the kind."""
    found = elements(html, tag, **attributes)
    assert len(found) == 1, f"{len(found)} elements {tag} {attributes}"
    return found[0]


def structure(html):
    """What HTML is made of, without what it says: tags and the names of their attributes, in order."""
    return [(each.tag, tuple(each.attributes)) for each in elements(html)]
