package import Catalogs
package import Disclosure

/// The datasets of one key family that publish, surveyed together before the first of them is sealed: a unit that is a giant in
/// one of them only is one in all, and the same units have one number in all (DISCLOSURE 00, rules 2, 3 and 8).
package struct FamilySurvey: Sendable {
  package let survey: Survey
  /// What was known of the family, with the changes since and where its units are now.
  package let history: ResultHistory
  /// The datasets' rows, in the order in which they were given, with the record keys that their units have had.
  package let data: [Microdata]

  /// - Parameters:
  ///   - members: each dataset once, with its rows.
  ///   - k: the largest of the family's profiles; of fewer changed units each is noted.
  /// - Throws: `ResultError` where the datasets do not fit together, and for what cannot be computed.
  package init(
    _ members: [(dataset: Dataset, data: Microdata)], history before: ResultHistory, k: Int
  ) throws(ResultError) {
    try FamilyDeclarations.check(members.map(\.dataset))
    var history = before
    var identities = try Identities(members, history)
    try identities.note(in: &history)
    try FamilyLines.settle(identities.members, in: &history)
    for (dataset, data) in identities.members { try Renaming.note(dataset, data, in: &history) }
    try identities.noteRest(in: &history)
    data = identities.members.map(\.data)
    let members = identities.members.map { (dataset: $0.dataset, data: $0.data.named(in: history)) }
    var parts: [(data: Microdata, part: Survey.Part)] = []
    for (dataset, data) in members {
      parts.append((data, try Statistics.part(data, of: dataset, history: history)))
      let (changes, maps) = try CarryOver.compare(data.told, with: history, k: k, folder: data.folder)
      if let changes { history.drawn[dataset.name] = changes.drawn }
      history.unitMaps = maps
    }
    var survey = try CubeBuilder.survey(parts, history: history, isFamily: true)
    for (dataset, ages) in survey.ages { history.ages[dataset, default: [:]].merge(ages) { $1 } }
    survey.nearby = try SiblingSketches.nearby(members, history: history, k: k)
    self.survey = survey
    self.history = history
  }

  /// Every unit that the history knows to be of the family: where it was written before that was kept, those of the last
  /// version of each dataset.
  package static func units(_ history: ResultHistory) throws(ResultError) -> KeySet {
    if let units = history.units { return units }
    var keys: [UInt64] = []
    for (dataset, map) in history.unitMaps.sorted(by: { $0.key < $1.key }) {
      keys += try UnitMap.keys(map, of: dataset)
    }
    return KeySet(keys)
  }
}
