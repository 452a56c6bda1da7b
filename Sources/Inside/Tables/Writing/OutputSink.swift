import Bytes
import Glibc

/// Where a writer's bytes go.
package enum OutputSink {
  /// A file, which appears whole under its name when it is finished, or not at all. A link is followed; a device or a
  /// FIFO is written into.
  case file(String)
  /// An open descriptor, which stays open.
  case descriptor(Int32)
  /// A function.
  case call((UnsafeRawBufferPointer) throws -> Void)
}

/// Bytes on their way to a sink, gathered to large writes.
final class Output {
  private let sink: OutputSink
  private var descriptor: Int32 = -1
  private var temporary: String?
  private let place: OutputPlace?
  private var buffer: [UInt8] = []
  /// Bytes written so far.
  private(set) var written = 0

  private static let gathered = 1 << 18

  init(_ sink: OutputSink) throws(TableError) {
    self.sink = sink
    switch sink {
    case .file(let path):
      let found = try OutputPlace(path)
      place = found
      switch found {
      case .file(let target, let mode):
        let name = "\(target).part-\(getpid())"
        descriptor = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        if descriptor >= 0 { temporary = name }
      case .stream(let stream): descriptor = open(stream, O_WRONLY | O_CLOEXEC | O_NOCTTY)
      case .open(let number): descriptor = fcntl(number, F_DUPFD_CLOEXEC, 3)
      }
      guard descriptor >= 0 else {
        throw TableError(
          .unwritableFile, file: path,
          Wording("cannot be written: \(systemReason())", "无法写入：\(systemReason())"))
      }
    case .descriptor(let open):
      place = nil
      descriptor = open
    case .call: place = nil
    }
  }

  deinit {
    // Not finished: nothing of it stays.
    if place != nil, descriptor >= 0 { close(descriptor) }
    if let temporary { unlink(temporary) }
  }

  /// A path beside the file for what is written before it; nil where the output is no file.
  func beside(_ word: String) -> String? {
    guard case .file(let path, _) = place else { return nil }
    return "\(path).\(word)-\(getpid())"
  }

  /// Path of a file sink, for messages and for formats that need a file.
  var name: String {
    switch sink {
    case .file(let path): path
    case .descriptor(1): "standard output"
    case .descriptor(let number): "descriptor \(number)"
    case .call: "output"
    }
  }

  func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try write($0) } }

  func write(_ text: String) throws {
    var text = text
    try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    written += bytes.count
    if buffer.isEmpty, bytes.count >= Self.gathered { return try send(bytes) }
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.gathered { try flush() }
  }

  private func flush() throws {
    guard !buffer.isEmpty else { return }
    try buffer.withUnsafeBytes { try send($0) }
    buffer.removeAll(keepingCapacity: true)
  }

  private func send(_ bytes: UnsafeRawBufferPointer) throws {
    if case .call(let body) = sink { return try body(bytes) }
    var at = 0
    while at < bytes.count, let base = bytes.baseAddress {
      let got = Glibc.write(descriptor, base + at, bytes.count - at)
      if got < 0 {
        if errno == EINTR { continue }
        throw TableError(
          .unwritableFile, file: name,
          Wording("cannot be written: \(systemReason())", "无法写入：\(systemReason())"))
      }
      at += got
    }
  }

  /// Writes what is left; a file is synced and takes its name.
  func finish() throws {
    try flush()
    guard let place else { return }
    var isWhole = temporary == nil || fsync(descriptor) == 0
    isWhole = close(descriptor) == 0 && isWhole
    descriptor = -1
    if let temporary, case .file(let path, _) = place { isWhole = isWhole && rename(temporary, path) == 0 }
    guard isWhole else {
      throw TableError(
        .unwritableFile, file: name,
        Wording("cannot be finished: \(systemReason())", "无法写完：\(systemReason())"))
    }
    temporary = nil
    guard case .file(let path, _) = place else { return }
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    try Files.syncDirectory(folder.isEmpty ? "/" : folder)
  }
}
