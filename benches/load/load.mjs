// Asks one server, over so many connections, as often as it answers. The plan comes on standard input:
//
//   { url, connections, warmup, seconds, requests: [{ method, path, body? }], says }
//
// and what came of it goes to standard output. Each connection has requests of its own, so that no two of them want to
// change the same account; all answers must say what is expected, and no errors.
import { text } from 'node:stream/consumers'
import autocannon from 'autocannon'

const plan = JSON.parse(await text(process.stdin))
const headers = { 'content-type': 'application/json', accept: 'application/json' }
const requests = plan.requests.map((request) => ({ ...request, headers }))

let clients = 0
const own = () => {
  const first = clients++ % plan.connections
  const some = requests.filter((_, index) => index % plan.connections === first)
  return some.length > 0 ? some : requests
}

const times = []
let begin = 0
let all = 0

const running = autocannon({
  url: plan.url,
  connections: plan.connections,
  duration: plan.warmup + plan.seconds,
  sampleInt: 100,
  headers,
  setupClient: (client) => client.setRequests(own()),
  verifyBody: (body) => body.includes(plan.says) && !body.includes('"errors":['),
})
running.on('start', () => {
  begin = performance.now()
})
running.on('response', (client, status, bytes, took) => {
  all += 1
  const at = (performance.now() - begin) / 1000
  if (at >= plan.warmup && at < plan.warmup + plan.seconds) times.push(took)
})
const result = await running

times.sort((a, b) => a - b)
const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
console.log(JSON.stringify({
  rate: times.length / plan.seconds,
  all,
  p50: at(0.5),
  p99: at(0.99),
  errors: result.errors + result.timeouts + result.mismatches + result.non2xx + result.resets,
}))
