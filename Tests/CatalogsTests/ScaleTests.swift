import Bytes
import Catalogs
import Policies
import Support
import Tables
import Testing

@Suite struct `The ready scales` {
  @Test func `have the levels they are known for`() throws {
    func levels(_ scale: StarterScale) throws -> [String] {
      try PolicySet.parse(files: scale.policies).scale.levels.map { "\($0.id) \($0.openness.rawValue)" }
    }
    #expect(try levels(.cn) == ["L1 unconditional", "L2 conditional", "L3 conditional", "L4 closed"])
    #expect(
      try levels(.uk) == [
        "OFFICIAL unconditional", "OFFICIAL-SENSITIVE conditional", "SECRET closed", "TOP-SECRET closed",
      ])
    #expect(try levels(.plain) == ["open unconditional", "conditional conditional", "closed closed"])
  }

  @Test(arguments: StarterScale.allCases) func `load with a catalogue that stands at their open level`(
    _ scale: StarterScale
  ) throws {
    let folder = try TemporaryFolder()
    for (path, bytes) in Starter.files(scale: scale) { try folder.write(bytes, to: path) }
    let policies = try PolicySet.load(folder: folder.path + "/Policies")
    let catalog = try Catalog.load(folder: folder.path + "/Catalog", policies: policies)
    let dataset = try #require(catalog.datasets.first)
    #expect(dataset.classification.level == policies.scale.lowest.id)
    // Whatever a rule gives is a level of this scale, what is personal is not open, and markings close.
    for rule in policies.detectors.detectors {
      let level = try #require(policies.scale.level(rule.level), "\(rule.id): \(rule.level)")
      #expect(rule.personal == (level.openness == .conditional), "\(rule.id)")
      #expect(rule.refuses == (level.openness == .closed), "\(rule.id)")
    }
    #expect(
      ApprovalKind.allCases.filter { ![.firstOpening, .raising].contains($0) }.allSatisfy {
        policies.scale.approvals.role(for: $0) == "approver"
      })
    // Whatever is told under conditions has a bar, and where one level stands for two it is that of the stricter.
    let conditional = policies.scale.levels.filter { $0.openness == .conditional }.map(\.id)
    #expect(Set(policies.bars.keys) == Set(conditional))
    #expect(policies.bars.values.min() == 0.54)
  }

  @Test func `of the UK takes its own marking for a level and no other`() throws {
    let detectors = try PolicySet.parse(files: StarterScale.uk.policies).detectors
    #expect(detectors.dictionaries["acceptedMarkings"] == ["OFFICIAL-SENSITIVE"])
    #expect(
      try PolicySet.parse(files: StarterScale.cn.policies).detectors.dictionaries["acceptedMarkings"] == nil)
  }

  @Test(arguments: [
    ("id: \"SECRET\"", "id: \"OFFICIAL\"", "the level \"OFFICIAL\" is there twice"),
    ("id: \"SECRET\"", "id: \"SECRET-\"", "\"SECRET-\" is no level"),
    ("id: \"SECRET\"", "id: \"A--B\"", "\"A--B\" is no level"),
    // The order is the rank, so going round in a circle is going from closed to open.
    (
      "openness: \"closed\",\n      title: { zh: \"绝密（不予开放）\"",
      "openness: \"conditional\",\n      title: { zh: \"绝密（不予开放）\"", "is more open than"
    ),
    ("openness: \"unconditional\"", "openness: \"conditional\"", "must be unconditional"),
  ]) func `are refused where their steps do not rise`(_ old: String, _ new: String, _ reason: String) throws {
    var files = StarterScale.uk.policies
    let text = String(decoding: files["levels.json5"] ?? [], as: UTF8.self)
    try #require(text.contains(old))
    files["levels.json5"] = Array(text.replacing(old, with: new, maxReplacements: 1).utf8)
    let error = #expect(throws: CatalogError.self) { _ = try PolicySet.parse(files: files) }
    #expect(error?.errors.contains { $0.reason.contains(reason) } == true, "\(error?.message ?? "")")
  }
}
