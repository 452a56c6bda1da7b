package import Releases

/// The names of the two logs, in their checkpoints: the portal's host and the log's own word (C2SP tlog-checkpoint).
package enum LogNames {
  package static func answers(_ settings: Settings) -> String { "\(host(settings))/answers" }
  package static func decisions(_ settings: Settings) -> String { "\(host(settings))/decisions" }

  private static func host(_ settings: Settings) -> String {
    settings.baseURL.split(separator: "/").dropFirst().first.map(String.init) ?? "doorsill"
  }
}
