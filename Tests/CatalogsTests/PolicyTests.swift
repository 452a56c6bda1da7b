import Bytes
import Catalogs
import Foundation
import Policies
import Testing
import Trust

@Suite struct `The policy files` {
  /// A small detectors.json5 to put faults into; the default one is edited oftener.
  static let detectors = """
    {
      detectors: [
        {kind: "residentID", level: "L3", threshold: 0.5, personal: true, title: "Resident ID"},
        {kind: "coordinates", level: "L1", threshold: 0.5, personal: false, title: "Position"},
        {kind: "medical", level: "L3", threshold: 0.5, personal: true, title: "Medical", dictionaries: ["medical"]},
      ],
      dictionaries: {medical: ["biopsy"]},
      combinations: [
        {id: "sensitive", all: ["role:identifier", "role:sensitive"], level: "L3", personal: true, title: "Sensitive"},
        {id: "located", all: ["detector:coordinates"], level: "L3", personal: true, title: "Located"},
      ],
      volume: [{id: "many", records: 1000, level: "L3", title: "Many"}],
      risk: [{id: "few", minimumK: 5, maximumShareBelowK: 0.01, level: "L2", title: "Few"}],
    }
    """

  static func text(_ name: String) -> String {
    String(decoding: PolicySet.defaults[name] ?? [], as: UTF8.self)
  }

  static func source(_ name: String) -> String { name == "detectors.json5" ? Self.detectors : text(name) }

  static func changed(_ name: String, _ old: String, _ new: String) -> [String: [UInt8]] {
    var files = PolicySet.defaults
    files["detectors.json5"] = Array(Self.detectors.utf8)
    files[name] = Array(source(name).replacing(old, with: new, maxReplacements: 1).utf8)
    return files
  }

