"""The error catalogue."""

import os
import subprocess

import pytest

from tests.contract.sample import ROOT, gcc

import errors  # noqa: E402

GOOD = """# A comment.

internal | 1 | 500
zh: 出错了。
zh+: 请稍后再试。
en: It failed.
en+: Try again.

shop.too_dear | 2001 | 422
zh: 超出 {max} 元。
zh+: 请改为“{max}”以内。
en: It is over {max} yuan.
en+: Take "less" \\ more.
"""


def catalogue(folder, text):
    path = os.path.join(str(folder), "errors.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


WRONG = {
    "number twice": (GOOD.replace("2001", "1"), 9, "the number 1 is that of internal already"),
    "code twice": (GOOD.replace("shop.too_dear", "internal"), 9, "the code internal is that of internal already"),
    "same constant": (GOOD + GOOD[GOOD.index("shop"):].replace("shop.too", "shop_too").replace("2001", "2002"), 14,
                      "the constant ERR_SHOP_TOO_DEAR"),
    "text missing": (GOOD.replace("en: It failed.\n", ""), 3, "internal has no text en."),
    "parameters differ": (GOOD.replace("over {max}", "over"), 9, "differ between zh and en"),
    "status": (GOOD.replace("422", "200"), 9, "200 is not the status of an error"),
    "number": (GOOD.replace("2001", "70000"), 9, "not between 1 and 65535"),
    "nonsense": (GOOD.replace("en: It failed.", "en It failed."), 6, '"en It failed." is neither'),
    "text twice": (GOOD.replace("en+: Try again.", "en: Try again."), 7, "is neither"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_catalogue(tmp_path, name):
    text, line, sentence = WRONG[name]
    path = catalogue(tmp_path, text)
    _, faults = errors.parse(path)
    assert any(fault.startswith(f"{path}:{line}: ") and sentence in fault for fault in faults), faults


MAIN = """
#include <stdio.h>
#include "errors.h"
int main(void)
{
    const struct error_text *text = error_text_find(ERR_SHOP_TOO_DEAR);
    printf("%d %d %s|%s|%s|%s|%s\\n", text->number, text->status, text->code, text->zh, text->zh_advice, text->en,
           text->en_advice);
    printf("%s %s %zu\\n", error_text_find(7)->code, error_text_find(ERR_NONE)->code, error_texts_count);
    return 0;
}
"""


def test_what_is_generated(tmp_path):
    folder = str(tmp_path)
    assert errors.main(catalogue(tmp_path, GOOD), folder) == 0
    with open(os.path.join(folder, "main.c"), "w", encoding="utf-8") as file:
        file.write(MAIN)
    program = os.path.join(folder, "program")
    done = gcc(folder, ["main.c", "errors.c"], program)
    assert done.returncode == 0, done.stderr
    assert subprocess.run([program], capture_output=True, text=True).stdout == (
        '2001 422 shop.too_dear|超出 {max} 元。|请改为“{max}”以内。|It is over {max} yuan.|Take "less" \\ more.\n'
        "internal internal 2\n")


def test_the_project_s_own():
    found, faults = errors.parse(os.path.join(ROOT, "proto", "errors.txt"))
    assert faults == [] and len(found) > 100
