import Bytes
import HTTP

extension RunningServer {
  /// Closes the door: from here on the process opens nothing but its state and its certificate files. Tries the
  /// places that must be closed, and says what holds.
  static func closeTheDoor(
    _ options: ServeOptions, state: OutsideState, certificates: CertificateFiles
  ) throws -> [String] {
    let logFolder = options.accessLog.map { Files.parent(of: $0) }
    // What lies in the state is open to it anyway, and need not be there yet.
    let folders = Set(certificates.paths.map { Files.parent(of: $0) }).filter {
      $0 != state.folder && !$0.hasPrefix(state.folder + "/")
    }
    let outcome = Confinement.apply(
      readable: folders.sorted(),
      writable: [state.folder] + (logFolder.map { [$0] } ?? []),
      mayListen: true)
    var lines = outcome.lines.map { "\($0.name): \($0.measure.text)" }
    let open = options.mustBeClosed.filter { Files.exists($0) && !Confinement.cannotOpen($0) }
    if open.isEmpty {
      lines.append(contentsOf: options.mustBeClosed.map { "closed: \($0)" })
    } else {
      lines.append(contentsOf: open.map { "WARNING: still open to this process: \($0)" })
    }
    guard !options.requireSandbox || (outcome.isConfined && open.isEmpty) else {
      throw ServingError(
        .sandbox, "this kernel does not confine the server: \(lines.joined(separator: "; "))",
        hint: "use a kernel with Landlock (5.13 or later), or start without --require-sandbox")
    }
    return lines
  }
}
