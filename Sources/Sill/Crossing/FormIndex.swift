/// All forms of a batch of secrets, for one kind of text. A position in the text is looked at with one multiplication
/// and one bit; only where a form may begin are its lengths tried, each once, with one hash carried along.
final class FormIndex {
  /// A form in the index: which secret, and how it is spelled.
  struct Form {
    let secret: UInt32
    let form: SecretForm
  }

  private let long: Windows
  private let short: Windows
  /// Digests, which stand in long runs of their alphabet only: other text is jumped over.
  private let digests: Windows
  private let alphabet: RunAlphabet
  /// Bytes of the longest form.
  let longest: Int
  /// Forms too short to be searched.
  let tooShort: Int
  let isEmpty: Bool

  /// Shorter forms are not searched for: they stand everywhere.
  static let shortest = 4

  /// Takes forms one by one.
  struct Builder {
    fileprivate var long: [(window: UInt64, length: Int, hash: UInt64, form: Form)] = []
    fileprivate var short: [(window: UInt64, length: Int, hash: UInt64, form: Form)] = []
    fileprivate var digests: [(window: UInt64, length: Int, hash: UInt64, form: Form)] = []
    fileprivate let alphabet: RunAlphabet
    fileprivate var longest = 0
    fileprivate(set) var tooShort = 0

    init(_ alphabet: RunAlphabet) { self.alphabet = alphabet }

    mutating func add(_ form: Form, _ bytes: [UInt8]) {
      guard bytes.count >= FormIndex.shortest else {
        tooShort += 1
        return
      }
      longest = max(longest, bytes.count)
      let hash = bytes.withUnsafeBufferPointer { Fingerprint.hash($0) }
      let width = bytes.count >= 8 ? 8 : 4
      var window: UInt64 = 0
      for place in 0..<width { window |= UInt64(bytes[place]) << UInt64(8 * place) }
      if form.form.isDigest {
        digests.append((window, bytes.count, hash, form))
      } else if width == 8 {
        long.append((window, bytes.count, hash, form))
      } else {
        short.append((window, bytes.count, hash, form))
      }
    }

    func build() -> FormIndex { FormIndex(self) }
  }

  private init(_ builder: Builder) {
    long = Windows(builder.long)
    short = Windows(builder.short)
    digests = Windows(builder.digests)
    alphabet = builder.alphabet
    longest = builder.longest
    tooShort = builder.tooShort
    isEmpty = builder.long.isEmpty && builder.short.isEmpty && builder.digests.isEmpty
  }

  /// Tries every position of the text's first `count` bytes, after which eight more must be readable. `body` gets the
  /// place, the length and the form of each match.
  func search(_ text: UnsafeBufferPointer<UInt8>, count: Int, _ body: (Int, Int, Form) -> Void) {
    guard let base = text.baseAddress else { return }
    if !long.isEmpty { long.search(base, 0..<count, count, mask: .max, body) }
    if !short.isEmpty { short.search(base, 0..<count, count, mask: 0xFFFF_FFFF, body) }
    if !digests.isEmpty {
      alphabet.forEachRun(base, count) { run in digests.search(base, run, count, mask: .max, body) }
    }
  }

  /// Forms by their first eight (or four) bytes.
  private final class Windows {
    private let bits: UnsafeMutablePointer<UInt64>
    private let bitShift: UInt64
    private let windows: [UInt64]
    private let starts: [Int32]
    private let windowMask: Int
    /// Lengths to try, ascending; 0 ends a list. Place 0 is an empty list.
    private let lengths: [UInt16]
    private let hashes: [UInt64]
    private let forms: [Form]
    private let hashMask: Int
    let isEmpty: Bool

    init(_ entries: [(window: UInt64, length: Int, hash: UInt64, form: Form)]) {
      isEmpty = entries.isEmpty
      let sorted = entries.sorted { ($0.window, $0.length) < ($1.window, $1.length) }
      var distinct = 0
      for place in sorted.indices where place == 0 || sorted[place].window != sorted[place - 1].window {
        distinct += 1
      }
      let size = Windows.power(of: max(16, distinct * 2))
      let hashSize = Windows.power(of: max(16, entries.count * 2))
      let bits = UnsafeMutablePointer<UInt64>.allocate(capacity: size * 8 / 64 + 1)
      bits.initialize(repeating: 0, count: size * 8 / 64 + 1)
      let bitCount = UInt64(size * 8)
      bitShift = UInt64(64 - bitCount.trailingZeroBitCount)
      var windows = [UInt64](repeating: 0, count: size)
      var starts = [Int32](repeating: 0, count: size)
      var lengths: [UInt16] = [0]
      var hashes = [UInt64](repeating: 0, count: hashSize)
      var forms = [Form](repeating: Form(secret: 0, form: .asWritten), count: hashSize)
      let mask = size - 1
      var at = 0
      while at < sorted.count {
        let window = sorted[at].window
        let bit = (window &* Windows.factor) >> bitShift
        bits[Int(bit >> 6)] |= 1 << (bit & 63)
        var slot = Int(truncatingIfNeeded: Fingerprint.spread(window)) & mask
        while starts[slot] != 0 { slot = (slot + 1) & mask }
        windows[slot] = window
        starts[slot] = Int32(lengths.count)
        var last = 0
        while at < sorted.count, sorted[at].window == window {
          if sorted[at].length != last {
            last = sorted[at].length
            lengths.append(UInt16(last))
          }
          Windows.insert(sorted[at].hash, sorted[at].form, &hashes, &forms, hashSize - 1)
          at += 1
        }
        lengths.append(0)
      }
      self.bits = bits
      self.windows = windows
      self.starts = starts
      self.lengths = lengths
      self.hashes = hashes
      self.forms = forms
      windowMask = mask
      hashMask = hashSize - 1
    }

