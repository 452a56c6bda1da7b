import Foundation

/// The openssl command, an implementation that is not ours: it makes what our code must judge, and judges what our
/// code makes.
package struct OpenSSLTool: Sendable {
  /// The folder commands run in.
  package let folder: String

  package init(folder: String) { self.folder = folder }

  package struct Failure: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
  }

  /// What a command said and whether it was content.
  package struct Answer: Sendable {
    package let status: Int32
    package let output: [UInt8]
    package var text: String { String(decoding: output, as: UTF8.self) }
  }

  /// Runs `openssl` with these arguments; standard output and error come back together.
  package func run(_ arguments: [String], input: String = "") throws -> Answer {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    if input.isEmpty {
      process.standardInput = FileHandle.nullDevice
    } else {
      let pipe = Pipe()
      process.standardInput = pipe
      pipe.fileHandleForWriting.write(Data(input.utf8))
      try pipe.fileHandleForWriting.close()
    }
    try process.run()
    // Read before waiting: a full pipe would stop the command for ever.
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Answer(status: process.terminationStatus, output: [UInt8](said))
  }

  /// Runs a command that must succeed.
  @discardableResult package func must(_ arguments: String..., input: String = "") throws -> Answer {
    try must(arguments, input: input)
  }

  /// Runs a command that must succeed.
  @discardableResult package func must(_ arguments: [String], input: String = "") throws -> Answer {
    let answer = try run(arguments, input: input)
    guard answer.status == 0 else {
      throw Failure("openssl \(arguments.joined(separator: " ")): \(answer.text)")
    }
    return answer
  }

  package func write(_ bytes: [UInt8], _ name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name))
  }

  package func write(_ text: String, _ name: String) throws { try write(Array(text.utf8), name) }

  package func read(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name)))
  }
}
