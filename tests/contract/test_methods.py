"""The table of methods, its handlers and thunks."""

import pytest

from tests.contract.sample import Sample

SHOP = """
service Shop {
  // What it would cost.
  rpc Quote(Order) returns (Price) {
    option (method) = {permission: ANYONE kind: COMPUTE deadline_ms: 100};
  }
  rpc GetPrice(Order) returns (Price) {
    option (method) = {permission: SIGNED_IN kind: QUERY};
  }
  rpc BuyThing(Order) returns (Price) {
    option (method) = {permission: DUES_REVERSE kind: COMMAND worker: true idempotency: KEY_REQUIRED if_match: true};
  }
  rpc Audit(Order) returns (Price) {
    option (method) = {permission: INTERNAL kind: QUERY};
  }
}
message Order { uint32 count = 1 [(field) = {max: 9}]; }
message Price { int64 price_fen = 1 [(field) = {max: 9}]; }
"""

HANDLERS = {
    "shop_quote": "int shop_quote(struct call *call, const Dandelion__Shop__Order *request, "
                  "Dandelion__Shop__Price *reply)\n{ (void)call; reply->price_fen = request->count * 2; return 0; }\n",
    "shop_buy_thing_decide": "int shop_buy_thing_decide(struct call *call, const Dandelion__Shop__Order *request, "
                             "Dandelion__Shop__Price *reply)\n{ (void)call; (void)request; (void)reply; return 3; }\n",
}
for step, code in {"get_price_query": 0, "audit_query": 0, "buy_thing_load": 1, "buy_thing_work": 2}.items():
    HANDLERS[f"shop_{step}"] = (f"int shop_{step}(struct call *call, const Dandelion__Shop__Order *request)\n"
                                f"{{ (void)call; (void)request; return {code}; }}\n")

MAIN = """
#include <stdio.h>
#include "shop.methods.h"
HANDLERS
int main(void)
{
    BODY
    return 0;
}
"""
TABLE = """
    for (size_t i = 0; i < shop_methods_count; i++) {
        const struct method *m = &shop_methods[i];
        printf("%s %s>%s %x %d %d %d %u %d%d%d%d%d\\n", m->name, m->input->short_name, m->output->short_name, m->roles,
               (int)m->kind, m->idempotent, m->if_match, m->deadline_ms, !!m->compute, !!m->query, !!m->load,
               !!m->work, !!m->decide);
        if (m->input_rules->descriptor != m->input || m->output_rules->descriptor != m->output)
            return 1;
    }
"""
CALLS = """
    Dandelion__Shop__Order order = DANDELION__SHOP__ORDER__INIT;
    Dandelion__Shop__Price price = DANDELION__SHOP__PRICE__INIT;
    order.count = 4;
    const struct method *buy = &shop_methods[1], *quote = &shop_methods[3];
    quote->compute(NULL, &order.base, &price.base);
    printf("%ld %d%d%d\\n", (long)price.price_fen, buy->load(NULL, &order.base), buy->work(NULL, &order.base),
           buy->decide(NULL, &order.base, &price.base));
"""


@pytest.fixture
def shop(tmp_path):
    sample = Sample(str(tmp_path), {"shop": SHOP})
    sample.generate("fields.py", "methods.py")
    return sample


def program(body="", handlers=None):
    text = "".join((handlers or HANDLERS).values())
    return MAIN.replace("HANDLERS", text).replace("BODY", body)


def test_the_table_says_what_the_contract_says(shop):
    assert shop.output(program(TABLE), "shop.methods.c", "field_rules.c").split("\n")[:-1] == [
        "Shop.Audit Order>Price 20000000 2 0 0 5000 01000",
        # DUES_REVERSE: street_administrator (bit 1) and branch_secretary (bit 5)
        "Shop.BuyThing Order>Price 22 3 1 1 5000 00111",
        "Shop.GetPrice Order>Price 40000000 2 0 0 5000 01000",
        "Shop.Quote Order>Price 80000000 1 0 0 100 10000",
    ]


def test_thunks_reach_the_handlers(shop):
    assert shop.output(program(CALLS), "shop.methods.c", "field_rules.c") == "8 123\n"


def test_a_missing_handler_does_not_link(shop):
    handlers = {name: text for name, text in HANDLERS.items() if name != "shop_buy_thing_work"}
    done, _ = shop.compile(program(handlers=handlers), "shop.methods.c", "field_rules.c")
    assert done.returncode != 0 and "undefined reference to `shop_buy_thing_work'" in done.stderr


def test_a_wrong_signature_does_not_compile(shop):
    wrong = HANDLERS["shop_quote"].replace("Dandelion__Shop__Price *reply", "Dandelion__Shop__Order *reply")
    done, _ = shop.compile(program(handlers={**HANDLERS, "shop_quote": wrong}), "shop.methods.c", "field_rules.c")
    assert done.returncode != 0 and "conflicting types for" in done.stderr
