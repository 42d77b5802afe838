// A receiver for the gateway's webhooks, in Node 20 and up, with nothing installed.
//
//     POS_SECRETS="whsec_..." PORT=9000 node receiver.mjs
//
// While a secret is being changed, POS_SECRETS holds both, with a space between them.

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const secrets = process.env.POS_SECRETS.trim().split(/\s+/);
const TOLERANCE_S = 5 * 60; // an older message may be a copy that somebody sends again
const LARGEST = 1024 * 1024; // bytes
// Yours is a table in your database, with a unique key on the id, written together with the order.
const seen = new Set();

// Whether one of the signatures is right: HMAC-SHA256 of id, timestamp and the raw body.
function isGenuine(headers, body) {
  const id = headers["webhook-id"] ?? "";
  const stamp = headers["webhook-timestamp"] ?? "";
  if (id === "" || !/^\d+$/.test(stamp) || Math.abs(Date.now() / 1000 - Number(stamp)) > TOLERANCE_S) return false;
  const given = (headers["webhook-signature"] ?? "").split(" ").map((part) => Buffer.from(part));
  return secrets.some((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
    const digest = createHmac("sha256", key).update(`${id}.${stamp}.`).update(body).digest("base64");
    const ours = Buffer.from(`v1,${digest}`);
    return given.some((theirs) => theirs.length === ours.length && timingSafeEqual(theirs, ours));
  });
}

// Yours: put it where your own worker finds it. The answer waits for this, so it must be quick.
function take(message) {
  console.log("took", message.type, message.data.order_ref ?? "");
}

// The raw bytes of a body, since the signature is over these; null when they are too many.
async function read(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > LARGEST) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function receive(request, response) {
  if (request.method !== "POST") return response.writeHead(405).end();
  const body = await read(request);
  if (body === null) return response.writeHead(413, { connection: "close" }).end();
  if (!isGenuine(request.headers, body)) return response.writeHead(401).end();
  const id = request.headers["webhook-id"];
  if (!seen.has(id)) {
    // a message may come twice: take it once, answer 2xx both times
    take(JSON.parse(body.toString("utf8")));
    seen.add(id);
  }
  response.writeHead(204).end();
}

const server = createServer((request, response) => {
  receive(request, response).catch(() => (response.headersSent ? response.destroy() : response.writeHead(500).end()));
});
server.listen(Number(process.env.PORT ?? 9000), "127.0.0.1", () => {
  console.log(`listening on ${server.address().port}`);
});
