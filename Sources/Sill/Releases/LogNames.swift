/// The names of the two logs, in their checkpoints: the host that the portal had when its logs began, and the log's own word
/// (C2SP tlog-checkpoint). A log keeps its name for ever; the portal's address may change.
package enum LogNames {
  package static func answers(host: String) -> String { "\(host)/answers" }
  package static func decisions(host: String) -> String { "\(host)/decisions" }

  /// The host of an address, under which a log begins.
  package static func host(_ baseURL: String) -> String {
    baseURL.split(separator: "/").dropFirst().first.map(String.init) ?? "doorsill"
  }

  /// The host in the name of a decisions log; nil for any other name.
  package static func host(ofDecisions name: String) -> String? {
    name.hasSuffix("/decisions") ? String(name.dropLast("/decisions".count)) : nil
  }
}

extension Settings {
  /// The name of the server's log.
  package var answersLog: String { LogNames.answers(host: logHost ?? LogNames.host(baseURL)) }
  /// The name of the publisher's log.
  package var decisionsLog: String { LogNames.decisions(host: logHost ?? LogNames.host(baseURL)) }
}