  @Test func `hold the scale, profiles and lifetimes of the design`() throws {
    let policies = try PolicySet.parse(files: PolicySet.defaults)
    #expect(policies.scale.levels.map(\.id) == ["L1", "L2", "L3", "L4"])
    #expect(policies.scale.levels.map(\.openness) == [.unconditional, .conditional, .conditional, .closed])
    #expect(policies.bars == ["L2": 0.55, "L3": 0.54])
    #expect(policies.scale.level("L3")?.grantNeedsSecondPerson == true)
    #expect(policies.scale.level("L2")?.grantNeedsSecondPerson == false)
    #expect(policies.scale.flagsForcingClosed == ["important", "core"])
    #expect(
      ApprovalKind.allCases.filter { ![.firstOpening, .raising].contains($0) }.allSatisfy {
        policies.scale.approvals.role(for: $0) == "approver"
      })
    var bare = policies.profiles
    for name in bare.keys {
      // All were measured, with the very parameters they have, and serve the level they are for.
      let record = try #require(bare[name]?.qualified)
      #expect(record.policyHash == bare[name]?.parametersHash)
      #expect(record.populations == ["adult", "wages", "health"])
      let bound = try #require(record.bound)
      #expect(bound <= (name == "broad" ? 0.55 : 0.54), "\(name)")
      bare[name]?.qualified = nil
    }
    #expect(bare == ["standard": .standard, "strict": .strict, "broad": .broad])
    #expect(policies.verifyProfiles == ["verify": VerifyProfile(name: "verify")])
    #expect(policies.access.people.allSatisfy { $0.key == nil })
    #expect(policies.access.purposes.contains { $0.id == "research" })
    #expect(policies.hash.utf8.count == 64)
    for kind in [DetectorKind.residentID, .creditCode, .mobile, .email, .secrecyMarking] {
      #expect(policies.detectors.detectors.contains { $0.kind == kind })
    }
  }

  @Test func `have a hash that comments and key order leave alone, and every value changes`() throws {
    let hash = try PolicySet.parse(files: Self.changed("levels.json5", "", "")).hash
    let comment = Self.changed("levels.json5", "// The secrecy scale", "// Our secrecy scale")
    #expect(try PolicySet.parse(files: comment).hash == hash)
    let order = Self.changed(
      "access.json5", "callsPerMinute: 60, callsPerDay: 1000", "callsPerDay: 1e3, callsPerMinute: 0x3C")
    #expect(try PolicySet.parse(files: order).hash == hash)
    let value = Self.changed("access.json5", "callsPerMinute: 60", "callsPerMinute: 61")
    #expect(try PolicySet.parse(files: value).hash != hash)
  }

  @Test(arguments: [
    ("levels.json5", "openness: \"closed\"", "openness: \"clsoed\"", "levels[3].openness", "closed"),
    (
      "levels.json5", "policyChange: \"approver\"", "policyChange: \"aprover\"", "approvals.policyChange",
      "approver"
    ),
    (
      "levels.json5", "grantNeedsSecondPerson: true", "grantNeedSecond: true", "levels[2]", "grantNeedsSecond"
    ),
    ("detectors.json5", "\"residentID\"", "\"residentId\"", "detectors[0].kind", "residentID"),
    ("detectors.json5", "threshold: 0.5", "threshold: 1.5", "detectors[0].threshold", "0 to 1"),
    (
      "detectors.json5", "level: \"L3\", threshold: 0.5", "level: \"L7\", threshold: 0.5",
      "detectors[0].level", "L"
    ),
    ("detectors.json5", "role:sensitive", "role:sensitiv", "combinations[0].all[1]", "role:sensitive"),
    (
      "detectors.json5", "detector:coordinates", "detector:coordinate", "combinations[1].all[0]",
      "coordinates"
    ),
    (
      "detectors.json5", "dictionaries: [\"medical\"]", "dictionaries: [\"medcal\"]",
      "detectors[2].dictionaries[0]", "medical"
    ),
    ("detectors.json5", "id: \"few\"", "id: \"many\"", "risk[0].id", ""),
    ("protection.json5", "k: 10,", "kk: 10,", "profiles.standard", "\"k\""),
    (
      "protection.json5", "jitter: [8, 4, 4],       //", "jitter: [8, 4, 5],  //", "profiles.standard.jitter",
      ""
    ),
    (
      "protection.json5", "minimumRefresh: \"P1Y\"", "minimumRefresh: \"P0D\"",
      "profiles.strict.minimumRefresh",
      "P1M"
    ),
    (
      "protection.json5", "minimumRefresh: \"P1M\"", "minimumRefresh: \"PT1S\"",
      "profiles.standard.minimumRefresh", "P1M"
    ),
    ("protection.json5", "factors: [4, 5]", "factors: [4, 6]", "profiles.standard.factors[1]", ""),
    ("protection.json5", "countNoise: 2,", "countNoise: 3,", "profiles.standard.countNoise", ""),
    ("protection.json5", "countNoise: 2,", "", "profiles.standard", ""),
    ("protection.json5", "bars: {", "bar: {", "", "bars"),
    ("protection.json5", "L3: 0.54", "L3: 0.56", "bars.L3", "0.55"),
    ("protection.json5", "L3: 0.54", "L9: 0.54", "bars.L9", ""),
    ("protection.json5", ", L3: 0.54", "", "bars", "L3"),
    ("protection.json5", "form: 2", "form: 3", "profiles.standard.qualified.form", "--qualify"),
    ("protection.json5", "kind: \"verify\"", "kind: \"verfy\"", "profiles.verify.kind", "verify"),
    (
      "access.json5", "roles: [\"approver\", \"auditor\"]", "roles: [\"aprover\"]", "people[1].roles[0]",
      "approver"
    ),
    ("access.json5", "id: \"zhou-min\"", "id: \"chen-jing\"", "people[1].id", ""),
    ("access.json5", "id: \"zhou-min\",", "id: \"zhou-min\", key: \"ed25519:AAAA\",", "people[1].key", ""),
    ("access.json5", "grantDays: 365", "grantDays: 0", "lifetimes.grantDays", ""),
  ]) func `are refused with the place of the fault`(
    _ file: String, _ old: String, _ new: String, _ path: String, _ hint: String
  ) throws {
    #expect(Self.source(file).contains(old))
    let error = #expect(throws: CatalogError.self) {
      _ = try PolicySet.parse(files: Self.changed(file, old, new))
    }
    let fault = try #require(error?.errors.first { $0.path == path }, "\(error?.message ?? "")")
    #expect(fault.file == "Policies/\(file)")
    #expect(fault.line > 1)
    #expect(hint.isEmpty || fault.hint?.contains(hint) == true, "\(fault)")
    #expect(fault.isToldInChinese, "\(fault.words) \(String(describing: fault.advice))")
  }

  @Test(arguments: [
    ("k: 10,", "k: 11,"), ("jitter: [8, 4, 4]", "jitter: [16]"), ("factors: [4, 5]", "factors: [4, 4]"),
    ("populationFloor: 200", "populationFloor: 199"),
    ("countNoise: 2", "countNoise: 12"),
    ("budgetDivisor: 80", "budgetDivisor: 81"), ("pPercent: 15", "pPercent: 16"),
    ("maxIdentifying: 3", "maxIdentifying: 2"),
    ("percentiles: true", "percentiles: false"), ("policyHash: \"", "policyHash: \"00"),
  ]) func `hold a measurement for nothing once a parameter is another`(_ old: String, _ new: String) throws {
    let text = Self.text("protection.json5")
    var changed = text.replacing(old, with: new, maxReplacements: 1)
    // A hash keeps its length.
    changed = changed.replacing(#/"00([0-9a-f]{62})[0-9a-f]{2}"/#) { "\"00\($0.output.1)\"" }
    #expect(changed != text)
    var files = PolicySet.defaults
    files["protection.json5"] = Array(changed.utf8)
    let profiles = try PolicySet.parse(files: files).profiles
    #expect(profiles["standard"]?.qualified == nil)
    #expect(profiles["strict"]?.qualified != nil)
  }

  @Test func `of earlier versions are read, so that a change of them can be judged, and qualify nothing`()
    throws
  {
    // The development version before this one: a record of one attack, levels that ask for `strict`.
    var text = Self.text("protection.json5").replacing(#/countNoise: \d+,[^\n]*/#, with: "")
    text = text.replacing("bars: { L2: 0.55, L3: 0.54 },", with: "")
    text = text.replacing(
      #/qualified: \{[^\[]*\[[^\]]*\][^\[]*\[[^\]]*\],\s*\},/#,
      with:
        #"qualified: { attack: "B5b", canaries: 5085, upperAccuracy: 0.5, policyHash: "\#(String(repeating: "0", count: 64))" },"#
    )
    var files = PolicySet.defaults
    files["protection.json5"] = Array(text.utf8)
    files["levels.json5"] = Array(
      Self.text("levels.json5").replacing(
        "grantNeedsSecondPerson: true", with: "strictProfile: true, grantNeedsSecondPerson: true"
      ).utf8)
    let policies = try PolicySet.parse(files: files)
    #expect(policies.profiles.count == 3 && policies.profiles.values.allSatisfy { $0.qualified == nil })
    #expect(policies.bars.isEmpty)
    // A record of today beside no noise is no older file.
    files["protection.json5"] = Array(
      Self.text("protection.json5").replacing(#/countNoise: \d+,[^\n]*/#, with: "").utf8)
    #expect(throws: CatalogError.self) { _ = try PolicySet.parse(files: files) }
  }

  @Test func `name every file that is missing`() {
    let error = #expect(throws: CatalogError.self) { _ = try PolicySet.parse(files: [:]) }
    #expect(error?.errors.map(\.file) == PolicySet.names.map { "Policies/\($0)" })
  }

  @Test(arguments: [
    ("data-bureau", "{ zh: \"陈 静（示例）\" }", true), ("data-bureau", "\"chen jing (SAMPLE)\"", true),
    ("civil-affairs", "{ zh: \"陈静（示例）\" }", false), ("data-bureau", "{ zh: \"陈静（二科）\" }", false),
  ]) func `give no one person two entries`(organization: String, name: String, isOne: Bool) throws {
    let entry =
      "{ id: \"chen-jing-2\", name: \(name), organization: \"\(organization)\", roles: [\"approver\"] },"
    var files = PolicySet.defaults
    files["access.json5"] = Array(
      Self.text("access.json5").replacing("people: [", with: "people: [\n\(entry)").utf8)
    guard isOne else {
      _ = try PolicySet.parse(files: files)
      return
    }
    let error = #expect(throws: CatalogError.self) { _ = try PolicySet.parse(files: files) }
    #expect(error?.errors.count == 1)
    #expect(error?.errors.first?.reason.contains("one name in one organization") == true)
  }

  @Test func `give no two people one key`() throws {
    let key = "key: \"\(PersonFile.keyText(try SigningKey.generate().publicKey))\","
    var text = Self.text("access.json5")
    for id in ["chen-jing", "zhou-min"] {
      text = text.replacing("id: \"\(id)\",", with: "id: \"\(id)\", \(key)")
    }
    var files = PolicySet.defaults
    files["access.json5"] = Array(text.utf8)
    let error = #expect(throws: CatalogError.self) { _ = try PolicySet.parse(files: files) }
    #expect(error?.errors.map(\.reason) == ["zhou-min has the key of chen-jing"])
  }

  @Test func `take a new person without losing a byte of what was there`() throws {
    let key = try SigningKey.generate().publicKey
    let person = Person(
      id: "li-na", name: Text([("zh", "李娜\"’"), ("en", "Li Na")]), organization: "data-bureau",
      roles: ["approver"],
      key: key)
    let old = PolicySet.defaults["access.json5"] ?? []
    let new = try PersonFile.adding(person, to: old)
    var files = PolicySet.defaults
    files["access.json5"] = new
    #expect(try PolicySet.parse(files: files).access.person("li-na") == person)
    // Without the words put in, every old byte is there in its place.
    let place = zip(old, new).prefix { $0 == $1 }.count
    #expect(Array(new[..<place]) + Array(new[(place + new.count - old.count)...]) == old)
  }

  @Test func `take a key for a person who had none, and no second one`() throws {
    let key = try SigningKey.generate().publicKey
    let person = Person(id: "zhou-min", name: "Zhou Min", organization: "data-bureau", roles: [], key: key)
    let once = try PersonFile.adding(person, to: PolicySet.defaults["access.json5"] ?? [])
    var files = PolicySet.defaults
    files["access.json5"] = once
    let held = try PolicySet.parse(files: files).access.person("zhou-min")
    #expect(held?.key == key && held?.roles == ["approver", "auditor"])
    #expect(throws: DocumentError.self) { _ = try PersonFile.adding(person, to: once) }
  }
}

@Suite struct `The detectors that ship` {
  @Test func `are each there once: two of one kind need ids of their own`() throws {
    func faults(_ old: String, _ new: String) throws -> [String] {
      var files = PolicySet.defaults
      let text = String(decoding: files["detectors.json5"] ?? [], as: UTF8.self)
      files["detectors.json5"] = Array(text.replacing(old, with: new, maxReplacements: 1).utf8)
      do {
        _ = try PolicySet.parse(files: files)
        return []
      } catch { return error.errors.map(\.reason) }
    }
    let mail = "kind: \"email\", level: \"L2\""
    #expect(try faults("kind: \"landline\"", mail.replacing(", level: \"L2\"", with: "")).count == 1)
    #expect(try faults("kind: \"landline\"", "id: \"mail-2\", kind: \"email\"").isEmpty)
  }

  /// What a detector does, whatever it is called.
  private func rules(_ policy: DetectorPolicy) -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: policy.detectors.map { rule in
        (
          rule.kind.rawValue,
          "\(rule.level) \(rule.threshold) \(rule.minimumMatches) \(rule.personal) \(rule.refuses) \(rule.dictionaries)"
        )
      })
  }

  @Test func `are those that are tested and measured`() throws {
    let shipped = try PolicySet.parse(files: PolicySet.defaults).detectors
    #expect(rules(shipped) == rules(.standard))
    #expect(shipped.dictionaries == DetectorPolicy.standard.dictionaries)
  }
}
