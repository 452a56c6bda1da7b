import Foundation

/// Where tests find what they read.
package enum Places {
  /// The root of the repository.
  package static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// A file or folder below `Tests/Vectors`.
  package static func vector(_ name: String) -> String { root + "/Tests/Vectors/" + name }

  /// The bytes of a file below `Tests/Vectors`.
  package static func vectorBytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: vector(name))))
  }

  /// Files directly below a folder of `Tests/Vectors` with that extension, sorted.
  package static func vectors(in folder: String, withExtension ending: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: vector(folder))) ?? []
    return names.filter { $0.hasSuffix("." + ending) }.sorted()
  }

  /// A file or folder of the shared real data, `../shared/data/<name>` beside the repository (or below the folder that
  /// the variable DOORSILL_SHARED names); nil, with a printed note, where it is absent.
  package static func shared(_ name: String, for test: String = #function) -> String? {
    let folder = ProcessInfo.processInfo.environment["DOORSILL_SHARED"] ?? root + "/../shared"
    let path = "\(folder)/data/\(name)"
    if FileManager.default.fileExists(atPath: path) { return path }
    print("skipped: \(test) needs the shared file \(name), which is not here")
    return nil
  }
}
