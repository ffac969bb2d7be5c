// The opponent: POST /v1/dues/payments on Fastify and pg, one statement for each payment.
//
// usage: node server.js PORT WORKERS POOL SOCKETS DATABASE TOKEN STREET ACCOUNT SCOPE STATEMENT
//
// WORKERS processes share the port, each with POOL connections. Everything is on that one would have on in production
// and that costs little: JSON schemas both ways, a statement prepared once for each connection, no log of each request.
import cluster from "node:cluster";
import { createHash, randomUUID, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import fastify from "fastify";
import { Pool } from "pg";

const [port, workers, pool, sockets, database, token, street, account, scope, statement] = process.argv.slice(2);

interface Payment {
  member_id: string;
  months: string[];
  amount_fen: number;
  channel: string;
  on_behalf_by?: string;
  received_by?: string;
}

const uuid = { type: "string", format: "uuid" };
const schema = {
  headers: {
    type: "object",
    required: ["idempotency-key", "authorization"],
    properties: { "idempotency-key": { type: "string", minLength: 1, maxLength: 128 } },
  },
  body: {
    type: "object",
    required: ["member_id", "months", "amount_fen", "channel"],
    additionalProperties: false,
    properties: {
      member_id: uuid,
      months: { type: "array", minItems: 1, maxItems: 12, items: { type: "string", pattern: "^[0-9]{4}-[0-9]{2}$" } },
      amount_fen: { type: "integer", minimum: 1, maximum: 100000000 },
      channel: { type: "string", enum: ["CASH", "BANK", "WECHAT", "OTHER"] },
      on_behalf_by: { type: "string", maxLength: 60 },
      received_by: uuid,
    },
  },
  response: {
    201: {
      type: "object",
      properties: {
        id: uuid,
        member_id: uuid,
        months: { type: "array", items: { type: "string" } },
        amount_fen: { type: "string" },
        channel: { type: "string" },
        state: { type: "string" },
        received_by: uuid,
        paid_at: { type: "string" },
        version: { type: "string" },
      },
    },
  },
};

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A UUID that grows with time, as those of the daemons do: the indexes stay as small. */
function uuidv7(): string {
  const time = Date.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

function serve(): void {
  const text = readFileSync(statement, "utf8");
  const database_pool = new Pool({ host: sockets, user: "dandelion_dues", database, max: Number(pool) });
  const sessions = new Map([[hash(token), { street, account, scope }]]);
  const app = fastify({ logger: false });

  app.post<{ Body: Payment }>("/v1/dues/payments", { schema }, async (request, reply) => {
    const session = sessions.get(hash((request.headers.authorization ?? "").replace(/^Bearer /, "")));
    if (!session) return reply.code(401).send();
    const body = request.body;
    const payment = {
      id: uuidv7(),
      member_id: body.member_id,
      months: body.months,
      amount_fen: String(body.amount_fen),
      channel: body.channel,
      state: "SETTLED",
      received_by: body.received_by ?? session.account,
      paid_at: new Date().toISOString(),
      version: "1",
    };
    const answer = JSON.stringify(payment);
    const found = await database_pool.query({
      name: "pay",
      text,
      values: [
        session.street, session.account, session.scope, body.member_id, `${body.months[0]}-01`, payment.id,
        request.headers["idempotency-key"], uuidv7(), uuidv7(), body.amount_fen, body.channel,
        createHash("sha256").update(answer).digest().subarray(0, 16), Buffer.from(answer), Buffer.from(answer),
        `00-${randomBytes(16).toString("hex")}-${randomBytes(8).toString("hex")}-01`, body.on_behalf_by ?? "",
      ],
    });
    return found.rowCount === 1 ? reply.code(201).send(payment) : reply.code(409).send();
  });

  app.listen({ port: Number(port), host: "127.0.0.1" });
}

if (Number(workers) === 1) {
  serve();
} else if (cluster.isPrimary) {
  for (let i = 0; i < Number(workers); i++) cluster.fork();
} else {
  serve();
}
