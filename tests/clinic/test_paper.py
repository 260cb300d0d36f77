"""A paper is a tagged file; what it says is data, whatever signs stand in it."""

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy

from clinic.paper import answer_with, pdf, printable
from tests.paper import read

TEMPLATE = """
#let data = json(bytes(sys.inputs.data))
#set document(title: data.title)
#set text(lang: data.language)
= #data.title
#data.name
"""
MARKUP = ("#set text(red)", "*bold*", "@label", "<label>", "$x$", "= Title", '"); #panic("', "\\ //", "`raw`", "#{1+1}")


@pytest.fixture
def template(tmp_path):
    """A template of one heading and one name."""
    path = tmp_path / "paper.typ"
    path.write_text(TEMPLATE)
    return path


@pytest.mark.parametrize("name", MARKUP)
def test_markup_in_data_is_shown_as_it_is(template, name):
    paper = read(pdf(template, {"name": name}, f"Title {name}", "en"))

    assert paper.title == f"Title {name}"
    assert paper.headings == [("H1", f"Title {name}")]
    assert name in paper.pages[0]


@pytest.mark.parametrize("language", ["en", "es"])
def test_it_is_accessible_and_says_its_language(template, language):
    paper = read(pdf(template, {"name": "Zoë Łukasz Ñandú Иван"}, "Title", language))

    assert (paper.is_accessible, paper.language) == (True, language)
    assert "Zoë Łukasz Ñandú Иван" in paper.tagged


@pytest.mark.parametrize("name", ["李", "😀", "a\x07b"])
def test_a_name_that_the_fonts_of_the_package_lack_still_gives_a_paper(template, name):
    assert read(pdf(template, {"name": name}, "Title", "en")).headings == [("H1", "Title")]


def test_control_characters_are_left_out_everywhere():
    assert printable({"a": ["x\x00y", {"b": "1\n2\x1b"}], "n": 3}) == {"a": ["xy", {"b": "1\n2"}], "n": 3}


def test_a_text_that_waits_for_its_language_is_said_in_the_one_spoken_now():
    with translation.override("es"):
        assert printable({"rows": [(gettext_lazy("left"),)]}) == {"rows": [["izquierda"]]}


def test_a_template_reads_no_file_outside_its_folder(tmp_path, template):
    (tmp_path / "secret.txt").write_text("secret")
    inside = tmp_path / "papers"
    inside.mkdir()
    (inside / "paper.typ").write_text('#read("../secret.txt")')

    with pytest.raises(RuntimeError):
        pdf(inside / "paper.typ", {}, "Title", "en")


def test_the_answer_is_shown_in_the_browser_and_kept_by_nobody():
    answer = answer_with(b"%PDF", "paper.pdf")

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'inline; filename="paper.pdf"'
    assert "no-store" in answer["Cache-Control"]
