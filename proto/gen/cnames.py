"""The names that protoc-c gives to C things, and the names that we give."""


def snake(camel):
    """PayRequest → pay_request, as protoc-c does it (runs of capitals stay together)."""
    out, upper_before = [], True
    for char in camel:
        if char.isupper():
            out.append(char.lower() if upper_before else "_" + char.lower())
        else:
            out.append(char)
        upper_before = char.isupper()
    return "".join(out)


def camel(name):
    """pay_request → PayRequest; capitals stay."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def c_type(full_name):
    """dandelion.dues.PayRequest → Dandelion__Dues__PayRequest"""
    return "__".join(camel(piece) for piece in full_name.split("."))


def c_symbol(full_name):
    """dandelion.dues.PayRequest → dandelion__dues__pay_request"""
    return "__".join(snake(piece) for piece in full_name.split("."))


def descriptor(full_name):
    return c_symbol(full_name) + "__descriptor"


def rules(full_name):
    return c_symbol(full_name) + "__rules"


def enum_value(enum_full_name, value):
    """dandelion.Kind, QUERY → DANDELION__KIND__QUERY"""
    return c_symbol(enum_full_name).upper() + "__" + value


def string(text):
    """A C string literal, or NULL for an empty text."""
    if not text:
        return "NULL"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def boolean(value):
    return "true" if value else "false"


def int64(value):
    if value == -(1 << 63):
        return "INT64_MIN"
    return f"INT64_C({value})"
