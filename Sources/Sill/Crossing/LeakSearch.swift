import Bytes

/// Searches streams of bytes for the forms of one batch of secrets.
final class LeakSearch {
  /// A form found: which secret, how and where.
  struct Hit {
    let secret: Int
    let form: SecretForm
    /// From the beginning of the stream.
    let offset: Int
    /// Nothing but punctuation stands on both sides: the value stands alone, as in a cell.
    let alone: Bool
    /// Separators were left out inside it.
    let broken: Bool
    /// No letter, digit or decimal point touches it: a whole word or number of a text.
    let whole: Bool
  }

  /// Bytes looked at together.
  static let window = 1 << 20

  private let plain: FormIndex
  private let folded: FormIndex
  /// How strong each secret is, in bits of chance.
  let bits: [Double]
  let tooShort: Int
  private let overlap: Int
  private let fold = TextFold()
  private(set) var bytes = 0

  init(_ batch: SecretSet.Batch) throws {
    let forms = try SecretForms()
    var plain = FormIndex.Builder(.base64)
    var folded = FormIndex.Builder(.hex)
    var bits: [Double] = []
    bits.reserveCapacity(batch.secrets.count)
    for (number, secret) in batch.secrets.enumerated() {
      let value = batch.value(secret)
      bits.append(Strength.bits(of: TextFold.fold(value)))
      forms.forEach(value) { form, bytes in
        plain.add(.init(secret: UInt32(number), form: form), bytes)
      } folded: { form, bytes in
        folded.add(.init(secret: UInt32(number), form: form), bytes)
      }
    }
    self.plain = plain.build()
    self.folded = folded.build()
    self.bits = bits
    tooShort = folded.tooShort
    // An escape makes a byte at most six times as long, a character at most three.
    overlap = max(self.plain.longest, 6 * self.folded.longest) + 64
  }

  /// One stream, given piece by piece.
  func stream(_ found: @escaping (Hit) -> Void) -> Stream { Stream(self, found) }

  final class Stream {
    private let search: LeakSearch
    private let found: (Hit) -> Void
    private var buffer: [UInt8] = []
    private var base = 0
    private var fresh = 0

    init(_ search: LeakSearch, _ found: @escaping (Hit) -> Void) {
      self.search = search
      self.found = found
    }

    func write(_ piece: [UInt8]) { piece.withUnsafeBufferPointer { write($0) } }

    func write(_ piece: UnsafeBufferPointer<UInt8>) {
      buffer.append(contentsOf: piece)
      fresh += piece.count
      if fresh >= LeakSearch.window { look(isLast: false) }
    }

    /// A line feed between two values that do not belong together.
    func separate() { write([0x0A]) }

    func finish() {
      look(isLast: true)
      buffer.removeAll(keepingCapacity: true)
      base = 0
    }

    private func look(isLast: Bool) {
      guard fresh > 0 else { return }
      search.bytes += fresh
      fresh = 0
      let count = buffer.count
      buffer.append(contentsOf: repeatElement(0, count: 8))
      buffer.withUnsafeBufferPointer { search.look($0, count: count, base: base, found) }
      buffer.removeLast(8)
      guard !isLast else { return }
      let gone = max(0, buffer.count - search.overlap)
      buffer.removeFirst(gone)
      base += gone
    }
  }

  /// Looks at a window, after which eight readable bytes stand; what begins in the overlap may be found twice.
  private func look(_ text: UnsafeBufferPointer<UInt8>, count: Int, base: Int, _ found: (Hit) -> Void) {
    plain.search(text, count: count) { place, length, form in
      if let hit = judgePlain(text, count, place, length, form, base) { found(hit) }
    }
    guard !folded.isEmpty else { return }
    fold.take(UnsafeBufferPointer(rebasing: text[..<count]))
    folded.search(fold.bytes, count: fold.count) { place, length, form in
      if let hit = judgeFolded(fold.bytes, fold.count, fold.origins, place, length, form, base) { found(hit) }
    }
  }

  /// Forms of so many bytes need no boundary: they do not stand inside something else by chance.
  private static let selfEvident = 16
  /// The same for base64, which has more letters.
  private static let selfEvidentCode = 12

