"""What is derived from a form is made once a form and set of arguments, and shared with no other form."""

import gc
import weakref
from dataclasses import replace

from xltool.forms.memo import derive_once


def counted():
    made = []

    @derive_once
    def derive(spec, prior=False, name=""):
        made.append((prior, name))
        return object()

    return derive, made


def test_made_once_however_the_arguments_are_given(spec):
    derive, made = counted()
    assert derive(spec) is derive(spec, False) is derive(spec, prior=False) is derive(spec, False, name="")
    assert made == [(False, "")]


def test_every_set_of_arguments_has_its_own(spec):
    derive, made = counted()
    assert len({derive(spec), derive(spec, True), derive(spec, True, "x")}) == 3
    assert made == [(False, ""), (True, ""), (True, "x")]


def test_two_functions_share_nothing(spec):
    (first, _), (second, _) = counted(), counted()
    assert first(spec) is not second(spec)


def test_a_form_read_twice_is_two_forms(spec):
    derive, made = counted()
    assert derive(spec) is not derive(replace(spec))
    assert len(made) == 2


def test_it_dies_with_its_form(spec):
    derive, _ = counted()
    again = replace(spec)
    gone = weakref.ref(again)
    derive(again)
    derive_once(lambda form: [form])(again)  # what is made may hold the form
    del again
    gc.collect()
    assert gone() is None
