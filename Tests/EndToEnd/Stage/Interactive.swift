import Foundation
import Support
import Synchronization

/// A program that goes on running while a test speaks with it. It is killed with the last reference.
final class Interactive: Sendable {
  private let process: Mutex<Process>
  private let input: Pipe
  private let output = Mutex<[UInt8]>([])
  private let complaints = Mutex<[UInt8]>([])
  private let readers = DispatchGroup()

  init(_ program: String, _ arguments: [String], folder: String? = nil, environment: [String: String] = [:])
    throws
  {
    signal(SIGPIPE, SIG_IGN)
    let process = Process()
    process.executableURL = URL(filePath: Subprocess.find(program) ?? program)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(filePath: folder) }
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
    let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    process.standardError = stderr
    try process.run()
    self.process = Mutex(process)
    input = stdin
    listen(stdout) { [weak self] bytes in self?.output.withLock { $0 += bytes } }
    listen(stderr) { [weak self] bytes in self?.complaints.withLock { $0 += bytes } }
  }

  deinit { end(within: 0) }

  private func listen(_ pipe: Pipe, _ heard: @escaping @Sendable ([UInt8]) -> Void) {
    let handle = pipe.fileHandleForReading
    readers.enter()
    Thread { [readers] in
      defer { readers.leave() }
      while true {
        let bytes = handle.availableData
        guard !bytes.isEmpty else { return }
        heard(Array(bytes))
      }
    }.start()
  }

  var text: String { output.withLock { String(decoding: $0, as: UTF8.self) } }
  var errors: String { complaints.withLock { String(decoding: $0, as: UTF8.self) } }

  func send(_ words: String) { try? input.fileHandleForWriting.write(contentsOf: Data(words.utf8)) }

  /// Waits until standard output contains the words behind the first `from` characters; false when it does not come.
  func hears(_ words: String, from: Int = 0, within seconds: Double = 60) -> Bool {
    for _ in 0..<Int(seconds * 50) {
      if text.dropFirst(from).contains(words) { return true }
      Thread.sleep(forTimeInterval: 0.02)
    }
    return false
  }

  /// Kills it at once, as `kill -9` does.
  func kill() { process.withLock { if $0.isRunning { _ = Foundation.kill($0.processIdentifier, SIGKILL) } } }

  var isRunning: Bool { process.withLock { $0.isRunning } }

  /// Closes its input, waits for its end, and kills it when that does not come. Gives its exit status.
  @discardableResult
  func end(within seconds: Double) -> Int32 {
    try? input.fileHandleForWriting.close()
    for _ in 0..<Int(seconds * 50) where isRunning { Thread.sleep(forTimeInterval: 0.02) }
    kill()
    let status = process.withLock {
      $0.waitUntilExit()
      return $0.terminationStatus
    }
    // Its last words may still be in the pipe.
    _ = readers.wait(timeout: .now() + 2)
    Races.keep(complaints.withLock { $0 })
    return status
  }
}
