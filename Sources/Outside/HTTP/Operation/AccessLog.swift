import Bytes
import CLinux
import Glibc
import Synchronization

/// One line for each answer, in a file that may be rotated under the server.
///
/// Loops format into their own buffers and hand whole buffers over; a thread of the log writes them, so no loop
/// waits for a disk. Queries are never written: they may hold what nobody should keep.
package final class AccessLog: Sendable {
  package enum Format: String, Sendable, CaseIterable { case common, combined, json }

  struct Record {
    let address: NetworkAddress
    let head: RequestHead?
    let identity: RequestIdentity?
    let status: Int
    let bytes: Int
    let microseconds: Int64
    let time: Timestamp
    let certificate: String?
  }

  private struct State {
    var waiting: [[UInt8]] = []
    var waitingBytes = 0
    var lost = 0
    var reopens = false
    var stops = false
    var descriptor: Int32
  }

  package let format: Format
  private let path: String
  let truncatesAddresses: Bool
  private let state: Mutex<State>
  private let semaphore: Int32
  private let thread = Mutex<ServerThread?>(nil)
  /// Bytes that may wait for a slow disk; beyond it lines are dropped and counted.
  private static let room = 16 * 1024 * 1024

  /// Opens the file for appending; `-` is standard output.
  package init(path: String, format: Format, truncatesAddresses: Bool = true) throws(ServerError) {
    self.path = path
    self.format = format
    self.truncatesAddresses = truncatesAddresses
    let descriptor = AccessLog.open(path)
    guard descriptor >= 0 else { throw ServerError(code: .badLog, subject: path, errorNumber: errno) }
    state = Mutex(State(descriptor: descriptor))
    semaphore = doorsill_eventfd(1)
  }

  /// Starts the thread that writes. The server does it with its own threads, after the door was shut.
  func start() {
    thread.withLock { thread in
      if thread == nil { thread = ServerThread("access-log") { [self] in run() } }
    }
  }

  private static func open(_ path: String) -> Int32 {
    path == "-" ? dup(1) : Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
  }

  /// Opens the path anew: after a rotation the old file gets what was written before, the new one the rest.
  package func reopen() {
    state.withLock { $0.reopens = true }
    doorsill_eventfd_add(semaphore, 1)
  }

  /// Lines dropped because the disk was too slow.
  package var lost: Int { state.withLock { $0.lost } }

  /// Writes what waits and ends the thread.
  package func close() {
    state.withLock { $0.stops = true }
    doorsill_eventfd_add(semaphore, 1)
    let thread = thread.withLock { thread in
      let running = thread
      thread = nil
      return running
    }
    thread?.join()
  }

  /// Takes whole lines of a loop.
  func write(_ lines: [UInt8]) {
    state.withLock { state in
      guard state.waitingBytes + lines.count <= AccessLog.room else {
        state.lost += lines.count { $0 == Octet.lineFeed }
        return
      }
      state.waiting.append(lines)
      state.waitingBytes += lines.count
    }
    doorsill_eventfd_add(semaphore, 1)
  }

  private func run() {
    var stops = false
    while !stops, doorsill_eventfd_take(semaphore) == 1 {
      let (waiting, reopens, descriptor) = state.withLock { state in
        stops = state.stops
        let taken = (state.waiting, state.reopens, state.descriptor)
        state.waiting = []
        state.waitingBytes = 0
        state.reopens = false
        return taken
      }
      for lines in waiting { AccessLog.write(lines, to: descriptor) }
      if reopens {
        let new = AccessLog.open(path)
        if new >= 0 {
          state.withLock { $0.descriptor = new }
          Glibc.close(descriptor)
        }
      }
    }
  }

  private static func write(_ lines: [UInt8], to descriptor: Int32) {
    var offset = 0
    while offset < lines.count {
      let count = lines.withUnsafeBytes { all in
        Glibc.write(descriptor, all.baseAddress.map { $0 + offset }, all.count - offset)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      offset += count
    }
  }
}
