/// The names of the two logs, in their checkpoints: the host that the portal had when its logs began, and the log's own word
/// (C2SP tlog-checkpoint). A log keeps its name for ever; the portal's address may change.
package enum LogNames {
  /// The answers log. Each time some of it was lost and it was recovered, it goes on under its next name, so that no place
  /// in it means two entries; the first is also what grants call the portal by.
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

  /// The name that a log of this first name has after so many losses, less one.
  package static func name(_ first: String, epoch: Int) -> String { epoch > 1 ? "\(first)/\(epoch)" : first }

  /// The first name of an answers log that bears this one.
  package static func first(_ name: String) -> String {
    let parts = name.split(separator: "/")
    return parts.count == 3 ? parts.prefix(2).joined(separator: "/") : name
  }

  /// Which of its names a log has; nil for any other name.
  package static func epoch(of name: String, first: String) -> Int? {
    if name == first { return 1 }
    guard name.hasPrefix(first + "/"), let epoch = Int(name.dropFirst(first.count + 1)), epoch > 1,
      name == Self.name(first, epoch: epoch)
    else { return nil }
    return epoch
  }

  /// The name that the log on disk bears, where it is one of this log's; else the first.
  package static func current(_ first: String, onDisk name: String?) -> String {
    name.flatMap { epoch(of: $0, first: first) == nil ? nil : $0 } ?? first
  }
}

extension Settings {
  /// The first name of the server's log.
  package var answersLog: String { LogNames.answers(host: logHost ?? LogNames.host(baseURL)) }
  /// The name of the publisher's log.
  package var decisionsLog: String { LogNames.decisions(host: logHost ?? LogNames.host(baseURL)) }
}
