-- For wrk: asks for a path with the tokens of a file, one a line, in turn; prints what came of it as JSON.
-- wrk ... -s requests.lua URL -- PATH FILE
local requests, last = {}, 0

function init(arguments)
  for token in io.lines(arguments[2]) do
    requests[#requests + 1] = wrk.format("GET", arguments[1], { Authorization = "Bearer " .. token })
  end
end

function request()
  last = last % #requests + 1
  return requests[last]
end

function done(summary, latency)
  local failed = summary.errors
  io.write(string.format(
    'found {"requests":%d,"micros":%d,"refused":%d,"failed":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration, failed.status,
    failed.connect + failed.read + failed.write + failed.timeout,
    latency:percentile(50), latency:percentile(99)))
end
