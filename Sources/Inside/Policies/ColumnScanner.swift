/// Looks for personal and secret data in the cells of one column, one after another, without keeping any of them.
///
/// A cell costs one pass over its bytes; most stop after the first look at its shape. Nothing is allocated but
/// three masked examples for each detector. Scanners of parts of one column are put together with `merge`.
package struct ColumnScanner: Sendable {
  /// What a cell can be found to hold; `DetectorKind` as evidence is counted.
  enum Slot: Int, CaseIterable {
    case residentID, oldResidentID, creditCode, organizationCode, bareOrganizationCode, mobile, landline,
      email
    /// Fifteen digits of a resident ID and three zeros: what Excel leaves of one that was a number.
    case cutResidentID
    /// A resident ID that went through a double and lost its last digits: 18 digits that end in a zero, or that are what
    /// a double holds.
    case roundedResidentID
    case bankCard, passport, plate, address, personalName, ipAddress, coordinates, birthDate, masked, secrecy

    var bit: UInt32 { 1 << UInt32(rawValue) }
  }

  package let field: String
  let detectors: DetectorSet
  let hints: FieldHints
  /// Cells that were not empty.
  package private(set) var values = 0

  private var found = [Int](repeating: 0, count: Slot.allCases.count)
  /// Cells with a candidate of the right form that failed its check: what chance would leave behind.
  private var failed = [Int](repeating: 0, count: Slot.allCases.count)
  private var unassigned = [Int](repeating: 0, count: Slot.allCases.count)
  private var examples = [[String]](repeating: [], count: Slot.allCases.count)
  private var termsFound: [Int]
  private var termExamples: [[String]]
  /// Slots and rules that still want an example.
  private var wanted: UInt32 = .max
  private var termsWanted: UInt64 = .max
  /// Matches that were looked at for an example; where all are alike, three different ones never come.
  private var examplesTried = 0

  // What the cell at hand has shown.
  private(set) var hits: UInt32 = 0
  var tries: UInt32 = 0
  private var oddities: UInt32 = 0
  private(set) var termHits: UInt64 = 0
  /// Room for a cell with its full-width characters narrowed, and for digits drawn together.
  var scratch: [UInt8] = []
  var drawn = [UInt8](repeating: 0, count: 24)

  /// The matches of the cell at hand, kept only while `matches(in:kinds:)` asks for them.
  private var captured: [(slot: Slot, bytes: [UInt8])] = []
  private var captures = false

  static let examplesKept = 3

  /// A scanner for a column of this name; `fieldTitles` are its titles in any language.
  package init(field: String, detectors: DetectorSet, fieldTitles: [String] = []) {
    self.field = field
    self.detectors = detectors
    hints = FieldHints(field: field, titles: fieldTitles)
    termsFound = Array(repeating: 0, count: detectors.policy.detectors.count)
    termExamples = Array(repeating: [], count: detectors.policy.detectors.count)
  }

  /// The same with the detectors made ready for this one column; share a `DetectorSet` where there are many.
  package init(field: String, policy: DetectorPolicy, fieldTitles: [String]) {
    self.init(field: field, detectors: DetectorSet(policy), fieldTitles: fieldTitles)
  }

  /// Looks at one non-missing cell, UTF-8 as in the source; an empty one is passed over.
  package mutating func scan(_ cell: UnsafeBufferPointer<UInt8>) {
    guard let bytes = cell.baseAddress, cell.count > 0 else { return }
    values += 1
    hits = 0
    tries = 0
    look(bytes, cell.count)
    guard hits | tries != 0 || termHits != 0 else { return }
    tally()
  }

  /// What one cell holds by itself, without the shares that a column needs: for tests and measurement.
  package mutating func kinds(in cell: UnsafeBufferPointer<UInt8>) -> Set<DetectorKind> {
    let terms = termsFound
    scan(cell)
    var kinds: Set<DetectorKind> = []
    guard cell.count > 0 else { return kinds }
    // One rounded number is no evidence: a column full of them is.
    for slot in Slot.allCases where hits & slot.bit != 0 && slot != .roundedResidentID {
      kinds.insert(Self.kind(of: slot))
    }
    for (rule, count) in termsFound.enumerated() where count > terms[rule] {
      kinds.insert(detectors.policy.detectors[rule].kind)
    }
    hits = 0
    return kinds
  }

  /// The parts of one cell that detectors of these kinds match, as they are written there (full-width characters
  /// made narrow): what the leak scan searches for beside the whole cell.
  package mutating func matches(
    in cell: UnsafeBufferPointer<UInt8>, kinds: Set<DetectorKind>
  ) -> [[UInt8]] {
    captures = true
    captured.removeAll(keepingCapacity: true)
    scan(cell)
    captures = false
    return captured.filter { kinds.contains(Self.kind(of: $0.slot)) }.map(\.bytes)
  }

  private mutating func tally() {
    var rest = hits
    while rest != 0 {
      let slot = rest.trailingZeroBitCount
      found[slot] += 1
      rest &= rest - 1
    }
    rest = tries & ~hits
    while rest != 0 {
      failed[rest.trailingZeroBitCount] += 1
      rest &= rest - 1
    }
    rest = oddities & hits
    while rest != 0 {
      unassigned[rest.trailingZeroBitCount] += 1
      rest &= rest - 1
    }
    oddities = 0
    while termHits != 0 {
      termsFound[termHits.trailingZeroBitCount] += 1
      termHits &= termHits - 1
    }
  }

  // MARK: What the parts of the scan report

  @inline(__always)
  mutating func hit(_ slot: Slot, _ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) {
    hits |= slot.bit
    if wanted & slot.bit != 0 { keepExample(slot, bytes, start, end) }
    if captures {
      captured.append((slot, Array(UnsafeBufferPointer(start: bytes + start, count: end - start))))
    }
  }

  @inline(__always)
  mutating func missed(_ slot: Slot) { tries |= slot.bit }

  mutating func odd(_ slot: Slot) { oddities |= slot.bit }

  mutating func hitTerms(_ rules: UInt64, _ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) {
    termHits |= rules
    var rest = rules & termsWanted
    while rest != 0 {
      let rule = rest.trailingZeroBitCount
      rest &= rest - 1
      let term = String(
        decoding: UnsafeBufferPointer(start: bytes + start, count: end - start), as: UTF8.self)
      if !termExamples[rule].contains(term) { termExamples[rule].append(term) }
      if termExamples[rule].count == Self.examplesKept { termsWanted &= ~(1 << UInt64(rule)) }
      examplesTried += 1
      if examplesTried > 200 { termsWanted = 0 }
    }
  }

  /// Forgets what the cell at hand has shown, to look at it again in another form.
  mutating func startAgain() {
    hits = 0
    tries = 0
    termHits = 0
    captured.removeAll(keepingCapacity: true)
  }

  private mutating func keepExample(_ slot: Slot, _ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) {
    let text = String(decoding: UnsafeBufferPointer(start: bytes + start, count: end - start), as: UTF8.self)
    let masked = slot == .secrecy ? text : Mask.masked(text)
    if !examples[slot.rawValue].contains(masked) { examples[slot.rawValue].append(masked) }
    if examples[slot.rawValue].count == Self.examplesKept { wanted &= ~slot.bit }
    examplesTried += 1
    if examplesTried > 200 { wanted = 0 }
  }

  // MARK: Findings

  /// What fired, in the order of the policy.
  package func findings() -> [Finding] {
    detectors.policy.detectors.enumerated().compactMap { offset, rule in
      let (matches, examples, unassigned) = evidence(for: rule, at: offset)
      guard matches > 0, matches >= rule.minimumMatches else { return nil }
      guard Double(matches) >= leastShare(of: rule) * Double(values) else { return nil }
      return Finding(
        rule: rule.id, field: field, values: values, matches: matches, level: rule.level,
        personal: rule.personal,
        refuses: rule.refuses, examples: examples, unassigned: unassigned)
    }
  }

  /// The rule's own threshold, or more where form alone says little and the column's name says nothing.
  private func leastShare(of rule: DetectorRule) -> Double {
    switch rule.kind {
    case .personalName where !hints.personalName: max(rule.threshold, 0.5)
    default: rule.threshold
    }
  }

  private func evidence(
    for rule: DetectorRule, at offset: Int
  ) -> (matches: Int, examples: [String], unassigned: Int) {
    if rule.kind == .medical || rule.kind == .dictionary {
      return (termsFound[offset], termExamples[offset], 0)
    }
    var matches = 0
    var shown: [String] = []
    var odd = 0
    for slot in Slot.allCases where Self.kind(of: slot) == rule.kind && isBeyondChance(slot) {
      matches += found[slot.rawValue]
      shown += examples[slot.rawValue]
      if slot != .passport { odd += unassigned[slot.rawValue] }
    }
    return (min(matches, values), Array(shown.prefix(Self.examplesKept)), odd)
  }

  /// Whether matches stand out from candidates that failed, as they do not where numbers are merely random.
  private func isBeyondChance(_ slot: Slot) -> Bool {
    let hit = Double(found[slot.rawValue])
    let tried = hit + Double(failed[slot.rawValue])
    guard hit > 0 else { return false }
    if slot == .passport, !hints.passport, Double(unassigned[slot.rawValue]) > 0.2 * hit { return false }
    let least: Double =
      switch slot {
      case .residentID, .creditCode: 0.25
      case .bankCard: 0.35
      case .mobile: 0.3
      case .oldResidentID: 0.6
      case .cutResidentID: hints.identity ? 0.1 : 0.6
      case .roundedResidentID: hit < 3 ? 2 : hints.identity ? 0.3 : 0.6
      case .passport: hints.passport ? 0 : 0.5
      case .bareOrganizationCode: hints.organizationCode ? 0.3 : 0.6
      default: 0
      }
    return hit >= least * tried
  }

  static func kind(of slot: Slot) -> DetectorKind {
    switch slot {
    case .residentID, .oldResidentID, .cutResidentID, .roundedResidentID: .residentID
    case .creditCode: .creditCode
    case .organizationCode, .bareOrganizationCode: .organizationCode
    case .mobile: .mobile
    case .landline: .landline
    case .email: .email
    case .bankCard: .bankCard
    case .passport: .passport
    case .plate: .plate
    case .address: .address
    case .personalName: .personalName
    case .ipAddress: .ipAddress
    case .coordinates: .coordinates
    case .birthDate: .birthDate
    case .masked: .maskedIdentifier
    case .secrecy: .secrecyMarking
    }
  }

  /// Adds what another scanner saw in a later part of the same column.
  package mutating func merge(_ other: ColumnScanner) {
    values += other.values
    for slot in found.indices {
      found[slot] += other.found[slot]
      failed[slot] += other.failed[slot]
      unassigned[slot] += other.unassigned[slot]
      Self.join(&examples[slot], other.examples[slot])
    }
    for rule in termsFound.indices where rule < other.termsFound.count {
      termsFound[rule] += other.termsFound[rule]
      Self.join(&termExamples[rule], other.termExamples[rule])
    }
  }

  private static func join(_ kept: inout [String], _ more: [String]) {
    for text in more where kept.count < examplesKept && !kept.contains(text) { kept.append(text) }
  }
}

/// Examples that give nobody away.
package enum Mask {
  /// The first three characters and the last stay, or the first of a text of four or fewer; stars for the rest,
  /// twelve at most.
  package static func masked(_ text: String) -> String {
    let count = text.count
    if count <= 4 { return String(text.prefix(1)) + String(repeating: "*", count: max(1, count - 1)) }
    return String(text.prefix(3)) + String(repeating: "*", count: min(12, count - 4)) + String(text.suffix(1))
  }
}
