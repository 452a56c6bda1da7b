import Glibc

// The driver of the benchmarks: `driver pace PORT[+tls] PATH RATE SECONDS CONNECTIONS`, or
// `driver attack KIND PORT COUNT SECONDS`, or `driver corpus FILE PORT`, each of which prints one JSON object; or
// `driver keep PORT SERVER WORD…`. It speaks to this machine only, and what it does
// is bounded in number and time.
var limit = rlimit()
getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
limit.rlim_cur = limit.rlim_max
setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
let words = Array(CommandLine.arguments.dropFirst())
if words.count == 6, words[0] == "pace", let port = UInt16(words[1].replacing("+tls", with: "")),
  let rate = Double(words[3]),
  let seconds = Double(words[4]), let connections = Int(words[5])
{
  Pace(
    port: port, isSecure: words[1].hasSuffix("+tls"), path: words[2], rate: rate, seconds: min(seconds, 3600),
    connections: min(connections, 1000)
  ).run()
} else if words.count == 5, words[0] == "attack", let kind = Attack.Kind(rawValue: words[1]),
  let port = UInt16(words[2]), let count = Int(words[3]), let seconds = Double(words[4])
{
  Attack(kind: kind, port: port, count: min(count, 15_000), seconds: min(seconds, 3600)).run()
} else if words.count == 3, words[0] == "corpus", let port = UInt16(words[2]) {
  Corpus(port: port, path: words[1]).run()
} else if words.count > 2, words[0] == "keep", let port = UInt16(words[1]) {
  Keeper(port: port, words: Array(words[2...])).run()
} else {
  print("usage: driver pace PORT[+tls] PATH RATE SECONDS CONNECTIONS | driver attack KIND PORT COUNT SECONDS")
  print("       driver corpus FILE PORT | driver keep PORT SERVER WORD…")
  print("kinds: \(Attack.Kind.allCases.map(\.rawValue).joined(separator: " "))")
  exit(2)
}
