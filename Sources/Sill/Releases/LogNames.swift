/// The names of the two logs, in their checkpoints: the portal's host and the log's own word (C2SP tlog-checkpoint).
package enum LogNames {
  package static func answers(baseURL: String) -> String { "\(host(baseURL))/answers" }
  package static func decisions(baseURL: String) -> String { "\(host(baseURL))/decisions" }

  private static func host(_ baseURL: String) -> String {
    baseURL.split(separator: "/").dropFirst().first.map(String.init) ?? "doorsill"
  }
}
