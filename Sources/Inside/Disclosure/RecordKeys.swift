import Trust

/// Gives each protected unit its 64-bit record key: the same unit has the same key in every dataset and version of
/// its family (DISCLOSURE a.1). Record keys stay inside the door.
///
/// A key also stands for its unit in computations: two of fifty million units share one with a chance below 1e-4,
/// and would then count as one.
package struct RecordKeys {
  private let key: HMACKey
  private var message: Message
  private let prefix: Int

  /// Keys of one family.
  package init(_ keys: ProtectionKeys, family: String) {
    key = HMACKey(keys.record)
    message = Message("doorsill/rk/1", family)
    prefix = message.bytes.count
  }

  /// The record key of a unit's canonical identifier (NFC, trimmed). A multi-part identifier is joined by `join`.
  package mutating func key(of unit: UnsafeBufferPointer<UInt8>) -> UInt64 {
    message.bytes.removeSubrange(prefix...)
    message.append(unit)
    return message.bytes.withUnsafeBytes { key.authenticate64($0) }
  }

  /// The record key of a unit's canonical identifier.
  package mutating func key(of unit: String) -> UInt64 {
    var unit = unit
    return unit.withUTF8 { key(of: $0) }
  }

  /// Appends one part of a multi-part identifier with its length, so that ("ab", "c") is not ("a", "bc").
  package static func append(_ part: UnsafeBufferPointer<UInt8>, to identifier: inout [UInt8]) {
    var joined = Message()
    joined.append(part)
    identifier.append(contentsOf: joined.bytes)
  }
}
