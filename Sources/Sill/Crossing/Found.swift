import Bytes

/// Gathers the hits of one batch and tells leaks from chance.
struct Found {
  let batch: SecretSet.Batch
  let search: LeakSearch
  let fields: [SecretField]
  private let open: LeakScan.Open
  /// Whose part is looked at; nil for words and for parts of the portal's own.
  var dataset: String? { didSet { own = dataset.flatMap { open.own[$0] } ?? [] } }
  private var own: Set<Int> = []
  private var place = ""
  private var isName = false
  /// Where people wrote the text, a code of an identifying field is no chance.
  private var isAuthored = false
  private var strong: [Int: Leak] = [:]
  private var weak: [Int: Leak] = [:]
  /// Different numbers in pages, by their digits: what chance could hit.
  private var numbers: [Set<UInt64>] = Array(repeating: [], count: 10)
  /// Whether any secret is a short number.
  let countsNumbers: Bool

  init(batch: SecretSet.Batch, search: LeakSearch, fields: [SecretField], open: LeakScan.Open) {
    self.batch = batch
    self.search = search
    self.fields = fields
    self.open = open
    countsNumbers = batch.secrets.contains { $0.length < 10 && Strength.isNumber(Array(batch.value($0))) }
  }

  mutating func enter(_ place: String, isName: Bool, isAuthored: Bool = false) {
    self.place = place
    self.isName = isName
    self.isAuthored = isAuthored || isName
  }

  mutating func take(_ hit: LeakSearch.Hit) {
    guard strong[hit.secret] == nil, !open.everywhere.contains(hit.secret), !own.contains(hit.secret) else {
      return
    }
    let secret = batch.secrets[hit.secret]
    let isWeak = search.bits[hit.secret] < Strength.weak && !hit.form.isEncoded
    if isWeak {
      guard !hit.broken, weak[hit.secret] == nil || hit.alone else { return }
      let value = TextFold.fold(batch.value(secret))
      // The digits of a longer code or of a fraction are another number.
      guard hit.whole || !Strength.isNumber(value) else { return }
      // A short word of one unit that stands alone in a cell is no chance; in running text, or shared by several
      // units, it may be. Numbers are judged together.
      let isPlanted =
        isAuthored && hit.whole && fields[Int(secret.field)].kind != .text && Strength.isCode(value)
      guard isPlanted || hit.alone && secret.units == 1 && !Strength.isNumber(value) else {
        weak[hit.secret] = weak[hit.secret] ?? leak(hit, secret)
        return
      }
    }
    weak[hit.secret] = nil
    strong[hit.secret] = leak(hit, secret)
  }

  private func leak(_ hit: LeakSearch.Hit, _ secret: SecretSet.Secret) -> Leak {
    let text = String(decoding: batch.value(secret), as: UTF8.self)
    let masked = text.prefix(text.count > 4 ? 2 : 1) + "…"
    return Leak(
      part: place, offset: isName ? -1 : hit.offset, form: hit.form, field: fields[Int(secret.field)],
      masked: String(masked), length: text.count)
  }

  /// Notes the different numbers of four to nine digits in a page that stand as words of their own.
  mutating func count(_ piece: [UInt8]) {
    var digits = 0
    var value: UInt64 = 0
    var isNumber = true
    for byte in piece {
      if Strength.isDigit(byte) {
        digits += 1
        value = digits < 10 ? value * 10 + UInt64(byte - 0x30) : value
      } else if Strength.isLetter(byte) {
        isNumber = false
      } else {
        if isNumber, (4...9).contains(digits), numbers[digits].count < 1_000_000 {
          numbers[digits].insert(value)
        }
        digits = 0
        value = 0
        isNumber = byte != UInt8(ascii: ".")
      }
    }
    if isNumber, (4...9).contains(digits) { numbers[digits].insert(value) }
  }

  /// Adds to the report. Short numbers are leaks when more of them were found than chance would bring: as many secrets
  /// of a length as numbers of that length in the pages, over all there are.
  mutating func settle(into report: inout LeakReport, shown: Int) {
    var chance: [Leak] = []
    let numeric = weak.filter { Strength.isNumber(TextFold.fold(batch.value(batch.secrets[$0.key]))) }
    for (length, hits) in Dictionary(grouping: numeric, by: { batch.secrets[$0.key].length }) {
      let secrets = batch.secrets.count { $0.length == length && Strength.isNumber(Array(batch.value($0))) }
      let all = (0..<min(length, 9)).reduce(1.0) { power, _ in power * 10 }
      let expected = Double(secrets) * Double(numbers[min(length, 9)].count) / all
      if Double(hits.count) > (expected < 0.01 ? 0 : 3 + 3 * expected) {
        for (secret, leak) in hits { strong[secret] = leak }
      } else {
        chance += hits.map(\.value)
      }
    }
    // Of short words, one in twenty may be met; a whole column is no chance.
    let words = weak.filter { numeric[$0.key] == nil }
    let known = batch.secrets.indices.count { search.bits[$0] < Strength.weak } - numeric.count
    if words.count > max(20, known / 2) {
      for (secret, leak) in words { strong[secret] = leak }
    } else {
      chance += words.map(\.value)
    }
    func order(_ left: Leak, _ right: Leak) -> Bool { (left.part, left.offset) < (right.part, right.offset) }
    report.leakCount += strong.count
    report.leaks += strong.values.sorted(by: order).prefix(max(0, shown - report.leaks.count))
    report.byChance += chance.sorted(by: order).prefix(max(0, shown - report.byChance.count))
  }
}
