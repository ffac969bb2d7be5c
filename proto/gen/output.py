"""Writing generated files."""
import os


def write(path, text):
    """Writes `text` if the file does not say so already: what did not change is not compiled again."""
    try:
        with open(path, encoding="utf-8") as file:
            if file.read() == text:
                return
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def header(guard, source, includes, body):
    """A header with guard; `source` says what it was made from."""
    lines = [f"/* Generated from {source}. Do not edit. */", f"#ifndef {guard}", f"#define {guard}", ""]
    lines += [f"#include {name}" for name in includes]
    lines += ["", body.strip(), "", "#endif", ""]
    return "\n".join(lines)


def source(origin, includes, body):
    lines = [f"/* Generated from {origin}. Do not edit. */"]
    lines += [f"#include {name}" for name in includes]
    lines += ["", body.strip(), ""]
    return "\n".join(lines)


def comment(text):
    """A C comment of a proto comment, or nothing."""
    text = " ".join(text.split()).replace("*/", "* /")
    return f"/* {text} */\n" if text else ""