  private func judgePlain(
    _ text: UnsafeBufferPointer<UInt8>, _ count: Int, _ place: Int, _ length: Int, _ form: FormIndex.Form,
    _ base: Int
  ) -> Hit? {
    let before = place > 0 ? text[place - 1] : 0x0A
    let after = place + length < count ? text[place + length] : 0x0A
    if length < LeakSearch.selfEvident, form.form == .asWritten || form.form == .gb18030 {
      guard !Strength.joins(before, text[place]), !Strength.joins(text[place + length - 1], after) else {
        return nil
      }
    }
    if length < LeakSearch.selfEvidentCode, form.form == .valueBase64 {
      guard !RunAlphabet.base64.holds(before), !RunAlphabet.base64.holds(after) else { return nil }
    }
    return Hit(
      secret: Int(form.secret), form: form.form, offset: base + place,
      alone: Strength.encloses(before) && Strength.encloses(after), broken: false,
      whole: !Strength.touches(before) && before != UInt8(ascii: ".") && !Strength.touches(after))
  }

  private func judgeFolded(
    _ text: UnsafeBufferPointer<UInt8>, _ count: Int, _ origins: UnsafeBufferPointer<UInt32>, _ place: Int,
    _ length: Int, _ form: FormIndex.Form, _ base: Int
  ) -> Hit? {
    let end = place + length
    let gapBefore = origins[place] & TextFold.gap != 0
    let gapAfter = end < count && origins[end] & TextFold.gap != 0
    let before = place > 0 ? text[place - 1] : 0x0A
    let after = end < count ? text[end] : 0x0A
    if length < LeakSearch.selfEvident {
      guard gapBefore || !Strength.joins(before, text[place]),
        gapAfter || !Strength.joins(text[end - 1], after)
      else {
        return nil
      }
    }
    let broken = length > 1 && (place + 1..<end).contains { origins[$0] & TextFold.gap != 0 }
    return Hit(
      secret: Int(form.secret), form: form.form, offset: base + Int(origins[place] & ~TextFold.gap),
      alone: !gapBefore && !gapAfter && Strength.encloses(before) && Strength.encloses(after), broken: broken,
      whole: (gapBefore || !Strength.touches(before) && before != UInt8(ascii: "."))
        && (gapAfter || !Strength.touches(after)))
  }
}

/// How far a value can be told from chance.
enum Strength {
  /// Bits of a folded value: a digit is 3.3, a letter 4.7, a Chinese character 11.
  static func bits(of folded: [UInt8]) -> Double {
    var bits = 0.0
    for byte in folded {
      switch byte {
      case 0x30...0x39: bits += 3.32
      case 0x61...0x7A: bits += 4.7
      case 0x80..<0xC0: break
      case 0xC0..<0xE0: bits += 6
      case 0xE0...: bits += 11
      default: bits += 2
      }
    }
    return bits
  }

  /// Weaker values are found by chance: nine digits, six letters, two Chinese characters.
  static let weak = 33.0

  /// Whether a folded value is digits only.
  static func isNumber(_ folded: [UInt8]) -> Bool { folded.allSatisfy { (0x30...0x39).contains($0) } }

  /// Whether a folded value is the kind of code that identifies: letters and digits, at least one of them a digit, six
  /// of them where all are. Calendar dates and months are none: they stand in every text.
  static func isCode(_ folded: [UInt8]) -> Bool {
    guard folded.count >= 5, folded.contains(where: isDigit), folded.allSatisfy(touches) else { return false }
    guard isNumber(folded) else { return true }
    return folded.count >= 6 && !isDate(folded)
  }

  /// `yyyymm` or `yyyymmdd` of 1900 to 2099.
  private static func isDate(_ digits: [UInt8]) -> Bool {
    guard digits.count == 6 || digits.count == 8 else { return false }
    let numbers = digits.map { Int($0) - 0x30 }
    let century = numbers[0] * 10 + numbers[1]
    let month = numbers[4] * 10 + numbers[5]
    guard century == 19 || century == 20, (1...12).contains(month) else { return false }
    return digits.count == 6 || (1...31).contains(numbers[6] * 10 + numbers[7])
  }

  @inline(__always)
  static func touches(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) }

  /// Whether two neighbours belong to one number or word.
  @inline(__always)
  static func joins(_ left: UInt8, _ right: UInt8) -> Bool {
    if isDigit(left) { return isDigit(right) }
    return isLetter(left) && isLetter(right)
  }

  /// Punctuation that stands around a cell, a member, an attribute or an element.
  @inline(__always)
  static func encloses(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x0A, 0x0D, 0x09, 0x22, 0x27, 0x2C, 0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x5B, 0x5D, 0x7B, 0x7C, 0x7D: true
    default: false
    }
  }

  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  @inline(__always)
  static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
}
