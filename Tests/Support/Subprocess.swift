import Foundation
import Synchronization

/// A program run to its end.
package struct Subprocess: Sendable {
  package let status: Int32
  package let output: [UInt8]
  package let errors: [UInt8]

  package var text: String { String(decoding: output, as: UTF8.self) }
  package var errorText: String { String(decoding: errors, as: UTF8.self) }

  /// Where a program is on the PATH, or nil.
  package static func find(_ name: String) -> String? {
    if name.contains("/") { return FileManager.default.isExecutableFile(atPath: name) ? name : nil }
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Runs the program. Both pipes are read while it runs, so that much output cannot block it; it is killed when
  /// `seconds` have passed, and its status is then not 0.
  package static func run(
    _ program: String, _ arguments: [String] = [], input: [UInt8] = [], folder: String? = nil,
    environment: [String: String]? = nil, seconds: Double = 60
  ) throws -> Subprocess {
    let process = Process()
    process.executableURL = URL(filePath: find(program) ?? program)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(filePath: folder) }
    if let environment {
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
    }
    let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    process.standardError = stderr
    try process.run()
    let errors = Reader(stderr.fileHandleForReading)
    signal(SIGPIPE, SIG_IGN)
    let writer = Thread {
      // A program may close its input early; that is its right.
      try? stdin.fileHandleForWriting.write(contentsOf: Data(input))
      try? stdin.fileHandleForWriting.close()
    }
    writer.start()
    let watch = Watch(process.processIdentifier, seconds: seconds)
    let output = Array((try? stdout.fileHandleForReading.readToEnd()) ?? Data())
    let complaints = errors.wait()
    process.waitUntilExit()
    watch.stop()
    Races.keep(complaints)
    return Subprocess(status: process.terminationStatus, output: output, errors: complaints)
  }
}

/// Reads a pipe to its end on a thread of its own.
private final class Reader: Sendable {
  private let bytes = Mutex<[UInt8]>([])
  private let done = DispatchSemaphore(value: 0)

  init(_ pipe: FileHandle) {
    Thread { [self] in
      let all = Array((try? pipe.readToEnd()) ?? Data())
      bytes.withLock { $0 = all }
      done.signal()
    }.start()
  }

  func wait() -> [UInt8] {
    done.wait()
    return bytes.withLock { $0 }
  }
}

/// Kills one process when its time is over.
private final class Watch: Sendable {
  private let done = DispatchSemaphore(value: 0)

  init(_ process: Int32, seconds: Double) {
    Thread { [done] in
      if done.wait(timeout: .now() + seconds) == .timedOut { kill(process, SIGKILL) }
    }.start()
  }

  func stop() { done.signal() }
}
