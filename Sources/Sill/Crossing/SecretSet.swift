import Bytes
import Glibc

/// The values that must not be found in a release, given one after the other and in any order. Memory is bounded: what
/// is over `capacity` distinct values goes to a file inside the door, and the release is searched once for each batch.
package final class SecretSet {
  /// One distinct value of a batch.
  struct Secret {
    var start: Int
    var length: Int
    var field: UInt16
    /// Of the first unit it stands for.
    var unit: UInt64
    var units: UInt32
  }

  /// One batch of distinct values, their bytes beside each other.
  struct Batch {
    var bytes: [UInt8] = []
    var secrets: [Secret] = []

    func value(_ secret: Secret) -> ArraySlice<UInt8> { bytes[secret.start..<secret.start + secret.length] }
  }

  /// Distinct values held at once: each has some thirty forms in the index of its batch.
  package static let usualCapacity = 60_000
  /// Longer values are searched by their first so many bytes.
  static let longest = 1_024
  /// Shorter text of a field that is no identifier is not secret.
  static let shortestText = 8

  private(set) var fields: [SecretField] = []
  private var batch = Batch()
  private var places: [UInt64: Int32] = [:]
  private let capacity: Int
  private let spill: String
  private var spilled: Int32 = -1
  private var spilledBatches = 0
  /// Values given, distinct or not.
  package private(set) var given = 0

  /// `work` is a folder inside the door; a file is made there only when the values do not fit.
  package init(work: String, capacity: Int = SecretSet.usualCapacity) {
    self.capacity = max(1, capacity)
    spill = Files.join(work, ".secrets-\(getpid())-\(UInt64.random(in: 0 ..< .max))")
  }

  deinit { if spilled >= 0 { close(spilled) } }

  /// Makes a field known; its number is given with each value.
  package func register(_ field: SecretField) -> Int {
    fields.append(field)
    return fields.count - 1
  }

  /// Takes one value, UTF-8 as written. `unit` tells units apart: any hash or number of the subject.
  package func add(_ value: UnsafeBufferPointer<UInt8>, field: Int, unit: UInt64) throws {
    var value = value
    while let first = value.first, first == 0x20 { value = UnsafeBufferPointer(rebasing: value.dropFirst()) }
    while let last = value.last, last == 0x20 { value = UnsafeBufferPointer(rebasing: value.dropLast()) }
    guard !value.isEmpty, fields.indices.contains(field) else { return }
    given += 1
    if fields[field].kind == .text, value.count < SecretSet.shortestText { return }
    let value8 = UnsafeBufferPointer(rebasing: value.prefix(SecretSet.longest))
    let hash = Fingerprint.hash(value8)
    if let place = places[hash] {
      let place = Int(place)
      if batch.secrets[place].unit != unit { batch.secrets[place].units &+= 1 }
      // The stricter kind holds.
      if fields[field].kind != .text, fields[Int(batch.secrets[place].field)].kind == .text {
        batch.secrets[place].field = UInt16(field)
      }
      return
    }
    if batch.secrets.count >= capacity { try spillBatch() }
    places[hash] = Int32(batch.secrets.count)
    batch.secrets.append(
      Secret(start: batch.bytes.count, length: value8.count, field: UInt16(field), unit: unit, units: 1))
    batch.bytes.append(contentsOf: value8)
  }

  package func add(_ value: String, field: Int, unit: UInt64) throws {
    var value = value
    try value.withUTF8 { try add($0, field: field, unit: unit) }
  }

  /// Each batch in turn. Text that stands for more than one unit within its batch is left out.
  func forEachBatch(_ body: (Batch) throws -> Void) throws {
    if spilled >= 0 {
      guard lseek(spilled, 0, SEEK_SET) == 0 else { throw failure("read") }
      for _ in 0..<spilledBatches { try body(live(try readBatch())) }
    }
    try body(live(batch))
  }

  private func live(_ batch: Batch) -> Batch {
    var batch = batch
    batch.secrets.removeAll { fields[Int($0.field)].kind == .text && $0.units > 1 }
    return batch
  }

  // MARK: The file inside the door

  private func failure(_ what: String) -> CrossingError {
    CrossingError(.storage, spill, "cannot \(what) \(spill): \(String(cString: strerror(errno)))")
  }

  private func spillBatch() throws {
    if spilled < 0 {
      spilled = open(spill, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
      guard spilled >= 0 else { throw failure("make") }
      // What it holds nobody finds under a name.
      unlink(spill)
    }
    try write([UInt64(batch.secrets.count), UInt64(batch.bytes.count)].withUnsafeBytes { Array($0) })
    try write(batch.secrets.withUnsafeBytes { Array($0) })
    try write(batch.bytes)
    spilledBatches += 1
    batch = Batch()
    places.removeAll(keepingCapacity: true)
  }

  private func write(_ bytes: [UInt8]) throws { try Files.writeAll(bytes, to: spilled, path: spill) }

  private func readBatch() throws -> Batch {
    var batch = Batch()
    let counts = try readBytes(16).withUnsafeBytes { Array($0.bindMemory(to: UInt64.self)) }
    let stride = MemoryLayout<Secret>.stride
    batch.secrets = try readBytes(Int(counts[0]) * stride).withUnsafeBytes { raw in
      (0..<Int(counts[0])).map { raw.loadUnaligned(fromByteOffset: $0 * stride, as: Secret.self) }
    }
    batch.bytes = try readBytes(Int(counts[1]))
    return batch
  }

  private func readBytes(_ count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = bytes.withUnsafeMutableBytes { read(spilled, $0.baseAddress.map { $0 + done }, count - done) }
      guard got > 0 else { throw failure("read") }
      done += got
    }
    return bytes
  }
}
