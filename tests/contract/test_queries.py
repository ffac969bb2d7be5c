"""Statements: what is generated from a queries.sql, and which are refused."""

import os

import pytest

from tests.contract.sample import ROOT, gcc, run

import queries  # noqa: E402
import sql  # noqa: E402

GOOD = """-- The statements of a shop.

-- What is for sale.
-- name: load_things :load
-- returns: ord int4, id uuid, price_fen int8,
-- returns: sold_on date, tags text[]
SELECT k.ord, t.id, t.price_fen, t.sold_on, ARRAY['@x', 'it''s ; -- no', E'a\\'@y']::text[] AS "tags;@z" -- @c;
FROM unnest(@ord::int4[], @street_id::uuid[], @name::text[]) AS k (ord, street_id, name)
JOIN things t USING (street_id) /* @d; */ WHERE t.tags @> '{}' AND $$@e;$$ <> k.name;

-- name: sell :save any
UPDATE things SET sold_on = v.day, proof = v.proof
  FROM unnest(@id::uuid[], @day::date[], @proof::bytea[], @done::bool[]) AS v (id, day, proof, done)
 WHERE things.id = v.id

-- name: get_thing :point
-- returns: ord int4, at timestamptz
SELECT ord, now() FROM unnest(@id::uuid[], @ord::int4[]) AS k (id, ord)

-- name: list_things :list
-- returns: id uuid
SELECT id FROM things WHERE id = ANY(@ids::uuid[]) AND name = ANY(@names::text[])
   AND (@name::text IS NULL OR name = @name) AND price_fen+1<=@most::int8 AND tags <@ '{a}' LIMIT @count::int4

-- name: all_things :list
-- returns: id uuid
SELECT id FROM things
"""

MAIN = r"""
#include <stdio.h>
#include "shop.queries.h"
int call_load(struct call *call, const struct statement *s, const void *args)
{
    (void)call;
    printf("load %s %d\n", s->name, *((const unsigned char *)args + s->params[1].offset));
    return 4;
}
const void *call_rows(const struct call *call, const struct statement *s, size_t *count)
{
    static struct shop_load_things_row rows[2] = {{.ord = 3}, {.ord = 4}};
    (void)call;
    *count = s->row_size == sizeof *rows ? 2 : 0;
    return rows;
}
int call_save(struct call *call, const struct statement *s, const void *args)
{
    (void)call;
    return s->any_count && ((const struct shop_sell *)args)->day == 7 ? 5 : -1;
}
int call_ask(struct call *call, const struct statement *s, const void *args)
{
    (void)call;
    printf("ask %s %s\n", s->name, args ? "with" : "without");
    return 6;
}
static void show(const struct statement *s)
{
    printf("%s %d %d %d %d %d\n%s", s->name, (int)s->kind, s->set_based, s->any_count, s->args_size > 0,
           s->row_size > 0, s->sql);
    for (size_t i = 0; i < s->params_count; i++)
        printf("  $%zu %s %d %d %d %zu\n", i + 1, s->params[i].name, (int)s->params[i].type, s->params[i].array,
               s->params[i].ord, s->params[i].offset);
    for (size_t i = 0; i < s->columns_count; i++)
        printf("  > %s %d %d %zu\n", s->columns[i].name, (int)s->columns[i].type, s->columns[i].array,
               s->columns[i].offset);
}
int main(void)
{
    show(&shop_load_things_statement);
    show(&shop_list_things_statement);
    const struct uuid ids[] = {{{1}}, {{2}}};
    const struct shop_load_things_row *rows;
    printf("%d\n", shop_load_things(NULL, &(struct shop_load_things){.street_id = ids[0], .name = "x"}));
    printf("%zu\n", shop_load_things_rows(NULL, &rows));
    printf("%d %d\n", rows[1].ord, shop_sell(NULL, &(struct shop_sell){.day = 7, .proof = {"a", 1}}));
    printf("%d\n", shop_list_things(NULL, &(struct shop_list_things){.ids = {ids, 2}, .most = 3}));
    printf("%d\n", shop_all_things(NULL));
    printf("%d\n", shop_get_thing(NULL, &(struct shop_get_thing){.id = ids[1]}));
    return 0;
}
"""


