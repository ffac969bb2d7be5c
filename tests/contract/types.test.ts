// What a client may rely on in the generated types. Compiled, never run: a line that must not compile says so.
import type { components, operations, paths } from "api";

type Schemas = components["schemas"];
type Body<O> = O extends { requestBody?: { content: { "application/json": infer B } } } ? B : never;
type Reply<O, S extends number> = O extends { responses: Record<S, { content: { "application/json": infer R } }> } ? R : never;

const pay: Body<operations["Dues.Pay"]> = {
    member_id: "01900000-0000-7000-8000-000000000004",
    months: ["2026-11"],
    amount_fen: 4500, // money may be sent as a number …
    channel: "CASH",
};
const again: Body<operations["Dues.Pay"]> = { ...pay, amount_fen: "4500" };

export function amount(payment: Reply<operations["Dues.Pay"], 201>): bigint {
    return BigInt(payment.amount_fen satisfies string); // … and always comes as a string
}

// @ts-expect-error a channel that does not exist
export const wrongChannel: Schemas["Channel"] = "CHEQUE";
// @ts-expect-error a required field is missing
export const incomplete: Schemas["PayRequest"] = { member_id: "x", months: ["2026-11"], amount_fen: 1 };
// @ts-expect-error unknown fields are refused
export const unknownField: Schemas["PayRequest"] = { ...pay, amount: 1 };
// @ts-expect-error a password never comes back
export const secret = (account: Schemas["Account"]) => account.password;

export const change: Body<operations["Identity.UpdateMember"]> = { phone: null }; // null clears
export const member = (reply: Schemas["Member"]): string => reply.name; // every field is there
export const code: Schemas["ErrorCode"] = "not_found";
export const path: keyof paths = "/v1/dues/payments/{id}:reverse";
export { again, pay };
