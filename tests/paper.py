"""Reads a PDF back as somebody without eyes would: title, language, headings, header cells, pictures in words, text."""

import io
import re
from types import SimpleNamespace

import pikepdf


def read(file: bytes):
    """Return what a tagged PDF says: ``title``, ``language``, ``is_accessible``, ``headings`` [(tag, words)],
    ``header_cells``, ``alternatives`` (of pictures), ``tagged`` (all that is read aloud) and ``pages`` (what is seen).
    """
    with pikepdf.open(io.BytesIO(file)) as pdf:
        seen = [_texts(page) for page in pdf.pages]
        parts = _by_element(_leaves(pdf.Root.StructTreeRoot, pdf, seen))
        return SimpleNamespace(
            title=str(pdf.docinfo.Title),
            language=str(pdf.Root.Lang),
            is_accessible=pdf.open_metadata().get("pdfuaid:part") == "1",
            headings=[(tag, words) for tag, words in parts if re.fullmatch(r"H\d?", tag)],
            header_cells=[words for tag, words in parts if tag == "TH"],
            alternatives=list(_alternatives(pdf.Root.StructTreeRoot)),
            tagged=" ".join(words for _, words in parts),
            pages=["".join(text for _, text in texts) for texts in seen],
        )


def _alternatives(element):
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield from [str(kid.Alt)] if "/Alt" in kid else []
            yield from _alternatives(kid)


BLOCKS = re.compile(r"H\d?|P|TH|TD|LBody|Caption|Figure|Lbl")


def _leaves(element, pdf, seen, block=("", 0), page=None):
    """Yield (block's tag, block's number, words) in reading order; a block is a heading, paragraph or cell."""
    page = element.get("/Pg", page)
    tag = str(element.get("/S", "/")).removeprefix("/")
    block = (tag, element.objgen) if BLOCKS.fullmatch(tag) else block
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, int):
            number = next(n for n, one in enumerate(pdf.pages) if one.objgen == page.objgen)
            yield *block, "".join(text for mark, text in seen[number] if mark == kid)
        elif "/MCID" in kid:
            number = next(n for n, one in enumerate(pdf.pages) if one.objgen == kid.get("/Pg", page).objgen)
            yield *block, "".join(text for mark, text in seen[number] if mark == int(kid.MCID))
        elif "/S" in kid:
            yield from _leaves(kid, pdf, seen, block, page)


def _by_element(leaves):
    parts = {}
    for tag, number, words in leaves:
        parts.setdefault((tag, number), []).append(words)
    return [(tag, "".join(words)) for (tag, _), words in parts.items()]


def _texts(page):
    """Return [(mark of its place in the structure, or None, words)] of a page, in the order of drawing."""
    fonts = {name: _letters(font) for name, font in page.resources.get("/Font", {}).items()}
    found, marks, letters = [], [], {}
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in ("BDC", "BMC"):
            told = operands[1] if len(operands) > 1 else None
            mark = told.get("/MCID") if isinstance(told, pikepdf.Dictionary) else None
            marks.append(marks[-1] if mark is None and marks else mark)
        elif name == "EMC":
            marks.pop()
        elif name == "Tf":
            letters = fonts.get(str(operands[0]), {})
        elif name in ("Tj", "TJ"):
            strings = operands[0] if name == "TJ" else [operands[0]]
            codes = b"".join(bytes(one) for one in strings if isinstance(one, pikepdf.String))
            pairs = (codes[at : at + 2] for at in range(0, len(codes), 2))
            found.append((marks[-1] if marks else None, "".join(letters.get(pair, "") for pair in pairs)))
    return found


def _letters(font):
    """Return {two bytes: letters} of a font."""
    table = font.ToUnicode.read_bytes().decode("latin-1") if "/ToUnicode" in font else ""
    found = {}
    for lines in re.findall(r"beginbfchar(.*?)endbfchar", table, re.S):
        for code, letters in re.findall(r"<(\w+)>\s*<(\w+)>", lines):
            found[bytes.fromhex(code)] = bytes.fromhex(letters).decode("utf-16-be")
    for lines in re.findall(r"beginbfrange(.*?)endbfrange", table, re.S):
        for low, high, letters in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", lines):
            first = int(letters, 16)
            for step in range(int(high, 16) - int(low, 16) + 1):
                found[(int(low, 16) + step).to_bytes(2, "big")] = chr(first + step)
    return found
