/// Tags of an earlier publication, kept inside the door so that an unchanged tuple is not paid for again. The records
/// are found by the keyed half of the tag, which depends on the verify key: with another key none of them fits.
package struct TagCache: Sendable, Equatable {
  /// Bytes of one record: 32 of the keyed half, 16 of tag, 1 of mask.
  static let recordLength = 49

  /// What the tags were made with: records of another cost or result are of no use.
  let heading: [UInt8]
  /// Sorted by their first 32 bytes.
  private let records: [UInt8]

  /// What `bytes` gave. Anything else is an empty cache: it can only cost time.
  package init(bytes: [UInt8]) {
    guard let end = bytes.firstIndex(of: 0x0A), (bytes.count - end - 1) % Self.recordLength == 0 else {
      heading = []
      records = []
      return
    }
    heading = Array(bytes[...end])
    records = Array(bytes[(end + 1)...])
  }

  init(heading: [UInt8], records: [UInt8]) {
    self.heading = heading
    self.records = records
  }

  /// For the file inside the door.
  package var bytes: [UInt8] { heading + records }

  package var count: Int { records.count / Self.recordLength }

  /// Walks through the records beside keyed halves that rise: for each the 17 bytes of tag and mask, or nil.
  func walk(_ keyed: [KeyedTuple]) -> [Range<Int>?] {
    var found: [Range<Int>?] = []
    found.reserveCapacity(keyed.count)
    var place = 0
    records.withUnsafeBytes { memory in
      for wanted in keyed {
        while place < count, KeyedTuple(memory, at: place * Self.recordLength) < wanted { place += 1 }
        let fits = place < count && KeyedTuple(memory, at: place * Self.recordLength) == wanted
        let start = place * Self.recordLength + 32
        found.append(fits ? start..<start + 17 : nil)
      }
    }
    return found
  }

  subscript(range: Range<Int>) -> ArraySlice<UInt8> { records[range] }
}

/// The 32 bytes of a tuple's keyed half, in their order.
struct KeyedTuple: Sendable, Hashable, Comparable {
  private let words: SIMD4<UInt64>

  init(_ memory: UnsafeRawBufferPointer, at offset: Int) {
    words = SIMD4(
      UInt64(bigEndian: memory.loadUnaligned(fromByteOffset: offset, as: UInt64.self)),
      UInt64(bigEndian: memory.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)),
      UInt64(bigEndian: memory.loadUnaligned(fromByteOffset: offset + 16, as: UInt64.self)),
      UInt64(bigEndian: memory.loadUnaligned(fromByteOffset: offset + 24, as: UInt64.self)))
  }

  init(_ bytes: [UInt8]) { self = bytes.withUnsafeBytes { KeyedTuple($0, at: 0) } }

  var bytes: [UInt8] {
    (0..<4).flatMap { place in withUnsafeBytes(of: words[place].bigEndian) { Array($0) } }
  }

  static func < (left: KeyedTuple, right: KeyedTuple) -> Bool {
    for place in 0..<4 where left.words[place] != right.words[place] {
      return left.words[place] < right.words[place]
    }
    return false
  }
}
