import Foundation
import Testing

/// The vector files of this room, in `Tests/Vectors/disclosure`.
enum Vectors {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Vectors/disclosure")

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try #require(FileManager.default.contents(atPath: folder.appending(path: name).path)))
  }

  static func lines(_ name: String) throws -> [Substring] {
    String(decoding: try bytes(name), as: UTF8.self).split(whereSeparator: \.isNewline)
  }
}
