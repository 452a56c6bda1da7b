package import Bytes
import Glibc

/// What a running server says about itself, in `serving.json` of its state, so that `doctor` can tell whether the door
/// is shut without asking the process. It goes when the server does; one whose process is gone counts for nothing.
package struct ServingRecord: Sendable {
  /// The outside state.
  let folder: String
  package let process: Int
  package let startedAt: Timestamp
  package let portal: String
  package let gateway: String?
  /// What holds of the confinement; what does not `isWarning`.
  package let confinement: [Wording]
  /// The certificates shown to callers, PEM files.
  package let certificates: [String]

  init(folder: String, portal: String, gateway: String?, confinement: [Wording], certificates: [String]) {
    self.folder = folder
    process = Int(getpid())
    startedAt = .now()
    self.portal = portal
    self.gateway = gateway
    self.confinement = confinement
    self.certificates = certificates.map { (try? Files.resolved($0)) ?? $0 }
  }

  private static func path(_ folder: String) -> String { folder + "/serving.json" }

  func write() {
    var json: JSON = [
      "state": .string(folder), "process": JSON(process), "startedAt": .string(startedAt.rfc3339),
      "portal": .string(portal),
      "confinement": .array(confinement.map { ["en": .string($0.en), "zh": .string($0.zh)] }),
      "certificates": .array(certificates.map { .string($0) }),
    ]
    if let gateway { json["gateway"] = .string(gateway) }
    // Without it `doctor` knows less; that is no reason not to serve.
    try? Files.write(json.serialized(), to: Self.path(folder), mode: 0o600)
  }

  func remove() { try? Files.remove(Self.path(folder)) }

  /// What the server of this state says; nil where none runs.
  package init?(runningIn folder: String) {
    guard let bytes = try? Files.read(Self.path(folder), limit: 1 << 20, from: .held),
      let json = try? JSON(parsing: bytes),
      // A copy of a state, such as a backup, has a record of the server of the original.
      json["state"]?.string == (try? Files.resolved(folder)), let process = json["process"]?.int,
      let portal = json["portal"]?.string,
      let startedAt = json["startedAt"]?.string.flatMap({ Timestamp(rfc3339: $0) }),
      kill(pid_t(truncatingIfNeeded: process), 0) == 0 || errno == EPERM
    else { return nil }
    self.folder = folder
    self.process = process
    self.startedAt = startedAt
    self.portal = portal
    gateway = json["gateway"]?.string
    confinement = (json["confinement"]?.array ?? []).compactMap { line in
      line["en"]?.string.map { Wording($0, line["zh"]?.string ?? $0) }
    }
    certificates = json["certificates"]?.array?.compactMap(\.string) ?? []
  }
}
