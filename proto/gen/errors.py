"""proto/errors.txt → errors.h and errors.c.

usage: errors.py errors.txt output-folder
"""
import os
import re
import sys
from dataclasses import dataclass, field

import cnames
import output

HEAD = re.compile(r"([a-z][a-z0-9_.]*) *\| *([0-9]+) *\| *([0-9]{3})")
TEXT = re.compile(r"(zh|zh\+|en|en\+): *(.*)")
KEYS = ("zh", "zh+", "en", "en+")
PARAM = re.compile(r"\{([a-z_]+)\}")
MOST_PARAMS = 4  # ERR_PARAMS_MAX of base/err.h


@dataclass
class Error:
    code: str
    number: int
    status: int
    place: str
    texts: dict = field(default_factory=dict)

    @property
    def constant(self):
        return "ERR_" + self.code.upper().replace(".", "_")

    def params(self, language="zh"):
        return sorted(set(PARAM.findall(self.texts.get(language, "") + self.texts.get(language + "+", ""))))


def parse(path):
    """Returns the errors sorted by number, and sentences about what is wrong with the catalogue."""
    errors, faults = [], []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line, place = line.strip(), f"{path}:{number}"
            head, text = HEAD.fullmatch(line), TEXT.fullmatch(line)
            if head:
                errors.append(Error(head[1], int(head[2]), int(head[3]), place))
            elif text and errors and text[1] not in errors[-1].texts:
                errors[-1].texts[text[1]] = text[2]
            elif line and not line.startswith("#"):
                faults.append(f'{place}: "{line[:40]}" is neither "code | number | status" nor one of zh, zh+, en, en+.')
    faults += [fault for error in errors for fault in _faults(error)]
    for what in ("code", "number", "constant"):
        seen = {}
        for error in errors:
            value = getattr(error, what)
            if value in seen:
                faults.append(f"{error.place}: the {what} {value} is that of {seen[value].code} already.")
            seen[value] = error
    return sorted(errors, key=lambda error: error.number), faults


def _faults(error):
    for key in KEYS:
        if not error.texts.get(key):
            yield f"{error.place}: {error.code} has no text {key}."
    if not 400 <= error.status <= 599:
        yield f"{error.place}: {error.status} is not the status of an error."
    if not 1 <= error.number <= 65535:
        yield f"{error.place}: the number {error.number} is not between 1 and 65535."
    if error.params("zh") != error.params("en"):
        yield f"{error.place}: the parameters of {error.code} differ between zh and en."
    if len(error.params()) > MOST_PARAMS:
        yield f"{error.place}: {error.code} has more than {MOST_PARAMS} parameters."


def header(errors):
    values = []
    for error in errors:
        params = ", ".join("{%s}" % param for param in error.params())
        note = " ".join(filter(None, [str(error.status), error.code, params]))
        values.append(f"    {error.constant} = {error.number}, /* {note} */")
    body = "enum err_code {\n    ERR_NONE = 0,\n" + "\n".join(values) + "\n};\n" + """
/* What people are told. {name} in a text stands for the parameter of that name (err_param). */
struct error_text {
    int number;       /* enum err_code */
    int status;       /* of HTTP */
    const char *code; /* "dues.amount_mismatch" */
    const char *zh, *zh_advice;
    const char *en, *en_advice;
};

/* Sorted by number. */
extern const struct error_text error_texts[];
extern const size_t error_texts_count;

/* The texts of a code; those of ERR_INTERNAL for a number that is not in the catalogue. Never NULL. */
const struct error_text *error_text_find(int number);
"""
    return output.header("DANDELION_ERRORS_H", "proto/errors.txt", ["<stddef.h>"], body)


def source(errors):
    rows = []
    for error in errors:
        texts = ",\n     ".join(cnames.string(error.texts[key]) for key in KEYS)
        rows.append(f"    {{{error.constant}, {error.status}, {cnames.string(error.code)},\n     {texts}}},")
    body = "const struct error_text error_texts[] = {\n" + "\n".join(rows) + "\n};\n" + f"""
const size_t error_texts_count = {len(errors)};

static int compare_number(const void *number, const void *text)
{{
    int a = *(const int *)number, b = ((const struct error_text *)text)->number;
    return (a > b) - (a < b);
}}

const struct error_text *error_text_find(int number)
{{
    const struct error_text *text =
        bsearch(&number, error_texts, error_texts_count, sizeof *error_texts, compare_number);
    return text ? text : error_text_find(ERR_INTERNAL);
}}
"""
    return output.source("proto/errors.txt", ['"errors.h"', "", "<stdlib.h>"], body).replace("#include \n", "\n")


def main(path, folder):
    errors, faults = parse(path)
    if not any(error.constant == "ERR_INTERNAL" for error in errors):
        faults.append(f"{path}:1: there is no error called internal.")
    if faults:
        print(*faults, sep="\n", file=sys.stderr)
        return 1
    output.write(os.path.join(folder, "errors.h"), header(errors))
    output.write(os.path.join(folder, "errors.c"), source(errors))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
