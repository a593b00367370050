"""Labels as different hands write them."""

import pytest

from xltool.forms.label import normalise_label


@pytest.mark.parametrize("written", ["1、总计", "1.总计", "１．总 计", " 1、\n总计\u3000", "1.总计"])
def test_spaces_width_and_the_sign_behind_a_number_change_nothing(written):
    assert normalise_label(written) == "1.总计"


def test_other_signs_stay():
    assert normalise_label("（一）予以公开、1、2") == "(一)予以公开、1、2"
    assert normalise_label("12、总计") == "12.总计"
    assert normalise_label("一、总计") == "一、总计"
