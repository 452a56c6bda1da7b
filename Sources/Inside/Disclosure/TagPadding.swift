import Trust

/// Tags of nobody, among which the true ones lie: the size of a part would tell how many subjects a register has, and two
/// sizes how many came or went (DISCLOSURE 00, rule 10).
///
/// They are made with a key that never leaves the door, and look like any other. What is the same is padded with the same,
/// so that publishing again changes no byte; where a true tag comes or goes some of these come and go with it.
struct TagPadding {
  private let key: HMACKey
  private let dataset: String
  private let result: String

  /// - Parameter draw: the draw key.
  init(_ draw: Secret, dataset: String, result: String) {
    key = HMACKey(draw)
    self.dataset = dataset
    self.result = result
  }

  /// How many tags a part has that holds so many true ones: at least a sixteenth and sixteen more, on a grid whose steps are
  /// an eighth apart at most.
  static func size(_ count: Int) -> Int {
    let least = count + count / 16 + 16
    var step = 1
    while least > 16 * step { step *= 2 }
    return (least + step - 1) / step * step
  }

  /// Further entries for the true ones.
  /// - Parameters:
  ///   - entries: the true ones, in an order that hangs on nothing but their tuples.
  ///   - length: of one, 16 bytes of tag and those of an answer.
  func tags(beside entries: [UInt8], length: Int) -> [UInt8] {
    let count = entries.count / length
    let wanted = TagPadding.size(count) - count
    // Of a ring twice as long a part that hangs on what is beside it. Were all of them new each time, the tags that two
    // releases share would be the true ones.
    let ring = UInt64(2 * wanted)
    var message = Message("doorsill/tg/1", dataset, result)
    entries.withUnsafeBytes { message.append(UInt64(TagPadding.word(Digest.sha256($0)))) }
    let first = number(message) % ring
    var made: [UInt8] = []
    made.reserveCapacity(wanted * length)
    for place in 0..<UInt64(wanted) {
      var message = Message("doorsill/tp/1", dataset, result)
      message.append((first + place) % ring)
      let bytes = key.authenticate(message.bytes)
      made.append(contentsOf: bytes.prefix(length))
    }
    return made
  }

  private func number(_ message: Message) -> UInt64 {
    message.bytes.withUnsafeBytes { key.authenticate64($0) }
  }

  private static func word(_ digest: [UInt8]) -> UInt64 {
    digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