    private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15

    private static func power(of count: Int) -> Int {
      var power = 16
      while power < count { power *= 2 }
      return power
    }

    /// The first form of a hash stays: the same bytes may stand for several secrets.
    private static func insert(
      _ hash: UInt64, _ form: Form, _ hashes: inout [UInt64], _ forms: inout [Form], _ mask: Int
    ) {
      let hash = hash == 0 ? 1 : hash
      var slot = Int(truncatingIfNeeded: Fingerprint.spread(hash)) & mask
      while hashes[slot] != 0 {
        if hashes[slot] == hash { return }
        slot = (slot + 1) & mask
      }
      hashes[slot] = hash
      forms[slot] = form
    }

    deinit { bits.deallocate() }

    /// One multiplication and one bit a place.
    func search(
      _ text: UnsafePointer<UInt8>, _ places: Range<Int>, _ count: Int, mask: UInt64,
      _ body: (Int, Int, Form) -> Void
    ) {
      let raw = UnsafeRawPointer(text)
      let (bits, shift) = (bits, bitShift)
      var place = places.lowerBound
      while place < places.upperBound {
        let window = raw.loadUnaligned(fromByteOffset: place, as: UInt64.self) & mask
        let bit = (window &* Windows.factor) >> shift
        if bits[Int(truncatingIfNeeded: bit >> 6)] & (1 << (bit & 63)) != 0 {
          probe(window, text, place, count, body)
        }
        place &+= 1
      }
    }

    func probe(
      _ window: UInt64, _ text: UnsafePointer<UInt8>, _ place: Int, _ count: Int,
      _ body: (Int, Int, Form) -> Void
    ) {
      var slot = Int(truncatingIfNeeded: Fingerprint.spread(window)) & windowMask
      while starts[slot] != 0, windows[slot] != window { slot = (slot + 1) & windowMask }
      var next = Int(starts[slot])
      guard next != 0 else { return }
      var hash = Fingerprint.start
      var done = 0
      while case let length = Int(lengths[next]), length != 0 {
        guard place + length <= count else { return }
        while done < length {
          hash = Fingerprint.step(hash, text[place + done])
          done += 1
        }
        if let form = find(hash) { body(place, length, form) }
        next += 1
      }
    }

    private func find(_ hash: UInt64) -> Form? {
      let hash = hash == 0 ? 1 : hash
      var slot = Int(truncatingIfNeeded: Fingerprint.spread(hash)) & hashMask
      while hashes[slot] != 0 {
        if hashes[slot] == hash { return forms[slot] }
        slot = (slot + 1) & hashMask
      }
      return nil
    }
  }
}

/// An alphabet in which digests are spelled, and how long the shortest digest is.
struct RunAlphabet: Sendable {
  private let members: [Bool]
  private let shortest: Int

  /// Hex, small letters; the shortest is MD5's.
  static let hex = RunAlphabet("0123456789abcdef", shortest: 32)
  /// Both alphabets of base64; the shortest is MD5's without padding.
  static let base64 = RunAlphabet(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_", shortest: 22)

  private init(_ letters: String, shortest: Int) {
    var members = [Bool](repeating: false, count: 256)
    for letter in letters.utf8 { members[Int(letter)] = true }
    self.members = members
    self.shortest = shortest
  }

  func holds(_ letter: UInt8) -> Bool { members[Int(letter)] }

  /// The places at which a digest may begin, run by run. Looks from the far end of what would be the shortest digest,
  /// so that ordinary text is passed over in leaps.
  func forEachRun(_ text: UnsafePointer<UInt8>, _ count: Int, _ body: (Range<Int>) -> Void) {
    members.withUnsafeBufferPointer { members in
      var start = 0
      while start + shortest <= count {
        var place = start + shortest - 1
        while place >= start, members[Int(text[place])] { place -= 1 }
        guard place < start else {
          start = place + 1
          continue
        }
        var end = start + shortest
        while end < count, members[Int(text[end])] { end += 1 }
        body(start..<end - shortest + 1)
        start = end + 1
      }
    }
  }
}