def write(folder, text):
    path = os.path.join(str(folder), "queries.sql")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def test_what_is_generated(tmp_path):
    folder = str(tmp_path)
    assert queries.main("shop", write(tmp_path, GOOD), folder) == 0
    with open(os.path.join(folder, "main.c"), "w", encoding="utf-8") as file:
        file.write(MAIN)
    program = os.path.join(folder, "program")
    statement = os.path.join(ROOT, "services", "store", "statement.c")
    done = gcc(folder, ["main.c", "shop.queries.c", statement], program)
    assert done.returncode == 0, done.stderr
    assert run([program], folder) == """shop.load_things 0 1 0 1 1
SELECT k.ord, t.id, t.price_fen, t.sold_on, ARRAY['@x', 'it''s ; -- no', E'a\\'@y']::text[] AS "tags;@z"
FROM unnest($1::int4[], $2::uuid[], $3::text[]) AS k (ord, street_id, name)
JOIN things t USING (street_id)   WHERE t.tags @> '{}' AND $$@e;$$ <> k.name
  $1 ord 1 1 1 0
  $2 street_id 5 1 0 0
  $3 name 3 1 0 16
  > ord 1 0 0
  > id 5 0 4
  > price_fen 2 0 24
  > sold_on 6 0 32
  > tags 3 1 40
shop.list_things 3 0 0 1 1
SELECT id FROM things WHERE id = ANY($1::uuid[]) AND name = ANY($2::text[])
   AND ($3::text IS NULL OR name = $3) AND price_fen+1<=$4::int8 AND tags <@ '{a}' LIMIT $5::int4
  $1 ids 5 1 0 0
  $2 names 3 1 0 16
  $3 name 3 0 0 32
  $4 most 2 0 0 40
  $5 count 1 0 0 48
  > id 5 0 0
load shop.load_things 1
4
2
4 5
ask shop.list_things with
6
ask shop.all_things without
6
ask shop.get_thing with
6
"""


def test_the_comment_above_becomes_the_struct_s(tmp_path):
    assert queries.main("shop", write(tmp_path, GOOD), str(tmp_path)) == 0
    with open(os.path.join(str(tmp_path), "shop.queries.h"), encoding="utf-8") as file:
        assert "/* What is for sale. */\nstruct shop_load_things {" in file.read()


LOAD = "-- name: a :load\n-- returns: ord int4, x text\n"
LIST = "-- name: a :list\n-- returns: x text\n"
WRONG = {
    "no kind": ("-- name: a\nSELECT 1", 1, "must read"),
    "unknown kind": ("-- name: a :many\nSELECT 1", 1, "must read"),
    "any load": ("-- name: a :load any\nSELECT 1", 1, "must read"),
    "bad name": ("-- name: LoadIt :load\nSELECT 1", 1, "must read"),
    "sql before": ("SELECT 1;\n" + LIST + "SELECT @x::text", 1, "before the first"),
    "empty": ("-- name: a :list\n-- returns: x text\n\n", 1, "a has no SQL"),
    "no returns": ("-- name: a :list\nSELECT 1", 1, "does not say what it returns"),
    "bad returns": ("-- name: a :list\n-- returns: x\nSELECT 1", 1, 'is not "name type"'),
    "unknown type": ("-- name: a :list\n-- returns: x integer\nSELECT 1", 1, "write int4"),
    "unknown parameter type": (LIST + "SELECT\n  @x::json", 4, "the type json of @x of a is not known"),
    "no type": (LIST + "SELECT\n\n  @x", 5, "@x of a has no type"),
    "two types": (LIST + "SELECT @x::int4,\n @x::int8", 4, "cast to two types"),
    "numbered": (LIST + "SELECT $1", 3, "name the parameter"),
    "two statements": (LIST + "SELECT @x::text; DELETE FROM b", 3, "more than one statement"),
    "save returns": ("-- name: a :save\n-- returns: x text\nDELETE FROM b WHERE c = ANY(@c::text[])", 1,
                     "returns nothing"),
    "no ord": (LOAD + "SELECT @k::text[]", 1, "must take @ord::int4[]"),
    "ord not first": ("-- name: a :load\n-- returns: x text, ord int4\nSELECT @ord::int4[], @k::text[]", 1,
                      "return `ord int4` first"),
    "ord of a list": (LIST + "SELECT @ord::int4", 1, "it has no @ord"),
    "ord type": (LOAD + "SELECT @ord::int8[], @k::text[]", 1, "must be int4"),
    "scalar in a set": (LOAD + "SELECT @ord::int4[], @k::text", 1, "must be an array"),
    "nothing given": (LOAD + "SELECT @ord::int4[]", 1, "no parameter of its own"),
    "column twice": ("-- name: a :list\n-- returns: x text, x text\nSELECT 1", 1, "the column x twice"),
    "word of C": (LIST + "SELECT @default::text", 1, "a word of C"),
    "name twice": (LIST + "SELECT 1\n" + LIST + "SELECT 2", 4, "which line 1 has already"),
    "name of a row": (LIST + "SELECT 1\n" + LIST.replace(" a ", " a_row ") + "SELECT 2", 4, "needs the name a_row"),
}


@pytest.mark.parametrize("name", WRONG)
def test_refused(tmp_path, name):
    text, line, sentence = WRONG[name]
    path = write(tmp_path, text)
    _, faults = sql.read(path)
    assert any(fault.startswith(f"{path}:{line}: ") and sentence in fault for fault in faults), faults


def test_a_long_name_is_refused(tmp_path, capsys):
    path = write(tmp_path, LIST.replace(" a ", f" {'a' * 60} ") + "SELECT 1")
    assert queries.main("shop", path, str(tmp_path)) == 1
    assert f"{path}:1: " in capsys.readouterr().err
