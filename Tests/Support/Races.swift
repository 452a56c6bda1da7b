import Foundation

/// What the thread sanitizer says of the programs that tests start. A server may write nowhere but into its state, so it
/// says it on standard error; from there it goes into the folder of the variable DOORSILL_RACES, where `./dev sanitize`
/// looks for it.
package enum Races {
  private static let folder = ProcessInfo.processInfo.environment["DOORSILL_RACES"]

  /// Keeps what a program wrote to standard error, where there is a report in it.
  package static func keep(_ errors: [UInt8]) {
    guard let folder, !errors.isEmpty else { return }
    let text = String(decoding: errors, as: UTF8.self)
    guard text.contains("WARNING: ThreadSanitizer") else { return }
    let file = URL(filePath: "\(folder)/race.\(UUID().uuidString)")
    do { try Data(errors).write(to: file) } catch { print("a race that could not be kept: \(text)") }
  }
}
