import Bytes
import Glibc
import Synchronization
import Testing

@testable import Ledgers

/// A disk whose calls fail when a test says so.
final class FailingDisk: Sendable {
  struct Plan {
    var writeError: Int32?
    /// Bytes that still fit before `writeError`.
    var room = 0
    var cutFails = false
    var syncFails = false
    var syncs = 0
  }
  let plan = Mutex(Plan())

  var calls: DiskCalls {
    var calls = DiskCalls()
    let real = DiskCalls()
    calls.write = { descriptor, bytes, offset in
      let (error, room) = self.plan.withLock { ($0.writeError, $0.room) }
      guard let error else { return real.write(descriptor, bytes, offset) }
      guard room == 0 else {
        self.plan.withLock { $0.room = 0 }
        return real.write(descriptor, UnsafeRawBufferPointer(rebasing: bytes.prefix(room)), offset)
      }
      errno = error
      return -1
    }
    calls.sync = { descriptor in
      let fails = self.plan.withLock {
        $0.syncs += 1
        return $0.syncFails
      }
      guard fails else { return real.sync(descriptor) }
      errno = EIO
      return -1
    }
    calls.cut = { descriptor, length in
      guard self.plan.withLock({ $0.cutFails }) else { return real.cut(descriptor, length) }
      errno = EIO
      return -1
    }
    return calls
  }
}

@Suite struct `A ledger on a failing disk` {
  let bench: LogBench
  let disk = FailingDisk()

  init() throws { bench = try LogBench() }

  private func open() throws -> Ledger {
    try Ledger(folder: bench.path(), origin: bench.origin, key: bench.key, disk: disk.calls)
  }

  @Test(arguments: [ENOSPC, EDQUOT, EFBIG])
  func `that is full keeps nothing of the group, says so, and goes on when there is room`(error: Int32) throws
  {
    let ledger = try open()
    _ = try ledger.append(bench.entry(0))
    let before = try bench.entries
    for room in [0, 1, 40] {
      disk.plan.withLock { ($0.writeError, $0.room) = (error, room) }
      #expect(throws: LedgerError(.full, Wording("", ""))) {
        try ledger.append([bench.entry(1), bench.entry(2)])
      }
      #expect(try bench.entries == before && ledger.size == 1 && ledger.failure == nil)
    }
    disk.plan.withLock { $0.writeError = nil }
    #expect(try ledger.append(bench.entry(1)).index == 1)
    #expect(try ledger.entry(at: 1) == bench.entry(1))
    #expect(try bench.verify().isSound)
  }

  @Test func `whose sync fails writes nothing more, and never syncs again`() throws {
    let ledger = try open()
    _ = try ledger.append(bench.entry(0))
    disk.plan.withLock { ($0.syncFails, $0.syncs) = (true, 0) }
    #expect(throws: LedgerError(.broken, Wording("", ""))) { try ledger.append(bench.entry(1)) }
    disk.plan.withLock { $0.syncFails = false }
    for _ in 0..<3 {
      #expect(throws: LedgerError(.broken, Wording("", ""))) { try ledger.append(bench.entry(2)) }
    }
    #expect(disk.plan.withLock { $0.syncs } == 1)
    #expect(ledger.size == 1 && ledger.failure == LedgerError(.broken, Wording("", "")))
    #expect(throws: LedgerError(.broken, Wording("", ""))) { try ledger.checkpoint() }
    #expect(try ledger.entry(at: 0) == bench.entry(0))
  }

  @Test func `that refuses a write for another reason, or cannot undo it, writes nothing more`() throws {
    let ledger = try open()
    disk.plan.withLock { ($0.writeError, $0.room) = (EIO, 10) }
    #expect(throws: LedgerError(.broken, Wording("", ""))) { try ledger.append(bench.entry(0)) }
    disk.plan.withLock { $0.writeError = nil }
    #expect(throws: LedgerError(.broken, Wording("", ""))) { try ledger.append(bench.entry(0)) }
  }

  @Test func `comes back after it was mended, with what was committed`() throws {
    do {
      let ledger = try open()
      _ = try ledger.append(bench.entry(0))
      disk.plan.withLock { ($0.writeError, $0.room, $0.cutFails) = (ENOSPC, 30, true) }
      #expect(throws: LedgerError(.broken, Wording("", ""))) { try ledger.append(bench.entry(1)) }
    }
    let ledger = try bench.open()
    #expect(ledger.size == 1 && ledger.tornBytes == 30)
    #expect(try ledger.append(bench.entry(1)).index == 1)
  }
}
