// cql-execution (Node), the reference engine for clinical quality language: the trial's criteria as CQL.
// node cql.mjs FOLDER [rounds]; FOLDER holds what ../cql_patients.py writes. Every verdict is compared with ours.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.env.PEERS_NODE ? `${process.env.PEERS_NODE}/` : import.meta.url);
const cql = require("cql-execution");

const FOLDER = process.argv[2], ROUNDS = Number(process.argv[3] ?? 3);
const read = (name) => JSON.parse(readFileSync(`${FOLDER}/${name}.json`, "utf-8"));
const told = read("patients");
const library = new cql.Library(read("library"));
const executor = new cql.Executor(library);

// Days are CQL dates before the clock starts.
const days = (value) => {
  if (Array.isArray(value)) return value.map(days);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, /(_earliest|_latest|^as_of)$/.test(key) ? cql.Date.parse(one) : days(one)]));
};
class Family {
  constructor(facts, id) { Object.assign(this, days(facts)); this.id = id; }
  getId() { return this.id; }
  findRecords() { return [this]; }
}
class Families {
  constructor(all) { this.all = all; this.at = 0; }
  currentPatient() { return this.all[this.at]; }
  nextPatient() { return this.all[++this.at]; }
}

const families = told.map(({ facts }, place) => new Family(facts, String(place)));
const first = await executor.exec(new Families(families)); // and the engine is warm
let different = 0;
for (const [place, { verdicts }] of told.entries()) {
  for (const [id, ours] of Object.entries(verdicts)) {
    const theirs = first.patientResults[String(place)][id] ?? null;
    if (theirs === ours) continue;
    if (different++ < 20) console.error(`family ${place}, ${id}: ours ${ours}, CQL ${theirs}`);
  }
}

const started = process.hrtime.bigint(), used = process.cpuUsage();
for (let round = 0; round < ROUNDS; round++) await executor.exec(new Families(families));
const seconds = Number(process.hrtime.bigint() - started) / 1e9, more = process.cpuUsage(used);
const updates = ROUNDS * families.length;
console.log(JSON.stringify({ name: "cql-execution", updates, seconds, memory_mb: process.memoryUsage().rss >> 20, cpu_us: Math.round((more.user + more.system) / updates), compared: told.length * Object.keys(told[0].verdicts).length, different }));
process.exit(different ? 1 : 0);
