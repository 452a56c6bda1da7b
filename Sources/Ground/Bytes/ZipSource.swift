/// Bytes that can be read at any place: memory or an open file.
final class ZipSource: Sendable {
  private let bytes: [UInt8]
  private let file: HeldFile?
  let count: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    file = nil
    count = bytes.count
  }

  init(_ file: HeldFile) {
    bytes = []
    self.file = file
    count = file.count
  }

  convenience init(path: String) throws(ZipError) {
    do throws(FilesError) { self.init(try HeldFile(path: path)) } catch {
      throw ZipError(.file, error.message)
    }
  }

  /// Exactly `length` bytes at `offset`.
  func read(_ offset: Int, _ length: Int) throws(ZipError) -> [UInt8] {
    guard offset >= 0, length >= 0, offset <= count - length else {
      throw ZipError(.damaged, "it ends too early")
    }
    guard let file else { return Array(bytes[offset..<offset + length]) }
    let out: [UInt8]
    do throws(FilesError) { out = try file.bytes(at: offset, length) } catch {
      throw ZipError(.file, error.message)
    }
    guard out.count == length else { throw ZipError(.file, "it became shorter") }
    return out
  }
}

/// Little-endian numbers in a record.
struct ZipFields {
  let bytes: [UInt8]

  func short(_ at: Int) -> UInt16 { UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8 }
  func word(_ at: Int) -> UInt32 { UInt32(short(at)) | UInt32(short(at + 2)) << 16 }
  func long(_ at: Int) -> UInt64 { UInt64(word(at)) | UInt64(word(at + 4)) << 32 }
}
